"""What an administrator allows: read from files and the environment, the smallest holds."""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NoReturn

import traitlets as t
from traitlets.config import Configurable

from brian_sweep_widget import configuration
from brian_sweep_widget.configuration import ConfigError


class SweepLimits(Configurable):
    """Limits as a config file sets them: ``c.SweepLimits.max_neurons = 20_000``."""

    max_neurons = t.Int(None, min=1, allow_none=True, help="Neurons of one network.").tag(
        config=True
    )
    max_synapses = t.Int(None, min=1, allow_none=True, help="Synapses of one network.").tag(
        config=True
    )
    max_jobs = t.Int(None, min=1, allow_none=True, help="Simulations of one sweep.").tag(
        config=True
    )
    max_workers = t.Int(None, min=1, allow_none=True, help="Simulations at once.").tag(config=True)
    max_job_seconds = t.Float(None, min=0.001, allow_none=True, help="Time of one simulation.").tag(
        config=True
    )
    max_store_megabytes = t.Float(
        None, min=0.1, allow_none=True, help="Size of one store of results."
    ).tag(config=True)


#: Environment variables by the limit that they set.
VARIABLES = {
    "max_neurons": "BRIAN_SWEEP_MAX_NEURONS",
    "max_synapses": "BRIAN_SWEEP_MAX_SYNAPSES",
    "max_jobs": "BRIAN_SWEEP_MAX_JOBS",
    "max_workers": "BRIAN_SWEEP_MAX_WORKERS",
    "max_job_seconds": "BRIAN_SWEEP_MAX_JOB_SECONDS",
    "max_store_megabytes": "BRIAN_SWEEP_MAX_STORE_MB",
}
_PREFIX = "BRIAN_SWEEP_MAX_"


class LimitError(ValueError):
    """Something asks for more than an administrator allows."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit.

    Parameters
    ----------
    most
        The largest number that is allowed.
    source
        The variable or the file that says so.
    """

    most: float
    source: str

    def check(self, number: float, asked: str, remedy: str) -> None:
        """Refuse what is above.

        Parameters
        ----------
        number
            How many are asked for.
        asked
            These in words, such as ``"30000 simulations"``.
        remedy
            What to do.

        Raises
        ------
        LimitError
        """
        if number > self.most:
            msg = f"{asked}: allowed are {self.most:.12g} here (set by {self.source}); {remedy}"
            raise LimitError(msg)


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits by name; None for those that nobody set."""

    max_neurons: Limit | None = None
    max_synapses: Limit | None = None
    max_jobs: Limit | None = None
    max_workers: Limit | None = None
    max_job_seconds: Limit | None = None
    max_store_megabytes: Limit | None = None

    def set_ones(self) -> dict[str, Limit]:
        """Give the limits that somebody set, by name."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: limit for name, limit in found.items() if limit is not None}

    @property
    def store_bytes(self) -> int | None:
        """Bytes that a store may have; None for any number."""
        limit = self.max_store_megabytes
        return None if limit is None else int(limit.most * 1e6)


def limits() -> Limits:
    """Give what is allowed here.

    The section ``SweepLimits`` of the files that `configuration.read_section`
    knows, and variables such as ``BRIAN_SWEEP_MAX_NEURONS``. Of several the
    smallest holds, so that nobody can raise what another one set.

    Raises
    ------
    ConfigError
        If any of these cannot be read.
    """
    environment = (configuration.VARIABLE, *VARIABLES.values())
    for variable in os.environ:
        if variable.startswith(_PREFIX) and variable not in environment:
            msg = f"{variable} is unknown (allowed: {', '.join(VARIABLES.values())})"
            raise ConfigError(msg)
    return _read(tuple(map(os.environ.get, environment)), configuration.FOLDERS)


@functools.cache  # a sweep that follows a slider asks all the time
def _read(_environment: tuple[str | None, ...], _folders: tuple[Path, ...]) -> Limits:
    """Read anew what is set, whenever where it is set is another place."""
    smallest: dict[str, Limit] = {}
    for name, limit in [*_from_files(), *_from_variables()]:
        if name not in smallest or limit.most < smallest[name].most:
            smallest[name] = limit
    return Limits(**smallest)


def _from_variables() -> Iterator[tuple[str, Limit]]:
    for name, variable in VARIABLES.items():
        text = os.environ.get(variable, "").strip()
        if not text:
            continue
        trait = SweepLimits.class_traits()[name]
        try:
            number = int(text) if isinstance(trait, t.Int) else float(text)
        except ValueError:
            _refuse(f"{variable} = {text!r}", trait)
        yield name, _checked(name, number, variable, f"{variable} = {text!r}")


def _from_files() -> Iterator[tuple[str, Limit]]:
    traits = SweepLimits.class_traits(config=True)
    for path, settings in configuration.read_section("SweepLimits"):
        for name, number in settings.items():
            if name not in traits:
                msg = f"{path}: SweepLimits.{name} is unknown (allowed: {', '.join(VARIABLES)})"
                raise ConfigError(msg)
            if number is not None:
                what = f"{path}: SweepLimits.{name} = {number!r}"
                yield name, _checked(name, number, str(path), what)


def _checked(name: str, number: Any, source: str, what: str) -> Limit:
    """Let traitlets look at a number; not a number, or infinite, is no limit either."""
    trait = SweepLimits.class_traits()[name]
    try:
        setattr(SweepLimits(), name, number)
    except t.TraitError:
        _refuse(what, trait)
    if not math.isfinite(number):
        _refuse(what, trait)
    return Limit(number, source)


def _refuse(what: str, trait: t.TraitType[Any, Any]) -> NoReturn:
    kind = "a whole number" if isinstance(trait, t.Int) else "a number"
    msg = f"{what} is no limit (allowed: {kind} above zero)"
    raise ConfigError(msg)
