"""The file that computers share: private, or refused."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from brian_sweep_widget.backends import (
    CredentialsError,
    credentials_path,
    make_credentials,
    read_credentials,
)
from brian_sweep_widget.backends.hosts import credentials as module


def test_they_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    """Whatever the umask says, and never over others."""
    file = tmp_path / "folder" / "mine.pem"
    before = os.umask(0)
    try:
        made = make_credentials(file)
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_credentials(file) == made
    text = file.read_bytes()
    with pytest.raises(CredentialsError, match="is there already"):
        make_credentials(file)
    assert file.read_bytes() == text


def test_no_two_are_alike(tmp_path: Path) -> None:
    """There is no secret that anybody else could have."""
    one, other = (make_credentials(tmp_path / name) for name in ("a", "b"))
    assert one.fingerprint != other.fingerprint
    assert one.path.read_bytes() != other.path.read_bytes()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620, 0o601])
def test_what_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    """The message says how it can be read, and what to do."""
    file = make_credentials(tmp_path / "mine.pem").path
    file.chmod(mode)
    with pytest.raises(CredentialsError, match=f"mode {mode:o}, allowed: 600"):
        read_credentials(file)


def test_those_of_somebody_else_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if they can be read."""
    file = make_credentials(tmp_path / "mine.pem").path
    monkeypatch.setattr(os, "geteuid", lambda: file.stat().st_uid + 1)
    with pytest.raises(CredentialsError, match="belong to user"):
        read_credentials(file)


CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize("text", ["", "not a credential", CERTIFICATE, KEY, KEY + CERTIFICATE])
def test_what_is_none_is_refused(tmp_path: Path, text: str) -> None:
    """In words, whatever is in the file."""
    file = tmp_path / "mine.pem"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(CredentialsError, match="mine.pem"):
        read_credentials(file)


def test_missing_ones_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that makes them; the place can be named."""
    monkeypatch.setenv("BRIAN_SWEEP_CREDENTIALS", str(tmp_path / "none.pem"))
    assert credentials_path() == tmp_path / "none.pem"
    with pytest.raises(CredentialsError, match="brian-sweep cluster credentials new"):
        read_credentials()


def test_expired_ones_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before any host refuses them without a word."""
    monkeypatch.setattr(module, "_LIFE", timedelta(days=-0.5))
    with pytest.raises(CredentialsError, match="have expired on"):
        make_credentials(tmp_path / "old.pem")


def test_they_last_for_years(tmp_path: Path) -> None:
    """A course that begins next year needs no new ones."""
    assert make_credentials(tmp_path / "a").expires > datetime.now(UTC) + timedelta(days=1000)


def test_they_ask_for_encryption(tmp_path: Path) -> None:
    """Dask is never allowed to do without, and the key is in no text that it shows."""
    made = make_credentials(tmp_path / "a")
    security = made.security()
    assert security.require_encryption
    assert "PRIVATE" not in repr(security) + repr(made)
