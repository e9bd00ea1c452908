"""Who computed what: sums by host, shares, speed-up, as numbers and as text."""

from __future__ import annotations

import numpy as np
import pytest

from brian_sweep_widget.models.units import PLAIN_NUMBER
from brian_sweep_widget.results import Origin, Outcome, Value
from brian_sweep_widget.runs.statistics import statistics
from brian_sweep_widget.sweeps import Job


def outcome(index: int, host: str, process: int, started: float, seconds: float) -> Outcome:
    origin = Origin("compiled", host, process, started, seconds, {})
    value = Value(np.asarray(1.0), PLAIN_NUMBER, "Level")
    return Outcome(Job((index, 0), {}, 0), "done", {"level": value}, None, origin)


def test_hosts_share_the_jobs() -> None:
    outcomes = [
        outcome(0, "near", 1, 100.0, 2.0),
        outcome(1, "near", 2, 100.0, 2.0),
        outcome(2, "near", 1, 102.0, 2.0),
        outcome(3, "far", 1, 101.0, 2.0),
        Outcome(Job((4, 0), {}, 0), "cancelled"),
    ]
    found = statistics(outcomes, (), elapsed=9.0)
    assert [(host.host, host.workers, host.jobs) for host in found.hosts] == [
        ("near", 2, 3),
        ("far", 1, 1),
    ]
    assert [host.share for host in found.hosts] == [0.75, 0.25]
    assert found.hosts[0].total == 6.0
    assert found.hosts[0].time_per_job == 2.0
    assert found.span == 4.0
    assert found.speed_up == 2.0
    assert found.efficiency == pytest.approx(2 / 3)


def test_what_was_known_took_nobody_any_time() -> None:
    outcomes = [outcome(0, "near", 1, 5.0, 60.0), outcome(1, "near", 1, 100.0, 2.0)]
    found = statistics(outcomes, {(0, 0)}, elapsed=2.5)
    assert found.recalled == 1
    assert found.hosts[0].jobs == 1
    assert found.span == 2.0


def test_nothing_computed_is_no_speed() -> None:
    found = statistics([outcome(0, "near", 1, 5.0, 1.0)], {(0, 0)}, elapsed=0.1)
    assert found.hosts == ()
    assert found.speed_up is found.efficiency is None
    assert str(found).splitlines()[1:] == ["1 results were known before", "time elapsed 0.1 s"]


def test_as_text() -> None:
    outcomes = [outcome(0, "near", 1, 100.0, 2.0), outcome(1, "near", 2, 100.0, 2.0)]
    assert str(statistics(outcomes, (), elapsed=3.0)).splitlines() == [
        "host  workers  jobs  % of all  time per job  job time sum",
        "near        2     2     100.0           2 s           4 s",
        "speed-up 2.00 against one worker, efficiency 100 %",
        "time elapsed 3 s",
    ]
