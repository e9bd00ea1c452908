"""Brian's global settings: carried to the workers, and reset before every job.

Brian keeps preferences, the default clock and the active device in module
globals. A worker computes jobs of many models one after another, so whatever
one of them changes must not reach the next: a forgotten time step would give
wrong numbers without a word.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from brian_sweep_widget.engines.devices import reset_devices
from brian_sweep_widget.engines.global_generators import seed_globally


@functools.cache
def initial_context() -> BrianContext:
    """Give the settings with which this process came up: Brian's, and the user's files'.

    Whoever calls it first must do so before anything changed them.
    """
    import brian2  # noqa: F401, PLC0415 - engines are imported without Brian

    here = BrianContext.here()
    assert here is not None  # noqa: S101 - Brian is imported
    return here


@dataclass(frozen=True, slots=True)
class BrianContext:
    """Preferences that differ from Brian's defaults, and the default time step.

    Parameters
    ----------
    preferences
        Values by full name, such as ``codegen.target``.
    time_step
        Of Brian's default clock, in seconds.
    """

    preferences: Mapping[str, Any] = field(default_factory=dict)
    time_step: float = 1e-4

    @classmethod
    def here(cls) -> BrianContext | None:
        """Read the settings of this process; None if it has not imported Brian."""
        if "brian2" not in sys.modules:
            return None
        import brian2  # noqa: PLC0415 - loaded already

        return cls(changed_preferences(), float(brian2.defaultclock.dt_))

    def apply(self) -> None:
        """Make these the settings of this process, whatever they were."""
        import brian2  # noqa: PLC0415 - engines are imported without Brian
        from brian2.core.names import Nameable  # noqa: PLC0415

        for name, default in default_preferences().items():
            wanted = self.preferences.get(name, default)
            # Compared by identity too: some preferences are arrays or types.
            if brian2.prefs[name] is not wanted:
                brian2.prefs[name] = wanted
        reset_devices()
        brian2.defaultclock.dt = self.time_step * brian2.second
        # Brian names objects after those that are still in memory and orders equal
        # ones by name: left-overs of an earlier job would change the order in
        # which groups draw random numbers.
        Nameable.__instances__().clear()


def preference_files() -> list[bytes]:
    """Give the contents of the user's files of preferences, which Brian reads when it is loaded."""
    places = (Path.home() / ".brian" / "user_preferences", Path.cwd() / "brian_preferences")
    return [place.read_bytes() for place in places if place.is_file()]


def default_preferences() -> dict[str, Any]:
    """Give the default of every preference that Brian has registered."""
    import brian2  # noqa: PLC0415

    return {
        f"{category}.{name}": preference.default
        for category, (preferences, _) in brian2.prefs.pref_register.items()
        for name, preference in preferences.items()
    }


def changed_preferences() -> dict[str, Any]:
    """Give the preferences of this process that differ from the defaults."""
    import brian2  # noqa: PLC0415

    return {
        name: brian2.prefs[name]
        for name, default in default_preferences().items()
        if brian2.prefs[name] is not default and brian2.prefs[name] != default
    }


def seed_generators(seed: int) -> None:
    """Seed every random generator that a model may draw from.

    Parameters
    ----------
    seed
        From 0 to 2**32 - 1. Python's own generator, numpy's global one, and those
        of libraries get it too, for models that draw from those.
    """
    import brian2  # noqa: PLC0415

    seed_globally(seed)
    brian2.seed(seed)
