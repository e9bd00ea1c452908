"""What a person points at, or opens, in a part of ours that shows many simulations."""

from __future__ import annotations

from collections.abc import Callable

import anywidget


def on_pointed(
    part: anywidget.AnyWidget,
    name: str,
    *,
    hover: Callable[[int], None],
    open_one: Callable[[int], None],
) -> None:
    """Have functions called when a person points at something in a part, or opens it.

    A browser can send anything. What is no request of ours is ignored.

    Parameters
    ----------
    part
        Whose messages are read.
    name
        Of the number in them.
    hover
        Takes a number, of which there may be nothing, or -1 for none.
    open_one
        Takes a number, of which there may be nothing.
    """

    def received(_: object, content: object, __: object) -> None:
        if not isinstance(content, dict) or type(content.get(name)) is not int:
            return
        if content.get("kind") == "hover":
            hover(content[name])
        elif content.get("kind") == "open":
            open_one(content[name])

    part.on_msg(received)
