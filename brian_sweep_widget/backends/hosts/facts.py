"""What a host is: asked before anything of ours is called there, as it may not have it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brian_sweep_widget.printable import one_line

_OURS = "brian-sweep-widget"
_LIBRARIES = (_OURS, "brian2", "numpy")

#: Simulations at once that a host may say it runs.
MOST_SLOTS = 1024
_LONGEST_NAME = 64  # characters; what Linux allows
_LONGEST_VERSION = 40

#: Says in a host's Dask worker how many simulations it runs at once, if that is not the
#: number of its threads.
SLOTS_VARIABLE = "BRIAN_SWEEP_SLOTS"

#: An expression for ``eval`` on the host: that needs nothing but Python there.
LOOK = f"""{{
    "hostname": __import__("socket").gethostname(),
    "python": __import__("platform").python_version(),
    "slots": int(__import__("os").environ.get({SLOTS_VARIABLE!r}, "0")),
    "versions": {{
        name: next((one.version for one in found(name=name)), "")
        for found in [__import__("importlib.metadata").metadata.distributions]
        for name in {_LIBRARIES!r}
    }},
}}"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a host says of itself.

    Parameters
    ----------
    hostname
        Its name.
    python
        Its version of Python.
    versions
        Of the libraries that decide the numbers, by name; empty for those that
        are not there.
    slots
        Simulations at once; 0 for as many as its Dask worker has threads.
    """

    hostname: str
    python: str
    versions: Mapping[str, str]
    slots: int = 0

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Facts:
        """Read what `LOOK` gave: somebody else's words, which a person may see."""
        versions = told["versions"]
        return cls(
            one_line(str(told["hostname"]), _LONGEST_NAME),
            one_line(str(told["python"]), _LONGEST_VERSION),
            {name: one_line(str(versions[name]), _LONGEST_VERSION) for name in _LIBRARIES},
            bounded_slots(told["slots"]),
        )


def bounded_slots(told: int) -> int:
    """Give the simulations at once that a host may have, of those that it says it has."""
    return max(0, min(int(told), MOST_SLOTS))


@functools.cache
def own_facts() -> Facts:
    """Give those of this computer."""
    return Facts.read(eval(LOOK))  # noqa: S307 - our own words, as they are for hosts


def refusal(there: Facts, here: Facts) -> str:
    """Say why a host cannot compute anything for this computer; empty if it can."""
    ours = there.versions[_OURS]
    if not ours:
        return (
            f"it has no {_OURS}: install version {here.versions[_OURS]} there, in the "
            "environment of its workers"
        )
    if ours != here.versions[_OURS]:
        return _differ(_OURS, ours, here.versions[_OURS])
    if _minor(there.python) != _minor(here.python):
        # The code of functions, which travels, is another one there.
        return _differ("Python", there.python, here.python)
    if there.versions["numpy"].partition(".")[0] != here.versions["numpy"].partition(".")[0]:
        return _differ("numpy", there.versions["numpy"], here.versions["numpy"])
    return ""


def differences(there: Facts, here: Facts) -> str:
    """Say what could make its numbers others; empty if nothing.

    Brian's version is no such thing: what it generates is generated here. Where
    it does compute, in its runtime, it must be the same anyway.
    """
    found = []
    if there.python != here.python:
        found.append(_differ("Python", there.python, here.python))
    if there.versions["numpy"] != here.versions["numpy"]:
        found.append(_differ("numpy", there.versions["numpy"], here.versions["numpy"]))
    return "; ".join(found)


def _differ(name: str, there: str, here: str) -> str:
    return f"{name} is {there} there and {here} here"


def _minor(version: str) -> tuple[str, ...]:
    return tuple(version.split(".")[:2])
