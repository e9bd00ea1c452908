"""Nothing of a closed widget stays in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import le
from typing import Any

import pytest
from helpers import until
from jupyter_client.manager import start_new_kernel

SETUP = """
import gc, os, threading, weakref
import ipywidgets
import numpy as np
import psutil
from brian_sweep_widget import SweepWidget
from brian_sweep_widget.results import Results
from brian_sweep_widget.runs import Run
from brian_sweep_widget.widget.bench import Bench

def model(x=1.0):
    return {"level": x, "large": np.full(250_000, x)}  # 2 MB

def alive():
    kinds = (SweepWidget, Bench, Run, Results, ipywidgets.Widget)
    return [sum(isinstance(one, kind) for one in gc.get_objects()) for kind in kinds]

def memory():
    return psutil.Process().memory_full_info().uss // 2**20
"""

MAKE = "widget = SweepWidget(model, x=[0.0, 1.0, 2.0, 3.0], workers=2, store=None)\n"

# IPython keeps what a cell gives: the widget, or what it computed.
ENDINGS = {
    "widget": ("widget.start().wait(120)\nwidget", 50),
    "results": ("display(widget)\nwidget.start().wait(120)", 10),
    "run": ("display(widget)\nrun = widget.start()\nrun.wait(120)\nrun", 10),
}

# The third is the pool's.
ONE_WIDGETS = ["brian-sweep-live", "brian-sweep-look", "brian-sweep-pulse", "brian-sweep-pump"]

Runs = Callable[..., str]


@pytest.fixture
def run() -> Iterator[Runs]:
    """Run cells in a real kernel; what they print comes back."""
    manager, client = start_new_kernel(kernel_name="python3")

    def run_cell(code: str, cell: str = "") -> str:
        """Run it as JupyterLab does, which names the cell."""
        content = {"code": code, "store_history": True}
        message = client.session.msg("execute_request", content, metadata={"cellId": cell})
        client.shell_channel.send(message)
        return _printed(client, message["header"]["msg_id"])

    try:
        run_cell(SETUP)
        yield run_cell
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _printed(client: Any, request: str) -> str:
    """Wait for the end of a cell, which must be a good one."""
    printed = ""
    while True:
        message = client.get_iopub_msg(timeout=300)
        content = message["content"]
        if message["parent_header"].get("msg_id") != request:
            continue
        assert message["msg_type"] != "error", "\n".join(content["traceback"])
        if message["msg_type"] == "stream" and content["name"] == "stdout":
            printed += content["text"]
        if message["msg_type"] == "status" and content["execution_state"] == "idle":
            return printed.strip()


def _threads(run: Runs) -> list[str]:
    return run("print(*sorted(t.name for t in threading.enumerate() if 'sweep' in t.name))").split()


def _alive(run: Runs) -> list[int]:
    """Count widgets of ours, benches, runs, results, and widgets of all kinds."""
    return [int(number) for number in run("gc.collect(); print(*alive())").split()]


@pytest.mark.parametrize(("ending", "reruns"), ENDINGS.values(), ids=ENDINGS)
def test_a_cell_that_is_run_again_and_again_leaves_memory_as_it_was(
    run: Runs, ending: str, reruns: int
) -> None:
    """The widget that is open is all that there is, whatever the cell's output is."""
    cell = MAKE + ending
    run(cell, "cell")
    objects = _alive(run)
    assert objects[:3] == [1, 1, 1]
    run(cell, "cell")
    memory = int(run("print(memory())"))
    for _ in range(reruns):
        run(cell, "cell")
    # Nobody calls the collector in a notebook; what is ending just now may stay.
    assert int(run("print(alive()[1])")) <= 3
    until(
        lambda: all(map(le, _alive(run), objects)),
        "all that was closed is freed",
        tell=lambda: (objects, _alive(run)),
    )
    until(lambda: _threads(run) == ONE_WIDGETS, "threads end", tell=lambda: _threads(run))
    assert int(run("print(memory())")) < memory + 5 * reruns  # 8 MB are computed each time


def test_variables_keep_what_a_cell_gave(run: Runs) -> None:
    """Only IPython's own references go."""
    cell = MAKE + "widget.start().wait(120)"
    run(cell, "kept")
    run("kept = _")
    run(cell, "kept")
    assert run("print(kept.counts(), len(kept.measures))") == "{'done': 4} 2"


def test_an_output_of_another_kind_stays(run: Runs) -> None:
    """What is no result of ours is nobody's business."""
    cell = MAKE + "print(get_ipython().displayhook.prompt_count)\n'mine'"
    number = run(cell, "other")
    run(cell, "other")
    assert run(f"print(Out[{number}], _{number})") == "mine mine"


def test_a_closed_widget_is_freed(run: Runs) -> None:
    """When nobody refers to it."""
    run("gc.collect()")
    run(MAKE + "display(widget)\nwidget.start().wait(120);\nmade = weakref.ref(widget)")
    run("bench = weakref.ref(made()._bench); results = weakref.ref(made().run)")
    run("widget.close(); del widget")
    freed = "gc.collect(); print(made() is None, bench() is None, results() is None)"
    until(lambda: run(freed) == "True True True", "it is freed", tell=lambda: run(freed))
