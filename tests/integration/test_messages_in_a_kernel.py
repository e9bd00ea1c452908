"""A browser's messages in a real kernel, sent to a subshell as JupyterLab does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

SETUP = """
import decimal, time
import numpy as np
from brian_sweep_widget import SweepWidget

def digits(x=1.0):
    import decimal
    return float(decimal.getcontext().prec)

widget = SweepWidget(digits, x=[1.0, 2.0], workers=1, store=None)
bench = widget._bench
"""


class Kernel:
    """A kernel with a subshell, as a page of JupyterLab has it."""

    def __init__(self, client: Any) -> None:
        self._client = client
        request = client.session.msg("create_subshell_request")
        client.control_channel.send(request)
        self.subshell = client.get_control_msg(timeout=60)["content"]["subshell_id"]

    def start(self, code: str) -> None:
        """Send a cell."""
        self._client.execute(code)

    def run(self, code: str) -> str:
        """Run a cell that must be a good one; give what it prints."""
        printed: list[str] = []
        reply = self._client.execute_interactive(
            code, timeout=300, output_hook=lambda m: printed.append(m["content"].get("text", ""))
        )
        assert reply["content"]["status"] == "ok", reply["content"]
        return "".join(printed).strip()

    def send(self, comm: str, content: dict[str, Any]) -> None:
        """Send a message of a widget's view."""
        data = {"method": "custom", "content": content}
        message = self._client.session.msg("comm_msg", {"comm_id": comm, "data": data})
        message["header"]["subshell_id"] = self.subshell
        self._client.shell_channel.send(message)


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    """Run one, with a widget."""
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        made = Kernel(client)
        made.run(SETUP)
        yield made
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_click_is_answered_while_a_cell_runs(kernel: Kernel) -> None:
    """And not before what was typed: Run would run the numbers that were there before."""
    field, button = kernel.run(
        "print(bench._trials.comm.comm_id, bench._run_button.comm.comm_id)"
    ).split()
    cell = "until = time.monotonic() + 60\nwhile widget.run is None and time.monotonic() < until:"
    kernel.start(f"{cell} time.sleep(0.01)\nseen = widget.run is not None")
    kernel.send(field, {"kind": "typed", "text": "3"})
    kernel.send(button, {"event": "click"})
    assert kernel.run("print(seen, widget.run.wait(60).plan.trials)") == "True 3"


def test_settings_of_cells_hold_for_who_clicks(kernel: Kernel) -> None:
    """Decimal's precision, and what numpy takes for an error, belong to a thread."""
    kernel.run("decimal.getcontext().prec = 50; np.seterr(over='raise')")
    button = kernel.run("print(bench._run_button.comm.comm_id)")
    kernel.send(button, {"event": "click"})
    told = kernel.run(
        "while widget.run is None: time.sleep(0.01)\n"
        "print({float(v.si) for o in widget.run.wait(60).outcomes for v in o.values.values()})"
    )
    assert told == "{50.0}"


def test_a_kernel_that_was_restarted_answers_a_page_of_before(kernel: Kernel) -> None:
    """JupyterLab goes on to name the subshell of the old one."""
    kernel.subshell = "of-the-old-kernel"
    button = kernel.run("print(bench._run_button.comm.comm_id)")
    kernel.send(button, {"event": "click"})
    assert kernel.run("print(widget.run.wait(60).counts())") == "{'done': 2}"
