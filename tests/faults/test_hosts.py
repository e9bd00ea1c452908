"""Other computers that come, go and lie: nothing is lost, nothing hangs, no number differs."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from brian2 import mV
from helpers import alive, descendants, start_script, until
from lan import Lan

from brian_sweep_widget import Cluster, Run, Sweep, cuba
from brian_sweep_widget.backends import make_credentials
from brian_sweep_widget.backends.hosts.discovery import Announcement

SILENCE = 15.0  # s: the longest until a person is told


@pytest.fixture(scope="module")
def lan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lan]:
    """Two hosts that serve two simulations each."""
    with Lan(tmp_path_factory.mktemp("lan")) as network:
        for name in ("computer1", "computer2"):
            network.computer(name).serve(2)
        yield network


@pytest.fixture(autouse=True)
def _credentials(lan: Lan, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give these tests the credentials of the network, and every host as it was."""
    monkeypatch.setenv("BRIAN_SWEEP_CREDENTIALS", str(lan.credentials))
    yield
    for computer in lan.computers:
        computer.mend()
        if computer.name.startswith("computer") and computer.serving is None:
            computer.serve(2)


def addresses(lan: Lan) -> list[str]:
    return [computer.address for computer in lan.computers if computer.name.startswith("computer")]


def sleeping(seconds: float, end: Path | None = None) -> Callable[..., float]:
    """Make a function that takes some time, until a folder is there, and draws a number.

    So a sweep is long enough for a host that comes late, and ends soon after.
    """
    name = str(end)

    def nap(x: float = 0.0, seed: int = 0) -> float:
        if not os.path.isdir(name):
            time.sleep(seconds)
        return x + np.random.default_rng(seed).random()

    return nap


def numbers(run: Run) -> dict[tuple[int, ...], float]:
    """Give the results of a sweep by position."""
    return {
        outcome.job.position: float(next(iter(outcome.values.values())).si)
        for outcome in run.results.outcomes
        if outcome.status == "done"
    }


def hosts_of(run: Run) -> Counter[str]:
    """Say how many jobs each host computed."""
    return Counter(one.origin.host for one in run.results.outcomes if one.origin is not None)


def started_on(run: Run, *names: str) -> None:
    """Wait until some hosts have computed something of a sweep."""
    until(lambda: set(names) <= hosts_of(run).keys(), f"{names} compute", tell=lambda: run.progress)


def expected(sweep: Sweep) -> dict[tuple[int, ...], float]:
    """Compute what a sweep has to give, on this computer."""
    local = Sweep(sweep.model, x=np.arange(len(sweep.plan.axes[0])) * 1.0, store=None)
    return numbers(_done(local.start()))


def _done(run: Run, seconds: float = 90.0) -> Run:
    run.wait(seconds)
    assert run.progress.state == "finished"
    return run


def test_a_compiled_sweep_runs_on_hosts_with_the_same_numbers(lan: Lan) -> None:
    """Each builds the program for itself; every number is the one of this computer.

    One after the other: the first that has its build would do all the work.
    """
    sweep = {"excitatory_weight": np.linspace(0, 4, 10) * mV, "size": 400, "trials": 2}
    local = _done(Sweep(cuba, **sweep).start())
    for host, address in zip(("computer1", "computer2"), addresses(lan), strict=True):
        alone = Cluster([address], local=False)
        run = _done(Sweep(cuba, cluster=alone, store=None, **sweep).start(), 120)
        assert hosts_of(run).keys() == {host}
        assert numbers(run) == numbers(local)
    told = str(run.statistics)
    assert "computer2" in told
    assert "received" in told


def test_functions_of_a_script_run_everywhere_at_once(lan: Lan, tmp_path: Path) -> None:
    """Local cores and hosts share the jobs; nobody has all of them."""
    naps = sleeping(0.3, tmp_path / "end")
    run = Sweep(naps, x=np.arange(1000.0), workers=2, cluster=addresses(lan)).start()
    started_on(run, "computer1", "computer2", socket.gethostname())
    (tmp_path / "end").mkdir()
    _done(run)
    assert numbers(run) == expected(Sweep(sleeping(0.0), x=np.arange(1000.0)))


def test_a_host_that_is_cut_off(lan: Lan, tmp_path: Path) -> None:
    """Its jobs run elsewhere, the person is told within 15 s, and it is used when it is back."""
    computer = lan.computers[0]
    naps = sleeping(0.5, tmp_path / "end")
    run = Sweep(naps, x=np.arange(1000.0), workers=2, cluster=addresses(lan)).start()
    started_on(run, "computer1", "computer2")
    computer.cut()
    cut = time.monotonic()
    until(lambda: "computer1" in run.progress.notice, "the person is told", SILENCE)
    assert time.monotonic() - cut < SILENCE
    (tmp_path / "end").mkdir()
    assert _done(run).results.counts() == {"done": 1000}
    assert numbers(run) == expected(Sweep(sleeping(0.0), x=np.arange(1000.0)))
    assert run.statistics.hosts
    lost = {host.host: host.tally for host in run.statistics.hosts}["computer1"]
    assert lost is not None
    assert lost.losses >= 1
    assert "lost" in str(run.statistics)
    computer.mend()
    again = Sweep(sleeping(0.2), x=np.arange(1000.0), workers=1, cluster=addresses(lan)).start()
    started_on(again, "computer1")
    again.cancel()
    again.wait(20)


@pytest.mark.parametrize("victim", ["simulation", "relay", "everything"])
def test_what_is_killed_on_a_host(lan: Lan, victim: str, tmp_path: Path) -> None:
    """A simulation's process, Dask's worker, or all: every job is done, with its number."""
    computer = lan.computers[1]
    end = tmp_path / "end"
    naps = sleeping(0.3, end)
    run = Sweep(naps, x=np.arange(1000.0), workers=2, cluster=addresses(lan)).start()
    started_on(run, "computer2")
    if victim == "everything":
        computer.kill()
    else:
        assert computer.serving is not None
        found = [
            psutil.Process(number) for number in descendants(computer.serving.pid) if alive(number)
        ]
        guarded = [one for one in found if "loky" in " ".join(one.cmdline())]
        chosen = guarded if victim == "simulation" else [one.parent() for one in guarded]
        assert chosen
        for process in chosen[:1]:
            assert process is not None
            process.kill()
    end.mkdir()
    assert _done(run).results.counts() == {"done": 1000}
    assert numbers(run) == expected(Sweep(sleeping(0.0), x=np.arange(1000.0)))


def test_a_host_comes_during_a_sweep(lan: Lan, tmp_path: Path) -> None:
    """It gets jobs as soon as it serves."""
    computer = lan.computers[0]
    computer.stop()
    naps = sleeping(0.3, tmp_path / "end")
    run = Sweep(naps, x=np.arange(1000.0), workers=1, cluster=addresses(lan)).start()
    started_on(run, "computer2")
    assert "computer1" not in hosts_of(run)
    computer.serve(2)
    started_on(run, "computer1")
    (tmp_path / "end").mkdir()
    assert _done(run).results.counts() == {"done": 1000}


def test_without_any_host_the_local_cores_go_on(lan: Lan) -> None:
    """That is what happens if nothing else is wanted."""
    sweep = Sweep(
        sleeping(0.2), x=np.arange(40.0), workers=2,
        cluster=Cluster([lan.computers[0].address], local=False),
    )  # fmt: skip
    run = sweep.start()
    started_on(run, "computer1")
    lan.computers[0].kill()
    until(lambda: run.progress.waits or run.progress.notice, "the person is told", SILENCE)
    _done(run)
    assert hosts_of(run).keys() == {"computer1", socket.gethostname()}
    assert numbers(run) == expected(Sweep(sleeping(0.0), x=np.arange(40.0)))


def test_without_any_host_a_sweep_waits_if_it_is_told_to(lan: Lan) -> None:
    """It says what it waits for, and goes on when the host is back."""
    computer = lan.computers[0]
    sweep = Sweep(
        sleeping(0.2), x=np.arange(40.0),
        cluster=Cluster([computer.address], local=False, when_gone="wait"),
    )  # fmt: skip
    run = sweep.start()
    started_on(run, "computer1")
    computer.kill()
    until(lambda: "Waiting for" in run.progress.waits, "the person is told", SILENCE)
    done = run.progress.done
    time.sleep(9)
    assert run.progress.done <= done + 4
    computer.serve(2)
    assert hosts_of(_done(run)).keys() == {"computer1"}


def test_slow_hosts_do_not_hold_the_sweep(lan: Lan, tmp_path: Path) -> None:
    """Also if two are late with the same jobs: local cores take them; the first result counts."""
    marks, end = str(tmp_path), str(tmp_path / "end")

    def slow_there(x: float = 0.0, seed: int = 0) -> float:
        mark = f"{marks}/{x}"
        if socket.gethostname() == "computer1":
            open(mark, "w").close()
            time.sleep(600)
        if socket.gethostname() == "computer2" and os.path.exists(mark):
            time.sleep(600)
        if not os.path.isdir(end):
            time.sleep(0.3)
        return x + np.random.default_rng(seed).random()

    sweep = Sweep(slow_there, x=np.arange(1000.0), workers=2, cluster=addresses(lan))
    run = sweep.start()
    until(
        lambda: {"computer1", "computer2"} <= {one.host for one in run.under_way},
        "hosts are at it", tell=lambda: (run.progress, run.under_way),
    )  # fmt: skip
    (tmp_path / "end").mkdir()
    _done(run)
    assert "computer1" not in hosts_of(run)
    assert numbers(run) == expected(Sweep(sleeping(0.0), x=np.arange(1000.0)))
    # What it was still at has ended: it is free for others.
    again = Sweep(sleeping(0.2), x=np.arange(1000.0), workers=1, cluster=addresses(lan)).start()
    started_on(again, "computer1")
    again.cancel()
    again.wait(20)


@pytest.mark.parametrize("compared", [False, True], ids=["jobs", "compared points"])
def test_stop_reaches_what_runs_on_hosts(lan: Lan, tmp_path: Path, compared: bool) -> None:
    """Two seconds later no host computes anything of the sweep, nor what is only compared."""
    marks = str(tmp_path)

    def marked(x: float = 0.0) -> float:
        with open(f"{marks}/{os.getpid()}-{socket.gethostname()}-{x}", "w") as file:
            for _ in range(6000):
                time.sleep(0.01)
                file.write(".")
                file.flush()
        return x

    cluster = Cluster(addresses(lan), local=False) if compared else addresses(lan)
    sweep = Sweep(marked, x=np.arange(20.0), workers=1, cluster=cluster)
    run = sweep.start()

    def begun() -> set[str]:
        return {path.name.split("-")[1] for path in tmp_path.iterdir()}

    if compared:
        until(lambda: len(begun()) == 3, "all are at it", tell=begun)
    else:
        until(lambda: len(run.under_way) >= 5, "all are at it", tell=lambda: run.under_way)
    run.cancel()
    run.wait(5)
    time.sleep(2.0)

    def size() -> int:
        return sum(path.stat().st_size for path in tmp_path.iterdir())

    before = size()
    time.sleep(0.5)
    assert size() == before


def test_stop_does_not_wait_for_a_host_that_is_cut_off(lan: Lan) -> None:
    """What it computes is nobody's any more."""
    cluster = Cluster([lan.computers[0].address], local=False)
    run = Sweep(sleeping(0.5), x=np.arange(50.0), cluster=cluster).start()
    started_on(run, "computer1")
    lan.computers[0].cut()
    run.cancel()
    counts = run.wait(5).counts()
    assert counts["cancelled"] > 40


def test_one_simulation_on_a_host_is_skipped_and_done_after_all(lan: Lan, tmp_path: Path) -> None:
    """Skip reaches it there; retry computes it anew."""
    gate = str(tmp_path / "gate")

    def gated(x: float = 0.0) -> float:
        while x == 3 and not os.path.exists(gate):
            time.sleep(0.01)
        return x

    cluster = Cluster([lan.computers[0].address], local=False, when_gone="wait")
    run = Sweep(gated, x=np.arange(6.0), cluster=cluster).start()
    place = ((3, 0), "computer1")
    until(
        lambda: place in [(one.position, one.host) for one in run.under_way],
        "it is seen where it runs", tell=lambda: (run.progress, run.under_way),
    )  # fmt: skip
    run.skip((3, 0))
    assert run.wait(20).counts() == {"done": 5, "cancelled": 1}
    Path(gate).touch()
    assert run.retry().wait(120).counts() == {"done": 6}


def test_a_time_limit_holds_on_hosts(lan: Lan) -> None:
    """As it does here, with the same words."""

    def endless(x: float = 0.0) -> float:
        while x == 1:
            time.sleep(0.01)
        return x

    cluster = Cluster([lan.computers[0].address], local=False, when_gone="wait")
    run = Sweep(endless, x=np.arange(3.0), cluster=cluster, time_limit=1.0).start()
    assert run.wait(120).counts() == {"done": 2, "failed": 1}
    (failed,) = run.results.failures
    assert failed.failure is not None
    assert failed.failure.kind == "TimeLimitError"


def test_two_sweeps_share_a_host(lan: Lan) -> None:
    """None waits until the other is done."""
    cluster = Cluster([lan.computers[0].address], local=False, when_gone="wait")
    runs = [Sweep(sleeping(0.25), x=np.arange(40.0), cluster=cluster).start() for _ in range(2)]
    until(lambda: all(run.progress.done > 5 for run in runs), "both go on")
    assert all(run.progress.done < 40 for run in runs)
    for run in runs:
        assert _done(run).results.counts() == {"done": 40}


def test_a_kernel_that_dies_leaves_nothing_running_on_hosts(lan: Lan, tmp_path: Path) -> None:
    """A host whose kernel says nothing for 20 s ends its jobs."""
    code = f"""
import os, time
import numpy as np
from brian_sweep_widget import Sweep
marks = {str(tmp_path)!r}
def marked(x=0.0):
    with open(f"{{marks}}/{{os.getpid()}}", "w") as file:
        for _ in range(60000):
            time.sleep(0.01); file.write("."); file.flush()
    return x
if __name__ == "__main__":
    hosts = {addresses(lan)!r}
    Sweep(marked, x=np.arange(9.0), workers=1, store=None, cluster=hosts).start().wait()
"""
    (tmp_path / "script").mkdir()
    script = start_script(tmp_path / "script", code)
    until(lambda: len(list(tmp_path.iterdir())) >= 5, "all are at it")
    os.killpg(script.pid, signal.SIGKILL)
    script.wait()
    busy = [int(path.name) for path in tmp_path.iterdir() if path.name.isdigit()]

    def size() -> int:
        return sum(path.stat().st_size for path in tmp_path.iterdir() if path.is_file())

    def still() -> bool:
        before = size()
        time.sleep(0.3)
        return size() == before

    until(still, "nothing runs", tell=lambda: [number for number in busy if alive(number)])


def test_a_job_that_kills_its_worker_on_a_host(lan: Lan) -> None:
    """It is lost, and nothing else is."""

    def deadly(x: float = 0.0) -> float:
        time.sleep(0.1)
        if x == 7:
            os.kill(os.getpid(), signal.SIGKILL)
        return x

    sweep = Sweep(
        deadly, x=np.arange(30.0), cluster=Cluster(addresses(lan), local=False)
    )  # fmt: skip
    run = _done(sweep.start())
    assert run.results.counts() == {"done": 29, "lost": 1}


def test_what_a_host_lacks_is_told_at_the_point(lan: Lan) -> None:
    """A module that is not there is an error that names host and module."""

    def needs(x: float = 0.0) -> float:
        # No import_module: with it, all that other tests have loaded would be needed there.
        from module_that_is_not_there import number  # type: ignore[import-not-found]

        return float(number) * x

    cluster = Cluster([lan.computers[0].address], local=False, when_gone="wait")
    sweep = Sweep(needs, x=np.arange(4.0), cluster=cluster)
    run = _done(sweep.start())
    failures = [one.failure for one in run.results.outcomes]
    assert run.results.counts() == {"failed": 4}, run.results.outcomes
    assert {failure.kind for failure in failures if failure} == {"ModuleNotFoundError"}
    for said in map(str, failures):
        assert "module_that_is_not_there" in said, said
        assert "computer1" in said, said


_SENDS_ANYTHING = """
import importlib.util
import sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name != "brian_sweep_widget.engines.elsewhere":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        run = spec.loader.exec_module
        def run_and_change(module):
            run(module)
            module.write_sent = lambda outcome: b"anything"
        spec.loader.exec_module = run_and_change
        return spec

sys.meta_path.insert(0, Finder())
"""


def test_a_damaged_result_is_a_failure(lan: Lan, tmp_path: Path) -> None:
    """Whatever a host sends, it is a point with words, and no number."""
    (tmp_path / "sitecustomize.py").write_text(_SENDS_ANYTHING)
    computer = lan.computers[0]
    paths = [str(tmp_path), os.environ.get("PYTHONPATH", "")]
    computer.extra["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    try:
        computer.serve(2)
        cluster = Cluster([computer.address], local=False, when_gone="wait")
        run = _done(Sweep(sleeping(0.0), x=np.arange(4.0), cluster=cluster, store=None).start())
        assert run.results.counts() == {"failed": 4}, run.results.outcomes
        for outcome in run.results.outcomes:
            assert "what computer1 sent of this simulation is damaged" in str(outcome.failure)
    finally:
        del computer.extra["PYTHONPATH"]
        computer.serve(2)


def test_other_credentials_are_refused(lan: Lan, tmp_path: Path) -> None:
    """Who has others is told so, and computes nothing there."""
    other = make_credentials(tmp_path / "other.pem")
    cluster = Cluster([lan.computers[0].address], local=False, credentials=other.path)
    run = Sweep(sleeping(0.01), x=np.arange(5.0), workers=2, cluster=cluster).start()
    until(lambda: "other credentials" in run.progress.waits, "the person is told", SILENCE)
    assert hosts_of(_done(run)).keys() == {socket.gethostname()}


def test_a_stranger_that_announces_itself_gets_nothing(lan: Lan, tmp_path: Path) -> None:
    """Its announcement may say anything; it has not the key."""
    stranger = lan.computer("stranger", trusted=False)
    stranger.serve(2)
    for computer in lan.computers[:2]:
        computer.serve(2, "--announce")
    from brian_sweep_widget.backends import read_credentials

    # It says that it is ours: whoever listens to the network can copy that.
    lie = Announcement(read_credentials(lan.credentials), lan.address, 8786)
    lie.withdraw()
    told = stranger.start(
        stranger.python, "-c",
        "import sys, time\n"
        "from brian_sweep_widget.backends.hosts.discovery import Announcement\n"
        "class Ours: fingerprint = sys.argv[1]\n"
        "Announcement(Ours, sys.argv[2], 8786)\n"
        "time.sleep(600)",
        read_credentials(lan.credentials).fingerprint, stranger.address,
    )  # fmt: skip
    try:
        naps = sleeping(0.1, tmp_path / "end")
        run = Sweep(naps, x=np.arange(2000.0), workers=1, cluster="*").start()
        started_on(run, "computer1", "computer2", socket.gethostname())
        until(lambda: "stranger" in run.progress.notice, "the stranger is named", SILENCE)
        (tmp_path / "end").mkdir()
        assert "other credentials" in run.progress.notice
        assert hosts_of(_done(run)).keys() == {"computer1", "computer2", socket.gethostname()}
    finally:
        os.killpg(told.pid, signal.SIGKILL)
        told.wait()
        stranger.kill()


def test_another_version_is_refused(lan: Lan, tmp_path: Path) -> None:
    """The host is named, with what differs."""
    old = tmp_path / "old" / "brian_sweep_widget-0.0.1.dist-info"
    old.mkdir(parents=True)
    (old / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: brian-sweep-widget\nVersion: 0.0.1\n"
    )
    computer = lan.computers[1]
    computer.extra["PYTHONPATH"] = str(old.parent)
    try:
        computer.serve(2)
        naps = sleeping(0.1, tmp_path / "end")
        run = Sweep(naps, x=np.arange(2000.0), workers=1, cluster=addresses(lan)).start()
        started_on(run, "computer1")
        until(lambda: "computer2" in run.progress.notice, "the host is named", SILENCE)
        (tmp_path / "end").mkdir()
        assert "brian-sweep-widget is 0.0.1 there" in run.progress.notice
        assert "computer2" not in hosts_of(_done(run))
    finally:
        del computer.extra["PYTHONPATH"]
        computer.stop()
        computer.serve(2)


def test_nothing_can_be_read_on_the_way(lan: Lan) -> None:
    """No word of a model, a parameter or a result passes the network in plain text."""
    secret = "a-sentence-that-nobody-else-writes"

    def telling(x: float = 0.0) -> dict[str, Any]:
        return {secret: x}

    capture = lan.listen()
    cluster = Cluster([lan.computers[0].address], local=False, when_gone="wait")
    run = _done(Sweep(telling, x=np.arange(20.0), cluster=cluster).start())
    seen = capture.seen()
    assert hosts_of(run).keys() == {"computer1"}
    assert len(seen) > 20_000
    for word in (secret, "telling", "cloudpickle", "brian_sweep_widget", "distributed"):
        assert word.encode() not in seen
    # It would have been found.
    assert lan.computers[0].address.encode() not in seen
    open_capture = lan.listen()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(secret.encode(), (lan.computers[0].address, 9))
        time.sleep(0.3)
    assert secret.encode() in open_capture.seen()


def test_the_dashboard_is_not_on_the_network(lan: Lan) -> None:
    """Nothing that listens there lets anyone in who has no key."""
    computer = lan.computers[0]
    public = {port for address, port in computer.listening() if address != "127.0.0.1"}
    assert public
    for port in public:
        with socket.create_connection((computer.address, port), 5) as stranger:
            stranger.sendall(b"GET /info HTTP/1.0\r\n\r\n")
            stranger.settimeout(5)
            try:
                answer = stranger.recv(1000)
            except ConnectionResetError:
                answer = b""
        assert not answer.startswith(b"HTTP")
