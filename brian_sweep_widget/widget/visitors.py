"""Whether the widget is shown to visitors of a page, who own nothing of the computer behind it.

They get no files there, and read neither its folders nor its name.
"""

from __future__ import annotations

import os

#: Voila gives it to every kernel that it starts, whatever its value.
VARIABLE = "VOILA_PREHEAT"


def for_visitors() -> bool:
    """Whether this kernel was started for a page."""
    return VARIABLE in os.environ
