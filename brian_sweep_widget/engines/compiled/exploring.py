"""What a model is asked, in the tracing process: its blueprint, and single traces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from brian_sweep_widget.engines.compiled.blueprint import Blueprint, Move
from brian_sweep_widget.engines.compiled.lifting import OtherShapeError
from brian_sweep_widget.engines.compiled.model_traces import ModelTraces
from brian_sweep_widget.engines.compiled.moves import bases, moved
from brian_sweep_widget.engines.compiled.tracing import Trace, UnsupportedError
from brian_sweep_widget.models import Parameter, Plain

_MOST_TRIES = 3  # values of one parameter that may turn out to be another shape

#: Why a model cannot be compiled whose network depends on more than parameters and seed.
ANOTHER_EACH_TIME = (
    "the model builds another network each time, for the same parameters and seed: something "
    "else decides, such as the time, id() or hash() of an object, or a random generator that a "
    "library keeps. Draw by numpy's global functions (np.random.normal(...)), or make the "
    "generator inside the function, by np.random.default_rng(): both follow the simulation's seed"
)


def explore(
    traces: ModelTraces,
    parameters: Mapping[str, Parameter],
    values: Mapping[str, Plain],
    seed: int,
    untouched: frozenset[str],
    begin: Callable[[Blueprint], None],
) -> Blueprint:
    """Trace all that a build for some values, and for those like them, has to know.

    Parameters
    ----------
    traces
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
    begin
        Is given, a few traces early, what will most probably be built.

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
    wanted = traces.trace(asked, seed, with_sources=True)
    for base_values in bases(parameters, asked):
        base: Trace | None = wanted
        if base_values != asked:
            base = _try(traces, base_values, seed, with_sources=True)
        if base is None or base.parsed.skeleton != wanted.parsed.skeleton:
            continue
        # What is zero is often switched on by another value, which changes the code:
        # the rest is moved at once, and most probably all that moves is known then.
        late = [name for name in parameters if base_values[name]]
        early = [name for name in parameters if not base_values[name]]
        moves = _moves(traces, parameters, base_values, base, seed, early)
        at_once = _all_moved(base_values, moves, base)
        for name in late:
            for value in moved(parameters[name], base_values[name])[:1]:
                at_once[name] = value
        together = _try(traces, at_once, seed, like=base)
        drawn = _drawn_anew(traces, base_values, base, seed)
        sketch = Blueprint(traces.name, base, base_values, moves, together, drawn, untouched)
        if _is_alike(together, base) and _fits(sketch, wanted):
            begin(sketch)
        moves |= _moves(traces, parameters, base_values, base, seed, late)
        _refuse_if_unsteady(traces, base_values, base, seed)
        # A product of two zeros moves only when both do.
        alike = _all_moved(base_values, moves, base)
        if alike != at_once:
            together = _try(traces, alike, seed, like=base)
        for others in (drawn, (*drawn, wanted)):
            blueprint = Blueprint(
                traces.name, base, base_values, moves, together, others, untouched
            )
            if _fits(blueprint, wanted):
                return blueprint
    raise UnsupportedError(ANOTHER_EACH_TIME)


def _fits(blueprint: Blueprint, trace: Trace) -> bool:
    try:
        blueprint.lifted().variant(trace)
    except OtherShapeError:  # a literal differs that no move has moved
        return False
    return True


def _moves(
    traces: ModelTraces,
    parameters: Mapping[str, Parameter],
    values: Mapping[str, Plain],
    base: Trace,
    seed: int,
    names: Iterable[str],
) -> dict[str, Move]:
    """Move some parameters, each on its own."""
    moves: dict[str, Move] = {}
    for name in names:
        for value in moved(parameters[name], values[name])[:_MOST_TRIES]:
            move = Move(values[name], value, _try(traces, {**values, name: value}, seed, like=base))
            moves.setdefault(name, move)
            if _is_alike(move.trace, base):
                moves[name] = move
                break
    return moves


def _all_moved(
    values: Mapping[str, Plain], moves: Mapping[str, Move], base: Trace
) -> dict[str, Plain]:
    """Move all parameters at once that can be moved without changing the skeleton."""
    alike = {name: move.after for name, move in moves.items() if _is_alike(move.trace, base)}
    return {**values, **alike}


def _drawn_anew(
    traces: ModelTraces, values: Mapping[str, Plain], base: Trace, seed: int
) -> tuple[Trace, ...]:
    """Trace with another seed, if the builder draws: numbers that it draws are looked up, too."""
    if not base.draws:
        return ()
    again = _try(traces, values, seed ^ 1, like=base)
    return (again,) if again is not None and _is_alike(again, base) else ()


def _is_alike(trace: Trace | None, base: Trace) -> bool:
    return trace is not None and trace.parsed.skeleton == base.parsed.skeleton


def _refuse_if_unsteady(
    traces: ModelTraces, values: Mapping[str, Plain], base: Trace, seed: int
) -> None:
    """Refuse a model that is another one every time."""
    again = _try(traces, values, seed, like=base)
    if again is None or (again.parsed, again.static_arrays) != (base.parsed, base.static_arrays):
        raise UnsupportedError(ANOTHER_EACH_TIME)


def _try(
    traces: ModelTraces,
    values: Mapping[str, Plain],
    seed: int,
    *,
    like: Trace | None = None,
    with_sources: bool = False,
) -> Trace | None:
    """Trace; None if these values, which nobody asked for, cannot be, or not like another trace."""
    equations = None if like is None else like.equations
    try:
        return traces.trace(values, seed, equations=equations, with_sources=with_sources)
    except Exception:  # noqa: BLE001 - the builder is the user's code
        return None
