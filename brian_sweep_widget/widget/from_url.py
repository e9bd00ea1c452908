"""What the address of a page asks for: ``?model=coba&size=1000&trials=3``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from brian_sweep_widget import models
from brian_sweep_widget.models import CATALOGUE, Model, every_parameter
from brian_sweep_widget.models.numerals import NotAValueError
from brian_sweep_widget.models.syntax import read_whole
from brian_sweep_widget.models.written import read_value

#: In which Voila hands over what is behind the question mark.
VARIABLE = "QUERY_STRING"
_COUNTS = {"trials": 1, "seed": 0}  # and the smallest of each
_OF_THE_PAGE = frozenset({"theme", "template", "token"})  # Voila's own, and Jupyter's
_MOST_FIELDS = 100


def model_named(fields: Mapping[str, str]) -> Model | None:
    """Give the model of the catalogue that an address names; None if it names none.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    name = fields.get("model")
    if name is None:
        return None
    if name not in CATALOGUE:
        msg = f"model = {name!r} is unknown (allowed: {', '.join(CATALOGUE)})"
        raise ValueError(msg)
    model: Model = getattr(models, name)
    return model


def fields_of(query: str) -> dict[str, str]:
    """Read what is behind the question mark, without what is the page's own.

    Raises
    ------
    ValueError
        If it is no list of names and values, or has a name twice.
    """
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    fields: dict[str, str] = {}
    for name, text in pairs:
        if name in _OF_THE_PAGE or name.startswith("voila"):
            continue
        if name in fields:
            msg = (
                f"{name!r} is there twice (allowed: once; several values of a parameter have "
                "commas between them, such as size=1000,2000)"
            )
            raise ValueError(msg)
        fields[name] = text
    return fields


def options_of(model: Model, fields: Mapping[str, str]) -> dict[str, Any]:
    """Read options of `SweepWidget` for a model: trials, seed, a preset, values of parameters.

    Parameters
    ----------
    model
        Says what parameters and presets there are.
    fields
        Texts by name, see `fields_of`. Values are written as for ``brian-sweep
        run``: ``0:4:20mV``.

    Raises
    ------
    ValueError
        If a name is unknown, or a text no value; names both, and what is allowed.
    """
    parameters, presets = every_parameter(model), dict(getattr(model, "presets", {}))
    untyped = model.untyped()
    options: dict[str, Any] = {}
    for name, text in fields.items():
        if name == "preset":
            if text not in presets:
                allowed = ", ".join(map(repr, presets)) or "none"
                msg = f"preset = {text!r} is unknown (allowed: {allowed})"
                raise ValueError(msg)
            options = {**presets[text], **options}
        elif name in _COUNTS or name in parameters:
            try:
                if name in _COUNTS:
                    options[name] = read_whole(text, _COUNTS[name])
                else:
                    options[name] = read_value(text, parameters[name], declared=name not in untyped)
            except NotAValueError as error:
                msg = f"{name} = {text!r} {error}"
                raise ValueError(msg) from None
        elif name != "model":
            allowed = ", ".join(("model", "preset", *_COUNTS, *parameters))
            msg = f"{name!r} is unknown (allowed: {allowed})"
            raise ValueError(msg)
    return options
