"""What every test shares: a deterministic hypothesis profile, a build cache of its own."""

from __future__ import annotations

import os
import shutil
import tempfile

from hypothesis import HealthCheck, settings

# The same examples on every machine, and no limit on time: a slow machine is no bug.
settings.register_profile(
    "sweeps",
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("sweeps")

# One for all processes of a test run, which inherit it, and not the user's.
_MINE = "BRIAN_SWEEP_CACHE" not in os.environ
if _MINE:
    os.environ["BRIAN_SWEEP_CACHE"] = tempfile.mkdtemp(prefix="brian-sweep-tests-")

# Nor is the user's store; and a test that computes twice means it. Those that are
# about the store name one.
os.environ["BRIAN_SWEEP_STORE"] = "none"


def pytest_unconfigure() -> None:
    """Remove the builds when the process that began the run ends."""
    if _MINE:
        shutil.rmtree(os.environ["BRIAN_SWEEP_CACHE"], ignore_errors=True)
