"""Values as source code that gives the same bits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from brian_sweep_widget.engines.script.errors import ScriptError
from brian_sweep_widget.models.units import NO_DIMENSIONS, Dimensions, dimensions_of, is_quantity

# SI units with a name of their own, by their exponents of m, kg, s, A, K, mol, cd.
_SI_UNITS: dict[Dimensions, str] = {
    (0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0): "second",
    (0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0): "hertz",
    (2.0, 1.0, -3.0, -1.0, 0.0, 0.0, 0.0): "volt",
    (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0): "amp",
    (2.0, 1.0, -3.0, -2.0, 0.0, 0.0, 0.0): "ohm",
    (-2.0, -1.0, 3.0, 2.0, 0.0, 0.0, 0.0): "siemens",
    (-2.0, -1.0, 4.0, 2.0, 0.0, 0.0, 0.0): "farad",
    (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0): "meter",
}
_MOST_ITEMS = 10_000  # of an array; more would be data, not a script
_KINDS = "biufc"


def source_of(value: Any, name: str) -> str:  # noqa: PLR0911 - one for each kind
    """Write a value.

    Parameters
    ----------
    value
        None, a number, a text, a quantity, an array, or a container of these.
    name
        What it is called, for messages.

    Returns
    -------
    str
        An expression. It may use ``np`` and ``brian2``.

    Raises
    ------
    ScriptError
        If it is anything else, or too large.
    """
    if is_quantity(value):
        dimensions = dimensions_of(value)
        plain = np.asarray(value)
        written = source_of(plain if plain.ndim else plain.item(), name)
        if dimensions == NO_DIMENSIONS:
            return written
        unit = _SI_UNITS.get(dimensions)
        if unit:  # which is 1: multiplying by it changes no bit
            return f"{written} * brian2.{unit}"
        exponents = ", ".join(f"{exponent:g}" for exponent in dimensions)
        dimension = f"brian2.get_or_create_dimension([{exponents}])"
        return f"brian2.Quantity({written}, dim={dimension})"
    if isinstance(value, np.ndarray):
        return _array(value, name)
    if isinstance(value, np.generic):
        return f"np.{value.dtype.name}({source_of(value.item(), name)})"
    if value is None or isinstance(value, bool | int | str | bytes):
        return repr(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f'float("{value}")'
    if isinstance(value, complex):
        return f"complex({source_of(value.real, name)}, {source_of(value.imag, name)})"
    if type(value) in {list, tuple, set, frozenset, dict}:
        return _container(value, name)
    msg = (
        f"{name} is a {type(value).__name__}, which cannot be written into a script: make it "
        "inside the model, or of numbers, texts, arrays and quantities"
    )
    raise ScriptError(msg)


def _array(value: np.ndarray[Any, Any], name: str) -> str:
    if value.dtype.kind not in _KINDS:
        msg = f"{name} is an array of {value.dtype}, which cannot be written into a script"
        raise ScriptError(msg)
    if value.size > _MOST_ITEMS:
        msg = (
            f"{name} is an array of {value.size} numbers (allowed in a script: {_MOST_ITEMS}): "
            "have the model read or compute it"
        )
        raise ScriptError(msg)
    items = source_of(value.ravel().tolist(), name)
    text = f"np.array({items}, dtype=np.{value.dtype.name})"
    return text if value.ndim == 1 else f"{text}.reshape({value.shape})"


def _container(value: Any, name: str) -> str:
    if isinstance(value, dict):
        items = (f"{source_of(k, name)}: {source_of(v, name)}" for k, v in value.items())
        return "{" + ", ".join(items) + "}"
    parts = [source_of(item, name) for item in value]
    if isinstance(value, list):
        return f"[{', '.join(parts)}]"
    if isinstance(value, tuple):
        return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
    kind = type(value).__name__
    return f"{kind}([{', '.join(parts)}])"
