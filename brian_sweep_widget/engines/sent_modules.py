"""Modules of the user's in a worker: as they were in the kernel, for one job.

A module that the kernel has loaded is made anew of what was sent of it. One
that it has not is imported from the source that was sent, when the code asks
for it. Both replace whatever an earlier job, or the worker, knew by that name.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.abc
import os
import sys
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, NamedTuple

from brian_sweep_widget.engines.installed import is_module, is_users_scope
from brian_sweep_widget.engines.not_sent import NotSentError


class Source(NamedTuple):
    """A module that is imported when the code runs.

    Attributes
    ----------
    text
        Of its file.
    file
        Where that is.
    folders
        Of a package: where its modules are; None for a module.
    """

    text: bytes
    file: str
    folders: tuple[str, ...] | None


class _Process:
    """What was sent to this process last."""

    #: The process in which models are packed: its own modules are the right ones.
    kernel: ClassVar[int] = 0
    sources: ClassVar[Mapping[str, Source]] = {}
    #: Names of modules that are not the user's; there are thousands, and this is asked for
    #: every job.
    others: ClassVar[set[str]] = set()
    sent: ClassVar[set[str]] = set()


def in_kernel() -> None:
    """Take note that models are packed in this process."""
    _Process.kernel = os.getpid()


def receive(sources: Mapping[str, Source]) -> None:
    """Forget the user's modules that this process has, and take sources of others.

    Parameters
    ----------
    sources
        By the module's name.
    """
    if _Process.kernel == os.getpid():
        return
    for name in _users_modules():
        del sys.modules[name]
    _Process.sources, _Process.sent = sources, set(sources)
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
        # What was compiled a moment before an edit must not stand for the edited file.
        sys.dont_write_bytecode = True


def make_scope(name: str, attributes: Mapping[str, Any], *, known: bool) -> ModuleType:
    """Make a module without contents.

    Parameters
    ----------
    name
        Its name.
    attributes
        Those that Python gives it.
    known
        Whether code that imports this name means it.
    """
    module = ModuleType(name)
    vars(module).update(attributes, __builtins__=builtins)
    if known and _Process.kernel != os.getpid():
        sys.modules[name] = module
        _Process.sent.add(name)
    return module


def fill_scope(module: ModuleType, contents: Mapping[str, Any]) -> None:
    """Put contents into a module."""
    vars(module).update(contents)


def replace_modules(things: Mapping[str, Any]) -> None:
    """Have objects stand for modules, as they do in the kernel."""
    if _Process.kernel != os.getpid():
        sys.modules.update(things)
        _Process.sent.update(things)


def compiled_module(name: str, digest: str) -> ModuleType:
    """Import a compiled module of the user's; only one that is as it was in the kernel.

    Raises
    ------
    NotSentError
        If its file is another one.
    """
    module = importlib.import_module(name)
    file = str(module.__file__)
    if file_digest(file) != digest:
        msg = (
            f"the compiled module {name} ({file}) is another one here than where the sweep began: "
            "install the same one here"
        )
        raise NotSentError(msg)
    return module


def compiled_file(module: ModuleType) -> str:
    """Give the file of a module that is compiled, which goes by name; empty for others."""
    file = str(getattr(module, "__file__", None) or "")
    return file if file.endswith(_COMPILED) else ""


def file_digest(file: str) -> str:
    """Digest a file's contents."""
    return blake2b(Path(file).read_bytes(), digest_size=20).hexdigest()


def modules_not_sent() -> list[str]:
    """List the files of modules of the user's that this process imported on its own."""
    if _Process.kernel == os.getpid():
        return []
    modules = (sys.modules[name] for name in _users_modules() if name not in _Process.sent)
    return [str(module.__file__) for module in modules if getattr(module, "__file__", None)]


def _users_modules() -> list[str]:
    found = []
    for name in sys.modules.keys() - _Process.others:
        module = sys.modules.get(name)
        if name in _Process.sent and not is_module(module):
            found.append(name)
            continue
        if (
            not is_module(module)
            or name in {"__main__", "__mp_main__"}
            or not is_users_scope(vars(module))
            or compiled_file(module)  # which Python cannot load twice
        ):
            _Process.others.add(name)
        else:
            found.append(name)
    return found


_COMPILED = tuple(EXTENSION_SUFFIXES)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds modules of which the source was sent."""

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find one; see `importlib.abc.MetaPathFinder`."""
        source = _Process.sources.get(fullname)
        if source is None:
            return None
        spec = ModuleSpec(
            fullname, _Loader(source), origin=source.file, is_package=source.folders is not None
        )
        spec.has_location = True
        if source.folders is not None:
            spec.submodule_search_locations = list(source.folders)
        return spec


class _Loader(importlib.abc.Loader):
    """Runs a source that was sent."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def exec_module(self, module: ModuleType) -> None:
        """Run it; see `importlib.abc.Loader`."""
        code = compile(self._source.text, self._source.file, "exec", dont_inherit=True)
        exec(code, vars(module))  # noqa: S102 - an import does
