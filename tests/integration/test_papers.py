"""What the papers promise: the README's snippet and the notebooks run as they stand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_the_readmes_snippet_runs_as_a_script(tmp_path: Path) -> None:
    """The first thing that a newcomer copies works, and writes the file that it says."""
    snippets = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert len(snippets) == 1
    script = tmp_path / "snippet.py"
    script.write_text(snippets[0])
    ran = subprocess.run(
        [sys.executable, script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    rows = (tmp_path / "curve.csv").read_text().splitlines()
    assert len(rows) == 1 + 11 * 3
    assert "failed" not in "".join(rows)


def test_there_are_notebooks() -> None:
    """The next tests test something."""
    assert [path.name for path in NOTEBOOKS] == ["01_quickstart.ipynb", "02_your_own_model.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_stored_without_output(path: Path) -> None:
    """A diff shows what somebody wrote, not what a machine printed."""
    cells = nbformat.read(path, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert code
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_run_from_top_to_bottom(path: Path, tmp_path: Path) -> None:
    """Every cell runs in a real kernel, and no cell prints a warning."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    texts = [output.get("text", "") for output in outputs if output.output_type == "stream"]
    assert not [text for text in texts if "WARNING" in text or "Error" in text]
    shown = [output.data["text/plain"] for output in outputs if "data" in output]
    assert any("SweepWidget(" in text for text in shown)
    assert any("done" in text and "Results of" in text for text in shown)
