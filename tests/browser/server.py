"""A JupyterLab server for tests, which knows nothing of the person's own and leaves nothing."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import psutil
from helpers import free_ports, until, write_notebook

Theme = Literal["light", "dark"]

_HOST = "127.0.0.1"
_MARK = "BRIAN_SWEEP_TEST_SERVER"
_START_SECONDS = 60.0
_END_SECONDS = 20.0
_ANSWER_SECONDS = 10.0
_LAST_WORDS = 4000  # characters of a log that are worth reading

# Lab asks whether it may fetch news from the internet until it was told not to.
_SETTINGS = {
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": False,
    },
}


class LabServer:
    """JupyterLab on a free port of this computer, with folders of its own.

    Parameters
    ----------
    home
        An empty folder; everything that the server keeps is in there.
    """

    def __init__(self, home: Path) -> None:
        self.root = home / "notebooks"
        self._settings = home / "settings"
        self._log = home / "server.log"
        self._token = secrets.token_hex(16)
        self._mark = secrets.token_hex(16)
        self._variables = self._environment(home)
        self.root.mkdir(parents=True)
        self.forget_settings()
        (port,) = free_ports(1)
        self.url = f"http://{_HOST}:{port}"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "jupyterlab", "--no-browser"),
                    f"--ServerApp.ip={_HOST}",
                    f"--ServerApp.port={port}",
                    "--ServerApp.port_retries=0",
                    f"--ServerApp.root_dir={self.root}",
                    f"--IdentityProvider.token={self._token}",
                    "--LabApp.expose_app_in_browser=True",
                    "--JupyterNotebookApp.expose_app_in_browser=True",
                    *(["--allow-root"] if os.name == "posix" and os.geteuid() == 0 else []),
                ],
                env=self._variables,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            until(self._answers, f"an answer of JupyterLab at {self.url}", _START_SECONDS)
        except AssertionError as error:
            self.stop()
            msg = f"{error}\n{self._log.read_text(encoding='utf-8', errors='replace')}"
            raise AssertionError(msg) from None

    def page_of(self, notebook: str) -> str:
        """Give the address of a notebook in a workspace of its own."""
        return (
            f"{self.url}/lab/workspaces/{secrets.token_hex(4)}/tree/{notebook}?token={self._token}"
        )

    def notebook_of(self, notebook: str) -> str:
        """Give the address of a notebook in Notebook 7, which the same server has."""
        return f"{self.url}/notebooks/{notebook}?token={self._token}"

    def voila_of(self, notebook: str, theme: Theme) -> str:
        """Give the address of a notebook as a page of Voila, which the same server has."""
        return f"{self.url}/voila/render/{notebook}?token={self._token}&theme={theme}"

    def set_theme(self, theme: Theme) -> None:
        """Have pages that are opened from now on in a theme, until settings are forgotten."""
        path = self._settings / "@jupyterlab/apputils-extension/themes.jupyterlab-settings"
        path.write_text(json.dumps({"theme": f"JupyterLab {theme.title()}"}), encoding="utf-8")

    def write(self, name: str, cells: Sequence[str]) -> None:
        """Write a notebook with these code cells to the server's folder."""
        write_notebook(self.root / name, cells)

    def forget_settings(self) -> None:
        """Put the settings (the theme, for instance) back to what tests begin with."""
        shutil.rmtree(self._settings, ignore_errors=True)
        for name, values in _SETTINGS.items():
            path = self._settings / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values), encoding="utf-8")

    def execute(self, name: str) -> None:
        """Have nbconvert execute a notebook in the server's folder, and its outputs trusted."""
        trust = "from nbformat.sign import TrustNotebookApp as App; App.launch_instance()"
        convert = ["-m", "nbconvert", "--to", "notebook", "--execute", "--inplace"]
        for arguments in (convert, ["-c", trust]):
            command = [sys.executable, *arguments, name]
            subprocess.run(command, cwd=self.root, env=self._variables, check=True, timeout=300)

    def read(self, name: str) -> Any:
        """Read a notebook in the server's folder."""
        return json.loads((self.root / name).read_text(encoding="utf-8"))

    def end_kernels(self) -> None:
        """Shut all kernels down; fail if any process outlives its kernel."""
        for session in self._ask("GET", "/api/sessions"):
            self._ask("DELETE", f"/api/sessions/{session['id']}")
        for kernel in self._ask("GET", "/api/kernels"):  # Voila's have no sessions
            self._ask("DELETE", f"/api/kernels/{kernel['id']}")
        until(
            lambda: not self._processes() - {self._process.pid},
            "the end of all that the kernels started",
            _END_SECONDS,
        )

    def kernels(self) -> int:
        """Say how many kernels there are."""
        return len(self._ask("GET", "/api/kernels"))

    def restart_kernels(self) -> None:
        """Put new kernels in the place of all there are."""
        for session in self._ask("GET", "/api/sessions"):
            self._ask("POST", f"/api/kernels/{session['kernel']['id']}/restart")

    def last_words(self) -> str:
        """Give the end of what the server and its kernels have logged."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-_LAST_WORDS:]

    def stop(self) -> None:
        """End the server and everything that it started."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for process in self._processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(process).kill()

    def _environment(self, home: Path) -> dict[str, str]:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")
        }
        return environment | {
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(self._settings),
            "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
            "IPYTHONDIR": str(home / "ipython"),
            _MARK: self._mark,
        }

    def _processes(self) -> set[int]:
        """Find all that the server started by their environment: workers leave its group."""
        found = set()
        for process in psutil.process_iter():
            try:
                if (
                    process.status() != psutil.STATUS_ZOMBIE
                    and process.environ().get(_MARK) == self._mark
                ):
                    found.add(process.pid)
            except (psutil.NoSuchProcess, psutil.AccessDenied, OSError):
                continue  # gone meanwhile, or not ours
        return found

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            msg = f"JupyterLab ended with status {self._process.returncode}"
            raise AssertionError(msg)
        try:
            self._ask("GET", "/api/status")
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)  # `until` polls faster than a starting server likes
            return False
        return True

    def _ask(self, method: str, path: str) -> Any:
        request = urllib.request.Request(
            self.url + path, method=method, headers={"Authorization": f"token {self._token}"}
        )
        with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as answer:
            body = answer.read()
        return json.loads(body) if body else None
