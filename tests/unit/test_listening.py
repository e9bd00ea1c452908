"""A host that listens on while it can accept nothing, and a log that does not grow."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from brian_sweep_widget.backends import make_credentials
from brian_sweep_widget.backends.hosts import log_limit


def run_host(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own, which is told where its credentials are."""
    made = make_credentials(folder / "mine.pem")
    return subprocess.run(
        [sys.executable, "-c", code, str(made.path)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


NO_FILES = """
import asyncio, logging, os, resource, socket, sys
from distributed.comm import connect, listen
from brian_sweep_widget.backends import read_credentials
from brian_sweep_widget.backends.hosts.listening import guard_process

async def handled(comm):
    await comm.write("served")

class Counted(logging.Handler):
    number = 0

    def emit(self, record):
        Counted.number += 1

async def main():
    guard_process()
    logging.getLogger().addHandler(Counted())  # before any limit of what is written
    security = read_credentials(sys.argv[1]).security()
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    arguments = security.get_listen_args("scheduler")
    async with await listen("tls://127.0.0.1:0", handled, **arguments) as listener:
        host, _, port = listener.listen_address.removeprefix("tls://").rpartition(":")
        with socket.socket() as client:
            taken = []
            try:
                while True:
                    taken.append(os.dup(0))
            except OSError:
                pass
            client.connect((host, int(port)))
            for _ in range(500):  # turns of the loop, in each of which it could be tried again
                await asyncio.sleep(0.001)
            assert 1 <= Counted.number < 100, Counted.number
            for one in taken:
                os.close(one)
        comm = await connect(listener.listen_address, **security.get_connection_args("client"))
        print(await comm.read())
        await comm.close()

asyncio.run(main())
"""


def test_a_process_without_files_waits_and_goes_on(tmp_path: Path) -> None:
    """What cannot be accepted is not tried all the time, and accepted when there are files."""
    ran = run_host(NO_FILES, tmp_path)
    assert ran.stdout.strip() == "served", ran.stderr


GONE = """
import asyncio, logging, socket, struct, sys
from distributed.comm import connect, listen
from brian_sweep_widget.backends import read_credentials
from brian_sweep_widget.backends.hosts.listening import guard_process

async def handled(comm):
    await comm.write("served")

async def main():
    guard_process()
    security = read_credentials(sys.argv[1]).security()
    failed = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, told: failed.append(told))
    arguments = security.get_listen_args("scheduler")
    async with await listen("tls://127.0.0.1:0", handled, **arguments) as listener:
        host, _, port = listener.listen_address.removeprefix("tls://").rpartition(":")
        for _ in range(20):
            with socket.create_connection((host, int(port))) as client:
                client.sendall(b"words")
                # So that closing it is a reset.
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        comm = await connect(listener.listen_address, **security.get_connection_args("client"))
        print(await comm.read())
        await comm.close()
    assert not failed, failed

asyncio.run(main())
"""


def test_who_goes_before_he_is_let_in_is_no_error(tmp_path: Path) -> None:
    """He had sent something, and is gone when the handshake is to begin."""
    ran = run_host(GONE, tmp_path)
    assert ran.stdout.strip() == "served", ran.stderr
    assert ran.returncode == 0, ran.stderr


def test_the_same_is_logged_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the number of those that were not written; others are not held back."""
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(log_limit, "time", SimpleNamespace(monotonic=lambda: clock.now))
    written: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(record.getMessage())

    log = logging.getLogger("a.stranger.calls")
    handler = Kept()
    log.addHandler(handler)
    try:
        log_limit.limit_logs()
        log_limit.limit_logs()  # twice is as once
        for clock.now in (0.0, 1.0, 59.0, 61.0, 62.0):
            log.warning("refused %s", clock.now)
        log.warning("something else")
    finally:
        log.removeHandler(handler)
    assert written == [
        "refused 0.0",
        "refused 61.0 (2 more like it were not written)",
        "something else",
    ]
