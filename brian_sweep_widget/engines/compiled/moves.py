"""Canonical moves: which parameter sets are traced to find what differs.

They depend on the model alone, never on what a person looked at first, so that
every machine lifts the same literals and makes the same build.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from brian_sweep_widget.models import Parameter, Plain

# Not a round factor: a product with another parameter should not look like it.
_UP, _DOWN = 1.37, 0.73


def moved(parameter: Parameter, value: Plain) -> list[Plain]:
    """List values near one, different from it: the first is tried first.

    Parameters
    ----------
    parameter
        For kind, limits and range.
    value
        The parameter's value now, in SI units.

    Returns
    -------
    list
        Empty for flags and texts: those change the code, not a number in it.
    """
    if not parameter.sweepable:
        return []
    number = float(value)
    if number:
        candidates = [number * _UP, number * _DOWN]
    else:
        low, high = parameter.range or (0.0, parameter.unit.scale)
        candidates = [low + (high - low) * 0.37, low + (high - low) * 0.73]
    if parameter.kind == "integer":
        whole = int(number)
        rounded = [round(candidate) for candidate in candidates]
        candidates = [*rounded, whole + 1, whole - 1]
        candidates = [int(candidate) for candidate in candidates]
    floor, ceiling = parameter.limits
    kept: list[Plain] = []
    for candidate in candidates:
        above = floor is None or candidate >= floor
        below = ceiling is None or candidate <= ceiling
        if above and below and candidate != value and candidate not in kept:
            kept.append(candidate)
    return kept


def bases(
    parameters: Mapping[str, Parameter], values: Mapping[str, Plain]
) -> Iterator[dict[str, Plain]]:
    """Give parameter sets from which a build for some values may be made.

    Parameters
    ----------
    parameters
        The model's, by name.
    values
        What is to be simulated.

    Yields
    ------
    dict
        The defaults first; then the defaults with one parameter moved; then
        the values themselves. Flags and texts are always those of the values.
        The first of them that has the skeleton of the values is the base: so
        it is the same for (almost) all values that share a skeleton.
    """
    defaults = {
        name: parameter.read_default() if parameter.sweepable else values[name]
        for name, parameter in parameters.items()
    }
    yield defaults
    for name, parameter in parameters.items():
        if defaults[name] != values[name]:
            for move in moved(parameter, defaults[name])[:1]:
                yield {**defaults, name: move}
    yield dict(values)
