"""Who may start: fairly among sweeps, and never more than there is memory for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from helpers import until

from brian_sweep_widget.backends.admission import Admission, Turn
from brian_sweep_widget.backends.memory import free_memory

GIGABYTE = 1e9


class World:
    """A computer with some memory, of which every running job takes its part."""

    def __init__(self, free: float = 64 * GIGABYTE) -> None:
        self.free = free
        self.taken = 0.0
        self.started: list[str] = []
        self.admission = Admission(lambda: self.free, self._taken)
        self._names: dict[int, str] = {}

    def turn(self, name: str, workers: int = 4) -> Turn:
        """Give a sweep its place."""
        turn = self.admission.turn(workers, list)
        self._names[id(turn)] = name
        return turn

    def enter(self, turn: Turn, jobs: int) -> None:
        """Hand jobs in."""
        for _ in range(jobs):
            turn.enter(lambda: self.started.append(self._names[id(turn)]))

    def _taken(self, _processes: Iterable[int]) -> float:
        return self.taken


def test_a_lone_sweep_has_all_workers_and_a_few_jobs_ahead() -> None:
    """Short jobs: the next one must be with a worker when the last one ends."""
    world = World()
    turn = world.turn("a")
    world.enter(turn, 20)
    assert len(world.started) == 8
    turn.leave()
    assert len(world.started) == 9


def test_of_long_jobs_none_waits_in_a_workers_queue() -> None:
    """Another sweep that comes would have to wait for it."""
    world = World()
    turn = world.turn("a")
    turn.note(5.0, 0.0)
    world.enter(turn, 20)
    assert len(world.started) == 4


def test_two_sweeps_have_half_the_workers_each() -> None:
    """As soon as the jobs of the first that run already have ended."""
    world = World()
    first, second = world.turn("first"), world.turn("second")
    for turn in (first, second):
        turn.note(5.0, 0.0)
    world.enter(first, 20)
    world.enter(second, 20)
    assert world.started == ["first"] * 4 + ["second"] * 2
    first.leave()
    assert world.started.count("first") == 4  # it has more than its share
    first.leave()
    first.leave()
    assert (first.running, second.running) == (2, 2)
    second.withdraw()
    second.leave()
    second.leave()
    assert first.running == 4


def test_everybody_has_at_least_one() -> None:
    """Also where there are more sweeps than workers."""
    world = World()
    turns = [world.turn(str(number), workers=2) for number in range(5)]
    for turn in turns:
        world.enter(turn, 3)
    assert set(world.started) == set("01234")


def test_a_held_sweep_starts_nothing_and_leaves_its_share_to_others() -> None:
    """Held for two reasons it goes on when both are gone."""
    world = World()
    held, other = world.turn("held"), world.turn("other")
    held.hold("person")
    held.hold("store")
    world.enter(held, 5)
    world.enter(other, 20)
    assert world.started == ["other"] * 8
    held.release("person")
    assert "held" not in world.started
    held.release("store")
    assert "held" in world.started


def test_as_many_run_as_there_is_memory_for() -> None:
    """What runs may not have taken its memory yet: that counts as taken."""
    world = World(free=3.5 * GIGABYTE)
    turn = world.turn("a")
    turn.expect(1.0 * GIGABYTE)
    world.enter(turn, 20)
    assert len(world.started) == 3
    assert turn.short_of == (3.5 * GIGABYTE, 1.0 * GIGABYTE)
    # They take it, and no fourth fits, nor is one refused that does.
    world.free, world.taken = 0.5 * GIGABYTE, 3.0 * GIGABYTE
    world.admission.look()
    assert len(world.started) == 3
    turn.leave()
    world.free, world.taken = 1.5 * GIGABYTE, 2.0 * GIGABYTE
    until(lambda: len(world.started) == 4, "the next one starts")


def test_jobs_wait_until_there_is_memory() -> None:
    """Nobody has to ask: it is looked at again and again."""
    world = World(free=0.2 * GIGABYTE)
    turn = world.turn("a")
    turn.note(0.1, 1.0 * GIGABYTE)
    world.enter(turn, 2)
    assert not world.started
    assert turn.short_of == (0.2 * GIGABYTE, 1.0 * GIGABYTE)
    world.free = 64 * GIGABYTE
    until(lambda: len(world.started) == 2, "both start")
    assert turn.short_of is None


def test_what_others_will_take_is_not_free() -> None:
    """Another sweep's jobs have just begun."""
    world = World(free=4.2 * GIGABYTE)
    other, turn = world.turn("other"), world.turn("a")
    for one in (other, turn):
        one.expect(1.0 * GIGABYTE)
    world.enter(other, 2)
    world.enter(turn, 4)
    assert world.started == ["other", "other", "a", "a"]
    assert turn.running == 2


@pytest.fixture
def groups(tmp_path: Path) -> Path:
    """Make a control group tree."""
    (tmp_path / "cgroup" / "user.slice" / "session").mkdir(parents=True)
    (tmp_path / "membership").write_text("0::/user.slice/session\n")
    return tmp_path / "cgroup"


def test_a_control_groups_limit_counts(groups: Path) -> None:
    """The smallest of all above; what files take there is given back when wanted."""

    def free() -> float:
        return free_memory(groups, groups.parent / "membership")

    def limit(folder: Path, most: str, taken: int, files: int = 0) -> None:
        (folder / "memory.max").write_text(f"{most}\n")
        (folder / "memory.current").write_text(f"{taken}\n")
        (folder / "memory.stat").write_text(f"anon 1\ninactive_file {files}\nactive_file 5\n")

    machine = free()
    assert machine > 0
    limit(groups / "user.slice", "max", 10)
    assert free() > 1000
    limit(groups / "user.slice", "1000", 400)
    assert free() == 600
    limit(groups / "user.slice" / "session", "500", 450, files=30)
    assert free() == 80
    limit(groups / "user.slice" / "session", "500", 600)
    assert free() == 0


def test_control_groups_of_version_1_count_too(tmp_path: Path) -> None:
    """They are in a tree of their own."""
    group = tmp_path / "cgroup" / "memory" / "hub" / "student"
    group.mkdir(parents=True)
    membership = tmp_path / "membership"
    membership.write_text("4:memory:/hub/student\n1:cpu,cpuacct:/\n0::/\n")
    assert free_memory(tmp_path / "cgroup", membership) > 1000
    (group / "memory.limit_in_bytes").write_text("9223372036854771712\n")
    (group / "memory.usage_in_bytes").write_text("400\n")
    assert free_memory(tmp_path / "cgroup", membership) > 1000
    (group.parent / "memory.limit_in_bytes").write_text("1000\n")
    (group.parent / "memory.usage_in_bytes").write_text("700\n")
    (group.parent / "memory.stat").write_text("inactive_file 1\ntotal_inactive_file 50\n")
    assert free_memory(tmp_path / "cgroup", membership) == 350
