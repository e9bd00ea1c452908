"""How many cores this process may use."""

from __future__ import annotations

import math
import os
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

    Raises
    ------
    ValueError
        If ``LOKY_MAX_CPU_COUNT`` is no number.
    """
    try:
        limits: list[int] = [joblib.cpu_count()]
    except ValueError as error:  # of joblib's, which does not say what it read
        named = os.environ.get("LOKY_MAX_CPU_COUNT")
        msg = f"LOKY_MAX_CPU_COUNT = {named!r} is no number of cores (allowed: 1 or more)"
        raise ValueError(msg) from error
    for folder in own_groups(cgroups, membership):
        quota, _, period = read_setting(folder / "cpu.max").partition(" ")
        if quota.isdigit() and period.strip().isdigit() and int(period):
            limits.append(math.ceil(int(quota) / int(period)))
    return max(1, min(limits))
