"""The controls of all parameters, and which of these are swept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

import numpy as np

from brian_sweep_widget.limits import Limit, limits
from brian_sweep_widget.models import Parameter, Plain
from brian_sweep_widget.runs import Sweep
from brian_sweep_widget.sweeps import Axis
from brian_sweep_widget.widget.beginning import ended_in_words, limits_by_name
from brian_sweep_widget.widget.control import Control
from brian_sweep_widget.widget.inbox import accept_only_input, answering, close_with_parts
from brian_sweep_widget.widget.list_control import ListControl
from brian_sweep_widget.widget.number_control import NumberControl, OtherControl
from brian_sweep_widget.widget.proposals import list_near, range_near, value_near
from brian_sweep_widget.widget.range_control import RangeControl

#: What a parameter is in a sweep: its x axis, one curve for each of some values, or fixed.
Role = Literal["range", "list", "value"]


class Settings(NamedTuple):
    """What a person has asked for: to come back to, or to compare.

    Attributes
    ----------
    swept
        Names of the swept parameters, that of the x axis first.
    fields
        What the control's fields hold, by the parameter's name.
    """

    swept: tuple[str, ...]
    fields: Mapping[str, tuple[Any, ...]]


class Controls(Mapping[str, Control]):
    """The control of every parameter by its name, the swept ones first.

    A parameter has another control when it is swept than when it is not; each is
    made when it is wanted first, and comes back as it was left.

    Parameters
    ----------
    sweep
        What they ask for to begin with.
    remark
        What a person should know of that.

    Attributes
    ----------
    remark
        What a person should know of the settings, until these change; often empty.
    """

    def __init__(self, sweep: Sweep, remark: str = "") -> None:
        self.remark = remark
        self._limits = limits_by_name(sweep.model)
        self.parameters: Mapping[str, Parameter] = sweep.parameters
        self._suggested: Mapping[str, Any] = sweep.model.suggested_sweep
        self._made: dict[tuple[str, Role], Control] = {}
        self._observers: list[Callable[[], None]] = []
        # Whoever reads several controls is to find no half of a change.
        self._lock = threading.RLock()
        self._depth, self._moved = 0, False
        self._begins_with: dict[str, tuple[Plain, ...]] = {
            **{axis.name: axis.values for axis in sweep.plan.axes},
            **{name: (value,) for name, value in sweep.plan.fixed.items()},
        }
        #: Names of the swept parameters, that of the x axis first.
        self.swept: tuple[str, ...] = ()
        self._now: dict[str, Control] = {}
        self._assign([axis.name for axis in sweep.plan.axes])

    def __getitem__(self, name: str) -> Control:
        return self._now[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now)

    def __len__(self) -> int:
        return len(self._now)

    @property
    def settings(self) -> Settings:
        """What a person has asked for."""
        with self._lock:
            return Settings(self.swept, {name: one.settings for name, one in self.items()})

    def restore(self, settings: Settings) -> None:
        """Ask for what was asked for once."""
        with self.at_once():
            self.sweep_over(settings.swept)
            for name, held in settings.fields.items():
                self[name].restore(held)
            for name, limit in self._limits.items():  # which may have become known since
                self[name].keep_below(limit)

    def asked(self, *, live: bool) -> dict[str, Any]:
        """Give all values as `Sweep` takes them, see `Control.value` and `Control.live_value`.

        Raises
        ------
        ValueError
            If what the person typed makes no value.
        """
        with self._lock:
            return {
                name: control.live_value() if live else control.value()
                for name, control in self.items()
            }

    def say(self, remark: str) -> None:
        """Have a person know something, until the settings change."""
        with self.at_once():
            self.remark, self._moved = remark, True

    def keep_below(self, name: str, limit: Limit) -> None:
        """Let a parameter go no further than a limit, and say so if it had; only once."""
        if name in self._limits:
            return
        with answering, self.at_once():  # a message may be about to change the same
            self._limits[name] = limit
            made = [one for (parameter, _), one in self._made.items() if parameter == name]
            ended = {one: one.keep_below(limit) for one in made}
            before = ended[self._now[name]]
            if before is not None:
                self.say(ended_in_words(self.parameters[name], before, limit.most))

    def check(self, name: str, value: Any) -> None:
        """Refuse a value, or several, as `Sweep` takes them, if more is asked for than allowed.

        Raises
        ------
        LimitError
        """
        parameter = self.parameters[name]
        numbers = parameter.read_axis(value) if np.ndim(value) else (parameter.read(value),)
        if name in self._limits:
            most = self._limits[name]
            asked = f"{parameter.label} = {parameter.text(numbers[-1])}"
            most.check(float(numbers[-1]), asked, "choose something smaller")
        jobs = limits().max_jobs
        if jobs is not None:
            jobs.check(len(numbers), f"{len(numbers)} points", "choose something smaller")

    def sweep_over(self, names: Sequence[str]) -> None:
        """Choose what is swept.

        Parameters
        ----------
        names
            Of parameters that can be swept, at least one; the first is the x axis.
        """
        if tuple(names) != self.swept:
            with self.at_once():
                self._assign(names)
                self._moved = True

    def put_across(self, name: str) -> None:
        """Choose the x axis; if that parameter had the curves, the two change places."""
        before, *others = self.swept
        self.sweep_over([name, *(before if other == name else other for other in others)])

    def observe(self, changed: Callable[[], None]) -> None:
        """Have a function called after every change of a field, and of what is swept."""
        self._observers.append(changed)

    def close(self) -> None:
        """Close all controls, also those that are not shown now."""
        for control in self._made.values():
            close_with_parts(control.widget)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Make several changes that others see as one."""
        with self._lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
            over = self._moved and self._depth == 0
            if over:
                self._moved = False
        if over:
            for changed in self._observers:
                changed()

    def _assign(self, names: Sequence[str]) -> None:
        roles: dict[str, Role] = dict.fromkeys(names, "list")
        roles[names[0]] = "range"
        roles |= {name: "value" for name in self.parameters if name not in roles}
        now = {name: self._control(name, role) for name, role in roles.items()}
        self.swept, self._now = tuple(names), now

    def _control(self, name: str, role: Role) -> Control:
        found = self._made.get((name, role))
        if found is None:
            found = self._made[name, role] = self._make(self.parameters[name], role)
            if name in self._limits:
                found.keep_below(self._limits[name])
            found.observe(self._changed)
            accept_only_input(found.widget)
        return found

    def _make(self, parameter: Parameter, role: Role) -> Control:
        values = self._values(parameter)
        if role == "value":
            if not parameter.sweepable:
                return OtherControl(parameter, values[0])
            single = values[0] if len(values) == 1 else value_near(parameter, values)
            return NumberControl(parameter, float(single))
        if not self._now:  # these are the first, and as the caller gave them
            chosen = values
        elif role == "list":
            chosen = list_near(parameter, values)
        elif np.ndim(self._suggested.get(parameter.name, 0)):
            chosen = parameter.read_axis(self._suggested[parameter.name])
        else:
            chosen = range_near(parameter, values)
        axis = Axis(parameter.name, chosen, parameter.unit, parameter.label)
        return (RangeControl if role == "range" else ListControl)(parameter, axis)

    def _values(self, parameter: Parameter) -> tuple[Plain, ...]:
        """Read what is asked for of a parameter; what it began with, where that is no value."""
        control = self._now.get(parameter.name)
        if control is not None and parameter.sweepable:
            try:
                value = control.value()
                swept = parameter.name in self.swept
                return parameter.read_axis(value) if swept else (parameter.read(value),)
            except (TypeError, ValueError):
                pass
        return self._begins_with[parameter.name]

    def _changed(self, _: Any) -> None:
        self.say("")
