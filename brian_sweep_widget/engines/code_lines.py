"""How a line of the user's code is told to people."""

from __future__ import annotations

from pathlib import Path

_OF_CELLS = "ipykernel_"  # begins the name of the folder in which ipykernel says that cells are


def line_in_words(file: str, number: int, function: str, text: str | None) -> str:
    """Tell where a line is, and what it says.

    Parameters
    ----------
    file
        As the code names it. What ipykernel calls a cell, a file that is
        nowhere, keeps its folder: the kernel, which knows the cell's number, has
        to know it again (`brian_sweep_widget.runs.cells`).
    number
        Of the line in it, from 1.
    function
        In which it is.
    text
        The line; empty or None if it cannot be read here.

    Returns
    -------
    str
        Such as ``"line 6 of model.py, in build: group = NeuronGroup(0, '')"``.
    """
    path = Path(file)
    name = (
        f"{path.parent.name}/{path.name}" if path.parent.name.startswith(_OF_CELLS) else path.name
    )
    told = f"line {number} of {name}, in {function}"
    return f"{told}: {text}" if text else told
