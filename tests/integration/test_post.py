"""What a host does for kernels, without a network between."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers import until

from brian_sweep_widget.backends import Ended, Parcel, name_of
from brian_sweep_widget.backends.admission import Admission
from brian_sweep_widget.backends.hosts import post as module
from brian_sweep_widget.backends.hosts.post import Post
from brian_sweep_widget.backends.token import StopToken


def parcel(function: Callable[..., Any], *arguments: Any, sweep: str = "", **more: Any) -> Parcel:
    return Parcel(sweep, function, (((0,), arguments),), **more)


@pytest.fixture(scope="module")
def post() -> Post:
    return Post(2)


def sleeping() -> Callable[..., Any]:
    """Give a call that leaves a mark and never ends."""

    def sleep(_blobs: Path, _results: Path, mark: str) -> None:
        Path(mark).touch()
        while True:
            time.sleep(0.01)

    return sleep


def test_what_is_large_travels_once(post: Post) -> None:
    """A host says what it does not have; then it has it."""

    def read(blobs: Path, _results: Path, name: str) -> bytes:
        return (blobs / name).read_bytes()

    blob = os.urandom(1000)
    name = name_of(blob)
    wanted = parcel(read, name, needed=(name,))
    assert post.take(wanted).missing == (name,)
    sent = parcel(read, name, needed=(name,), blobs={name: blob})
    assert post.take(sent).results == (((0,), blob),)
    assert post.take(wanted).results == (((0,), blob),)


def test_calls_of_a_sweep_have_a_folder_that_goes_with_it(post: Post) -> None:
    """What programs leave there is gone when it is over."""

    def where(_blobs: Path, results: Path) -> str:
        (results / "left").touch()
        return str(results)

    ((_, folder),) = post.take(parcel(where, sweep="folders")).results
    assert Path(folder).is_dir()
    post.stop("folders")
    until(lambda: not Path(folder).exists(), "the folder is gone", 10.0)


def under_way(post: Post, sweep: str, mark: Path) -> tuple[threading.Thread, list[Any]]:
    """Begin an endless call of a sweep, in a thread as Dask does."""
    replies: list[Any] = []
    endless = parcel(sleeping(), str(mark), sweep=sweep)
    thread = threading.Thread(target=lambda: replies.append(post.take(endless)))
    thread.start()
    until(mark.exists, "it runs")
    return thread, replies


def test_stop_ends_what_runs_and_takes_no_more(post: Post, tmp_path: Path) -> None:
    """A parcel that was on its way finds nobody."""
    thread, replies = under_way(post, "stopped", tmp_path / "mark")
    assert (0,) in post.beat(["stopped"]).places["stopped"]
    post.stop("stopped")
    thread.join(5)
    assert replies[0].results == ()
    assert post.beat(["stopped"]).places == {}
    assert post.take(parcel(sleeping(), str(tmp_path / "late"), sweep="stopped")).results == ()
    assert not (tmp_path / "late").exists()


def test_one_call_is_skipped(post: Post, tmp_path: Path) -> None:
    """It ends with a word, and the sweep goes on."""
    thread, replies = under_way(post, "skipping", tmp_path / "mark")
    post.skip("skipping", [(0,)])
    thread.join(5)
    assert replies[0].results == (((0,), Ended("skipped")),)
    post.stop("skipping")


def test_a_sweep_of_which_nothing_is_heard_is_over(
    post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its kernel is gone; if it comes back it may go on, even while its calls are ended."""
    came_back = []
    stop = StopToken.stop

    def stop_while_it_comes_back(token: StopToken) -> None:
        # New workers may take longer to start than the lease of this test.
        monkeypatch.setattr(module, "LEASE", 60.0)
        came_back.append(post.take(parcel(lambda *_: 7, sweep="leased")))
        stop(token)

    monkeypatch.setattr(module, "LEASE", 2.0)
    thread, replies = under_way(post, "leased", tmp_path / "mark")
    for _ in range(6):
        time.sleep(0.5)
        post.beat(["leased"])
    assert thread.is_alive()
    monkeypatch.setattr(StopToken, "stop", stop_while_it_comes_back)
    thread.join(20)
    monkeypatch.setattr(StopToken, "stop", stop)
    assert replies
    assert replies[0].results == ()
    assert [reply.results for reply in came_back] == [(((0,), 7),)]
    assert post.take(parcel(lambda *_: 7, sweep="leased")).results == (((0,), 7),)
    post.stop("leased")


def test_a_host_that_lacks_memory_says_so(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel tells the person what its calls wait for."""
    monkeypatch.setattr(module, "ADMISSION", Admission(lambda: 50e6, lambda _: 0.0))
    waiting = threading.Thread(target=post.take, args=(parcel(lambda *_: 7, sweep="poor"),))
    waiting.start()
    until(lambda: post.beat(["poor"]).short_of, "it says so")
    assert post.beat(["poor"]).short_of == {"poor": (50e6, 100e6)}
    post.stop("poor")
    waiting.join(60)
    assert not waiting.is_alive()
    assert post.beat(["poor"]).short_of == {}


def test_who_killed_the_worker_is_told(post: Post) -> None:
    """Calls that had not begun are not suspected."""

    def deadly(*_: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    reply = post.take(parcel(deadly, sweep="deadly"))
    assert reply.results == ()
    assert "Terminated" in reply.died or "Broken" in reply.died
    assert reply.suspects == {(0,)}
    assert post.take(parcel(lambda *_: 7, sweep="deadly")).results == (((0,), 7),)
    assert "Terminated" in post.take(parcel(deadly)).died
    post.stop("deadly")


def test_what_nobody_wants_is_dropped_when_there_is_too_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The oldest first, and nothing that was wanted a moment ago."""
    small = Post(1)
    monkeypatch.setattr(module, "_MOST_BYTES", 2500)
    blobs = [os.urandom(1000) for _ in range(4)]
    names = [name_of(blob) for blob in blobs]
    for name, blob in zip(names, blobs, strict=True):
        small.take(parcel(lambda *_: 0, needed=(name,), blobs={name: blob}))
    assert small.take(parcel(lambda *_: 0, needed=tuple(names))).missing == ()
    monkeypatch.setattr(module, "_UNUSED", -1.0)
    more = os.urandom(500)
    small.take(parcel(lambda *_: 0, blobs={name_of(more): more}))
    assert set(small.take(parcel(lambda *_: 0, needed=tuple(names))).missing) < set(names)
    assert small.take(parcel(lambda *_: 0, needed=tuple(names))).missing
