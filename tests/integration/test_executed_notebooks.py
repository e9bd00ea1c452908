"""Notebooks that a program executes (nbconvert, papermill, Jupyter Book): what is left to see."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
from helpers import write_notebook

DEFINE = """
from brian_sweep_widget import SweepWidget
def model(x=1.0):
    return {"level": x * x, "counts": [1, 2]}
widget = SweepWidget(model, x=[0.0, 1.0, 2.0, 3.0, 4.0], workers=2, store=None)
"""


def execute(folder: Path, *cells: str) -> list[Any]:
    """Have nbconvert execute a notebook; give each cell's outputs."""
    write_notebook(folder / "made.ipynb", cells)
    convert(folder, "notebook", "--execute", "made.ipynb", "--output", "executed")
    notebook = nbformat.read(folder / "executed.ipynb", as_version=4)
    return [cell.outputs for cell in notebook.cells]


def convert(folder: Path, to: str, *arguments: str) -> None:
    """Run nbconvert, as from a terminal."""
    command = [sys.executable, "-m", "nbconvert", "--to", to, *arguments]
    ran = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert ran.returncode == 0, ran.stderr


def htmls(outputs: list[Any]) -> list[str]:
    """Give what outputs hold as HTML."""
    return [one.data["text/html"] for one in outputs if "text/html" in one.get("data", {})]


def is_curve(html: str, points: int = 5) -> bool:
    """Whether there is a picture, and a table with a row for each point."""
    return html.count("<img") == html.count("<tbody") == 1 and html.count("<tr") == points + 1


def test_a_widget_that_another_cell_runs_has_its_curve_where_it_is_shown(tmp_path: Path) -> None:
    """Once; and cells that show nothing have no output."""
    cells = [DEFINE + "widget", "6 * 7", "widget.start().wait(120);", "print('end')"]
    shown, number, ran, end = execute(tmp_path, *cells)
    (kept,) = htmls(shown)
    assert 'class="bsw-kept"' in kept
    assert is_curve(kept)
    assert len(kept) < 200_000
    assert sum("widget-view+json" in str(one) for one in shown) == 1
    assert len(shown) == 2
    assert [one.data for one in number] == [{"text/plain": "42"}]
    assert ran == []
    assert [one.text for one in end] == ["end\n"]
    convert(tmp_path, "html", "executed.ipynb")
    page = (tmp_path / "executed.html").read_text(encoding="utf-8")
    assert page.count('<img alt="model: the curve; its numbers follow"') == 1


def test_a_widget_that_its_own_cell_runs(tmp_path: Path) -> None:
    (shown,) = execute(tmp_path, DEFINE + "display(widget)\nwidget.start().wait(120);")
    (kept,) = htmls(shown)
    assert is_curve(kept)


def test_results_show_themselves(tmp_path: Path) -> None:
    """Without a widget, or in a cell of their own."""
    cells = [DEFINE + "widget.start().wait(120)", "widget.results"]
    for outputs in execute(tmp_path, *cells):
        (html,) = htmls(outputs)
        assert is_curve(html)
        assert "<strong>model</strong>: 5 done, of 5 jobs. Not shown: counts" in html
        assert outputs[0].data["text/plain"] == "<Results of model: 5 done, of 5 jobs>"
