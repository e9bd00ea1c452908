"""Words for what engines and preparations say in terms of their own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from brian_sweep_widget.results import Outcome
from brian_sweep_widget.runs import Preparation, Sweep
from brian_sweep_widget.widget.visitors import for_visitors

LIVE_HELP = (
    "The curve follows every setting as it changes, at round values between the two ends, "
    "so that zooming reuses what is known. Run computes exactly the points asked for."
)
_WAITS = "Live: the curve follows the settings, as soon as the model is compiled."


class CostWords(NamedTuple):
    """What another value of a parameter costs, for people.

    Attributes
    ----------
    text
        A word or two.
    explanation
        A sentence.
    """

    text: str
    explanation: str


_COSTS = {
    "instant": CostWords("instant", "A new value goes straight into the compiled program."),
    "retrace": CostWords(
        "",
        "For a new value, Brian writes the model's numbers anew, and the compiled program "
        "stays: the curve begins so much later, once for every value.",
    ),
    "rebuild": CostWords(
        "compiles, ",
        "A new value may need another program. The one there is took so long to compile; "
        "every program is compiled once and kept.",
    ),
}


def cost_in_words(cost: str, seconds: float | None) -> CostWords:
    """Say what another value costs.

    Parameters
    ----------
    cost
        As `Preparation` names it.
    seconds
        That it takes; None for a cost that takes no time.
    """
    words = _COSTS[cost]
    return words if seconds is None else words._replace(text=words.text + _roughly(seconds))


def _roughly(seconds: float) -> str:
    """Tell a time with one digit, or whole seconds."""
    return f"{max(seconds, 0.05):.1g} s" if seconds < 1 else f"{seconds:.0f} s"


def engine_in_words(label: str) -> str:
    """Say what computes, such as "Brian runtime (numpy)"."""
    return f"Brian {label}" if label.startswith("runtime") else label


def not_compiled(preparation: Preparation | None) -> str:
    """Say why a model was not compiled; empty if it was, or may still be."""
    if preparation is None or not preparation.reason:
        return ""
    return f"Not compiled: {preparation.reason}"


def live_help(sweep: Sweep, preparation: Preparation | None, *, possible: bool) -> str:
    """Say what Live does, or why it cannot be switched on."""
    if possible:
        return LIVE_HELP
    if preparation is None:
        engine = engine_in_words(sweep.engine.label)
        return f"Live needs a compiled model; this one is computed by: {engine}."
    if preparation.phase == "impossible":
        return f"Live needs a compiled model. {not_compiled(preparation)}"
    return _WAITS


def run_help(sweep: Sweep) -> str:
    """Say what Run does, and how long one simulation may take."""
    text = "Compute exactly the points asked for; leaves Live."
    if math.isinf(sweep.time_limit):
        return text
    return f"{text} A simulation may take {_time(sweep.time_limit)}."


def _time(seconds: float) -> str:
    for unit, length in (("h", 3600.0), ("min", 60.0)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:.6g} {unit}"
    return f"{seconds:.6g} s"


def simulations(number: int) -> str:
    """Count simulations."""
    return "1 simulation" if number == 1 else f"{number} simulations"


def about(seconds: float | None) -> str:
    """Tell an estimate of time, after a comma; empty if there is none."""
    if seconds is None:
        return ""
    if seconds < 1:
        return ", in under a second"
    whole = round(seconds)
    if whole < 120:  # noqa: PLR2004 - longer ones are told in minutes
        return f", in about {whole} s"
    return f", in about {round(seconds / 60)} min"


def described_point(sweep: Sweep, position: Sequence[int]) -> str:
    """Name a point of a sweep, and the trial if there are several."""
    where = [
        f"{axis.label} {axis.unit.text(float(axis.values[index]))}"
        for axis, index in zip(sweep.plan.axes, position, strict=False)
    ]
    if sweep.plan.trials > 1:
        where.append(f"trial {position[-1] + 1}")
    return ", ".join(where)


def described(outcome: Outcome, sweep: Sweep) -> dict[str, str]:
    """Say which point failed and why, as plain text."""
    return {
        "point": described_point(sweep, outcome.job.position),
        **why_it_failed(outcome),
    }


def why_it_failed(outcome: Outcome) -> dict[str, str]:
    """Give an outcome's message and, but to visitors of a page, the lines of code that it is of."""
    traceback = "" if for_visitors() else outcome.traceback
    return {"message": outcome.error, "traceback": traceback}
