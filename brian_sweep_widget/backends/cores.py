"""How many cores this process may use."""

from __future__ import annotations

import math
from pathlib import Path

import joblib

_CGROUPS = Path("/sys/fs/cgroup")
_MEMBERSHIP = Path("/proc/self/cgroup")


def allowed_cores(cgroups: Path = _CGROUPS, membership: Path = _MEMBERSHIP) -> int:
    """Count the cores that this process may use.

    joblib counts the machine's cores, the process's affinity, the control
    group that a container shows as its root, and ``LOKY_MAX_CPU_COUNT``. It
    does not see a limit further down the tree, which is where systemd puts a
    user's or a service's (a JupyterHub's, say), so those are read here.

    Parameters
    ----------
    cgroups, membership
        Where the system shows its control groups, and this process's place
        among them.

    Returns
    -------
    int
        1 or more.
    """
    return max(1, min(_quotas(cgroups, membership)))


def _quotas(cgroups: Path, membership: Path) -> list[int]:
    """List joblib's count and the limits of this control group (version 2) and those above."""
    limits: list[int] = [joblib.cpu_count()]
    try:
        lines = membership.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # no control groups here (not Linux)
        return limits
    own = next((line[len("0::/") :] for line in lines if line.startswith("0::/")), "")
    group = cgroups / own
    for folder in (group, *group.parents):
        if not folder.is_relative_to(cgroups):
            break
        try:
            quota, _, period = (
                (folder / "cpu.max").read_text(encoding="utf-8", errors="replace").partition(" ")
            )
        except OSError:  # not at the root, and not where no limit can be set
            continue
        if quota.isdigit() and period.strip().isdigit() and int(period):
            limits.append(math.ceil(int(quota) / int(period)))
    return limits
