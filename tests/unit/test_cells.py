"""A line of a notebook's cell is told as a person knows it, wherever it failed."""

from __future__ import annotations

import linecache
import os
import subprocess
import sys
from tempfile import gettempdir
from types import SimpleNamespace
from typing import Any

import IPython
import pytest
from ipykernel.compiler import XCachingCompiler

from brian_sweep_widget.engines.failing import failure_of
from brian_sweep_widget.results import Outcome
from brian_sweep_widget.runs.books import Books
from brian_sweep_widget.runs.cells import cells_named
from brian_sweep_widget.sweeps import Job

CELL = """
def build(size):
    return inner(size)

def inner(size):
    raise ValueError("NeuronGroup size should be at least 1, was " + str(size))
"""


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> XCachingCompiler:
    """Be in a notebook whose cells its own compiler compiles."""
    compiler = XCachingCompiler()
    shell = SimpleNamespace(compile=compiler)
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    return compiler


def failed(cell: str) -> Outcome:
    """Run a cell's function as a worker does, which has not the text of the cell."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(CELL, cell, "exec"), names)
    entry = linecache.cache.pop(cell, None)
    try:
        names["build"](0)
    except ValueError as error:
        failure = failure_of(error)
    if entry is not None:
        linecache.cache[cell] = entry
    return Books().checked(Outcome(Job((0,), {}, 0), "failed", failure=failure))


def test_a_cell_is_told_by_its_number_with_the_line(kernel: XCachingCompiler) -> None:
    """In the message, and in the traceback, which has all lines that the kernel knows."""
    cell = kernel.cache(CELL, 12)
    outcome = failed(cell)
    told = 'line 6 of cell In[12], in inner: raise ValueError("NeuronGroup size should be'
    assert told in outcome.error.partition("\n")[0]
    assert '  File "cell In[12]", line 3, in build\n    return inner(size)\n' in outcome.traceback
    assert 'line 6, in inner\n    raise ValueError("NeuronGroup' in outcome.traceback
    assert outcome.traceback.count("ValueError(") == 1
    # As Brian tells where an object was made; and a text that came along stays.
    made = f"  File '{cell}', line 3, in build\n    \n\nAn error (line 6 of {cell}, in inner: here)"
    assert cells_named(made) == (
        "  File 'cell In[12]', line 3, in build\n    return inner(size)\n\n"
        "An error (line 6 of cell In[12], in inner: here)"
    )


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize(
    "cell", [f"{gettempdir()}/ipykernel_81/2136852486.py", "<ipython-input-3-0123456789ab>"]
)
def test_a_cell_of_another_kernel_is_a_notebook_cell(cell: str) -> None:
    """Its number here would be another's."""
    outcome = failed(cell)
    assert "(line 6 of a notebook cell, in inner)" in outcome.error
    assert 'File "a notebook cell", line 3, in build\n' in outcome.traceback
    assert "2136852486" not in outcome.error + outcome.traceback


def test_other_files_keep_their_names() -> None:
    outcome = failed(f"{os.sep}home{os.sep}model.py")
    assert "(line 6 of model.py, in inner)" in outcome.error
    assert f"{os.sep}home{os.sep}model.py" in outcome.traceback


LONG_WORDS = """
from brian_sweep_widget.runs.cells import cells_named

for part in ("x", "/", "<", "(", "ipykernel_1/", "line 1 of "):
    text = part * (300_000 // len(part))
    assert cells_named(text) == text
    assert cells_named(f"{text} (line 2 of ipykernel_1/2.py)").endswith("of a notebook cell)")
"""


def test_long_words_hold_up_nobody() -> None:
    """Searched from each character on to the end, they would stop the whole kernel for an hour."""
    subprocess.run([sys.executable, "-c", LONG_WORDS], timeout=120, check=True)
