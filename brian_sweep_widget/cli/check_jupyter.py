"""Checks of what the widget needs around it: server, page and kernel."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from http import HTTPStatus
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
_PATIENCE = 5.0  # s
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
    """Look for the widget's parts of the page where the server has them."""
    asked = on_hub()
    if not asked and installed("jupyter_core") is None:  # comes with any server and any kernel
        return ok("none needed: no notebook runs from this environment")
    try:
        found = {name: (_served if asked else _extension_version)(name) for name in EXTENSIONS}
    except OSError as error:
        return warning(
            f"the server of this JupyterHub does not say what it has ({error})",
            f"pip install {' '.join(EXTENSIONS.values())} in its environment, if the widget "
            "stays blank",
        )
    missing = [name for name, version in found.items() if version is None]
    shown = ", ".join(f"{name} {version}" for name, version in found.items() if version)
    if not missing:
        return ok(f"{shown}, in the server of this JupyterHub" if asked else shown)
    packages = [EXTENSIONS[name] for name in missing]
    remedy = f"pip install {' '.join(packages)}"
    if asked:
        return problem(
            f"missing in the server of this JupyterHub: {', '.join(missing)}",
            f"{remedy} in its environment, then reload the page",
        )
    if installed("jupyterlab") is None:
        remedy += " in the environment of the Jupyter server, then reload the page"
        return warning(f"not seen from here: {', '.join(missing)}", remedy)
    if all(map(installed, packages)):  # pip would say so, and do nothing
        remedy = f"pip install --force-reinstall --no-deps {' '.join(packages)}"
    return problem(f"missing: {', '.join(missing)}", f"{remedy}, then reload the page")


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
    return "JUPYTERHUB_SERVICE_URL" in os.environ


def _served(name: str) -> str | None:
    """Ask the user's own server for an extension, as the page does; None if it has none.

    A hub's server and a kernel may be of different environments, and only the
    server's counts.

    Raises
    ------
    OSError
        If it does not answer.
    """
    server = os.environ["JUPYTERHUB_SERVICE_URL"].rstrip("/")
    request = urllib.request.Request(  # noqa: S310 - the hub's own word
        f"{server}/lab/extensions/{name}/package.json",
        headers={"Authorization": f"token {os.environ.get('JUPYTERHUB_API_TOKEN', '')}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
            return str(json.load(answer).get("version", ""))
    except urllib.error.HTTPError as error:
        if error.code == HTTPStatus.NOT_FOUND:
            return None
        raise


def _extension_version(name: str) -> str | None:
    """Give the version of the extension that the server would serve; None if none."""
    from jupyter_core.paths import jupyter_path  # noqa: PLC0415 - not everybody has it

    for folder in jupyter_path("labextensions"):
        description = Path(folder) / name / "package.json"
        if description.is_file():
            return str(json.loads(description.read_text(encoding="utf-8")).get("version", ""))
    return None
