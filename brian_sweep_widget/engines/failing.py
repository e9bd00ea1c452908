"""Exceptions of the user's code as plain data."""

from __future__ import annotations

import traceback
from types import TracebackType

from brian_sweep_widget.engines.advice import advice
from brian_sweep_widget.results import Failure

_LONGEST = 20_000  # characters of a text


def failure_of(error: BaseException) -> Failure:
    """Write down an exception: its name, what it says, where in the model it was raised."""
    kind, message, trace = type(error).__name__, _message(error), _users_traceback(error)
    return Failure(kind, _writable(_bounded(message)), _writable(_bounded(trace)))


def _bounded(text: str) -> str:
    """Leave out the middle of what nobody reads, such as all data that a message quotes.

    It would be sent, stored and shown with each simulation that fails.
    """
    more = len(text) - _LONGEST
    if more <= 0:
        return text
    half = _LONGEST // 2
    return f"{text[:half]}\n... ({more} characters are left out here) ...\n{text[-half:]}"


def _writable(text: str) -> str:
    """Escape what no file of results takes as text: lone halves of characters, and NUL."""
    return text.encode(errors="backslashreplace").decode().replace("\0", "\\x00")


def _message(error: BaseException) -> str:
    """Give what an exception says, with the cause that Brian tells separately, and what to do."""
    try:
        text = str(error)
        cause = error.__cause__
        if cause is not None and str(cause) and str(cause) not in text:
            text = f"{text}\n{type(cause).__name__}: {cause}"
        told = advice(error)
        if told:
            text = _headed(text, told)
    except BaseException as broken:  # noqa: BLE001 - an exception of the user's may do anything
        text = f"(its message cannot be shown: {type(broken).__name__})"
    return text


def _headed(text: str, told: str) -> str:
    """Put what to do into the first line, which is all that many places have room for."""
    first, end, rest = text.partition("\n")
    first = first.strip().rstrip(".:")
    return (f"{first}: {told}" if first else told) + end + rest


def _users_traceback(error: BaseException) -> str:
    """Format the traceback from the model's own first line on; empty if it has none."""
    trace = _below_us(error.__traceback__)
    if trace is None:  # we refused the result; the message says why
        return ""
    return "".join(traceback.format_exception(type(error), error, trace))


def _below_us(trace: TracebackType | None) -> TracebackType | None:
    room = __name__.rpartition(".")[0]
    below = trace
    while below is not None and _module(below).startswith(room):
        below = below.tb_next
    return below


def _module(trace: TracebackType) -> str:
    return str(trace.tb_frame.f_globals.get("__name__", ""))
