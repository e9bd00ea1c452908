"""What hosts send back: data that is checked, whatever a host makes of it."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import pickle
import struct
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brian_sweep_widget.backends import Cluster, StopToken
from brian_sweep_widget.backends.guard import Ended
from brian_sweep_widget.backends.hosts.facts import LOOK, own_facts
from brian_sweep_widget.backends.hosts.host import Host
from brian_sweep_widget.backends.hosts.parcel import (
    Beat,
    DamagedReplyError,
    Reply,
    read_reply,
    write_reply,
)
from brian_sweep_widget.models.units import PLAIN_NUMBER
from brian_sweep_widget.results import Failure, Origin, Outcome, Value
from brian_sweep_widget.results.sent import read_sent, write_sent
from brian_sweep_widget.results.store import DamagedError
from brian_sweep_widget.runs import examining
from brian_sweep_widget.runs.examining import Fitness, need_of
from brian_sweep_widget.runs.hosting import Hosting
from brian_sweep_widget.runs.supply import Load, Task
from brian_sweep_widget.sweeps import Job

JOB = Job((2, 1), {"x": 0.5, "mode": "fast", "n": 3, "on": True}, 7)
ORIGIN = Origin(
    "compiled", "far", 12, 1e9, 0.25, {"python": "3"}, 1e6, ("/a",), ("digest",), ("uuid.uuid4",),
    ("poll",), ("cat",),
)  # fmt: skip
VALUES = {
    "rate": Value(np.asarray(0.1 + 0.2), PLAIN_NUMBER, "Rate"),
    "curve": Value(np.array([[1.5, np.nan], [np.inf, -0.0]]), PLAIN_NUMBER, "Curve"),
}
DONE = Outcome(JOB, "done", VALUES, None, ORIGIN, {"cv": Failure("ValueError", "no\ud800", "at")})
FAILED = Outcome(JOB, "failed", failure=Failure("KeyError", "'x'", "line"))
REPLY = Reply(
    (((0, 1), b"\x00numbers"), ((2, 1), Ended("overdue")), ((3, 0), "why not"), ((4, 0), None)),
    "TerminatedWorkerError", frozenset({(5, 0)}), ("blob",),
)  # fmt: skip


def same(one: Outcome, other: Outcome) -> bool:
    """Compare to the last bit."""
    numbers = [
        {name: (value.si.tobytes(), value.si.shape, value.unit) for name, value in found.items()}
        for found in (one.values, other.values)
    ]
    bare = [dataclasses.replace(outcome, values={}) for outcome in (one, other)]
    contents = [None if found.origin is None else found.origin.contents for found in (one, other)]
    return numbers[0] == numbers[1] and bare[0] == bare[1] and contents[0] == contents[1]


@pytest.mark.parametrize("outcome", [DONE, FAILED], ids=["done", "failed"])
def test_an_outcome_comes_as_it_was_sent(outcome: Outcome) -> None:
    """With all that the store does not keep of its origin."""
    assert same(read_sent(write_sent(outcome), JOB, "compiled"), outcome)


@given(at=st.integers(0, len(write_sent(DONE)) - 1), byte=st.integers(0, 255))
def test_one_other_byte_is_no_other_number(at: int, byte: int) -> None:
    """It is the same outcome, but for words beside the numbers, or no outcome."""
    sent = bytearray(write_sent(DONE))
    sent[at] = byte
    try:
        read = read_sent(bytes(sent), JOB, "compiled")
    except DamagedError:
        return
    besides = {"contents": (), "unseeded": (), "threads": (), "programs": ()}
    assert read.origin is not None
    bare = dataclasses.replace(DONE, origin=dataclasses.replace(ORIGIN, **besides))  # type: ignore[arg-type]
    assert same(
        dataclasses.replace(read, origin=dataclasses.replace(read.origin, **besides)),  # type: ignore[arg-type]
        bare,
    )


@given(st.binary(max_size=200))
def test_anything_else_is_damage(sent: bytes) -> None:
    with pytest.raises(DamagedError):
        read_sent(sent, JOB, "compiled")
    with pytest.raises(DamagedReplyError):
        read_reply(sent)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (dataclasses.replace(DONE, job=Job((2, 1), {**JOB.parameters, "x": 0.6}, 7)), "0.6"),
        (dataclasses.replace(DONE, job=Job((2, 1), JOB.parameters, 8)), "seed 8"),
        (dataclasses.replace(DONE, values={}), "done"),
        (dataclasses.replace(DONE, origin=None), "what computed it"),
        (dataclasses.replace(DONE, status="failed"), "failed"),
        (dataclasses.replace(FAILED, status="lost"), "lost"),
        (dataclasses.replace(FAILED, status="cancelled"), "no sense"),
        (dataclasses.replace(DONE, origin=dataclasses.replace(ORIGIN, engine="own")), "'own'"),
        (dataclasses.replace(DONE, origin=dataclasses.replace(ORIGIN, wall_time=-1.0)), "-1"),
        (dataclasses.replace(DONE, origin=dataclasses.replace(ORIGIN, started=np.inf)), "no sense"),
    ],
)  # fmt: skip
def test_what_was_not_asked_for_is_refused(outcome: Outcome, words: str) -> None:
    """An outcome of another job or engine, or one that cannot be."""
    with pytest.raises(DamagedError, match=words):
        read_sent(write_sent(outcome), JOB, "compiled")


def test_a_reply_comes_as_it_was_sent() -> None:
    assert read_reply(write_reply(REPLY)) == REPLY
    assert read_reply(write_reply(Reply())) == Reply()


@pytest.mark.parametrize("result", [7, object(), DONE, (1, 2)])
def test_nothing_else_travels(result: Any) -> None:
    with pytest.raises(TypeError, match="does not travel"):
        write_reply(Reply((((0,), result),)))


@pytest.mark.parametrize(
    "told",
    [
        [[[[0], "bytes", 10**30]], "", [], []],
        [[[[0], "bytes", -1]], "", [], []],
        [[[[0], "bytes", 0.5]], "", [], []],
        [[[["a"], "text", ""]], "", [], []],
        [[[0, "text", ""]], "", [], []],
        [[[[0], "ended", "stopped"]], "", [], []],
        [[[[0], "pickle", ""]], "", [], []],
        [[], "", [[[0]]], []],
        [[], "", []],
        {},
    ],
)
def test_a_damaged_reply_is_told(told: Any) -> None:
    heading = json.dumps(told).encode()
    with pytest.raises(DamagedReplyError):
        read_reply(struct.pack("<I", len(heading)) + heading)


def test_no_code_runs_that_was_sent(tmp_path: Path) -> None:
    """A pickle that would write a file is no outcome and no reply."""
    mark = tmp_path / "mark"

    class Exploit:
        def __reduce__(self) -> Any:
            return mark.touch, ()

    for sent in (pickle.dumps(Exploit()), Exploit()):
        with pytest.raises(DamagedError):
            read_sent(sent, JOB, "compiled")
        with pytest.raises(DamagedReplyError):
            read_reply(sent)
    assert not mark.exists()


def test_what_comes_from_a_host_that_is_not_decided_upon_does_not_count() -> None:
    """Nobody knows whether its numbers are those of this computer; they are computed anew."""
    hosting = Hosting(Cluster("tcp://127.0.0.1:1"), "model")
    task = Task(Load(b"packed", "compiled"), JOB)
    elsewhere: Any = hosting.errand(StopToken(Path()), [task], 1.0).elsewhere
    host: Any = type("Far", (), {"name": "far", "facts": None, "offset": 0.5})()
    sent, label = write_sent(DONE), JOB.position
    assert elsewhere.read(host, [(label, sent)]) == []
    assert elsewhere.read(host, [(label, Ended("skipped"))]) == [(label, Ended("skipped"))]
    fitness = {need_of(task.load): Fitness(ready=True)}
    examining._Known.of[host] = fitness
    ((_, read),) = elsewhere.read(host, [(label, sent), (label, sent), ((9, 9), sent)])
    assert read.values.keys() == VALUES.keys()
    assert read.origin.started == ORIGIN.started - 0.5
    ((_, damaged),) = elsewhere.read(host, [(label, sent[:-1])])
    assert damaged.status == "failed"
    assert "what far sent of this simulation is damaged" in damaged.failure.message
    fitness[need_of(task.load)] = Fitness(ready=True, reason="other", other_digits=True)
    assert elsewhere.read(host, [(label, sent)]) == []  # such hosts are left out


class Answering:
    """A host that answers everything alike."""

    name, offset, facts, slots = "far", 0.0, None, 2

    def __init__(self, *answers: Reply) -> None:
        self.answers = list(answers)
        self.asked: list[Any] = []
        self.link = self

    def tell(self) -> None:
        """Be told that something is known."""

    def submit(self, parcel: Any, done: Any) -> None:
        self.asked.append(parcel)
        if self.answers:
            done(self.answers.pop(0), None)

    def stop(self, sweep: str) -> None:
        """End what it compares."""


ODD = {
    "nothing": Reply(),
    "two": Reply((((0,), b"1"), ((1,), b"2"))),
    "no bytes": Reply((((0,), None),)),
    "no name": Reply((((0,), b"\xff"),)),
    "ended": Reply((((0,), Ended("skipped")),)),
}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_answer_about_a_program_is_a_reason(odd: str) -> None:
    """And not a host that is looked at for ever, without a word."""
    program: Any = type("Program", (), {"shape": f"shape {odd}"})()
    task = Task(Load(b"packed", "compiled", program=program), JOB)
    host: Any = Answering(ODD[odd])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(examining, "pressed_part", lambda *_: b"kit")
        examining.fitness_of(host, task)
    known = examining.known_of(host, task.load)
    assert not known.ready
    assert "makes no sense" in known.reason


def test_a_host_that_answers_nothing_about_a_point_is_asked_thrice() -> None:
    """Once may be that it had not heard from here for long; after that it is a reason."""
    task = Task(Load(b"a point of which nothing comes", "function"), JOB)
    host: Any = Answering(*[Reply()] * 10)
    examining.fitness_of(host, task)
    examining.abandon(task.load)  # what this computer was to compute
    assert len(host.asked) == 3
    assert len({parcel.sweep for parcel in host.asked}) == 3
    assert "makes no sense" in examining.known_of(host, task.load).reason


def test_a_host_that_is_looked_at_for_very_long_has_a_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So others take over, and a person is told; it is ready if it comes to an end at last."""
    task = Task(Load(b"packed", "runtime (numpy)"), JOB)
    host: Any = Answering()
    host.facts = own_facts()
    monkeypatch.setattr(examining, "_digest_here", lambda _: Future())
    examining.fitness_of(host, task)
    assert examining.known_of(host, task.load).reason == ""
    monkeypatch.setattr(examining, "_LATE", 0.0)
    assert "has not compiled" in examining.known_of(host, task.load).reason
    assert not examining.fitness_of(host, task).ready
    assert len(host.asked) == 1


@pytest.mark.parametrize(
    "beat",
    ["nonsense", Beat(float("nan"), {}), Beat(0.0, {"sweep": {(0,): "there"}})],  # type: ignore[dict-item]
    ids=["text", "no time", "no place"],
)
def test_a_heartbeat_that_makes_no_sense_is_none(beat: Any) -> None:
    """The host counts as silent, and is asked again; it is not left as it was for good."""

    class Client:
        answers: ClassVar = [eval(LOOK)]

        async def run(self, *_: Any, workers: list[str]) -> dict[str, Any]:
            return {workers[0]: self.answers.pop() if self.answers else beat}

    class Link:
        address = "tls://far:8786"

        def __init__(self) -> None:
            self.told = asyncio.Event()

        def tell(self) -> None:
            self.told.set()

    async def attended() -> None:
        with ThreadPoolExecutor(1) as arrivals:
            link = Link()
            host = Host(link, Client(), "tls://far:1", 1, arrivals)
            task = asyncio.create_task(host.attend())
            async with asyncio.timeout(60):
                while host.state != "silent":
                    await link.told.wait()
                    link.told.clear()
            assert "does not answer" in host.reason
            assert not task.done()
            task.cancel()

    asyncio.run(attended())
