"""Who makes which call: whatever happens, each has one result, and none is forgotten."""

from __future__ import annotations

import time
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

    def refusal(self, host: Any) -> str:
        return "" if self.fits(host) else "it is a stranger"


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


class Clock:
    """A time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(module, "time", found)
    return found


def finished(calls: Assignments, one: Assignment, maker: Any) -> None:
    """Have somebody bring the result of a call."""
    _, seconds = calls.end(one, maker)
    calls.note(maker, seconds)
    calls.finish(one)
    if maker is not HERE:
        calls.relieve(maker, 1)


def usual(calls: Assignments, clock: Clock, host: Any, seconds: float) -> None:
    """Have a host make a call in so much time."""
    one = call()
    calls.put(one)
    calls.take_for_hosts([host], lambda _: 1)
    clock.now += seconds
    finished(calls, one, host)


@pytest.mark.parametrize("slow", [0.0, 5.0])
def test_only_late_calls_are_made_twice(clock: Clock, slow: float) -> None:
    """By others, and only when these have nothing else to do."""
    calls = Assignments()
    usual(calls, clock, NEAR[0], 0.5)
    late = call(2)
    calls.put(late)
    calls.take_for_hosts(NEAR[:1], lambda host: host.slots)
    clock.now += 0.5 + slow
    chosen = calls.take_late(NEAR[:2], free_here=0)
    if not slow:
        assert chosen == []
        return
    assert chosen == [(late, NEAR[1], NEAR[0])]
    assert calls.take_late(NEAR[:2], free_here=1) == []  # the copy is not late
    assert calls.finish(late) == [NEAR[0], NEAR[1]]
    assert calls.end(late, NEAR[0])[0] is False  # nobody wants it any more


def test_a_copy_that_is_late_is_copied_in_its_turn(clock: Clock) -> None:
    """Here first, then by whoever is free; each once, until there is nobody left."""
    calls = Assignments()
    usual(calls, clock, NEAR[0], 0.5)
    late = call(2)
    calls.put(late)
    calls.take_for_hosts(NEAR[:1], lambda host: host.slots)
    clock.now += 5
    assert calls.take_late(NEAR, free_here=1) == [(late, HERE, NEAR[0])]
    assert calls.take_also_here(late)
    assert not calls.take_also_here(late)
    clock.now += 5
    assert calls.take_late(NEAR, free_here=1) == [(late, NEAR[1], HERE)]
    clock.now += 500
    assert calls.take_late(NEAR, free_here=1) == []
    assert set(calls.finish(late)) == {NEAR[0], HERE, NEAR[1]}


def test_late_is_what_takes_long_for_who_is_free(clock: Clock) -> None:
    """A fast computer does not wait until a slow one is slow even for itself."""
    calls = Assignments()
    for _ in range(3):
        usual(calls, clock, NEAR[0], 60.0)
    usual(calls, clock, NEAR[1], 1.0)
    one = call(2)
    calls.put(one)
    calls.take_for_hosts(NEAR[:1], lambda host: host.slots)
    clock.now += 5
    assert calls.take_late(NEAR[:1], free_here=0) == []
    assert calls.take_late(NEAR[:2], free_here=0) == [(one, NEAR[1], NEAR[0])]


def test_what_waits_in_vain_keeps_no_late_call(clock: Clock) -> None:
    """A call that no host can make is no reason to let another one lie."""
    calls = Assignments()
    usual(calls, clock, NEAR[0], 0.5)
    late, homely = call(2), call(3)
    calls.put(late)
    calls.take_for_hosts(NEAR[:1], lambda host: host.slots)
    homely.losses = MOST_LOSSES
    calls.put(homely)
    clock.now += 5
    assert calls.take_for_hosts(NEAR[:2], lambda host: host.slots) == {}
    assert calls.take_late(NEAR[:2], free_here=0) == [(late, NEAR[1], NEAR[0])]


def test_a_late_call_that_was_lost_meanwhile_has_its_turn_here(clock: Clock) -> None:
    """This computer was asked for a copy; now the call waits again, and is not made twice."""
    calls = Assignments()
    usual(calls, clock, NEAR[0], 0.5)
    late = call(2)
    calls.put(late)
    calls.take_for_hosts(NEAR[:1], lambda host: host.slots)
    clock.now += 5
    assert calls.take_late([], free_here=1) == [(late, HERE, NEAR[0])]
    calls.end(late, NEAR[0])
    calls.relieve(NEAR[0], 1)
    assert calls.lose(late)
    assert calls.put_back(late)
    assert not calls.take_also_here(late)
    assert calls.take_here() is late


def test_what_every_host_refuses_is_found() -> None:
    """As long as there are hosts, and all of them do."""
    calls = Assignments()
    one = call()
    calls.put(one)
    assert calls.refused([]) is None
    assert calls.refused(NEAR) is None
    assert calls.refused(NEAR[2:]) is one
    assert one.refusal(NEAR[2]) == "it is a stranger"


class Anything(RuleBasedStateMachine):
    """Whatever happens in whichever order."""

    @initialize()
    def begin(self) -> None:
        self.clock: Any = Clock()
        module.time = self.clock
        self.calls = Assignments()
        self.every: list[Assignment] = []
        self.load: Counter[Any] = Counter()
        self.results: Counter[int] = Counter()
        self.lost: Counter[int] = Counter()
        self.took: list[float] = []
        self.asked_here: list[Assignment] = []

    def teardown(self) -> None:
        module.time = time

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

    @rule(seconds=st.sampled_from([0.1, 1.5, 30.0]))
    def passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule(free_here=st.integers(0, 3))
    def late(self, free_here: int) -> None:
        """Whoever is free gets what is late, each call once; nobody twice at a time."""
        before = {one: dict(one.makers) for one in self.every}
        chosen = self.calls.take_late(NEAR, free_here)
        for one, maker, late in chosen:
            assert late in before[one]
            assert maker not in before[one]
            if maker is HERE:
                self.asked_here.append(one)
            else:
                assert maker.name != "stranger"
                self.load[maker] += 1
                assert self.load[maker] <= maker.slots
        copied = {copy.call for copy in chosen}
        copied_here = sum(copy.maker is HERE for copy in chosen)
        assert len(copied) == len(chosen)
        assert copied_here <= free_here
        if not self.took:
            assert not chosen
        elif copied_here < free_here:
            # Then nothing is left that would be late for anybody, and is not made here.
            limit = self.clock.now - max(1.0, 3 * max(self.took))
            for number, (one, makers) in enumerate(before.items()):
                if one not in copied and not self.results[number] and makers:
                    assert HERE in makers or max(makers.values()) >= limit

    @precondition(lambda self: self.asked_here)
    @rule(data=st.data())
    def also_here(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self.asked_here))
        self.asked_here.remove(one)
        before = dict(one.makers)
        if self.calls.take_also_here(one):
            assert before
            assert HERE not in before

    def under_way(self) -> list[tuple[Assignment, Any]]:
        return [(one, maker) for one in self.every for maker in one.makers]

    @precondition(lambda self: self.under_way())
    @rule(data=st.data(), lost=st.booleans())
    def end(self, data: st.DataObject, lost: bool) -> None:
        one, maker = data.draw(st.sampled_from(self.under_way()))
        number = self.every.index(one)
        wanted, seconds = self.calls.end(one, maker)
        assert seconds >= 0
        if maker is not HERE:
            self.load[maker] -= 1
            self.calls.relieve(maker, 1)
        assert wanted != bool(self.results[number])  # the first counts, all others are dropped
        if not wanted:
            return
        if not lost:
            self.calls.note(maker, seconds)
            self.took.append(seconds)
            self.calls.finish(one)
            self.results[number] += 1
            return
        self.lost[number] += maker is not HERE
        if self.calls.lose(one):
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

    @invariant()
    def no_call_is_passed_on_for_ever(self) -> None:
        """What hosts lose again and again is left to this computer."""
        assert all(lost < MOST_LOSSES + len(NEAR) for lost in self.lost.values())


TestAnything = Anything.TestCase
TestAnything.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
