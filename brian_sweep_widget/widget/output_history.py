"""What IPython keeps of a cell's output, in `Out` and its short names."""

from __future__ import annotations

from typing import Any

_LATEST = ("_", "__", "___")


def forget_output(shell: Any, number: int, kinds: tuple[type, ...]) -> None:
    """Have IPython let go of what a cell gave, if that is of some kinds.

    IPython would keep it until the kernel ends. Variables of the user's keep it
    all the same.

    Parameters
    ----------
    shell
        IPython's.
    number
        Of the cell's execution, as in ``Out[number]``.
    kinds
        What may go.
    """
    outputs = shell.user_ns.get("_oh", {})
    value = outputs.get(number)
    if not isinstance(value, kinds):
        return
    del outputs[number]
    # What is in the second namespace is hidden from %who, and kept all the same.
    for names in (shell.user_ns, shell.user_ns_hidden, vars(shell.displayhook)):
        if names.get(f"_{number}") is value:
            del names[f"_{number}"]
        for name in _LATEST:
            if names.get(name) is value:
                names[name] = ""  # as IPython begins
