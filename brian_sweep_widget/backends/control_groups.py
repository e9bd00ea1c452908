"""The control groups that this process is in: what containers and services are limited by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")


def own_groups(
    cgroups: Path = CGROUPS, membership: Path = MEMBERSHIP, controller: str = ""
) -> Iterator[Path]:
    """Give the folders of this process's group and of all those above it.

    A container shows its own group as the root, where tools look; systemd puts
    a user's or a service's (a JupyterHub's, say) further down the tree.

    Parameters
    ----------
    cgroups, membership
        Where the system shows its control groups, and this process's place
        among them.
    controller
        Of which hierarchy of version 1; that of version 2 if empty.
    """
    try:
        lines = membership.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # no control groups here (not Linux)
        return
    places = [line.split(":", 2)[1:] for line in lines if line.count(":") > 1]
    own = next((path for names, path in places if controller in names.split(",")), None)
    if own is None:
        return
    root = cgroups / controller
    group = root / own.lstrip("/")
    for folder in (group, *group.parents):
        if not folder.is_relative_to(root):
            return
        yield folder


def read_setting(file: Path) -> str:
    """Read a group's file; empty where it does not exist."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # not at the root, and not where no limit can be set
        return ""
