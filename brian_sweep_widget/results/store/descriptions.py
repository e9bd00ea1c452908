"""What a sweep asks for, as a text from which it can be read without the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from hashlib import blake2b
from typing import Any, NamedTuple, get_args

from brian_sweep_widget.models import Parameter
from brian_sweep_widget.models.parameters import Kind
from brian_sweep_widget.results.store.documents import (
    guarded,
    moment,
    name,
    number,
    parsed,
    plain,
    read_unit,
    text,
    write_json,
)
from brian_sweep_widget.sweeps import Axis, Plan

_CHECK_BYTES = 8


class Sweep(NamedTuple):
    """A recorded sweep, as the table ``sweep`` keeps it.

    Attributes
    ----------
    name
        16 bytes.
    started
        In seconds since the epoch.
    model
        The model's label.
    description
        What it asks for; see `describe_sweep`.
    notice
        What is to be known of its results.
    """

    name: bytes
    started: float
    model: str
    description: str
    notice: str


def sweep_from(*values: object) -> Sweep:
    """Refuse values of other types than were written: SQLite keeps any type in any column.

    Raises
    ------
    DamagedError
    """

    def read() -> Sweep:
        of, started, model, description, notice = values
        if not isinstance(of, bytes):
            raise ValueError(of)  # noqa: TRY004 - damage, like all others
        return Sweep(of, moment(started), name(model), text(description), text(notice))

    return guarded(read)


def describe_sweep(parameters: Mapping[str, Parameter], plan: Plan) -> str:
    """Write down what a sweep asks for, so that it can be read without the model."""
    described = {
        "parameters": [asdict(parameter) for parameter in parameters.values()],
        "axes": [asdict(axis) for axis in plan.axes],
        "fixed": dict(plan.fixed),
        "trials": int(plan.trials),
        "seed": int(plan.seed),
        "seeding": plan.seeding,
    }
    return write_json({**described, "check": _check(described)})


def read_sweep(description: str) -> tuple[dict[str, Parameter], Plan]:
    """Read what `describe_sweep` wrote.

    Raises
    ------
    DamagedError
        If it is not as it was written.
    """

    def read() -> tuple[dict[str, Parameter], Plan]:
        found = parsed(description, dict)
        check = found.pop("check", None)
        if check is not None and check != _check(found):  # the first stores have none
            raise ValueError(check)
        parameters = [_parameter(written) for written in found["parameters"]]
        axes = tuple(_axis(written) for written in found["axes"])
        fixed = {name(key): plain(value) for key, value in found["fixed"].items()}
        plan = Plan(axes, fixed, found["trials"], found["seed"], found["seeding"])
        named = {parameter.name: parameter for parameter in parameters}
        swept = {axis.name for axis in axes}
        _differ(len(named) == len(parameters), len(swept) == len(axes))
        # Tables look a parameter's unit up by an axis's name, and its value in every job.
        _differ(swept <= named.keys() <= swept | fixed.keys(), not swept & fixed.keys())
        return named, plan

    return guarded(read)


def _differ(*conditions: bool) -> None:
    if not all(conditions):
        raise ValueError(conditions)


def _check(described: Mapping[str, Any]) -> str:
    """Hash what a sweep asks for, as it is read again."""
    return blake2b(write_json(described).encode(), digest_size=_CHECK_BYTES).hexdigest()


def _parameter(written: dict[str, Any]) -> Parameter:
    low, high = written["limits"]
    span = written["range"]
    if written["kind"] not in get_args(Kind):
        raise ValueError(written)
    return Parameter(
        text(written["name"]),
        written["kind"],
        None if written["default"] is None else plain(written["default"]),
        read_unit(written["unit"]),
        text(written["label"]),
        (None if low is None else number(low), None if high is None else number(high)),
        None if span is None else (number(span[0]), number(span[1])),
    )


def _axis(written: dict[str, Any]) -> Axis:
    values = tuple(plain(number(value)) for value in written["values"])
    if not values:
        raise ValueError(written)
    unit = read_unit(written["unit"])
    return Axis(name(written["name"]), values, unit, name(written["label"]))
