"""The kernel that this process is, if it is one."""

from __future__ import annotations

import sys
from typing import Any

from brian_sweep_widget.engines.cells_context import note_context


def running_kernel() -> Any | None:
    """Give the kernel; None outside a notebook."""
    return getattr(running_shell(), "kernel", None)


def running_shell() -> Any | None:
    """Give IPython's shell, in a notebook or a terminal; None if there is none.

    IPython is not imported for it.
    """
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def follow_cells() -> None:
    """Have settings that cells make for cells hold in every thread; twice is no more than once."""
    shell = running_shell()
    if shell is not None:
        note_context()
        shell.events.register("post_run_cell", note_context)
