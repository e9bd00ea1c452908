"""Imports that code makes when it runs: of modules that are loaded here, and of files."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, PathFinder
from importlib.util import resolve_name
from types import CodeType, ModuleType
from typing import Any, Protocol

from brian_sweep_widget.engines.code import Import, Uses, uses_of
from brian_sweep_widget.engines.installed import (
    distribution_of,
    is_installed_file,
    is_module,
    is_users_scope,
)
from brian_sweep_widget.engines.sent_modules import Source

_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


class Reader(Protocol):
    """Who wants to know of them.

    Attributes
    ----------
    compiled
        Files of compiled modules, by the module's name.
    """

    compiled: dict[str, str]

    def see_module(self, module: ModuleType) -> None:
        """Take note that code holds a module of the user's."""
        ...

    def see_replaced(self, name: str, thing: object) -> None:
        """Take note of an object that stands for a module."""
        ...

    def see_whole(self, module: ModuleType) -> None:
        """Take note that anything in a module of the user's may be used."""
        ...

    def see_code(self, uses: Uses, namespace: dict[str, Any]) -> None:
        """Take note of what code refers to that runs in a namespace."""
        ...

    def see_setting(self, code: CodeType, variables: Mapping[str, Any]) -> None:
        """Take note of what code sets in installed libraries."""
        ...


class LaterImports:
    """Looks at imports, and at those of the modules that are imported in turn.

    Parameters
    ----------
    reader
        Is told.
    """

    def __init__(self, reader: Reader) -> None:
        #: Modules of the user's that are not loaded here, by name.
        self.sources: dict[str, Source] = {}
        self._reader = reader
        self._searched: set[str] = set()
        self._listed_anew = False
        self._offered: set[str] = set()  # loaded modules that code may import by any name

    def see(self, imported: Import, namespace: dict[str, Any]) -> None:
        """Look at an import that is made by code of a namespace."""
        name = _absolute(imported, namespace)
        self._look_at(name)
        for part in imported.parts:
            if part != "*":
                self._look_at(f"{name}.{part}")

    def see_any(self, texts: Iterable[str]) -> None:
        """Look at all modules that code may import which computes their names.

        Parameters
        ----------
        texts
            That occur in it.
        """
        # Each is looked at once: a project may have as many such calls as it has modules.
        fresh = [name for name in list(sys.modules) if name not in self._offered]
        self._offered.update(fresh)
        for name in fresh:
            module = sys.modules.get(name)
            if not is_module(module) or not is_users_scope(vars(module)):
                continue
            # What Brian compiled in this process is no other's, and no code names it.
            own = name == "__main__" or name.startswith("_cython_magic_")
            if name == module.__name__ and not own:
                self._reader.see_module(module)
        for text in texts:
            if _DOTTED.fullmatch(text):
                self._look_at(text)

    def _look_at(self, name: str) -> None:
        """Look at a module that is imported when the code runs, and at the packages it is in."""
        if not name or name in self._searched:
            return
        self._searched.add(name)
        parent = name.rpartition(".")[0]
        self._look_at(parent)
        module: object = sys.modules.get(name)
        if is_module(module):
            if is_users_scope(vars(module)):
                self._reader.see_module(module)
            return
        if module is not None:  # an object that a module put into its place
            if not distribution_of(type(module)):
                self._reader.see_replaced(name, module)
            return
        if not self._listed_anew:
            # Python keeps lists of folders, and misses files that came within a tick of its clock.
            PathFinder.invalidate_caches()
            self._listed_anew = True
        source = _find_source(name, self._folders(parent) if parent else None)
        if source is None:
            return
        if source.file.endswith(tuple(EXTENSION_SUFFIXES)):
            self._reader.compiled[name] = source.file
        else:
            self.sources[name] = source
            self._read(name, source)

    def _folders(self, package: str) -> Iterable[str]:
        sent = self.sources.get(package)
        known = sys.modules.get(package)
        return (sent.folders if sent else getattr(known, "__path__", None)) or ()

    def _read(self, name: str, source: Source) -> None:
        try:
            code = compile(source.text, source.file or name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):  # which the import will say
            return
        package = name.rpartition(".")[0] if source.folders is None else name
        uses = uses_of(code, None)
        self._reader.see_code(uses, {"__package__": package})
        self._reader.see_setting(code, {})
        for imported in uses.imports:
            module = sys.modules.get(_absolute(imported, {"__package__": package}))
            users = is_module(module) and is_users_scope(vars(module))
            if module is not None and users and "*" in imported.parts:
                self._reader.see_whole(module)


def _absolute(imported: Import, namespace: dict[str, Any]) -> str:
    """Give the name of what is imported; empty if the import will fail."""
    if not imported.level:
        return imported.name
    package = namespace.get("__package__")
    if package is None:
        name = str(namespace.get("__name__", ""))
        package = name if "__path__" in namespace else name.rpartition(".")[0]
    try:
        return resolve_name("." * imported.level + imported.name, package)
    except ImportError:
        return ""


def _find_source(name: str, folders: Iterable[str] | None) -> Source | None:
    """Find a module of the user's, without importing it or the packages that it is in.

    Parameters
    ----------
    name
        Of the module.
    folders
        Of the package that it is in; None if it is in none.

    Returns
    -------
    Source or None
        None if there is none, or it belongs to a library.
    """
    # By its own name: folders without __init__.py would ask for the package around them.
    own = name.rpartition(".")[2]
    spec = PathFinder.find_spec(own, None if folders is None else list(folders))
    if spec is None:
        return None
    found = spec.submodule_search_locations
    inside = None if found is None else tuple(found)
    file = spec.origin or ""
    if is_installed_file(file or f"{(inside or ('/',))[0]}/_"):
        return None
    if file and not file.endswith((*SOURCE_SUFFIXES, *EXTENSION_SUFFIXES)):
        return None
    read = getattr(spec.loader, "get_data", None)  # also from an archive
    return Source(read(file) if file and read else b"", file, inside)
