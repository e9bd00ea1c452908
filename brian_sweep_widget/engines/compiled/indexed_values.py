"""Values that a builder sets, by index or all at once, as Brian's runtime would set them.

Brian's standalone device takes a single index as a place in the array of the
whole group, whatever subgroup it was given to, and writes to wherever it points;
it does not check units, nor how many values there are for synapses. (See
docs/upstream/.) Here every index is worked out as in the runtime, and becomes a
place in the whole array that exists, or the runtime's error.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from brian_sweep_widget.engines.compiled.known_values import (
    Array,
    Cell,
    Deferred,
    KnownValues,
    Unknown,
    resolved,
)


class IndexedValues:
    """Sets values in the program and in what is known of it.

    Parameters
    ----------
    device
        Brian's standalone device.
    known
        What variables hold.
    """

    def __init__(self, device: Any, known: KnownValues) -> None:
        self._device = device
        self._known = known
        self._fill_program = device.fill_with_array
        #: Whether Brian's own device would have set other values.
        self.departs = False

    def assign(self, view: Any, item: Any, value: Any, check_units: bool) -> None:  # noqa: FBT001 - Brian's
        """Set members of a variable; takes the place of the device's own way.

        Raises
        ------
        Exception
            What Brian's runtime raises: for an index that is out of range, another
            number of values than of indices, another unit.
        """
        from brian2 import Quantity  # noqa: PLC0415 - only traces have Brian
        from brian2.units.fundamentalunits import fail_for_dimension_mismatch  # noqa: PLC0415

        variable = view.variable
        if check_units:
            fail_for_dimension_mismatch(
                variable.dim, value, f"Incorrect unit for setting variable {view.name}"
            )
        everything = isinstance(item, slice) and item == slice(None)
        if variable.scalar and not everything:
            msg = f"Illegal index for variable '{view.name}', it is a scalar variable."
            raise IndexError(msg)
        if everything and (variable.scalar or view.index_var == "_idx"):
            self.fill(variable, value)
            return
        indices = view.indexing(item, view.index_var)
        shape = Quantity(value).shape
        if shape and (len(shape) > 1 or shape[0] not in {1, len(indices)}):
            number = shape[0]
            msg = (
                f"Provided values do not match the size of the indices, {number} != {len(indices)}."
            )
            raise ValueError(msg)
        places = self.places(variable, indices)
        # Brian takes a single index as it was given, and others as they are by now.
        single = isinstance(item, int) or (isinstance(item, np.ndarray) and item.shape == ())
        self.departs |= not np.array_equal(places, item if single else indices)
        self._put(variable, places, np.asarray(value))

    def fill(self, variable: Any, value: Any) -> None:
        """Set all members of a variable; takes the place of the device's own way.

        Raises
        ------
        ValueError
            If there are neither as many values as members nor one.
        """
        values = np.asarray(value)
        number = self._number(variable)
        if isinstance(number, int):
            whole = np.empty(number, dtype=variable.dtype)
            whole[:] = values
            self._set_all(variable, whole if values.size > 1 else values)
            self._known.put(variable, whole)
            return
        if values.size != 1:
            self._check_number(variable, values.size)
        self._set_all(variable, values)
        self._known.put(variable, _filled(variable, number, values))

    def places(self, variable: Any, indices: Any) -> Array:
        """Turn indices into an array, from its end or not, into places in it.

        Raises
        ------
        IndexError
            If there is no such place.
        """
        found: Array = np.asarray(np.arange(self._counted(variable))[indices])
        return found

    def resize(self, variable: Any, size: Any) -> None:
        """Keep in mind that an array gets another size."""
        cell = self._known.cell(variable)
        if isinstance(cell, np.ndarray) and cell.ndim == 1:
            longer = np.zeros(size, dtype=cell.dtype)
            longer[: len(cell)] = cell[:size]
            self._known.put(variable, longer)

    def check(self, failing: str, *what: str | int) -> None:
        """Have the program end with a message where something is not as it has to be.

        Parameters
        ----------
        failing
            A condition in C++.
        what
            Is wrong then. Numbers stand alone, as they may differ from one set of
            parameters to the next, and texts make another program.
        """
        told = " << ".join(str(part) if isinstance(part, int) else f'"{part}"' for part in what)
        code = f"if ({failing}) {{ std::cerr << {told} << std::endl; exit(1); }}"
        self._device.main_queue.append(("insert_code", code))

    def _number(self, variable: Any) -> int | Deferred | Unknown:
        """Say how many members a variable has; of synapses that is not always known."""
        if not _grows_with_synapses(variable):
            return int(np.prod(variable.size))
        cell = self._known.cell(variable.owner.variables["N"])
        return int(cell.item()) if isinstance(cell, np.ndarray) else cell

    def _counted(self, variable: Any) -> int:
        """Count the members of a variable; if that has to be computed first, it is."""
        number = self._number(variable)
        if isinstance(number, int):
            return number
        return int(self._known.value(variable.owner.variables["N"]).item())

    def _check_number(self, variable: Any, number: int) -> None:
        name = self._device.get_array_name(variable, access_data=False)
        owner = variable.owner.name
        self.check(
            f"{name}.size() != {number}",
            "ValueError: ",
            number,
            f" values for {variable.name} of {owner}, which has another number of synapses",
        )

    def _set_all(self, variable: Any, values: Array) -> None:
        if values.size == 1 and np.issubdtype(values.dtype, np.number) and not np.isfinite(values):
            # Brian would write the number into the program's text, where it means nothing.
            self.departs = True
            values = np.full(self._counted(variable), values.item())
        if values.size == 1 and self._number(variable) == 1 and values.dtype != bool:
            values = values.astype(variable.dtype)
        self._fill_program(variable, values)

    def _put(self, variable: Any, places: Array, value: Array) -> None:
        """Set some members."""
        values = np.empty(places.shape, dtype=variable.dtype)
        values[...] = value
        places, values = np.atleast_1d(places).ravel(), np.atleast_1d(values).ravel()
        if not places.size:
            return
        name = self._device.get_array_name(variable, access_data=False)
        queue = self._device.main_queue
        before = self._known.cell(variable)
        if places.size == 1 and np.isfinite(values[0]):
            queue.append(("set_by_single_value", (name, int(places[0]), _text(values[0]))))
        else:
            # The last of several values for one place wins, as in numpy.
            index = self._device.static_array(f"_index_{name}", places)
            table = self._device.static_array(f"_value_{name}", values)
            queue.append(("set_array_by_array", (name, index, table)))
            self._device.array_cache[variable] = None  # Brian does not know it any more
        self._known.put(variable, _changed(variable, before, places, values))


def _grows_with_synapses(variable: Any) -> bool:
    from brian2 import Synapses  # noqa: PLC0415 - only traces have Brian

    try:
        return isinstance(variable.owner, Synapses) and (
            variable in variable.owner._registered_variables  # noqa: SLF001 - no public way
        )
    except ReferenceError:  # of a group that is gone
        return False


def _text(value: Any) -> str:
    from brian2.parsing.rendering import CPPNodeRenderer  # noqa: PLC0415 - as above

    text: str = CPPNodeRenderer().render_expr(repr(value.item()))
    return text


def _filled(variable: Any, number: Deferred | Unknown, values: Array) -> Cell:
    if isinstance(number, Unknown):
        return number
    counted = variable.owner.variables["N"]

    def compute() -> dict[Any, Array | str]:
        whole = np.empty(int(number.of(counted).item()), dtype=variable.dtype)
        whole[:] = values
        return {variable: whole}

    return Deferred(compute)


def _changed(variable: Any, before: Cell, places: Array, values: Array) -> Cell:
    if isinstance(before, Unknown):
        return before

    def compute() -> dict[Any, Array | str]:
        after = resolved(before, variable).copy()
        after[places] = values
        return {variable: after}

    return compute()[variable] if isinstance(before, np.ndarray) else Deferred(compute)  # type: ignore[return-value]
