"""The system's Chromium, as the browser tests and the benchmark of the screen start it."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

VIEWPORT = {"width": 1400, "height": 1000}

_CHROMIUM = Path(__file__).parents[2] / "tools" / "chromium.py"


def launch_options() -> dict[str, Any]:
    """Give what Playwright has to know to start it: never a download.

    Raises
    ------
    LookupError
        If there is none, saying how to get one.
    """
    path = _find()
    if path is None:
        msg = (
            "The browser tests need Chromium. Install it (Debian: sudo apt-get install chromium) "
            "or run make test, which does so where it may."
        )
        raise LookupError(msg)
    arguments = [
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    if os.name == "posix" and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses to start as root otherwise
    return {"executable_path": path, "args": arguments}


def _find() -> str | None:
    spec = importlib.util.spec_from_file_location("chromium", _CHROMIUM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: str | None = module.find()
    return found
