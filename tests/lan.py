"""A local network on one machine: hosts with names, addresses and cables of their own.

Each is a network namespace behind a bridge, with its own host name, build cache
and credentials. The tests themselves are on the same network, as a kernel is.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psutil
from helpers import until

from brian_sweep_widget.backends import make_credentials

PORT = 8786
_numbers = itertools.count()
_ANY_PROTOCOL = 3  # ETH_P_ALL
_MOST_FILES = 1024  # that a process may open: what most systems allow


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


@dataclass
class Computer:
    """A host on the network.

    Attributes
    ----------
    name, address
        How others call it.
    """

    name: str
    address: str
    space: str
    cable: str
    folder: Path
    serving: subprocess.Popen[bytes] | None = None
    extra: dict[str, str] = field(default_factory=dict)
    python: str = sys.executable

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "BRIAN_SWEEP_CREDENTIALS": str(self.folder / "credentials.pem"),
            "BRIAN_SWEEP_CACHE": str(self.folder / "builds"),
            "HOME": str(self.folder),
            **self.extra,
        }

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a command there."""
        there = ("ip", "netns", "exec", self.space, "unshare", "--uts")
        script = f'hostname {self.name} && ulimit -Sn {_MOST_FILES} && exec "$@"'
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [*there, "sh", "-c", script, "sh", *command],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def serve(self, workers: int = 2, *options: str) -> None:
        """Serve, as a person would who types the command there."""
        self.stop()
        self.serving = self.start(
            *(self.python, "-m", "brian_sweep_widget.cli", "cluster", "serve", *options),
            *("--workers", str(workers), "--host", self.address),
        )
        until(lambda: b"serving" in self.log.read_bytes(), f"{self.name} serves", tell=self.told)

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def told(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self) -> None:
        """End the command, as Ctrl-C does."""
        if self.serving is not None:
            self.serving.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self.serving.wait(10)
            self.kill()
        self.log.write_bytes(b"")

    def kill(self) -> None:
        """End it at once."""
        if self.serving is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.serving.pid, signal.SIGKILL)
            self.serving.wait()
            self.serving = None

    def processes(self) -> list[psutil.Process]:
        """Give the command's processes."""
        assert self.serving is not None
        there = psutil.Process(self.serving.pid)
        return [there, *there.children(recursive=True)]

    def listening(self) -> set[tuple[str, int]]:
        """Give the addresses and ports at which something listens there."""
        shown = subprocess.run(
            ["ip", "netns", "exec", self.space, "ss", "--listening", "--tcp", "--numeric", "-H"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        places = [line.split()[3].rpartition(":") for line in shown.splitlines()]
        return {(address, int(port)) for address, _, port in places}

    def cut(self) -> None:
        """Pull the cable."""
        _ip("-n", self.space, "link", "set", "eth0", "down")

    def mend(self) -> None:
        """Put the cable back."""
        _ip("-n", self.space, "link", "set", "eth0", "up")


class Lan:
    """A network with some hosts.

    Parameters
    ----------
    folder
        Where the hosts have their files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # The kernel takes its time to remove what another network left.
        number = os.getpid() % 10_000 * 10 + next(_numbers) % 10
        self._name = f"bs{number}"
        self._net = f"10.{77 + number // 250 % 150}.{number % 250}"
        self._cables = 0
        self.computers: list[Computer] = []
        self.credentials = folder / "credentials.pem"
        make_credentials(self.credentials)
        # All with one switch, in a namespace of its own.
        self._switch = f"{self._name}sw"
        _ip("netns", "add", self._switch)
        _ip("-n", self._switch, "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
        _ip("-n", self._switch, "link", "set", "br0", "up")
        _ip("-n", self._switch, "link", "set", "lo", "up")
        self._plug(None, f"{self._name}me", self.address)

    @property
    def address(self) -> str:
        """The one of the tests themselves."""
        return f"{self._net}.1"

    def computer(self, name: str, *, trusted: bool = True) -> Computer:
        """Add a host; a trusted one has the same credentials as the tests."""
        space = f"{self._name}{name}"
        _ip("netns", "add", space)
        _ip("-n", space, "link", "set", "lo", "up")
        address = f"{self._net}.{len(self.computers) + 2}"
        cable = self._plug(space, "eth0", address)
        folder = self._folder / name
        folder.mkdir()
        if trusted:
            shutil.copy2(self.credentials, folder / "credentials.pem")
        else:
            make_credentials(folder / "credentials.pem")
        computer = Computer(name, address, space, cable, folder)
        self.computers.append(computer)
        return computer

    def _plug(self, space: str | None, device: str, address: str) -> str:
        self._cables += 1
        cable = f"port{self._cables}"
        goal = ("netns", space) if space else ("netns", str(os.getpid()))
        _ip("-n", self._switch, "link", "add", cable, "type", "veth", "peer", device, *goal)
        _ip("-n", self._switch, "link", "set", cable, "master", "br0", "up")
        inside = ("-n", space) if space else ()
        _ip(*inside, "addr", "add", f"{address}/24", "broadcast", "+", "dev", device)
        _ip(*inside, "link", "set", device, "up")
        return cable

    def remove(self) -> None:
        """Take it all down."""
        for computer in self.computers:
            computer.stop()
            _ip("netns", "delete", computer.space)
        _ip("netns", "delete", self._switch)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def listen(self) -> Capture:
        """Read all that passes the cable of the tests' own computer."""
        return Capture(f"{self._name}me")


class Capture:
    """Keeps every byte that an interface sees, until it is asked for them."""

    def __init__(self, device: str) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ANY_PROTOCOL))
        self._socket.bind((device, 0))
        self._socket.settimeout(0.2)
        self._frames: list[bytes] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while not self._over.is_set():
            with suppress(TimeoutError):
                self._frames.append(self._socket.recv(70_000))

    def seen(self) -> bytes:
        """End, and give all frames behind one another."""
        self._over.set()
        self._thread.join()
        self._socket.close()
        return b"".join(self._frames)
