"""A pickler that writes nothing, and tells of what it would take apart."""

from __future__ import annotations

from types import CodeType, FunctionType, ModuleType
from typing import Any, Protocol

import numpy as np

from brian_sweep_widget.engines.installed import is_module, is_users_scope
from brian_sweep_widget.engines.reducing import Library, ModelPickler, Scope, Scopes
from brian_sweep_widget.engines.shared_arrays import SharedArrays


class Reader(Protocol):
    """Who wants to know of it.

    Attributes
    ----------
    scopes
        Get the namespaces that are met.
    arrays
        Get the arrays.
    """

    scopes: Scopes
    arrays: SharedArrays

    def see_class(self, kind: type) -> None:
        """Take note of a class."""
        ...

    def see_function(self, function: FunctionType) -> None:
        """Take note of what a function refers to."""
        ...

    def see_module(self, module: ModuleType) -> None:
        """Take note that code holds a module of the user's."""
        ...

    def read_texts(self, value: Any) -> None:
        """Take note of what could be names in a text, and in texts in containers."""
        ...


class _Nowhere:
    """A file that keeps nothing."""

    def write(self, data: bytes) -> int:
        """Take it, and forget it."""
        return len(data)


class DryPickler(ModelPickler):
    """Goes where a pickler goes, and tells what it meets.

    Parameters
    ----------
    reader
        Is told.
    """

    def __init__(self, reader: Reader) -> None:
        super().__init__(_Nowhere(), reader.scopes, reader.arrays)
        self._reader = reader

    def reducer_override(self, obj: Any) -> Any:
        """Take an object apart, and look at its texts."""
        reduced = super().reducer_override(obj)
        if isinstance(obj, type):
            self._reader.see_class(obj)
        if isinstance(obj, FunctionType):
            if reduced is not NotImplemented:
                self._reader.see_function(obj)
            return reduced
        if is_module(obj):
            if is_users_scope(vars(obj)):
                self._reader.see_module(obj)
            return reduced
        if isinstance(obj, CodeType | Scope | Library):
            return reduced
        if reduced is NotImplemented and not isinstance(obj, type):
            reduce = self.dispatch_table.get(type(obj))
            reduced = reduce(obj) if reduce is not None else obj.__reduce_ex__(5)
        if isinstance(reduced, tuple):
            return self._read(reduced, isinstance(obj, type))
        return reduced

    def _array(self, array: np.ndarray) -> Any:
        self._reader.arrays.note(array)
        return self._of_brian(array)

    def _read(self, reduced: tuple[Any, ...], is_class: bool) -> tuple[Any, ...]:  # noqa: FBT001
        """Read the texts of an object that was taken apart."""
        _, arguments, state, items, pairs, setter = (*reduced, None, None, None, None)[:6]
        items = None if items is None else list(items)
        pairs = None if pairs is None else list(pairs)
        if is_class:
            contents = state[0] if isinstance(state, tuple) and state else {}
            self._reader.read_texts(
                [value for name, value in contents.items() if name not in _FOR_PEOPLE]
            )
        else:
            self._reader.read_texts([arguments, state, items, pairs])
        iterators = (
            None if items is None else iter(items),
            None if pairs is None else iter(pairs),
        )
        return (reduced[0], arguments, state, *iterators, setter)


_FOR_PEOPLE = frozenset({"__doc__", "__module__", "__qualname__", "__annotations__"})
