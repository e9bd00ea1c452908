"""What a builder asks for and nobody knows yet, in words: what it is, where it asks, and why."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Iterable
from types import FrameType
from typing import Any

from brian_sweep_widget.engines.brian_objects import is_brians
from brian_sweep_widget.engines.causes import causes_of
from brian_sweep_widget.engines.code_lines import line_in_words
from brian_sweep_widget.engines.compiled.evaluation import AT_RANDOM, NotComputedError

_LIBRARIES = (
    *("brian2.", "brian_sweep_widget.engines.", "numpy."),
    *("contextlib.", "unittest.", "weakref."),
)
_OUTSIDE = "brian_sweep_widget.engines.compiled.tracing"  # calls the builder


class ValueUnknownError(NotImplementedError):
    """A builder asks for what only the program will know.

    The kind of error that the standalone device raises, as parts of Brian expect
    it: those that would only check something then go on.

    Parameters
    ----------
    message
        Names what was asked for, where, and why it is not known.
    drawn
        Whether it would be known if it was drawn here, and not in the program.
    """

    def __init__(self, message: str, *, drawn: bool = False) -> None:
        super().__init__(message)
        self.drawn = drawn


def unknown(what: str, error: NotComputedError) -> ValueUnknownError:
    """Make the error that says what is asked for, where, and why it is not known."""
    message = f"it asks for {what} while building{_where()}, and {error}"
    return ValueUnknownError(message, drawn=str(error) == AT_RANDOM)


def named(variable: Any) -> str:
    """Say in words what a variable holds."""
    from brian2 import Synapses  # noqa: PLC0415 - only traces have Brian

    owner = variable.owner
    try:
        name = owner.name
        synaptic = isinstance(owner, Synapses)
    except (AttributeError, ReferenceError):  # nobody's, or of one that is gone
        return f"the values of {variable.name!r}"
    if not synaptic:
        return f"the values of {variable.name!r} of {name!r}"
    return {
        "N": f"the number of synapses of {name!r}",
        "_synaptic_pre": f"the neurons that the synapses of {name!r} connect",
        "_synaptic_post": f"the neurons that the synapses of {name!r} connect",
        "N_incoming": f"the number of synapses of {name!r} onto each neuron",
        "N_outgoing": f"the number of synapses of {name!r} from each neuron",
    }.get(variable.name, f"the values of {variable.name!r} of {name!r}")


def _where() -> str:
    """Name the builder's line, if it is the builder who asks."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - inspect.stack reads all files
    while frame is not None and f"{frame.f_globals.get('__name__', '')}.".startswith(_LIBRARIES):
        frame = frame.f_back
        if frame is not None and frame.f_globals.get("__name__") == _OUTSIDE:
            return ""
    if frame is None:
        return ""
    code = frame.f_code
    text = linecache.getline(code.co_filename, frame.f_lineno, frame.f_globals).strip()
    return f" ({line_in_words(code.co_filename, frame.f_lineno, code.co_name, text)})"


def unknown_value(error: BaseException) -> ValueUnknownError | None:
    """Give what says that a builder asked for what is not known; None if an error is another."""
    causes = causes_of(error, handled=True)
    return next((one for one in causes if isinstance(one, ValueUnknownError)), None)


def left_unanswered(errors: Iterable[ValueUnknownError]) -> ValueUnknownError | None:
    """Give the first of these errors that others than Brian caught, to go on without an answer.

    The runtime would have answered, so they would build another network than it.
    """
    return next((one for one in errors if _is_left_unanswered(one)), None)


def _is_left_unanswered(error: ValueUnknownError) -> bool:
    if error.__traceback__ is None:
        return False
    frame = error.__traceback__.tb_frame  # the one that caught it
    module = str(frame.f_globals.get("__name__"))
    if is_brians(module):
        # What would only check something goes on; to record all, Brian has to know, and
        # says that it does not in an error of its own.
        return frame.f_locals.get("record") is True
    return not module.startswith("brian_sweep_widget.engines.")
