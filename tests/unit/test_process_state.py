"""What a block does to its process is undone after it, also if it was interrupted there."""

from __future__ import annotations

import decimal
import gc
import locale
import logging
import os
import resource
import signal
import socket
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import mpmath
import numpy as np
import pytest
from brian2 import BrianLogger
from matplotlib import pyplot as plt

from brian_sweep_widget.engines import process_state
from brian_sweep_widget.engines.process_state import state_kept

# The usual method has a timer of its own.
pytestmark = pytest.mark.timeout(60, method="thread")


def mask() -> int:
    before = os.umask(0)
    os.umask(before)
    return before


def nothing(*_: object) -> None:
    """Handle a signal."""


CHANGES: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "folder": (os.getcwd, lambda: os.chdir("/")),
    "variable changed": (lambda: os.environ["PATH"], lambda: os.environ.update(PATH="/nowhere")),
    "variable removed": (lambda: os.environ.get("PATH"), lambda: os.environ.pop("PATH")),
    "sys.path": (lambda: list(sys.path), lambda: sys.path.insert(0, "/nowhere")),
    "warnings": (lambda: list(warnings.filters), lambda: warnings.simplefilter("error")),
    "showwarning": (
        lambda: warnings.showwarning,
        lambda: setattr(warnings, "showwarning", nothing),
    ),
    "another environment": (lambda: os.environ, lambda: setattr(os, "environ", {"A": "1"})),
    "another sys.path": (lambda: sys.path, lambda: setattr(sys, "path", ("/nowhere",))),
    "other warnings": (
        lambda: warnings.filters,
        lambda: setattr(warnings, "filters", [("error", None, Warning, None, 0)]),
    ),
    "recursion": (sys.getrecursionlimit, lambda: sys.setrecursionlimit(4321)),
    "errors": (np.geterr, lambda: np.seterr(all="raise")),
    "printing": (np.get_printoptions, lambda: np.set_printoptions(precision=2)),
    "decimal": (
        lambda: decimal.getcontext().prec,
        lambda: setattr(decimal.getcontext(), "prec", 3),
    ),
    "mpmath": (lambda: mpmath.mp.prec, lambda: setattr(mpmath.mp, "dps", 50)),
    "mpmath's intervals": (lambda: mpmath.iv.prec, lambda: setattr(mpmath.iv, "dps", 50)),
    "locale": (
        lambda: locale.setlocale(locale.LC_ALL),
        lambda: locale.setlocale(locale.LC_ALL, "C"),
    ),
    "generator": (
        np.random.get_bit_generator,
        lambda: np.random.set_bit_generator(np.random.PCG64(3)),
    ),
    "digits": (sys.get_int_max_str_digits, lambda: sys.set_int_max_str_digits(5000)),
    "temporary files": (lambda: tempfile.tempdir, lambda: setattr(tempfile, "tempdir", "/")),
    "mask": (mask, lambda: os.umask(0o123)),
    "level": (lambda: logging.root.level, lambda: logging.root.setLevel(7)),
    "logger": (
        lambda: logging.getLogger("brian2").level,
        lambda: logging.getLogger("brian2").setLevel(50),
    ),
    "a logger's handlers": (
        lambda: list(logging.getLogger("of_a_job").handlers),
        lambda: logging.getLogger("of_a_job").addHandler(logging.NullHandler()),
    ),
    "no handlers": (
        lambda: list(logging.getLogger("brian2").handlers),
        logging.getLogger("brian2").handlers.clear,
    ),
    "handlers": (lambda: list(logging.root.handlers), logging.root.handlers.clear),
    "disabled": (lambda: logging.root.manager.disable, lambda: logging.disable(50)),
    "Brian's messages": (
        lambda: list(BrianLogger.console_handler.filters),
        lambda: BrianLogger.suppress_name("method_choice"),
    ),
    "Brian's level": (
        lambda: BrianLogger.console_handler.level,
        BrianLogger.log_level_error,
    ),
    "signal": (
        lambda: signal.getsignal(signal.SIGUSR1),
        lambda: signal.signal(signal.SIGUSR1, nothing),
    ),
    "timer": (
        lambda: signal.getitimer(signal.ITIMER_REAL)[0] > 0,
        lambda: signal.setitimer(signal.ITIMER_REAL, 3600),
    ),
    "stdout": (lambda: sys.stdout, lambda: setattr(sys, "stdout", sys.stderr)),
    "argv": (lambda: sys.argv, lambda: setattr(sys, "argv", ["other"])),
    "collection": (gc.isenabled, gc.disable),
    "time-out": (socket.getdefaulttimeout, lambda: socket.setdefaulttimeout(3)),
    "cores": (
        lambda: os.sched_getaffinity(0),
        lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}),
    ),
    "limit of files": (
        lambda: resource.getrlimit(resource.RLIMIT_NOFILE),
        lambda: resource.setrlimit(
            resource.RLIMIT_NOFILE, (200, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        ),
    ),
    "limit of memory": (
        lambda: resource.getrlimit(resource.RLIMIT_AS)[0],
        lambda: resource.setrlimit(
            resource.RLIMIT_AS, (1 << 40, resource.getrlimit(resource.RLIMIT_AS)[1])
        ),
    ),
    "threads' turns": (sys.getswitchinterval, lambda: sys.setswitchinterval(1.0)),
    "profiling": (sys.getprofile, lambda: sys.setprofile(nothing)),
    "rcParams": (
        lambda: mpl.rcParams["lines.linewidth"],
        lambda: mpl.rcParams.update({"lines.linewidth": 17}),
    ),
    "figures": (plt.get_fignums, plt.figure),
    "back end": (mpl.get_backend, lambda: mpl.use("svg")),
}
CHANGES["variable set"] = (
    lambda: "MADE_BY_A_JOB" in os.environ,
    lambda: os.environ.update(MADE_BY_A_JOB="1"),
)


@pytest.fixture(autouse=True)
def headless() -> None:
    mpl.use("agg")


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_changed_is_put_back(what: str) -> None:
    read, change = CHANGES[what]
    before = read()
    with state_kept():
        change()
        # Tests may run in that locale, or on a single core.
        assert what in {"locale", "cores"} or read() != before
    assert read() == before


@pytest.mark.parametrize("what", CHANGES)
def test_a_failure_is_no_way_out(what: str) -> None:
    read, change = CHANGES[what]
    before = read()

    @state_kept()
    def interrupted() -> None:
        change()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert read() == before


def test_an_interrupted_return_is_finished_before_the_next_job(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The interruption of a job may arrive when it has just ended."""
    before, filters = os.getcwd(), list(warnings.filters)
    put_back = process_state._put_back

    def interrupted(_state: list[Any]) -> None:
        monkeypatch.setattr(process_state, "_put_back", put_back)
        raise KeyboardInterrupt

    monkeypatch.setattr(process_state, "_put_back", interrupted)

    @state_kept()
    def job() -> None:
        os.chdir(tmp_path)
        warnings.simplefilter("error")

    with pytest.raises(KeyboardInterrupt):
        job()
    assert os.getcwd() == str(tmp_path)
    with state_kept():
        assert os.getcwd() == before
        assert list(warnings.filters) == filters


def test_a_folder_that_is_gone_is_no_failure(tmp_path: Path) -> None:
    """A job may remove the folder in which it was called."""
    before = os.getcwd()
    (tmp_path / "short").mkdir()
    os.chdir(tmp_path / "short")
    try:
        with state_kept():
            os.chdir(before)
            (tmp_path / "short").rmdir()
        assert os.listdir(".") is not None
    finally:
        os.chdir(before)


def test_matplotlib_that_a_job_loads_first_has_its_own_settings_after_it(tmp_path: Path) -> None:
    from helpers import run_script

    code = """
import sys
from brian_sweep_widget.engines.process_state import state_kept
assert "matplotlib" not in sys.modules
with state_kept():
    import matplotlib.pyplot as plt
    backend = plt.get_backend()
    plt.rcParams["lines.linewidth"] = 17
    plt.switch_backend("svg")
    plt.figure()
print(plt.rcParams["lines.linewidth"], plt.get_fignums(), plt.get_backend() == backend)
"""
    assert run_script(tmp_path, code).stdout == "1.5 [] True\n"
