"""Names the cells of a notebook as a person knows them, in what went wrong elsewhere.

ipykernel compiles each cell as a file with a number for a name, which is nowhere:
``ipykernel_81/2136852486.py``, among temporary files. Workers know that name only; which cell it
is, and what stands in it, is known in the kernel.
"""

from __future__ import annotations

import linecache
import re
from dataclasses import replace

from brian_sweep_widget.results import Failure, Outcome
from brian_sweep_widget.runs.kernel import running_shell

# A folder begins where nothing of it can stand before: or every character of a long word would
# be searched on to its end, which takes minutes for some ten thousand.
_FOLDER = r"(?:(?<![^\s\"'(])[^\s\"'(]*[/\\])?"
_CELL = rf"(?P<cell>{_FOLDER}ipykernel_\d+[/\\]\d+\.py|<ipython-input-\d+-\w+>)"
_IN_WORDS = re.compile(rf"line (?P<line>\d+) of {_CELL}(?P<of>, in [\w.<>]+)?(?P<told>(?=: ))?")
_IN_TRACEBACK = re.compile(
    rf"^(?P<indent> *)File (?P<quote>[\"']){_CELL}(?P=quote), line (?P<line>\d+)(?P<of>.*)$"
    r"(?:\n(?P=indent)  (?P<told>.*))?",
    re.MULTILINE,
)
_ANYWHERE = re.compile(_CELL)


def cells_named(text: str) -> str:
    """Name all cells in a text, and add the lines that it speaks of.

    Parameters
    ----------
    text
        A message, or a traceback, from whichever process.

    Returns
    -------
    str
        With "cell In[12]", or "a notebook cell" if it is another notebook's.
    """
    if not _ANYWHERE.search(text):
        return text
    text = _IN_TRACEBACK.sub(_traceback_line, text)
    text = _IN_WORDS.sub(_words, text)
    return _ANYWHERE.sub(lambda found: _name(found["cell"]), text)


def failure_with_cells(failure: Failure) -> Failure:
    """Name the cells in a failure."""
    return replace(
        failure,
        message=cells_named(failure.message),
        traceback=cells_named(failure.traceback),
    )


def outcome_with_cells(outcome: Outcome) -> Outcome:
    """Name the cells in all that failed."""
    if outcome.failure is None and not outcome.failures:
        return outcome
    return replace(
        outcome,
        failure=None if outcome.failure is None else failure_with_cells(outcome.failure),
        failures={name: failure_with_cells(one) for name, one in outcome.failures.items()},
    )


def _traceback_line(found: re.Match[str]) -> str:
    quoted = f"{found['quote']}{_name(found['cell'])}{found['quote']}"
    line = f"{found['indent']}File {quoted}, line {found['line']}{found['of']}"
    text = found["told"] or _text(found)
    return f"{line}\n{found['indent']}  {text}" if text else line


def _words(found: re.Match[str]) -> str:
    line = f"line {found['line']} of {_name(found['cell'])}{found['of'] or ''}"
    text = _text(found) if found["told"] is None else ""
    return f"{line}: {text}" if text else line


def _text(found: re.Match[str]) -> str:
    """Give the line itself; empty if this kernel does not have it."""
    return linecache.getline(_whole(found["cell"]), int(found["line"])).strip()


def _name(cell: str) -> str:
    tell = getattr(getattr(running_shell(), "compile", None), "format_code_name", None)
    named = tell(_whole(cell)) if tell is not None else None
    return f"cell {named[1]}" if named else "a notebook cell"


def _whole(cell: str) -> str:
    """Give the name of a cell with which the kernel compiled it; messages have its end."""
    if cell in linecache.cache:
        return cell
    return next((name for name in list(linecache.cache) if name.endswith(cell)), cell)
