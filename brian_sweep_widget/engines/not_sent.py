"""What stands in a worker for something that could not be sent there."""

from __future__ import annotations

from typing import Any


class NotSentError(RuntimeError):
    """Code uses something that could not be sent to it; says what, and what to do."""


class NotSent:
    """Stands for something that could not be sent: whatever is done with it says so.

    Parameters
    ----------
    words
        What it was, and what to do.
    """

    def __init__(self, words: str) -> None:
        self.__dict__["_words"] = words

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel."""
        return NotSent, (self.__dict__["_words"],)

    def __getattr__(self, _name: str) -> Any:
        """Say that it was not sent."""
        raise NotSentError(self.__dict__["_words"])


def _say(absent: NotSent, *_: Any, **__: Any) -> Any:
    raise NotSentError(vars(absent)["_words"])


for _name in (
    *(
        "call",
        "enter",
        "exit",
        "iter",
        "next",
        "len",
        "bool",
        "contains",
        "getitem",
        "setitem",
        "delitem",
    ),
    *("float", "int", "index", "complex", "array", "str", "format", "eq", "ne", "lt", "le"),
    *("gt", "ge", "add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "pow"),
    *("rpow", "mod", "rmod", "floordiv", "rfloordiv", "matmul", "rmatmul", "neg", "abs", "hash"),
):
    setattr(NotSent, f"__{_name}__", _say)
