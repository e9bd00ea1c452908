"""The built front end of our own."""

from __future__ import annotations

import pathlib

_STATIC = pathlib.Path(__file__).parent / "static"


def bundle_text(name: str) -> str:
    """Return the contents of a built front-end file, or say how to build it.

    Contents rather than the path: given a path, anywidget makes an object a
    class that can watch the file, and each instance connects itself to that for
    good, so that no closed widget would ever be freed.

    Parameters
    ----------
    name : str
        File name inside the bundle directory.

    Returns
    -------
    str
        The whole file.

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
    return path.read_text(encoding="utf-8")
