"""The kernel that this process is, if it is one."""

from __future__ import annotations

import sys
from typing import Any


def running_kernel() -> Any | None:
    """Give the kernel; None outside a notebook, for which IPython is not imported."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None)
