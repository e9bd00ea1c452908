"""What a check of the installation finds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Parameters
    ----------
    status
        ``"problem"``: sweeps or the widget do not work; ``"warning"``: a part
        of it does not, or not everywhere.
    found
        What there is.
    remedy
        What to do; empty if nothing.
    """

    status: Literal["ok", "warning", "problem"]
    found: str
    remedy: str = ""


def ok(found: str) -> Finding:
    """Say that all is well."""
    return Finding("ok", found)


def warning(found: str, remedy: str) -> Finding:
    """Say that it works, but not all of it, or not everywhere."""
    return Finding("warning", found, remedy)


def problem(found: str, remedy: str) -> Finding:
    """Say that it does not work."""
    return Finding("problem", found, remedy)


def looked_at(check: Callable[[], Finding]) -> Finding:
    """Make a check; one that fails has found a problem, in one line."""
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - a broken installation fails in any way
        return problem(f"this check failed: {in_a_line(error)}", what_helps(error))


def in_a_line(error: Exception) -> str:
    """Write an error with its kind."""
    return f"{type(error).__name__}: {error}".replace("\n", " ")


def what_helps(error: Exception) -> str:
    """Say what to do about an error that nobody expected, as far as its kind tells."""
    if not isinstance(error, ImportError):
        return "mend what that names; if it is nothing of yours, report it"
    if "shared object" in str(error):  # as the loader of libraries has it
        return "install the library of the system that it names"
    return "pip install --force-reinstall brian-sweep-widget, which brings what it needs anew"


def installed(package: str) -> str | None:
    """Give a package's version; None if it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def numbers(text: str) -> tuple[int, ...]:
    """Give the leading numbers of a version: ``"2.10.0rc1"`` is (2, 10, 0)."""
    found = re.match(r"\d+(\.\d+)*", text)
    return tuple(int(part) for part in found.group().split(".")) if found else ()
