"""A JupyterLab server as a child process that leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psutil

from brian_sweep_widget.stop_signals import StopSignals

_HOST = "127.0.0.1"
_TOKEN_BYTES = 24
_POLL = 0.2  # s; while it starts or ends
_ANSWER_SECONDS = 5.0
_GRACE = 5.0  # s; what the server gets to end by itself
_LOG_LINES = 15


class LabServer:
    """A server that only this computer reaches, and only with its token.

    It runs in a session of its own: Ctrl-C in the terminal reaches this
    process alone, which ends it in an orderly way.

    Parameters
    ----------
    notebook
        The notebook to show; its folder is all that the server serves.
    """

    def __init__(self, notebook: Path) -> None:
        self._token = secrets.token_hex(_TOKEN_BYTES)
        self._port = free_port()
        self._address = f"http://{_HOST}:{self._port}"
        self.url = f"{self._address}/lab/tree/{quote(notebook.name)}?token={self._token}"
        self._log = Path(tempfile.mkdtemp(prefix="brian-sweep-lab-")) / "log.txt"
        self._processes: set[psutil.Process] = set()
        with self._log.open("wb") as log:
            self._server = subprocess.Popen(  # noqa: S603 - our own interpreter and options
                [sys.executable, "-m", "jupyterlab", *_options(notebook.parent, self._port)],
                # Everybody on a computer can read command lines, but not this.
                env={**os.environ, "JUPYTER_TOKEN": self._token},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.end()
        self._log.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # nothing depends on an empty folder
            self._log.parent.rmdir()

    @property
    def runs(self) -> bool:
        """Whether the server is alive; it can be shut down from its page too."""
        self._note_processes()
        return self._server.poll() is None

    @property
    def crashed(self) -> bool:
        """Whether it ended by itself, and not because somebody shut it down."""
        return bool(self._server.poll())

    def wait_until_it_answers(self, seconds: float, stop: StopSignals) -> bool:
        """Wait for the first answer.

        Parameters
        ----------
        seconds
            At most so long.
        stop
            Ends the wait.

        Returns
        -------
        bool
            False if it ended, was stopped or took too long.
        """
        deadline = time.monotonic() + seconds
        # A proxy that the environment names would look for this server elsewhere.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(  # noqa: S310 - http, to ourselves
            f"{self._address}/api/status", headers={"Authorization": f"token {self._token}"}
        )
        while self.runs and time.monotonic() < deadline:
            try:
                with opener.open(request, timeout=_ANSWER_SECONDS):
                    return True
            except (urllib.error.URLError, OSError):
                if stop.wait(_POLL):
                    break
        return False

    def end_of_log(self) -> str:
        """Give the last lines that the server wrote."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-_LOG_LINES:])

    def end(self) -> None:
        """End the server, its kernels and whatever they started; twice is no error.

        The server ends its kernels itself. What it leaves behind (a kernel
        that hangs, workers of one that crashed) is killed after it.
        """
        deadline = time.monotonic() + _GRACE
        if self.runs:
            self._server.terminate()
        while self.runs and time.monotonic() < deadline:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._server.wait(_POLL)
        left = set(self._processes)
        for process in self._processes:
            with contextlib.suppress(psutil.Error):
                left.update(process.children(recursive=True))
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.kill()  # psutil does not touch another process of the same number
        psutil.wait_procs(left, timeout=_GRACE)
        self._server.wait()
        self._processes.clear()

    def _note_processes(self) -> None:
        """Remember the whole tree: what loses its parent cannot be found any more."""
        self._processes = {process for process in self._processes if process.is_running()}
        with contextlib.suppress(psutil.NoSuchProcess):
            server = psutil.Process(self._server.pid)
            self._processes.update((server, *server.children(recursive=True)))


def free_port() -> int:
    """Let the system choose a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def _options(folder: Path, port: int) -> list[str]:
    """Say everything that the user's own Jupyter configuration might say otherwise."""
    options = [
        f"--ServerApp.ip={_HOST}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.base_url=/",
        "--ServerApp.certfile=",
        f"--ServerApp.root_dir={folder}",
        "--ServerApp.open_browser=False",
        # No question about news in front of the notebook, and no call home.
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
    ]
    if hasattr(os, "getuid") and os.getuid() == 0:
        options.append("--ServerApp.allow_root=True")
    return options
