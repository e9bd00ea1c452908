"""A real JupyterHub, as the paper for administrators has it, with its proxy and its culler."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.request
from pathlib import Path
from urllib.error import HTTPError, URLError

import psutil
from helpers import free_ports, until, write_notebook
from machine import CONFIG, Machine

_HUB = "JUPYTERHUB_API_URL"  # which a server is told

# For a test of what ends after an hour: the example, with all of that sooner.
_SOONER = """
load_subconfig({example!r})
def sooner(words):
    return [word.replace("3600", "{idle}").replace("=300", "=2") for word in words]
c.JupyterHub.services[0]["command"] = [
    *sooner(c.JupyterHub.services[0]["command"]), "--cull-every=2"]
c.Spawner.args = sooner(c.Spawner.args)
c.Spawner.environment = {{"JUPYTERHUB_ACTIVITY_INTERVAL": "2"}}
# Beside the example on the same machine, whose proxy it would end.
c.JupyterHub.db_url = "sqlite:///sooner.sqlite"
c.ConfigurableHTTPProxy.pid_file = "sooner-proxy.pid"
"""


class Hub:
    """One hub on a machine that the paper has set up.

    Parameters
    ----------
    machine
        Has its users, the first of whom is a teacher.
    idle
        Seconds after which servers and kernels that do nothing are ended; None
        for the example as it is.
    """

    def __init__(self, machine: Machine, idle: int | None = None) -> None:
        self.machine = machine
        self.users = machine.users
        port, self._hub_port, proxy_port = free_ports(3)
        self.url = f"http://127.0.0.1:{port}"
        self._log = machine.folder / f"log-{port}"
        arguments = [
            f"--JupyterHub.bind_url={self.url}",
            f"--JupyterHub.hub_port={self._hub_port}",
            f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{proxy_port}",
        ]
        config = CONFIG
        if idle is not None:
            config = machine.folder / "sooner.py"
            config.write_text(_SOONER.format(idle=idle, example=str(CONFIG)))
        for user in self.users:  # a setting of theirs, for `Lab` to see
            settings = self.home(user) / ".jupyter"
            settings.mkdir(exist_ok=True)
            self._give(user, settings)
            text = "c.LabApp.expose_app_in_browser = True\n"
            (settings / "jupyter_lab_config.py").write_text(text)
        self._process = machine.start_service(*arguments, log=self._log, config=config)
        try:
            until(self._answers, "an answer of the hub", tell=self.last_words)
        except AssertionError:
            self.stop()
            raise

    def home(self, user: str) -> Path:
        """Give a user's home."""
        return self.machine.home(user)

    def write(self, user: str, name: str, *cells: str) -> None:
        """Write a notebook to a user's home."""
        path = self.home(user) / name
        write_notebook(path, cells)
        self._give(user, path)

    def serves(self, user: str) -> bool:
        """Whether a user's server, that this hub has started, runs."""
        own = self.home(user).stat().st_uid
        return any(
            process.info["uids"].real == own
            and "jupyterhub-singleuser" in " ".join(process.info["cmdline"] or ())
            and f":{self._hub_port}/" in (process.info["environ"] or {}).get(_HUB, "")
            for process in psutil.process_iter(["uids", "cmdline", "environ"])
        )

    def as_user(self, user: str, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command as that user, outside Jupyter."""
        return self.machine.run(["runuser", "-u", user, "--", *command])

    def last_words(self) -> str:
        """Give the end of what the hub and its servers have logged."""
        return self._log.read_text(errors="replace")[-6000:]

    def stop(self) -> None:
        """End the hub with all that it started."""
        self.machine.end_service(self._process)

    def _give(self, user: str, path: Path) -> None:
        own = self.home(user).stat()
        os.chown(path, own.st_uid, own.st_gid)

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            msg = f"JupyterHub ended with status {self._process.returncode}\n{self.last_words()}"
            raise AssertionError(msg)
        try:
            urllib.request.urlopen(f"{self.url}/hub/api/", timeout=30).close()
        except (HTTPError, URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
            return False
        return True
