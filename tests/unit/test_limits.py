"""Limits of an administrator's: where they are read, which holds, what they say."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from brian2 import NeuronGroup, Synapses, ms, mV, second

from brian_sweep_widget import configuration
from brian_sweep_widget.configuration import ConfigError
from brian_sweep_widget.engines.sizes import within
from brian_sweep_widget.limits import VARIABLES, Limit, LimitError, Limits, limits
from brian_sweep_widget.runs.options import read_time_limit


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No file and no variable of this computer's."""
    for variable in (*VARIABLES.values(), configuration.VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(configuration, "FOLDERS", (tmp_path / "etc", tmp_path / "prefix"))


def write(path: Path, text: str) -> Path:
    """Write a config file."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_without_anything_there_are_no_limits() -> None:
    """Nor a size of stores."""
    assert limits().set_ones() == {}
    assert limits().store_bytes is None


@pytest.mark.parametrize("name", VARIABLES)
def test_every_limit_has_a_variable(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which is its source."""
    monkeypatch.setenv(VARIABLES[name], " 12 ")
    assert limits().set_ones() == {name: Limit(12, VARIABLES[name])}


def test_the_smallest_of_all_sources_holds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody can raise what another one set."""
    etc = write(
        tmp_path / "etc" / "brian_sweep_config.py",
        "c.SweepLimits.max_neurons = 20_000\nc.SweepLimits.max_store_megabytes = 1.5\n",
    )
    prefix = write(
        tmp_path / "prefix" / "brian_sweep_config.json", '{"SweepLimits": {"max_neurons": 5000}}'
    )
    assert limits().max_neurons == Limit(5000, str(prefix))
    assert limits().store_bytes == 1_500_000
    assert limits().max_store_megabytes == Limit(1.5, str(etc))
    monkeypatch.setenv("BRIAN_SWEEP_MAX_NEURONS", "1000000")
    assert limits().max_neurons == Limit(5000, str(prefix))
    monkeypatch.setenv("BRIAN_SWEEP_MAX_NEURONS", "100")
    assert limits().max_neurons == Limit(100, "BRIAN_SWEEP_MAX_NEURONS")
    named = write(tmp_path / "mine" / "own.py", "c.SweepLimits.max_neurons = 7\n")
    monkeypatch.setenv(configuration.VARIABLE, str(named))
    assert limits().max_neurons == Limit(7, str(named))


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", "nan", "1e3"])
def test_a_variable_that_is_no_limit_is_an_error(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or it would not hold, and nobody would know."""
    monkeypatch.setenv("BRIAN_SWEEP_MAX_JOBS", text)
    with pytest.raises(ConfigError, match=f"BRIAN_SWEEP_MAX_JOBS = '{text}' is no limit"):
        limits()


def test_a_misspelt_variable_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the same reason."""
    assert limits().max_neurons is None
    monkeypatch.setenv("BRIAN_SWEEP_MAX_NEURON", "50")
    with pytest.raises(ConfigError, match="BRIAN_SWEEP_MAX_NEURON is unknown .*MAX_NEURONS, "):
        limits()
    monkeypatch.delenv("BRIAN_SWEEP_MAX_NEURON")
    assert limits().max_neurons is None


@pytest.mark.parametrize("text", ["0", "-1", "long", "nan", "inf"])
def test_a_time_that_is_no_limit_is_an_error(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for numbers that need not be whole."""
    monkeypatch.setenv("BRIAN_SWEEP_MAX_JOB_SECONDS", text)
    with pytest.raises(ConfigError, match="BRIAN_SWEEP_MAX_JOB_SECONDS"):
        limits()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.py", "c.SweepLimits.max_neuron = 5", "max_neuron is unknown .*max_neurons"),
        ("a.py", "c.SweepLimits.max_neurons = 'five'", "max_neurons = 'five' is no limit"),
        ("a.py", "c.SweepLimits.max_jobs = 0", "max_jobs = 0 is no limit"),
        ("a.py", "this is no Python", "cannot be read: SyntaxError"),
        ("a.py", "1 / 0", "cannot be read: ZeroDivisionError"),
        ("a.json", "{", "cannot be read"),
        ("a.yaml", "", "no known suffix"),
    ],
)
def test_a_broken_file_is_an_error(
    name: str, text: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """That names the file."""
    path = write(tmp_path / "etc" / name, text)
    monkeypatch.setenv(configuration.VARIABLE, str(path))
    with pytest.raises(ConfigError, match=f"{path.name}.*{message}"):
        limits()


def test_a_file_that_is_named_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those in the usual places need not."""
    monkeypatch.setenv(configuration.VARIABLE, "/nowhere/own.py")
    with pytest.raises(ConfigError, match="there is no file /nowhere/own.py"):
        limits()


def test_connections_by_position_are_within_limits() -> None:
    """Arguments are taken as Brian takes them, and counted."""
    group = NeuronGroup(5, "v : 1")
    synapses = Synapses(group, group)
    with within(Limits(max_synapses=Limit(10, "a test"))):
        synapses.connect(None, [0, 1], [1, 2])
        with pytest.raises(LimitError, match="synapses"):
            synapses.connect("i != j", None, None, 0.6)
    assert len(synapses) == 2


def test_a_refusal_says_who_allows_what() -> None:
    """And what to do."""
    limit = Limit(10_000, "/etc/brian-sweep/brian_sweep_config.py")
    limit.check(10_000, "10000 simulations", "take fewer")
    with pytest.raises(LimitError) as error:
        limit.check(30_000, "30000 simulations", "take fewer points or trials")
    assert str(error.value) == (
        "30000 simulations: allowed are 10000 here (set by "
        "/etc/brian-sweep/brian_sweep_config.py); take fewer points or trials"
    )


@pytest.mark.parametrize(
    ("given", "why"),
    [
        *((number, "is not above zero") for number in (-5, 0, math.nan, -math.inf, -1 * second)),
        *((thing, "is no number of seconds") for thing in ("60", b"60", True, [60], 1j, object())),
        (np.array([60.0]), "is no number of seconds"),
        ([1, 2] * second, "is no number of seconds"),
        (5 * mV, "is not a time"),
        (10**400, "is a number of more than 300 digits"),
        (-(10**400), "is a number of more than 300 digits"),
    ],
)
def test_a_time_limit_that_is_none_is_refused(given: object, why: str) -> None:
    """With the value, what is allowed, and so what to write."""
    with pytest.raises((TypeError, ValueError), match=f"^time_limit .*{why}.*allowed: seconds"):
        read_time_limit(given, Limits())


def test_a_time_limit_may_be_any_number_of_seconds() -> None:
    for given in (2, 2.0, Fraction(2), Decimal(2), np.float32(2), np.array(2), 2000 * ms):
        assert read_time_limit(given, Limits()) == 2
    assert read_time_limit(math.inf, Limits()) == math.inf
    assert read_time_limit(None, Limits()) == math.inf
