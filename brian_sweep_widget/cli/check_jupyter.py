"""Checks of what the widget needs around it: server, page and kernel."""

from __future__ import annotations

import json
import os
from pathlib import Path

from brian_sweep_widget.cli.findings import Finding, installed, numbers, ok, problem, warning

#: Parts of the page that the widget is made of, by the package that brings each.
EXTENSIONS = {
    "@jupyter-widgets/jupyterlab-manager": "jupyterlab_widgets",
    "anywidget": "anywidget",
    "bqplot": "bqplot",
}

_OLDEST_LAB = (4, 4)
_OLDEST_KERNEL = (6, 31)
_BROKEN_KERNEL = (7, 0)
_LAB = "pip install 'brian-sweep-widget[lab]'"


def jupyterlab() -> Finding:
    """Look for JupyterLab."""
    found = installed("jupyterlab")
    if found is None:
        return warning(
            "not in this environment; a server from another one needs the extensions below",
            f"{_LAB}, to open notebooks from here",
        )
    if numbers(found) < _OLDEST_LAB:
        return problem(f"{found} is too old", f"{_LAB} (4.4 or newer)")
    return ok(found)


def extensions() -> Finding:
    """Look for the widget's parts of the page where the server looks for them."""
    found = {name: _extension_version(name) for name in EXTENSIONS}
    missing = [name for name, version in found.items() if version is None]
    shown = ", ".join(f"{name} {version}" for name, version in found.items() if version)
    if missing:
        remedy = f"pip install {' '.join(EXTENSIONS[name] for name in missing)}"
        if installed("jupyterlab") is None or on_hub():
            remedy += " in the environment of the Jupyter server, then reload the page"
            return warning(f"not seen from here: {', '.join(missing)}", remedy)
        return problem(f"missing: {', '.join(missing)}", f"{remedy}, then reload the page")
    if on_hub():
        return warning(
            f"{shown}, seen from this Python, on a JupyterHub",
            "if the widget stays blank, install them in the environment of the server too",
        )
    return ok(shown)


def ipykernel() -> Finding:
    """Look for a kernel whose widgets work."""
    found = installed("ipykernel")
    if found is None:
        return warning("not installed, so there are no notebooks from this environment", _LAB)
    if numbers(found)[:2] == _BROKEN_KERNEL:
        return problem(f"{found} is a broken release", "pip install 'ipykernel!=7.0.*'")
    if numbers(found) < _OLDEST_KERNEL:
        return warning(f"{found} is old", "pip install 'ipykernel>=6.31,!=7.0.*'")
    return ok(found)


def on_hub() -> bool:
    """Whether this runs in a server that a JupyterHub started."""
    return "JUPYTERHUB_API_URL" in os.environ


def _extension_version(name: str) -> str | None:
    """Give the version of the extension that the server would serve; None if none."""
    # Comes with JupyterLab and ipykernel; without it there is nothing to look at.
    from jupyter_core.paths import jupyter_path  # noqa: PLC0415

    for folder in jupyter_path("labextensions"):
        description = Path(folder) / name / "package.json"
        if description.is_file():
            return str(json.loads(description.read_text(encoding="utf-8")).get("version", ""))
    return None
