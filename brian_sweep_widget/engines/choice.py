"""Which engine computes which model."""

from __future__ import annotations

from brian_sweep_widget.engines.compiled import Compilation
from brian_sweep_widget.engines.context import BrianContext
from brian_sweep_widget.engines.engine import Engine
from brian_sweep_widget.engines.function import FunctionEngine
from brian_sweep_widget.engines.runtime import RuntimeEngine
from brian_sweep_widget.limits import limits
from brian_sweep_widget.models import AllowNan, FunctionModel, Model, Parameter

#: What ``engine=`` accepts.
ENGINES = ("auto", "compiled", "numpy", "cython")


def engine_for(
    name: str, model: Model, parameters: dict[str, Parameter], *, allow_nan: AllowNan = False
) -> Engine | Compilation:
    """Choose what computes a model.

    Parameters
    ----------
    name
        ``"auto"`` for the default. Network models are then compiled to a
        program once, which simulates any values of their parameters; where
        that cannot be (no C++ compiler, code in Python that runs meanwhile),
        Brian's runtime computes them with the numpy target, and says why.
        ``"compiled"`` takes that for an error instead. ``"numpy"`` and
        ``"cython"`` are the targets of Brian's runtime. Plain functions follow
        the preferences that their author set, so for them only ``"auto"``
        makes sense.
    model
        The model.
    parameters
        Its parameters by name.
    allow_nan
        Which results of a plain function may be NaN; measures of network
        models say that themselves.

    Returns
    -------
    Engine or Compilation
        An engine is ready to compute jobs; a compilation has to be prepared.

    Raises
    ------
    ValueError
        If the name is unknown, or the model is a plain function and the name
        is not ``"auto"``; also if an administrator's limits cannot be read.
    """
    if name not in ENGINES:
        msg = f"engine = {name!r} is unknown (allowed: {', '.join(ENGINES)})"
        raise ValueError(msg)
    context = BrianContext.here()
    allowed = limits()
    if isinstance(model, FunctionModel):
        if name != "auto":
            msg = (
                f"engine = {name!r}: {model.name} is a plain function and runs as its author set "
                f"it up (allowed: 'auto'); set brian2.prefs.codegen.target = {name!r} instead"
            )
            raise ValueError(msg)
        return FunctionEngine(model, parameters, context, allowed, allow_nan=allow_nan)
    if name == "compiled":
        return Compilation(model, parameters, context, None)
    target = "numpy" if name == "auto" else name
    runtime = RuntimeEngine(model, parameters, context, target, allowed)
    return Compilation(model, parameters, context, runtime) if name == "auto" else runtime
