"""What a job leaves running in threads is told, with the jobs that it may change."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from brian_sweep_widget.engines import pack
from brian_sweep_widget.engines.choice import engine_for
from brian_sweep_widget.engines.threads_left import threads_left
from brian_sweep_widget.engines.worker import compute
from brian_sweep_widget.models import as_model
from brian_sweep_widget.sweeps import Job

END = threading.Event()


def noise() -> None:
    """Go on for long."""
    END.wait(120)


@pytest.fixture(autouse=True)
def ended() -> Iterator[None]:
    """End all of them."""
    before = set(threading.enumerate())
    yield
    END.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(60)
    END.clear()


def by_thread() -> None:
    """As most do."""
    threading.Thread(target=noise, daemon=True).start()


def by_timer() -> None:
    """Later."""
    timer = threading.Timer(30, noise)
    timer.start()
    END_LATER.append(timer)


def by_pool() -> None:
    """In a pool that nobody waits for."""
    ThreadPoolExecutor(1).submit(noise)


def by_number() -> None:
    """Past the module that lists them."""
    import _thread

    started = threading.Event()
    _thread.start_new_thread(lambda: (started.set(), noise()), ())
    started.wait(120)


END_LATER: list[threading.Timer] = []


@pytest.mark.parametrize("start", [by_thread, by_timer, by_pool, by_number])
def test_what_goes_on_is_told_until_it_ends(start: Callable[[], None]) -> None:
    """By the job that left it, and by those beside it."""
    with threads_left() as first:
        start()
    with threads_left() as beside:
        pass
    END.set()
    while END_LATER:
        END_LATER.pop().cancel()
    while True:
        with threads_left() as last:
            pass
        if not last:
            break
    assert len(first) == 1
    assert first == beside
    assert first[0] in {"noise", "<lambda>"}


def test_what_has_ended_and_what_waits_for_work_is_not() -> None:
    """A pool that is idle does nothing."""
    with threads_left() as names:
        thread = threading.Thread(target=END.is_set)
        thread.start()
        thread.join()
        ThreadPoolExecutor(1).submit(END.is_set).result()
    assert names == []


def test_an_outcome_tells() -> None:
    """And is nobody's but the moment's."""

    def waiting() -> None:
        vars(threading.main_thread())["end"].wait(120)

    def starting(x: float = 1.0) -> float:
        threading.Thread(target=waiting, daemon=True).start()
        return x

    vars(threading.main_thread())["end"] = END  # no event can be sent
    model = as_model(starting)
    packed = pack(engine_for("auto", model, model.parameters({})))
    outcome = compute(packed, Job((0,), {"x": 2.0}, seed=1))
    assert outcome.status == "done"
    assert outcome.origin is not None
    assert outcome.origin.threads == ("waiting",)
    assert not outcome.origin.by_job
