"""A network's construction under Brian's standalone device, with the meaning of the runtime.

What a builder sets by index lands where the runtime puts it, and what it asks
for is answered, as far as it can be known before the program runs.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from unittest import mock

import numpy as np

from brian_sweep_widget.engines.compiled.evaluation import AT_RANDOM
from brian_sweep_widget.engines.compiled.indexed_values import IndexedValues
from brian_sweep_widget.engines.compiled.known_values import (
    KnownValues,
    Unknown,
    itself,
    resolved,
)
from brian_sweep_widget.engines.compiled.statements import assigned_in, with_one_name_each
from brian_sweep_widget.engines.compiled.unknown_values import (
    ValueUnknownError,
    left_unanswered,
)

_SET = ("group_variable_set", "group_variable_set_conditional")
_CONNECT = ("synapses_create_generator", "synapses_create_array")
_INDICES = "group_get_indices"
# These functions of newer Brians ask for all that grows, to note its size: to compute it takes
# as long as to connect.
_COUNTING = frozenset({"_add_synapses_generator", "_add_synapses_from_arrays"})
_BY_SIMULATION = "the simulation has changed them by then"


class Construction:
    """Follows what is done to a network while it is built.

    Parameters
    ----------
    device
        Brian's standalone device, which is active.
    drawing
        Whether what texts draw at random is drawn here, as the runtime does, and
        given to the program; or else by the program.
    """

    def __init__(self, device: Any, *, drawing: bool = False) -> None:
        from brian2.codegen.codeobject import create_runner_codeobj  # noqa: PLC0415 - as below

        self._device = device
        self._drawing = drawing
        self._known = KnownValues(device, drawing=drawing)
        self._values = IndexedValues(device, self._known)
        self._create = create_runner_codeobj
        self._signature = inspect.signature(create_runner_codeobj)
        self._make_code = device.code_object
        self._resize = device.resize
        self._add = device.add_array
        self._owners: list[Any] = []
        #: Owners of variables that can be set.
        self.settable: list[Any] = []
        self._departs = False

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Follow all that happens meanwhile."""
        import brian2.codegen.codeobject  # noqa: PLC0415 - only traces have Brian
        from brian2.core.variables import VariableView  # noqa: PLC0415
        from brian2.groups import group  # noqa: PLC0415
        from brian2.synapses import synapses  # noqa: PLC0415

        device: dict[str, Any] = {
            "get_value": self._get_value,
            "fill_with_array": self._values.fill,
            "resize": self._resized,
            "add_array": self._added,
            "code_object": self._code_object,
            "variableview_set_with_index_array": self._assign,
            "variableview_get_with_index_array": self._read,
            "variableview_get_with_expression": self._asked(VariableView.get_with_expression),
            "variableview_get_subexpression_with_index_array": self._asked(
                VariableView.get_subexpression_with_index_array
            ),
        }
        with ExitStack() as stack:
            stack.enter_context(mock.patch.multiple(self._device, create=True, **device))
            for module in (brian2.codegen.codeobject, group, synapses):
                stack.enter_context(
                    mock.patch.object(module, "create_runner_codeobj", self._code_for)
                )
            stack.enter_context(
                mock.patch.object(
                    synapses.Synapses, "__getitem__", self._some(synapses.Synapses.__getitem__)
                )
            )
            yield

    @property
    def departs(self) -> bool:
        """Whether Brian's own standalone device would have made another network, or none."""
        return self._departs or self._drawing or self._known.asked or self._values.departs

    @property
    def unanswered(self) -> ValueUnknownError | None:
        """What the builder asked for in vain, and then went on without; None if nothing."""
        return left_unanswered(self._known.refusals)

    def take_in_changes(self) -> None:
        """Have the program know of arrays that the builder wrote into.

        In the runtime a whole variable, when it is read, is the array itself.
        """
        for variable, array in self._known.changed_in_place().items():
            self._departs = True
            self._values.fill(variable, array)

    def _check_synapses(self, synapses: Any, indices: Any, who: str) -> None:
        number = synapses.variables["N"]
        if self._known.is_known(number) or not len(indices):
            return
        largest = int(np.max(indices))
        self._values.check(
            f"{self._device.get_array_name(number)}[0] <= {largest}",
            f"IndexError: {who} synapse ",
            largest,
            f" of {synapses.name}, which has fewer",
        )

    def _get_value(self, variable: Any, access_data: bool = True) -> Any:  # noqa: ARG002, FBT001, FBT002 - Brian's
        if sys._getframe(2).f_code.co_name in _COUNTING:  # noqa: SLF001 - inspect.stack takes 10 ms
            msg = "how many synapses there are is of no use to Brian here"
            raise NotImplementedError(msg)
        return self._known.answer(variable)

    def _assign(self, view: Any, item: Any, value: Any, check_units: bool) -> None:  # noqa: FBT001 - Brian's
        self.take_in_changes()
        self._values.assign(view, item, value, check_units)

    def _read(self, view: Any, item: Any) -> Any:
        self.take_in_changes()
        runtime = type(view).get_with_index_array.original_function
        found = runtime(view, item)
        if not np.may_share_memory(found, self._known.answer(view.variable)):
            return found
        self._known.lend(view.variable)
        return runtime(view, item)

    def _asked(self, overridden: Callable[..., Any]) -> Callable[..., Any]:
        """Compute what a text gives, as the runtime does."""
        runtime = overridden.original_function  # type: ignore[attr-defined]

        @functools.wraps(runtime)
        def ask(view: Any, *args: Any, **options: Any) -> Any:
            self.take_in_changes()
            what = f"{view.name!r} of {view.group_name!r}"
            return self._known.computed(lambda: runtime(view, *args, **options), what)

        return ask

    def _some(self, runtime: Callable[..., Any]) -> Callable[..., Any]:
        """Take some of all synapses: Brian remembers how many there are, to see if that changes."""

        def some(synapses: Any, item: Any) -> Any:
            self._known.answer(synapses.variables["_synaptic_pre"])
            return runtime(synapses, item)

        return some

    def _added(self, variable: Any) -> None:
        """Keep the owner: Brian names it in the program, and fails if it is gone by then."""
        self._add(variable)
        if variable.owner is not None:
            self._owners.append(itself(variable.owner))
            if not variable.read_only:
                self.settable.append(self._owners[-1])

    def _resized(self, variable: Any, size: Any) -> None:
        self._resize(variable, size)
        self._values.resize(variable, size)

    def _code_for(self, *args: Any, **options: Any) -> Any:
        """Have Brian make the code for a text, and remember what it does."""
        from brian2 import get_device  # noqa: PLC0415 - as above

        if get_device() is not self._device:  # it is being computed
            return self._create(*args, **options)
        asked = self._signature.bind(*args, **options).arguments
        template = asked["template_name"]
        if template not in (*_SET, *_CONNECT, _INDICES):
            return self._create(*args, **options)
        self.take_in_changes()
        asked["group"] = itself(asked["group"])
        if template == _INDICES:
            condition = asked["code"].removeprefix("_cond = ")
            what = f"the indices of {asked['group'].name!r} for which {condition}"
            compute = functools.partial(_run, self._create, asked)
            return functools.partial(self._known.computed, compute, what)
        return self._setting(asked)

    def _setting(self, asked: dict[str, Any]) -> Any:
        """Have Brian make the code for a text that sets variables, or makes synapses."""
        group, template = asked["group"], asked["template_name"]
        if template == "group_variable_set":
            self._check_places(asked)
        # Brian counts synapses in the very array that is remembered as it was.
        before = {
            variable: cell.copy() if variable.name == "N" and isinstance(cell, np.ndarray) else cell
            for variable, cell in self._known.cells().items()
        }
        written = _set_by(asked) if template in _SET else _made_by_connecting(group)
        compute = functools.partial(_run, self._create, asked)
        if self._drawing and template != "synapses_create_array":  # which draws nothing
            drawn = self._known.drawn(compute, before, written)
            if drawn is not None:
                return functools.partial(self._give, group, drawn, before, template)
        made = self._create(**asked)
        for variable, cell in before.items():  # it forgets more than the code sets
            self._known.put(variable, cell)
        after: Any = Unknown(AT_RANDOM)
        if self._drawing or (asked.get("template_kwds") or {}).get("iterator_func") != "sample":
            after = self._known.deferred(compute, before, written)
        if template == "synapses_create_array":
            self._check_ends(group, asked["additional_variables"])
        for variable in written:
            self._known.put(variable, after)
        if template == "synapses_create_array":  # no more work than to remember it
            with suppress(ValueUnknownError):
                self._known.value(group.variables["N"])
        return made

    def _give(self, group: Any, drawn: Any, before: Any, template: str) -> None:
        """Have the program hold what was drawn here."""
        if template in _SET:
            for variable, values in drawn.items():
                self._values.fill(variable, values)
            return
        names = "_synaptic_pre", "_synaptic_post"
        old = int(resolved(before[group.variables["N"]], group.variables["N"]).item())
        sources, targets = (drawn[group.variables[name]][old:] for name in names)
        sources = sources - group.variables["_source_offset"].get_value()
        targets = targets - group.variables["_target_offset"].get_value()
        # Of no synapses Brian cannot tell which is the largest index: so one, no times.
        number = min(len(sources), 1)
        ends = (sources, targets) if number else ([0], [0])
        # Not by `connect`, which would be counted as another connection.
        group._add_synapses_from_arrays(*ends, number, 1, namespace={})  # noqa: SLF001

    def _check_places(self, asked: dict[str, Any]) -> None:
        """Refuse places that are not there, where the program would write beside the array."""
        group, name = asked["group"], asked["code"].partition(" = ")[0]
        index = group.variables.indices[name]
        table = group.variables[name if index in ("_idx", "0") else index]
        chosen = asked["additional_variables"]["_group_idx"]
        places = self._known.value(chosen)
        there = self._values.places(table, places)
        self._departs |= not np.array_equal(there, places)
        chosen.set_value(there)

    def _check_ends(self, synapses: Any, given: Any) -> None:
        """Check what Brian could not: synapses onto synapses that are not there."""
        from brian2 import Synapses  # noqa: PLC0415 - as above

        for side, name in ((synapses.source, "sources"), (synapses.target, "targets")):
            if isinstance(side, Synapses):
                indices = self._known.value(given[name])
                self._check_synapses(side, indices, f"{synapses.name} connects")

    def _code_object(self, *args: Any, **options: Any) -> Any:
        """Forget what code changes of which nobody knows when, or how often, it runs."""
        from brian2 import StateMonitor, Synapses  # noqa: PLC0415 - as above
        from brian2.core.variables import ArrayVariable  # noqa: PLC0415

        template = options["template_name"]
        if template in _SET + _CONNECT:
            return self._make_code(*args, **options)
        self.take_in_changes()  # before it runs
        written = options["abstract_code"]
        options["abstract_code"], options["variables"] = with_one_name_each(
            written, options["variables"], options["variable_indices"]
        )
        self._departs |= options["abstract_code"] is not written
        known = options["variables"]
        assigned = {known.get(name) for name in assigned_in(options["abstract_code"])}
        assigned.add((options.get("template_kwds") or {}).get("_target_var"))  # of a sum
        constants = {
            variable: self._known.cell(variable)
            for variable in known.values()
            if isinstance(variable, ArrayVariable) and variable.constant
        }
        made = self._make_code(*args, **options)
        owner = options["owner"]
        if isinstance(owner, StateMonitor) and isinstance(owner.source, Synapses):
            self._check_synapses(owner.source, owner.record, f"{owner.name} records")
        names = getattr(made.templater, template).writes_read_only
        changed = {made.variables[name] for name in names}
        changed |= getattr(owner, "written_readonly_vars", set())
        for variable in made.variables.values():
            settable = isinstance(variable, ArrayVariable) and not variable.read_only
            if settable or variable in changed:
                self._known.put(variable, Unknown(_BY_SIMULATION))
        for variable in constants.keys() - changed - assigned:
            self._known.put(variable, constants[variable])
        return made


def _run(create: Callable[..., Any], asked: dict[str, Any]) -> Any:
    return create(**asked)()


def _set_by(asked: dict[str, Any]) -> frozenset[Any]:
    code = asked["code"]
    statement = code if isinstance(code, str) else code["statement"]
    return frozenset({asked["group"].variables[statement.partition(" = ")[0]]})


def _made_by_connecting(synapses: Any) -> frozenset[Any]:
    names = ("N", "_synaptic_pre", "_synaptic_post", "N_incoming", "N_outgoing")
    own = {synapses.variables[name] for name in names}
    return frozenset(own | set(synapses._registered_variables))  # noqa: SLF001 - no public way
