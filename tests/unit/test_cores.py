"""How many cores a process may use: affinity and control groups, wherever they are set."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import joblib
import pytest

from brian_sweep_widget.backends import allowed_cores

MACHINE = 16


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a control group tree on a machine of 16 cores (which this one need not be)."""
    monkeypatch.setattr(joblib, "cpu_count", lambda: MACHINE)
    root = tmp_path / "cgroup"
    (root / "user.slice" / "session").mkdir(parents=True)
    return root


def cores(groups: Path, membership: bytes | str = "0::/user.slice/session\n") -> int:
    """Count the cores of a process in a group of the tree."""
    file = groups.parent / "membership"
    file.write_bytes(membership.encode() if isinstance(membership, str) else membership)
    return allowed_cores(groups, file)


def limit(folder: Path, text: str) -> None:
    """Write a group's limit as the kernel does."""
    (folder / "cpu.max").write_text(text, encoding="ascii")


def test_without_limits_all_cores_are_allowed(groups: Path) -> None:
    """An empty tree, or "max" everywhere, limits nothing."""
    assert cores(groups) == MACHINE
    limit(groups / "user.slice", "max 100000\n")
    limit(groups / "user.slice" / "session", "max 100000\n")
    assert cores(groups) == MACHINE


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        ("200000 100000\n", 2),
        ("150000 100000\n", 2),
        ("50000 100000\n", 1),
        ("1 100000\n", 1),
        ("0 100000\n", 1),
        ("300000 50000", 6),
        ("9900000 100000\n", MACHINE),
    ],
)
def test_the_own_groups_quota_counts(groups: Path, quota: str, expected: int) -> None:
    """A part of a core is rounded up, and there is always one."""
    limit(groups / "user.slice" / "session", quota)
    assert cores(groups) == expected


def test_a_parents_quota_counts(groups: Path) -> None:
    """Where systemd puts a user's or a hub's limit."""
    limit(groups / "user.slice", "300000 100000\n")
    limit(groups / "user.slice" / "session", "max 100000\n")
    assert cores(groups) == 3


def test_the_tightest_quota_counts(groups: Path) -> None:
    """Wherever in the tree it is, the root of a container included."""
    limit(groups, "400000 100000\n")
    limit(groups / "user.slice", "300000 100000\n")
    limit(groups / "user.slice" / "session", "500000 100000\n")
    assert cores(groups) == 3
    limit(groups, "200000 100000\n")
    assert cores(groups) == 2


def test_nothing_outside_the_tree_is_read(groups: Path) -> None:
    """A file of that name above the tree is not ours."""
    limit(groups.parent, "100000 100000\n")
    assert cores(groups) == MACHINE


def test_a_neighbours_quota_does_not_count(groups: Path) -> None:
    """Only the groups above the own one."""
    (groups / "other").mkdir()
    limit(groups / "other", "100000 100000\n")
    assert cores(groups) == MACHINE


@pytest.mark.parametrize(
    "text",
    [b"", b"\n", b"nonsense", b"100000", b"-1 100000", b"100000 0", b"1 2 3", b"1e5 1e5", b"\xff"],
)
def test_garbage_limits_nothing(groups: Path, text: bytes) -> None:
    """Whatever a kernel may write one day, we still start."""
    (groups / "user.slice" / "session" / "cpu.max").write_bytes(text)
    assert cores(groups) == MACHINE


@pytest.mark.parametrize(
    "membership",
    [b"", b"garbage", b"4:cpu:/user.slice/session\n", b"0::\n", b"0::/gone/away\n", b"\xff\xfe\n"],
)
def test_a_strange_membership_limits_nothing(groups: Path, membership: bytes) -> None:
    """Version 1, groups that are gone, or what nobody can read."""
    limit(groups / "user.slice" / "session", "100000 100000\n")
    assert cores(groups, membership) == MACHINE


def test_groups_may_have_names_in_any_language(groups: Path) -> None:
    """A service may be called as people call it."""
    folder = groups / "Plaça.slice"
    folder.mkdir()
    limit(folder, "200000 100000\n")
    assert cores(groups, "0::/Plaça.slice\n") == 2


def test_hybrid_trees_are_read_by_their_second_version(groups: Path) -> None:
    """Lines of the first version may come before."""
    limit(groups / "user.slice", "200000 100000\n")
    assert cores(groups, "12:cpu,cpuacct:/elsewhere\n0::/user.slice/session\n") == 2


def test_without_control_groups_the_machine_counts(groups: Path, tmp_path: Path) -> None:
    """Not every system has them."""
    assert allowed_cores(groups, tmp_path / "missing") == MACHINE


@pytest.mark.parametrize("variable", [None, "1"])
def test_affinity_and_the_environment_count(variable: str | None) -> None:
    """A process bound to one core has one; so has one told so."""
    code = "from brian_sweep_widget.backends import allowed_cores; print(allowed_cores())"
    environment = dict(os.environ)
    if variable is None:
        code = f"import os; os.sched_setaffinity(0, {{min(os.sched_getaffinity(0))}}); {code}"
    else:
        environment["LOKY_MAX_CPU_COUNT"] = variable
    shown = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert shown.strip() == "1"


def test_this_machine_has_a_core() -> None:
    """The real files of this machine can be read."""
    assert 1 <= allowed_cores() <= (os.cpu_count() or 1)
