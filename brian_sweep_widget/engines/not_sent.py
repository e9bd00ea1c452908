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


_OF_TWO = (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "divmod", "pow", "matmul"),
    *("and", "or", "xor", "lshift", "rshift"),
)
for _name in (
    *("call", "enter", "exit", "iter", "next", "reversed", "len", "bool", "contains"),
    *("getitem", "setitem", "delitem", "setattr", "delattr"),
    *("float", "int", "index", "complex", "round", "array", "fspath", "str", "format", "hash"),
    *("eq", "ne", "lt", "le", "gt", "ge", "neg", "pos", "abs", "invert"),
    *_OF_TWO,
    *(f"r{_name}" for _name in _OF_TWO),
):
    setattr(NotSent, f"__{_name}__", _say)
