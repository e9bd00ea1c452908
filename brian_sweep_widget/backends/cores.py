"""How many cores this process may use."""

from __future__ import annotations

import math
from pathlib import Path

import joblib

from brian_sweep_widget.backends.control_groups import (
    CGROUPS,
    MEMBERSHIP,
    own_groups,
    read_setting,
)


def allowed_cores(cgroups: Path = CGROUPS, membership: Path = MEMBERSHIP) -> int:
    """Count the cores that this process may use.

    joblib counts the machine's cores, the process's affinity, the control
    group that a container shows as its root, and ``LOKY_MAX_CPU_COUNT``. It
    does not see a limit further down the tree, so those are read here.

    Parameters
    ----------
    cgroups, membership
        See `own_groups`.

    Returns
    -------
    int
        1 or more.
    """
    limits: list[int] = [joblib.cpu_count()]
    for folder in own_groups(cgroups, membership):
        quota, _, period = read_setting(folder / "cpu.max").partition(" ")
        if quota.isdigit() and period.strip().isdigit() and int(period):
            limits.append(math.ceil(int(quota) / int(period)))
    return max(1, min(limits))
