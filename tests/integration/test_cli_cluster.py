"""``brian-sweep cluster`` and what the doctor says of it, as a person uses them."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import script_environment, until

from brian_sweep_widget.backends import make_credentials
from brian_sweep_widget.cli import check_hosts, main
from brian_sweep_widget.cli.doctor import CHECKS


@pytest.fixture(autouse=True)
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name a file that is not there yet."""
    file = tmp_path / "mine.pem"
    monkeypatch.setenv("BRIAN_SWEEP_CREDENTIALS", str(file))
    return file


def test_credentials_are_made_once_and_described(
    credentials: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The text says what who has them can do."""
    assert main(["cluster", "credentials", "show"]) == 2
    assert "cluster credentials new" in capsys.readouterr().err
    assert main(["cluster", "credentials", "new"]) == 0
    assert "can run any code on every computer" in capsys.readouterr().out
    assert stat.S_IMODE(credentials.stat().st_mode) == 0o600
    assert main(["cluster", "credentials", "new"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert main(["cluster", "credentials", "show"]) == 0
    told = capsys.readouterr().out
    assert "fingerprint" in told
    assert "PRIVATE" not in told
    other = credentials.parent / "other.pem"
    assert main(["cluster", "credentials", "new", "--credentials", str(other)]) == 0
    assert other.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["serve", "--host", "0.0.0.0"], "would listen at every address"),
        (["serve", "--host", "::"], "would listen at every address"),
        (["serve", "--host", "computer1"], "is no address"),
        (["serve", "--host", "192.0.2.1"], "cannot be listened at"),
        (["serve", "--workers", "0"], "too small"),
        (["list", "computer 1"], "is no address"),
        (["list", "tcp://computer1"], "could be read and changed"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    credentials: Path, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Never with a traceback; and Ctrl-C does afterwards what it did."""
    make_credentials(credentials)
    before = signal.getsignal(signal.SIGINT)
    assert main(["cluster", *words]) == 2
    assert told in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before


def test_serve_list_run_and_stop(
    credentials: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From one end to the other, on this computer."""
    make_credentials(credentials)
    command = (sys.executable, "-m", "brian_sweep_widget.cli", "cluster", "serve")
    log = (tmp_path / "log").open("wb")
    serving = subprocess.Popen(
        [*command, "--workers", "1", "--port", "0"],
        env=script_environment(), stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        said = (tmp_path / "log").read_text
        until(lambda: "only this computer" in said(), "it serves", tell=said)
        address = said().partition(" at once at ")[2].partition(",")[0]
        assert address.startswith("127.0.0.1:")
        assert main(["cluster", "list", address]) == 0
        assert "ready" in capsys.readouterr().out
        assert main(["cluster", "list", address, "127.0.0.1:1"]) == 1
        assert "nothing listens there" in capsys.readouterr().out
        sweep = ["run", "cuba", "--size", "100", "--store", "none", "--cluster", f"tls://{address}"]
        assert main(sweep) == 0
        shown = capsys.readouterr().out
        assert f"({address})" in shown
        assert "received" in shown
    finally:
        serving.send_signal(signal.SIGINT)
        assert serving.wait(20) == 0
        log.close()


def test_nobody_serves_without_credentials(capsys: pytest.CaptureFixture[str]) -> None:
    """There is no secret that everybody knows."""
    assert main(["cluster", "serve"]) == 2
    assert "there are no credentials" in capsys.readouterr().err
    assert main(["run", "cuba", "--cluster", "*"]) == 2
    assert "there are no credentials" in capsys.readouterr().err


def test_the_doctor_looks_at_credentials(
    credentials: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that others can read are told of; to have none is no fault."""
    assert CHECKS["other computers"] is check_hosts.hosts
    assert "no credentials" in check_hosts.hosts().found
    make_credentials(credentials)
    assert check_hosts.hosts().status == "ok"
    os.chmod(credentials, 0o644)
    found = check_hosts.hosts()
    assert found.status == "warning"
    assert "can be read by others" in found.remedy
    monkeypatch.setattr(check_hosts, "installed", lambda _: None)
    assert "brian-sweep-widget[cluster]" in check_hosts.hosts().found
