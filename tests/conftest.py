"""What every test shares: a deterministic hypothesis profile."""

from __future__ import annotations

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
