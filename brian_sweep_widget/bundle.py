"""Where the front end of our own is."""

from __future__ import annotations

import pathlib

_STATIC = pathlib.Path(__file__).parent / "static"


def bundle_file(name: str) -> pathlib.Path:
    """Return the path of a built front-end file, or say how to build it.

    anywidget reads the file when the class is defined and would only report
    that it does not exist; whoever works in a checkout needs the remedy.

    Parameters
    ----------
    name : str
        File name inside the bundle directory.

    Returns
    -------
    pathlib.Path
        The existing file.

    Raises
    ------
    FileNotFoundError
        If the front-end has not been built.
    """
    path = _STATIC / name
    if not path.is_file():
        message = (
            f"The front-end of brian_sweep_widget is not built ({path} is missing). "
            "In a checkout, run 'make build', or 'npm ci && npm run build' in js/. "
            "An installed package always has this file: reinstall it."
        )
        raise FileNotFoundError(message)
    return path
