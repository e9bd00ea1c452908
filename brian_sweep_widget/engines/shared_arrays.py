"""Arrays that share memory, such as a slice and what it is a slice of.

Pickle copies the contents of every array. A function that changes one array
and reads another, which was a view of it, would compute something else there;
so arrays that share memory travel as views of one piece of memory.
"""

from __future__ import annotations

import ctypes
import functools
from typing import Any

import numpy as np

from brian_sweep_widget.engines.brian_objects import CannotTravelError
from brian_sweep_widget.engines.digests import mixed


class _Memory:
    """A piece of memory, with the arrays in it that were met.

    Parameters
    ----------
    source
        Whose memory it is: an array, or another object that has a buffer.
    """

    def __init__(self, source: Any) -> None:
        self._source = source  # kept, or another object could get its number
        self.whole: np.ndarray = (
            source if isinstance(source, np.ndarray) else np.frombuffer(source, np.uint8)
        )
        self.layouts: list[str] = []
        # From where it begins; the part in which arrays were met is empty before the first.
        self._start, self._first = bounds(self.whole)
        self._end = self._start

    def note(self, array: np.ndarray) -> None:
        """Take note of an array that is in it."""
        first, end = bounds(array)
        self._first, self._end = min(self._first, first), max(self._end, end)
        place = _address(array) - self._start
        self.layouts.append(repr((place, array.shape, array.strides, array.dtype.str)))

    @functools.cached_property
    def used(self) -> np.ndarray:
        """A copy of the part in which arrays were met, in the order in which it is there."""
        first, end = bounds(self.whole)
        if end - first != self.whole.nbytes and not self.whole.dtype.hasobject:
            # A library's own, with gaps that numpy would leave out.
            flat = np.frombuffer(ctypes.string_at(first, end - first), np.uint8)
        else:
            flat = self.whole.ravel(order="K")
            flat = flat if flat.dtype.hasobject else flat.view(np.uint8)
        first, end = ((place - self._start) // flat.itemsize for place in (self._first, self._end))
        return flat[first:end].copy()

    def offset(self, array: np.ndarray) -> int:
        """Compute how many bytes from the start of that part an array's first element is."""
        return _address(array) - self._first


class SharedArrays:
    """All arrays that were met on one journey, by the memory that they are in."""

    def __init__(self) -> None:
        self._memories: dict[int, _Memory] = {}

    def note(self, array: np.ndarray) -> None:
        """Take note of an array; once of each, also where it is no more than a view.

        Parameters
        ----------
        array
            Kept, as another one could get its memory.
        """
        if array.size and _is_plain(array):
            source = _source(array)
            memory = self._memories.get(id(source))
            if memory is None:
                memory = self._memories[id(source)] = _Memory(source)
            memory.note(array)

    def parts(self, array: np.ndarray) -> Any:
        """Take apart an array that shares its memory, for a pickler.

        Returns
        -------
        tuple or NotImplemented
            The latter for an array that is alone in its memory.

        Raises
        ------
        CannotTravelError
            If the memory holds Python objects, and the array takes them for something else.
        """
        if not array.size or not _is_plain(array):
            return NotImplemented
        memory = self._memories.get(id(_source(array)))
        if memory is None or len(memory.layouts) == 1:
            return NotImplemented
        if memory.whole.dtype.hasobject and memory.whole.dtype != array.dtype:
            msg = "it shares its memory with an array of another type, which holds Python objects"
            raise CannotTravelError(msg)
        layout = (memory.offset(array), array.shape, array.strides, array.dtype)
        return _view, (type(array), memory.used, *layout)

    def digest(self) -> bytes:
        """Digest which arrays share memory, and how; empty if none does."""
        shared = [one.layouts for one in self._memories.values() if len(one.layouts) > 1]
        if not shared:
            return b""
        return mixed("shared arrays", *sorted(repr(sorted(layouts)) for layouts in shared))


def _is_plain(array: np.ndarray) -> bool:
    """Whether it is pickled as numpy's arrays are: one with units passes on one without."""
    kind = type(array)
    return (
        kind.__reduce__ is np.ndarray.__reduce__ and kind.__reduce_ex__ is np.ndarray.__reduce_ex__
    )


def _source(array: np.ndarray) -> Any:
    """Give whose memory an array is in; numpy may keep other arrays in between."""
    base: Any = array.base
    while hasattr(base, "base"):  # an array, or what numpy puts behind its windows on one
        array, base = base if isinstance(base, np.ndarray) else array, base.base
    base = base.obj if isinstance(base, memoryview) else base
    if base is None:
        return array
    try:
        np.frombuffer(base, np.uint8)
    except (TypeError, ValueError, BufferError):  # a library's own kind of memory
        return array
    return base


def _address(array: np.ndarray) -> int:
    first: int = array.__array_interface__["data"][0]
    return first


def bounds(array: np.ndarray) -> tuple[int, int]:
    """Compute where an array's memory begins and where it ends; elements may go backwards."""
    reach = [(length - 1) * step for length, step in zip(array.shape, array.strides, strict=True)]
    first = _address(array) + sum(min(one, 0) for one in reach)
    end = _address(array) + sum(max(one, 0) for one in reach) + array.itemsize
    return first, end


def _view(
    kind: type[np.ndarray],
    used: np.ndarray,
    offset: int,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    dtype: np.dtype[Any],
) -> np.ndarray:
    if dtype.hasobject:  # numpy makes no view of them by their place in memory
        start = used[offset // used.itemsize :]
        return np.lib.stride_tricks.as_strided(start, shape, strides).view(kind)
    return np.ndarray(shape, dtype, used.data, offset, strides).view(kind)
