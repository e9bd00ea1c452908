"""What variables hold while a network is built, before there is a program that could tell.

Brian's standalone device forgets what a variable holds as soon as code sets it,
and refuses to be asked. Here it is remembered how it was set; whoever asks has
it computed then, by `Evaluation`. What is drawn at random only the program knows,
unless it is drawn here, and the program gets what was drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from brian_sweep_widget.engines.compiled.evaluation import Evaluation, NotComputedError
from brian_sweep_widget.engines.compiled.unknown_values import (
    ValueUnknownError,
    named,
    unknown,
)

_NOT_HERE = "they are known only when it runs"

Array: TypeAlias = np.ndarray[Any, Any]


class Unknown:
    """Nobody knows what the variable holds.

    Parameters
    ----------
    why
        As in "they are drawn at random".
    """

    def __init__(self, why: str) -> None:
        self.why = why


class Deferred:
    """What variables will hold, computed when somebody asks.

    Parameters
    ----------
    compute
        Gives values, or why they are not known, by variable; may raise
        `NotComputedError`.
    """

    def __init__(self, compute: Callable[[], Mapping[Any, Array | str]]) -> None:
        self._compute = compute
        self._results: Mapping[Any, Array | str] | None = None
        self._failure = ""

    def of(self, variable: Any) -> Array:
        """Give what a variable holds.

        Raises
        ------
        NotComputedError
            If that is not known.
        """
        if self._results is None and not self._failure:
            try:
                self._results = self._compute()
            except NotComputedError as error:
                self._failure = str(error)
        found = self._failure if self._results is None else self._results[variable]
        if isinstance(found, str):
            raise NotComputedError(found)
        return found


Cell: TypeAlias = Array | Deferred | Unknown


def resolved(cell: Cell, variable: Any) -> Array:
    """Compute what a cell says of a variable.

    Raises
    ------
    NotComputedError
        If it is not known.
    """
    if isinstance(cell, Unknown):
        raise NotComputedError(cell.why)
    return cell.of(variable) if isinstance(cell, Deferred) else cell


class KnownValues:
    """What each variable of a network under construction holds.

    Parameters
    ----------
    device
        Brian's standalone device. What is known for sure is in its own
        ``array_cache``, which all of Brian reads.
    drawing
        Whether random numbers are drawn here.
    """

    def __init__(self, device: Any, *, drawing: bool) -> None:
        self._device = device
        self._drawing = drawing
        self._cells: dict[Any, Deferred | Unknown] = {}
        # Arrays that the builder has, and what was in them then.
        self._lent: dict[Any, tuple[Array, Array]] = {}
        self._ours: set[Any] = set()  # variables of which Brian itself knows nothing
        #: Whether the builder asked for what Brian's own device could not tell.
        self.asked = False
        #: What was raised where nobody could tell.
        self.refusals: list[ValueUnknownError] = []

    def cell(self, variable: Any) -> Cell:
        """Give what a variable holds now; it stays so, whatever is set later."""
        known: Array | None = self._device.array_cache.get(variable)
        if known is not None:
            return self._lent[variable][1] if variable in self._lent else known
        return self._cells.get(variable) or _untouched(variable)

    def cells(self) -> dict[Any, Cell]:
        """Give the cells of all variables."""
        return {variable: self.cell(variable) for variable in self._device.array_cache}

    def is_known(self, variable: Any) -> bool:
        """Say whether a variable's values are there, without computing anything."""
        return self._device.array_cache.get(variable) is not None

    def put(self, variable: Any, cell: Cell) -> None:
        """Say what a variable holds from now on."""
        # Brian's own device has done what it does by now.
        (self._ours.discard if self.is_known(variable) else self._ours.add)(variable)
        self._hold(variable, cell)

    def _hold(self, variable: Any, cell: Cell) -> None:
        self._cells.pop(variable, None)
        if variable in self._lent and self._written_through(variable, cell):
            return
        if isinstance(cell, np.ndarray):
            self._device.array_cache[variable] = cell
        else:
            self._device.array_cache[variable] = None
            self._cells[variable] = cell

    def answer(self, variable: Any) -> Array:
        """Give what a variable holds to who asks for it while building; see `value`."""
        found = self.value(variable)
        self.asked |= variable in self._ours
        return found

    def value(self, variable: Any) -> Array:
        """Give what a variable holds.

        Raises
        ------
        ValueUnknownError
            If only the program will know; names what was asked for, where, and why.
        """
        if not self.is_known(variable):
            try:
                self._hold(variable, resolved(self.cell(variable), variable))
            except NotComputedError as error:
                raise self._refused(named(variable), error) from error
        found: Array = self._device.array_cache[variable]
        if hasattr(variable, "resize") and found.ndim == 1:
            variable.size = len(found)  # as Brian does with what a program left
        return found

    def computed(self, compute: Callable[[], Any], what: str) -> Any:
        """Have Brian compute something from the present values.

        Parameters
        ----------
        compute
            A function of Brian's.
        what
            It computes, in words.

        Raises
        ------
        ValueUnknownError
            If only the program will know.
        """
        self.asked = True
        evaluation = Evaluation(
            self._device,
            lambda variable: resolved(self.cell(variable), variable),
            frozenset(),
            drawing=self._drawing,
        )
        try:
            return evaluation.run(compute)
        except NotComputedError as error:
            raise self._refused(what, error) from error

    def _refused(self, what: str, error: NotComputedError) -> ValueUnknownError:
        refusal = unknown(what, error)
        self.refusals.append(refusal)
        return refusal

    def deferred(
        self, compute: Callable[[], Any], before: Mapping[Any, Cell], written: frozenset[Any]
    ) -> Deferred:
        """Remember what Brian's code would compute.

        Parameters
        ----------
        compute
            Makes and runs the code.
        before
            The cells that it starts from.
        written
            The variables that it sets.
        """

        def run() -> Mapping[Any, Array | str]:
            evaluation = Evaluation(self._device, _reader(before), written, drawing=False)
            evaluation.run(compute)
            return evaluation.results()

        return Deferred(run)

    def drawn(
        self, compute: Callable[[], Any], before: Mapping[Any, Cell], written: frozenset[Any]
    ) -> Mapping[Any, Array | str] | None:
        """Compute now what Brian's code draws at random; see `deferred`.

        Returns
        -------
        mapping
            What variables hold then, or why that is not known. None if nothing
            was drawn, or if what it is made of is not known.
        """
        evaluation = Evaluation(self._device, _reader(before), written, drawing=True)
        try:
            evaluation.run(compute)
        except NotComputedError:  # which is told if somebody asks
            return None
        return evaluation.results() if evaluation.drew else None

    def _written_through(self, variable: Any, cell: Cell) -> bool:
        """Put values where the builder sees them, too: it has the array itself."""
        array, _ = self._lent[variable]
        try:
            found = resolved(cell, variable)
        except NotComputedError:
            found = None
        if found is None or found.shape != array.shape:
            del self._lent[variable]
            return False
        array[...] = found
        self._device.array_cache[variable] = array
        self._lent[variable] = array, array.copy()
        return True

    def lend(self, variable: Any) -> None:
        """Take note that the builder gets the array itself, which nothing else refers to."""
        if variable not in self._lent:
            array = self._device.array_cache[variable].copy()
            self._device.array_cache[variable] = array
            self._lent[variable] = array, array.copy()

    def changed_in_place(self) -> dict[Any, Array]:
        """Give the arrays that the builder has written into since it has them."""
        return {
            variable: array.copy()
            for variable, (array, before) in self._lent.items()
            if array.tobytes() != before.tobytes()
        }


def _reader(cells: Mapping[Any, Cell]) -> Callable[[Any], Array]:
    def read(variable: Any) -> Array:
        cell = cells.get(variable)
        return resolved(_untouched(variable) if cell is None else cell, variable)

    return read


def itself(group: Any) -> Any:
    """Give what a weak reference of Brian's stands for."""
    return group.get_states.__self__


def _untouched(variable: Any) -> Array | Unknown:
    """Say what a variable holds of which Brian never said anything."""
    if hasattr(variable, "resize") and variable.size == 0:  # no synapses yet
        return np.zeros(0, dtype=variable.dtype)
    return Unknown(_NOT_HERE)
