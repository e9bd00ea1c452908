"""Libraries that open files in compiled code of their own, of which Python does not tell."""

from __future__ import annotations

import functools
import glob
import importlib.abc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urlsplit

#: How a file is opened: its path as it was given, and a mode as for Python's `open`; or what
#: library reads, and `UNKNOWN`.
Note = Callable[[str, str], None]

#: In place of a mode: the name of a library of which nobody knows what it reads.
UNKNOWN = "?"

_BY_MODE = ""  # an argument says what is done with the file
_PARQUET = {
    **dict.fromkeys(("ParquetFile", "ParquetDataset", "read_metadata", "read_schema"), "r"),
    "ParquetWriter": "w",
}
_ARROW = {"memory_map": _BY_MODE, "OSFile": _BY_MODE, "input_stream": "r", "output_stream": "w"}
_NETCDF = {"Dataset": _BY_MODE, "MFDataset": "r"}
# By their modules: functions and classes whose first argument is a path, or several, and what
# they do with the files. Where a package has from a module of its own what it offers, both
# stand here: either may be loaded first.
_OPENING = {
    # Its files are named in texts of SQL, and a connection reads them.
    "duckdb": dict.fromkeys(
        ("connect", "execute", "query", "sql", "read_csv", "read_json", "read_parquet"), UNKNOWN
    ),
    "h5py.h5f": {"open": "r", "create": "w"},
    "netCDF4": _NETCDF,
    "netCDF4._netCDF4": _NETCDF,
    "polars": {
        f"{how}_{kind}": "r"
        for kind in ("csv", "parquet", "ipc", "ndjson")
        for how in ("read", "scan")
    }
    | {"read_avro": "r", "read_ipc_stream": "r", "read_json": "r"},
    "pyarrow": _ARROW,
    "pyarrow.csv": {"read_csv": "r", "open_csv": "r"},
    "pyarrow.dataset": {"dataset": "r", "parquet_dataset": "r"},
    "pyarrow.feather": {"read_table": "r", "read_feather": "r"},
    # It opens files by methods, which cannot be told of.
    "pyarrow.fs": {"LocalFileSystem": UNKNOWN},
    "pyarrow.ipc": {"open_file": "r", "open_stream": "r"},
    "pyarrow.json": {"read_json": "r", "open_json": "r"},
    "pyarrow.lib": _ARROW,
    "pyarrow.orc": {"ORCFile": "r", "read_table": "r"},
    "pyarrow.parquet": _PARQUET,
    "pyarrow.parquet.core": _PARQUET,
    "tables": {"File": _BY_MODE, "open_file": _BY_MODE},
    "tables.file": {"File": _BY_MODE},
}
# What they call that argument.
_PATHS = (
    *("source", "path", "path_or_paths", "input_file", "where", "metadata_path"),
    *("filename", "files"),
)


def tell_of_files(note: Note) -> None:
    """Have these libraries tell, from now on, whenever they are loaded.

    Parameters
    ----------
    note
        Is told, before the file is opened.
    """
    sys.meta_path.insert(0, _Finder(note))
    for name in _OPENING.keys() & sys.modules.keys():
        _wrap(sys.modules[name], note)


def _wrap(module: ModuleType, note: Note) -> None:
    for name, mode in _OPENING[module.__name__].items():
        opening = vars(module).get(name)  # not every version has all of them
        if opening is not None and not hasattr(opening, _TELLS):
            telling = _telling_class if isinstance(opening, type) else _telling
            setattr(module, name, telling(opening, mode, note))


def _telling(function: Callable[..., Any], mode: str, note: Note) -> Callable[..., Any]:
    @functools.wraps(function)
    def tell_and_open(*args: Any, **options: Any) -> Any:
        _tell(function, note, mode, args, options)
        return function(*args, **options)

    setattr(tell_and_open, _TELLS, True)
    return tell_and_open


class _TellingClass(type):
    """Stands for a class, of which it makes instances: compiled ones cannot be changed.

    Classes that are made of it are as they would be of the other, and tell, too.
    """

    original: Any
    opens: Callable[..., Any]

    def __call__(cls, *args: Any, **options: Any) -> Any:
        if _TELLS not in vars(cls):
            return super().__call__(*args, **options)
        return cls.opens(*args, **options)

    def __instancecheck__(cls, thing: object) -> bool:
        if _TELLS not in vars(cls):
            return super().__instancecheck__(thing)
        return isinstance(thing, cls.original)

    def __subclasscheck__(cls, kind: type) -> bool:
        if _TELLS not in vars(cls):
            return super().__subclasscheck__(kind)
        return issubclass(kind, cls.original)


def _telling_class(original: type, mode: str, note: Note) -> type:
    initialise: Any = original.__init__  # type: ignore[misc]  # of whichever class it is

    def __init__(self: Any, *args: Any, **options: Any) -> None:  # noqa: N807 - it is one
        _tell(original, note, mode, args, options)
        if initialise is not object.__init__:
            initialise(self, *args, **options)

    contents = {
        "__init__": __init__,
        **{name: getattr(original, name) for name in ("__doc__", "__module__", "__qualname__")},
        "original": original,
        "opens": staticmethod(_telling(original, mode, note)),
        _TELLS: True,
    }
    return _TellingClass(original.__name__, (original,), contents)


#: Marks what tells already.
_TELLS = "_tells_of_files"


def _tell(
    opening: Any, note: Note, mode: str, args: tuple[Any, ...], options: dict[str, Any]
) -> None:
    if mode == UNKNOWN:
        note(str(opening.__module__).partition(".")[0].lstrip("_"), mode)
        return
    given = args[0] if args else next((options[name] for name in _PATHS if name in options), None)
    if mode == _BY_MODE:
        how = options.get("mode", args[1] if len(args) > 1 else "r")
        # They append to what is there, as Python does, but read it first.
        mode = how.replace("a", "r+") if isinstance(how, str) else "r"
    for path in _paths_in(given):
        note(path, mode)


def _paths_in(given: Any) -> Iterator[str]:
    """Give the files that are meant by a path, an address, a pattern, a folder, or several."""
    if isinstance(given, list | tuple | set | frozenset):
        for one in given:
            yield from _paths_in(one)
    elif isinstance(given, str | bytes | os.PathLike):
        path = os.fsdecode(given)
        if "://" in path:
            address = urlsplit(path)
            if address.scheme != "file":
                return
            path = unquote(address.path)
        if glob.has_magic(path) and not os.path.lexists(path):
            yield from sorted(glob.glob(path, recursive=True))  # noqa: PTH207 - as it was given
        elif os.path.isdir(path):  # noqa: PTH112 - as above
            for folder, _, names in os.walk(path):
                yield from (os.path.join(folder, name) for name in names)  # noqa: PTH118
        else:
            yield path


class _Finder(importlib.abc.MetaPathFinder):
    """Finds these modules as Python does, and has them tell once they are loaded."""

    def __init__(self, note: Note) -> None:
        self._note = note

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find one; see `importlib.abc.MetaPathFinder`."""
        spec = PathFinder.find_spec(fullname, path, target) if fullname in _OPENING else None
        if spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def load_and_wrap(module: ModuleType) -> None:
            load(module)
            _wrap(module, self._note)

        spec.loader.exec_module = load_and_wrap  # type: ignore[method-assign]
        return spec
