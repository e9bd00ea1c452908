"""What a model is asked, in the tracing process: its blueprint, and single traces."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from brian_sweep_widget.engines.compiled.blueprint import Blueprint, Move
from brian_sweep_widget.engines.compiled.lifting import OtherShapeError
from brian_sweep_widget.engines.compiled.makefile import Toolchain
from brian_sweep_widget.engines.compiled.moves import bases, moved
from brian_sweep_widget.engines.compiled.tracing import Trace, Tracer, UnsupportedError
from brian_sweep_widget.models import Parameter, Plain

_MOST_TRIES = 3  # values of one parameter that may turn out to be another shape


def explore(
    tracer: Tracer,
    parameters: Mapping[str, Parameter],
    values: Mapping[str, Plain],
    seed: int,
    untouched: frozenset[str],
    note_toolchain: Callable[[Toolchain], None],
) -> Blueprint:
    """Trace all that a build for some values, and for those like them, has to know.

    Parameters
    ----------
    tracer
        The model.
    parameters
        Its parameters by name.
    values
        What is to be simulated, in SI units.
    seed
        For builders that draw random numbers.
    untouched
        Parameters that the builder leaves to equations: their values are of no
        matter here.
    note_toolchain
        Is told, as early as possible, how the program will be compiled.

    Raises
    ------
    UnsupportedError
        If only Brian's runtime can do what the model does; also if it builds
        another network every time.
    Exception
        Whatever the builder, or Brian, says is wrong with these values.
    """
    asked = {
        name: parameter.read_default() if name in untouched else values[name]
        for name, parameter in parameters.items()
    }
    wanted = tracer.trace(asked, seed, with_sources=True)
    note_toolchain(wanted.toolchain)
    for base_values in bases(parameters, asked):
        base: Trace | None = wanted
        if base_values != asked:
            base = _try(tracer, base_values, seed, with_sources=True)
        if base is None or base.parsed.skeleton != wanted.parsed.skeleton:
            continue
        moves, together = _moves(tracer, parameters, base_values, base, seed)
        for others in ((), (wanted,)):
            blueprint = Blueprint(
                tracer.name, base, base_values, moves, together, others, untouched
            )
            if _fits(blueprint, wanted):
                return blueprint
    msg = "the model could not be traced twice alike"
    raise UnsupportedError(msg)


def _fits(blueprint: Blueprint, trace: Trace) -> bool:
    try:
        blueprint.lifted().variant(trace)
    except OtherShapeError:  # a literal differs that no move has moved
        return False
    return True


def _moves(
    tracer: Tracer,
    parameters: Mapping[str, Parameter],
    values: Mapping[str, Plain],
    base: Trace,
    seed: int,
) -> tuple[dict[str, Move], Trace | None]:
    """Move every parameter on its own, then all of them at once."""
    moves: dict[str, Move] = {}
    together = dict(values)
    for name, parameter in parameters.items():
        for value in moved(parameter, values[name])[:_MOST_TRIES]:
            trace = _try(tracer, {**values, name: value}, seed)
            moves.setdefault(name, Move(values[name], value, trace))
            if trace is not None and trace.parsed.skeleton == base.parsed.skeleton:
                moves[name] = Move(values[name], value, trace)
                together[name] = value
                break
    # A product of two zeros moves only when both do.
    at_once = _try(tracer, together, seed)
    again = _try(tracer, values, seed)
    if again is None or (again.parsed, again.static_arrays) != (base.parsed, base.static_arrays):
        msg = "the model builds another network each time, for the same parameters and seed"
        raise UnsupportedError(msg)
    return moves, at_once


def _try(
    tracer: Tracer, values: Mapping[str, Plain], seed: int, *, with_sources: bool = False
) -> Trace | None:
    """Trace; None if these values, which nobody asked for, cannot be."""
    try:
        return tracer.trace(values, seed, with_sources=with_sources)
    except UnsupportedError:
        return None
    except Exception:  # noqa: BLE001 - the builder is the user's code
        return None
