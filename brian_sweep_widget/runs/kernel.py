"""The kernel that this process is, if it is one."""

from __future__ import annotations

import sys
from typing import Any


def running_kernel() -> Any | None:
    """Give the kernel; None outside a notebook."""
    return getattr(running_shell(), "kernel", None)


def running_shell() -> Any | None:
    """Give IPython's shell, in a notebook or a terminal; None if there is none.

    IPython is not imported for it.
    """
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None
