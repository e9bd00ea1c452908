"""The arrays that a compiled simulation left behind, as Brian's variables.

Measures see them as they see Brian's ``VariableView``; with what numpy makes
of such a view, down to functions that drop its unit.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from brian_sweep_widget.engines.compiled.manifest import ArrayFile, Manifest
from brian_sweep_widget.engines.compiled.quantities import Array, dimension, to_quantity
from brian_sweep_widget.models.units import NO_DIMENSIONS, Dimensions


class NotKeptError(Exception):
    """A measure asked for an array that this run did not keep.

    Parameters
    ----------
    object_name, variable
        Which array.
    """

    def __init__(self, object_name: str, variable: str) -> None:
        super().__init__(object_name, variable)
        self.object_name = object_name
        self.variable = variable

    def __str__(self) -> str:
        return f"{self.object_name}.{self.variable} was not kept by this run"


class BrokenRecordingError(RuntimeError):
    """A file of results is missing or has an impossible size."""


class UnreadableError(AttributeError):
    """A measure asked for something that a compiled simulation does not leave behind."""


class ResultFiles:
    """The files of one run, each read when it is first needed.

    Parameters
    ----------
    manifest
        Says what is in them.
    folder
        Where they are.
    kept
        Whether an array, by the names of its object and of itself, was
        written at all.
    """

    def __init__(self, manifest: Manifest, folder: Path, kept: Callable[[str, str], bool]) -> None:
        self.manifest = manifest
        #: What was asked for in vain, in order; also by code that caught the error.
        self.not_kept: list[NotKeptError] = []
        self.unreadable: list[UnreadableError] = []
        self._folder = folder
        self._kept = kept
        self._arrays: dict[str, Array] = {}

    def read(self, object_name: str, variable: str) -> Array:
        """Read an array; one that was read before is the same array again.

        Returns
        -------
        ndarray
            One dimension (a single number if scalar has one element), or a
            row for every time.

        Raises
        ------
        NotKeptError
            If the run did not keep it.
        BrokenRecordingError
            If its file is missing or has an impossible size.
        """
        if not self._kept(object_name, variable):
            error = NotKeptError(object_name, variable)
            self.not_kept.append(error)
            raise error
        array = self.manifest.objects[object_name].arrays[variable]
        if array.file not in self._arrays:
            self._arrays[array.file] = self._load(array)
        return self._arrays[array.file]

    def _load(self, array: ArrayFile) -> Array:
        path = self._folder / array.file
        dtype = np.dtype(array.dtype)
        row = dtype.itemsize * (1 if array.columns is None else array.columns)
        try:
            size = path.stat().st_size
            values = np.fromfile(path, dtype=dtype)
        except OSError as error:
            msg = f"the simulation left no {path.name} in {path.parent}: {error}"
            raise BrokenRecordingError(msg) from error
        if size % max(row, 1) or (array.scalar and size != row) or size != values.nbytes:
            expected = f"{row} bytes" if array.scalar else f"a multiple of {row} bytes"
            msg = f"{path} has {size} bytes instead of {expected}: was the simulation interrupted?"
            raise BrokenRecordingError(msg)
        if array.columns is None:
            return values
        return values.reshape(size // max(row, 1), array.columns)

    def refuse(self, what: str, readable: str) -> NoReturn:
        """Raise (and remember) the error for something that cannot be read.

        Parameters
        ----------
        what
            Was asked for.
        readable
            What there is instead.

        Raises
        ------
        UnreadableError
            Always.
        """
        error = UnreadableError(
            f"{what} cannot be read after a compiled simulation (there is {readable}): "
            "for everything else choose engine='numpy'"
        )
        self.unreadable.append(error)
        raise error


def group_indices(item: Any, size: int) -> Array:
    """Turn an index of neurons or events into their numbers.

    Parameters
    ----------
    item
        An integer, a slice, a mask, or an array or list of integers.
    size
        How many there are.

    Raises
    ------
    IndexError, TypeError
        As Brian, if it is none of these.
    """
    if isinstance(item, tuple):
        msg = f"{item!r} has {len(item)} dimensions; only one index is possible here"
        raise IndexError(msg)
    if isinstance(item, slice):
        return np.arange(*item.indices(size), dtype=np.int32)
    indices = np.asarray(item)
    if indices.dtype == bool:
        return np.nonzero(indices)[0]
    if not np.issubdtype(indices.dtype, np.signedinteger):
        msg = f"{item!r} is no index (allowed: integers, slices and masks)"
        raise TypeError(msg)
    return indices


def _left(operation: Callable[[Any, Any], Any]) -> Any:
    return lambda self, other: operation(self[:], np.asanyarray(other))


def _right(operation: Callable[[Any, Any], Any]) -> Any:
    return lambda self, other: operation(np.asanyarray(other), self[:])


class RecordedVariable:
    """A variable of an object, as Brian's ``VariableView``.

    Parameters
    ----------
    files
        Remembers what could not be read.
    name
        Such as ``"neurons.v"``, for messages.
    values
        SI numbers, one dimension.
    dimensions
        SI exponents; None if it was asked for without units (``v_``).
    scalar
        Whether it is one value that belongs to the whole object.
    find
        Turns an index into positions among the values.
    """

    # Below quantities and above plain arrays, as Brian's.
    __array_priority__ = 10
    __hash__ = None  # type: ignore[assignment]
    ndim = 1

    def __init__(
        self,
        files: ResultFiles,
        name: str,
        values: Array,
        dimensions: Dimensions | None,
        *,
        scalar: bool = False,
        find: Callable[[Any, int], Array] = group_indices,
    ) -> None:
        self._files = files
        self._name = name
        self._values = values
        self._dimensions = dimensions
        self._scalar = scalar
        self._find = find

    @property
    def dim(self) -> Any:
        """The unit, as quantities have it; None without units."""
        return None if self._dimensions is None else dimension(self._dimensions)

    @property
    def shape(self) -> Any:
        """Of the values."""
        return self._values.shape

    @property
    def dtype(self) -> Any:
        """Numpy's type of one number."""
        return self._values.dtype.type

    def __getitem__(self, item: Any) -> Any:
        if isinstance(item, str):
            readable = "any index by numbers, slices and masks"
            self._files.refuse(f"{self._name}[{item!r}]", readable)
        return to_quantity(self._get(item), self._dimensions or NO_DIMENSIONS)

    def _get(self, item: Any) -> Any:
        everything = isinstance(item, slice) and item == slice(None)
        if self._scalar:
            if not everything:
                msg = f"{self._name} is a single value: write {self._name}[:], not [{item!r}]"
                raise IndexError(msg)
            return self._values[0]
        if everything:
            return self._values
        if isinstance(item, tuple) and len(item) > 1 and item[1] is None:
            return self._values[item]  # how plotting libraries add a dimension
        return self._values[self._find(item, len(self._values))]

    def __setitem__(self, item: Any, value: Any) -> NoReturn:
        self._files.refuse(f"setting {self._name}", "everything that was recorded")

    def __getattr__(self, name: str) -> Any:
        # Not remembered: numpy looks for methods that Brian's views lack, too.
        msg = f"{self._name} has no {name!r}: {self._name}[:] is the array of its values"
        raise AttributeError(msg)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array(self[:], dtype=dtype, copy=copy is not False, subok=True)

    def __len__(self) -> int:
        return len(self[:])

    def __repr__(self) -> str:
        return f"<{self._name}: {self[:]!r}>"

    def __neg__(self) -> Any:
        return -self[:]

    def __pos__(self) -> Any:
        return self[:]

    def __pow__(self, power: Any) -> Any:
        return self[:] ** power

    def __rpow__(self, base: Any) -> Any:
        return base ** self[:]

    __add__ = _left(operator.add)
    __radd__ = _right(operator.add)
    __sub__ = _left(operator.sub)
    __rsub__ = _right(operator.sub)
    __mul__ = _left(operator.mul)
    __rmul__ = _right(operator.mul)
    __truediv__ = _left(operator.truediv)
    __rtruediv__ = _right(operator.truediv)
    __floordiv__ = _left(operator.floordiv)
    __rfloordiv__ = _right(operator.floordiv)
    __mod__ = _left(operator.mod)
    __matmul__ = _left(operator.matmul)
    __rmatmul__ = _right(operator.matmul)
    __eq__ = _left(operator.eq)
    __ne__ = _left(operator.ne)
    __lt__ = _left(operator.lt)
    __le__ = _left(operator.le)
    __gt__ = _left(operator.gt)
    __ge__ = _left(operator.ge)
