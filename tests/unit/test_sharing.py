"""Outcomes of one run share what is alike in them, and say the same as before."""

from __future__ import annotations

import pickle

import numpy as np

from brian_sweep_widget.models.units import Unit
from brian_sweep_widget.results import Failure, Origin, Outcome, Value
from brian_sweep_widget.runs.sharing import Sharing
from brian_sweep_widget.sweeps import Job


def outcome(number: int) -> Outcome:
    """Make an outcome as it comes from a worker: a copy, of which nothing is shared."""
    made = Outcome(
        Job((number, 0), {"size": number}, number),
        "done",
        {
            "rate": Value(np.array(float(number)), Unit("Hz", 1.0, (0, 0, -1, 0, 0, 0, 0)), "Rate"),
            "spike_count": Value(np.array(number), Unit(), "Number of spikes"),
        },
        None,
        Origin("compiled", "a-host", 17 + number, 1.5, 0.25, {"python": "3.11", "numpy": "2.3"}),
    )
    copied: Outcome = pickle.loads(pickle.dumps(made))
    return copied


def test_alike_parts_are_kept_once() -> None:
    """Names, units, hosts and versions; numbers, of course, are each outcome's own."""
    sharing = Sharing()
    first, second = sharing(outcome(1)), sharing(outcome(2))
    for one, other in zip(first.values.items(), second.values.items(), strict=True):
        (name, value), (other_name, other_value) = one, other
        assert name is other_name
        assert value.unit is other_value.unit
        assert value.label is other_value.label
        assert value.si != other_value.si
    assert first.origin is not None
    assert second.origin is not None
    assert first.origin.host is second.origin.host
    assert first.origin.versions is second.origin.versions
    assert (first.origin.process, second.origin.process) == (18, 19)


def test_an_outcome_says_what_it_said() -> None:
    """Whatever was shared before it, also where a part differs."""
    sharing = Sharing()
    sharing(outcome(1))
    given = outcome(2)
    assert sharing(given) == given
    failed = Outcome(Job((3, 0), {}, 3), "lost", failure=Failure("WorkerDied", "twice"))
    assert sharing(failed) == failed
