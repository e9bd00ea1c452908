"""``brian-sweep lab``: JupyterLab on a notebook, for this computer only."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import webbrowser
from importlib.util import find_spec
from pathlib import Path

from brian_sweep_widget.cli.lab_server import LabServer
from brian_sweep_widget.cli.terminal import DONE, INCOMPLETE, refuse, say
from brian_sweep_widget.stop_signals import StopSignals

_QUICKSTART = "01_quickstart.ipynb"
_COPY = "brian-sweep-quickstart.ipynb"

#: The first start on a slow shared disk takes most of a minute.
_START_SECONDS = 120.0


def lab(parsed: argparse.Namespace) -> int:
    """Open JupyterLab on a notebook and stay until it ends or is interrupted.

    Returns
    -------
    int
        0 if it ran and was ended, 1 if it did not start or crashed.

    Raises
    ------
    UsageError
        If JupyterLab or the notebook is missing.
    """
    if find_spec("jupyterlab") is None:
        refuse("JupyterLab is not installed: pip install 'brian-sweep-widget[lab]'")
    notebook = find_notebook(parsed.notebook)
    # A terminal that is closed, too.
    with StopSignals("SIGINT", "SIGTERM", "SIGHUP") as stop, LabServer(notebook) as server:
        say(f"starting JupyterLab on {notebook} ...")
        if not server.wait_until_it_answers(_START_SECONDS, stop):
            if stop.received:
                return _ended(server)
            say(f"JupyterLab did not start. The end of its log:\n{server.end_of_log()}", error=True)
            return INCOMPLETE
        say(f"\n    {server.url}\n\nJupyterLab is ready at this address. Ctrl-C ends it.")
        if not parsed.no_browser and has_browser():
            webbrowser.open(server.url)
        while server.runs and not stop.wait():
            pass
        if server.crashed:
            say(f"JupyterLab crashed. The end of its log:\n{server.end_of_log()}", error=True)
            return INCOMPLETE
        return _ended(server)


def _ended(server: LabServer) -> int:
    server.end()
    say("\nJupyterLab has ended, with its kernels and simulations.")
    return DONE


def find_notebook(given: str | None) -> Path:
    """Find the notebook to open.

    Parameters
    ----------
    given
        As on the command line; None for the quickstart, of which an installed
        package makes a copy in the current folder, to be played with.

    Raises
    ------
    UsageError
        If there is no such notebook, or no place for the copy.
    """
    if given is not None:
        notebook = Path(given)
        if notebook.suffix != ".ipynb":
            refuse(f"{given!r} is no notebook (allowed: a file that ends in .ipynb)")
        if not notebook.is_file():
            refuse(f"there is no notebook {given!r}; check the path")
        return notebook.resolve()
    packaged = Path(__file__).parent / "notebooks" / _QUICKSTART
    if packaged.is_file():
        copy = Path.cwd() / _COPY
        if not copy.exists():
            try:
                shutil.copyfile(packaged, copy)
            except OSError as error:
                refuse(f"the quickstart cannot be copied here ({error}); go to a folder of yours")
        return copy
    in_checkout = Path(__file__).parents[2] / "notebooks" / _QUICKSTART
    if not in_checkout.is_file():
        refuse("the quickstart notebook is not in this installation; name a notebook to open")
    return in_checkout


def has_browser() -> bool:
    """Whether a browser could show a window: none can without a display on Linux."""
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
