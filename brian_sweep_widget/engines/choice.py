"""Which engine computes which model."""

from __future__ import annotations

from brian_sweep_widget.engines.context import BrianContext
from brian_sweep_widget.engines.engine import Engine
from brian_sweep_widget.engines.function import FunctionEngine
from brian_sweep_widget.engines.runtime import RuntimeEngine
from brian_sweep_widget.models import FunctionModel, Model, Parameter

#: What ``engine=`` accepts.
ENGINES = ("auto", "numpy", "cython")


def engine_for(name: str, model: Model, parameters: dict[str, Parameter]) -> Engine:
    """Make the engine that computes a model.

    Parameters
    ----------
    name
        ``"auto"`` for the default, which is ``"numpy"`` for network models:
        its first result comes at once. ``"cython"`` compiles first (half a
        minute with an empty cache) and is faster for long simulations. Plain
        functions follow the preferences that their author set, so for them
        only ``"auto"`` makes sense.
    model
        The model.
    parameters
        Its parameters by name.

    Raises
    ------
    ValueError
        If the name is unknown, or the model is a plain function and the name
        is not ``"auto"``.
    """
    if name not in ENGINES:
        msg = f"engine = {name!r} is unknown (allowed: {', '.join(ENGINES)})"
        raise ValueError(msg)
    context = BrianContext.here()
    if isinstance(model, FunctionModel):
        if name != "auto":
            msg = (
                f"engine = {name!r}: {model.name} is a plain function and runs as its author set "
                f"it up (allowed: 'auto'); set brian2.prefs.codegen.target = {name!r} instead"
            )
            raise ValueError(msg)
        return FunctionEngine(model, parameters, context)
    return RuntimeEngine(model, parameters, context, "numpy" if name == "auto" else name)
