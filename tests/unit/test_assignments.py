"""Who makes which call: whatever happens, each has one result, and none is forgotten."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import Future
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from brian_sweep_widget.backends import assignments as module
from brian_sweep_widget.backends.assignments import HERE, MOST_LOSSES, Assignment, Assignments


class Far:
    """Stands for a host."""

    def __init__(self, name: str, slots: int) -> None:
        self.name, self.slots = name, slots


class Anywhere:
    """A call that every host can make that is no stranger."""

    def __init__(self, label: int) -> None:
        self.labels = ((label,),)

    def fits(self, host: Any) -> bool:
        return bool(host.name != "stranger")


def call(label: int = 0) -> Assignment:
    elsewhere: Any = Anywhere(label)
    return Assignment(Future(), lambda: None, elsewhere)


NEAR: list[Any] = [Far("one", 2), Far("two", 4), Far("stranger", 8)]


def test_the_idlest_host_gets_the_next() -> None:
    """In proportion to its slots; nobody gets all of what is left."""
    calls = Assignments()
    for number in range(6):
        assert calls.put(call(number))
    chosen = calls.take_for_hosts(NEAR, lambda host: host.slots)
    assert {host.name: len(given) for host, given in chosen.items()} == {"one": 2, "two": 4}
    assert calls.waiting == 0
    assert calls.busy == 6


def test_calls_go_out_in_order() -> None:
    """A chart grows from coarse to fine, wherever it is computed."""
    calls = Assignments()
    every = [call(number) for number in range(5)]
    for one in every:
        calls.put(one)
    assert calls.take_here() is every[0]
    (given,) = calls.take_for_hosts(NEAR[:1], lambda _: 2).values()
    assert given == every[1:3]
    assert calls.take_here() is every[3]


def test_what_is_lost_is_the_next() -> None:
    """It waits at the head, as it has waited longest; not for a host that always loses it."""
    calls = Assignments()
    first, second = call(1), call(2)
    calls.put(first)
    calls.put(second)
    for _ in range(MOST_LOSSES):
        ((host, (given, *_)),) = calls.take_for_hosts(NEAR[:1], lambda _: 1).items()
        assert given is first
        calls.end(first, host)
        calls.relieve(host, 1)
        assert calls.lose(first)
        assert calls.put_back(first)
    ((_, (given,)),) = calls.take_for_hosts(NEAR[:1], lambda _: 1).items()
    assert given is second
    assert calls.take_here() is first


@pytest.mark.parametrize("slow", [0.0, 5.0])
def test_only_late_calls_are_made_twice(monkeypatch: pytest.MonkeyPatch, slow: float) -> None:
    """By others, once, and only when nothing waits."""
    now = 100.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    calls = Assignments()
    done, late = call(1), call(2)
    calls.put(done)
    calls.put(late)
    calls.take_for_hosts(NEAR[:1], lambda host: host.slots)
    now += 0.5
    calls.end(done, NEAR[0])
    calls.finish(done, 0.5)
    calls.relieve(NEAR[0], 1)
    now += slow
    chosen = calls.take_late(NEAR[:2], free_here=1)
    if not slow:
        assert chosen == []
        return
    assert chosen == [(late, NEAR[1])]
    assert calls.take_late(NEAR[:2], free_here=1) == []  # two are enough
    assert calls.finish(late) == [NEAR[0], NEAR[1]]
    assert calls.end(late, NEAR[0])[0] is False  # nobody wants it any more


class Anything(RuleBasedStateMachine):
    """Whatever happens in whichever order."""

    @initialize()
    def begin(self) -> None:
        self.calls = Assignments()
        self.every: list[Assignment] = []
        self.load: Counter[Any] = Counter()
        self.results: Counter[int] = Counter()

    @rule()
    def put(self) -> None:
        one = call(len(self.every))
        if self.calls.put(one):
            self.every.append(one)

    @rule()
    def here(self) -> None:
        self.calls.take_here()

    @rule(most=st.integers(1, 3))
    def hosts(self, most: int) -> None:
        for host, given in self.calls.take_for_hosts(NEAR, lambda host: host.slots * most).items():
            assert host.name != "stranger"
            self.load[host] += len(given)

    def under_way(self) -> list[tuple[Assignment, Any]]:
        return [(one, maker) for one in self.every for maker in one.makers]

    @precondition(lambda self: self.under_way())
    @rule(data=st.data(), lost=st.booleans())
    def end(self, data: st.DataObject, lost: bool) -> None:
        one, maker = data.draw(st.sampled_from(self.under_way()))
        wanted, seconds = self.calls.end(one, maker)
        assert seconds >= 0
        if maker is not HERE:
            self.load[maker] -= 1
            self.calls.relieve(maker, 1)
        if not wanted:
            return
        if not lost:
            self.calls.finish(one, seconds)
            self.results[self.every.index(one)] += 1
        elif self.calls.lose(one):
            assert self.calls.put_back(one)

    @invariant()
    def each_call_is_somewhere(self) -> None:
        calls = self.calls
        for number, one in enumerate(self.every):
            if self.results[number]:
                assert self.results[number] == 1
                assert one not in calls._open
            else:
                assert one in calls._open
                assert (one in calls._waiting) != bool(one.makers)
        assert all(calls.load(host) == self.load[host] for host in NEAR)


TestAnything = Anything.TestCase
TestAnything.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
