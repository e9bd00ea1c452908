"""Which environment variables a job reads under names that its code does not hold.

A variable that the model's own code names is a part of what names its results.
A name that is put together, or read from somewhere, is known only when the
variable is read; then it is told like a file that was read.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from types import FrameType
from typing import Any
from unittest import mock

from brian_sweep_widget.engines.installed import is_users_frame, module_of

_Environment: Any = type(os.environ)
_look_up = _Environment.__getitem__
# They only pass a question on: `os.getenv`, `os.environ.get`, `dict(os.environ)`.
_PASSING = frozenset({"os", "_collections_abc", "collections.abc"})
_TOLD_AS = "the environment variable "
_ABSENT = "absent"
_SHORT = 48  # before longer names a pickle has a number that looks like a letter


def is_named(name: str, packed: bytes) -> bool:
    """Whether the name of an environment variable is a word in a packed model."""
    text = os.fsencode(name)
    if text not in packed or len(text) >= _SHORT:
        return text in packed
    word = rb"(?<![A-Za-z0-9_])" + re.escape(text) + rb"(?![A-Za-z0-9_])"
    return re.search(word, packed) is not None


def variables_among(read: Iterable[str]) -> set[str]:
    """Give the names of the environment variables in what is told to have been read."""
    return {one.removeprefix(_TOLD_AS) for one in read if one.startswith(_TOLD_AS)}


@contextmanager
def variables_read(packed: bytes) -> Iterator[dict[str, str]]:
    """Note the environment variables that the user's code reads meanwhile.

    Parameters
    ----------
    packed
        The model: what occurs in it is named by its own code, and not noted.

    Yields
    ------
    dict
        Is filled with what they were, as a digest, by words for each of them.
    """
    noted: dict[str, str] = {}

    def look_up(self: Any, name: Any) -> str:
        asked = self is os.environ and isinstance(name, str)
        # Who asks first: a packed model may be large, and libraries ask all the time.
        users = asked and _user_asks(sys._getframe(1))  # noqa: SLF001 - inspect.stack takes 10 ms
        if users and not is_named(name, packed):
            noted.setdefault(f"{_TOLD_AS}{name}", _digest(name))
        return str(_look_up(self, name))

    with mock.patch.object(_Environment, "__getitem__", look_up):
        yield noted


def _user_asks(frame: FrameType | None) -> bool:
    while frame is not None and module_of(frame) in _PASSING:
        frame = frame.f_back
    return is_users_frame(frame)


def _digest(name: str) -> str:
    """Tell equal values from others, without keeping what may be a secret."""
    try:
        value = _look_up(os.environ, name)
    except KeyError:
        return _ABSENT
    return f"variable {blake2b(os.fsencode(value), digest_size=20).hexdigest()}"
