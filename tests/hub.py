"""A real JupyterHub: its proxy, its culler, and users of this machine with homes of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

from helpers import free_ports, until, write_notebook

ROOT = Path(__file__).parents[1]
PASSWORD = "a password for all"
_BIN = Path(sys.executable).parent

# Users cannot enter root's home, where this Python may be: within the hub's own mount
# namespace there is another one, which holds Python alone.
_OPEN_HOME = """
if [ -n "$1" ]; then
  aside=$(mktemp -d) && mount --bind "$1" "$aside" && mount -t tmpfs tmpfs /root &&
  chmod 755 /root && mkdir -p "$1" && mount --bind "$aside" "$1" || exit 1
fi
shift && exec "$@"
"""

# The example is what runs; only what a test must decide is added.
_CONFIG = """
load_subconfig({example!r})
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.command = {proxy!r}
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = {password!r}
c.Authenticator.allowed_users = {users!r}
c.JupyterHub.spawner_class = "localprocess"
c.Spawner.cmd = {server!r}
c.Spawner.http_timeout = c.Spawner.start_timeout = 90
c.JupyterHub.load_groups = {{"teachers": {{"users": {teachers!r}}}}}
c.Spawner.environment = {{"JUPYTERHUB_ACTIVITY_INTERVAL": "2"}}
def sooner(words):
    return [word.replace("3600", "{timeout}").replace("=300", "=2") for word in words]
c.JupyterHub.services[0]["command"] = [
    *sooner(c.JupyterHub.services[0]["command"]), "--cull-every=2"]
c.Spawner.args = [*sooner(c.Spawner.args), "--LabApp.expose_app_in_browser=True"]
c.JupyterHub.load_roles += [
    {{"name": "tests", "scopes": ["admin:servers", "list:users"],
      "services": ["tests"]}}]
c.JupyterHub.services += [{{"name": "tests", "api_token": {token!r}}}]
"""


class Hub:
    """One hub with some users, who are made for it.

    Parameters
    ----------
    users
        Their names; the first one is a teacher.
    timeout
        Seconds after which servers and kernels that do nothing are ended.
    """

    def __init__(self, users: tuple[str, ...], timeout: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hub"))
        self.folder.chmod(0o755)  # it holds the homes
        mark = os.getpid() % 10_000
        self.users = tuple(f"{name}{mark}" for name in users)
        self.token = b"of the tests".hex()
        homes = self.folder / "homes"
        homes.mkdir(mode=0o755)
        for user in self.users:
            subprocess.run(
                ["useradd", "--create-home", "--base-dir", homes, "--key", "HOME_MODE=0700", user],
                check=True,
                capture_output=True,
            )
        own = self.folder / "own"
        own.mkdir(mode=0o700)
        port, hub_port, proxy_port = free_ports(3)
        self.url = f"http://127.0.0.1:{port}"
        self._log = own / "log"
        (own / "config.py").write_text(
            _CONFIG.format(
                example=str(ROOT / "examples" / "jupyterhub_config.py"),
                port=port,
                hub_port=hub_port,
                proxy_port=proxy_port,
                proxy=[str(ROOT / "js" / "node_modules" / ".bin" / "configurable-http-proxy")],
                password=PASSWORD,
                users=set(self.users),
                teachers=list(self.users[:1]),
                server=[str(_BIN / "jupyterhub-singleuser")],
                timeout=timeout,
                token=self.token,
            )
        )
        python = Path(sys.base_prefix)
        hidden = str(python) if Path("/root") in python.parents else ""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *("unshare", "--mount", "sh", "-c", _OPEN_HOME, "sh", hidden),
                    *(str(_BIN / "jupyterhub"), "--config", "config.py"),
                ],
                cwd=own,
                env={**_plain_environment(), "PATH": f"{_BIN}:{os.environ['PATH']}"},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            until(self._answers, "an answer of the hub", tell=self.last_words)
        except AssertionError:
            self.stop()
            raise

    def home(self, user: str) -> Path:
        """Give a user's home."""
        return self.folder / "homes" / user

    def write(self, user: str, name: str, *cells: str) -> None:
        """Write a notebook to a user's home."""
        path = self.home(user) / name
        write_notebook(path, cells)
        shutil.chown(path, user, user)

    def serves(self, user: str) -> bool:
        """Whether a user's server is there."""
        found = self.ask("GET", f"/users/{user}")["servers"].get("")
        return bool(found and found["ready"])

    def as_user(self, user: str, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command as that user, outside Jupyter."""
        return subprocess.run(
            ["runuser", "-u", user, "--", *command], capture_output=True, text=True, check=False
        )

    def ask(self, method: str, path: str) -> Any:
        """Ask the hub over its own interface."""
        request = urllib.request.Request(
            f"{self.url}/hub/api{path}",
            method=method,
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def last_words(self) -> str:
        """Give the end of what the hub and its servers have logged."""
        return self._log.read_text(errors="replace")[-6000:]

    def stop(self) -> None:
        """End the hub with all that it started, and remove its users."""
        self._process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(20)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for user in self.users:
            subprocess.run(["pkill", "-KILL", "-u", user], check=False)
            until(lambda user=user: self._removed(user), f"{user} is removed", 20)
        shutil.rmtree(self.folder)

    def _removed(self, user: str) -> bool:
        done = subprocess.run(["userdel", user], check=False, capture_output=True)
        return done.returncode in {0, 6}  # 6: there is none

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            msg = f"JupyterHub ended with status {self._process.returncode}\n{self.last_words()}"
            raise AssertionError(msg)
        try:
            self.ask("GET", "/users")
        except (HTTPError, URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
            return False
        return True


def _plain_environment() -> dict[str, str]:
    """Give this process's environment without what is ours, or Jupyter's: users have their own."""
    own = ("JUPYTER", "BRIAN_SWEEP", "IPYTHON", "XDG_", "PYTEST")
    return {name: value for name, value in os.environ.items() if not name.startswith(own)}
