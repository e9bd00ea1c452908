"""``brian-sweep lab`` starts a server that answers, and leaves nothing behind."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import psutil
import pytest
from helpers import alive, descendants, script_environment, until

from brian_sweep_widget.cli import lab as lab_module
from brian_sweep_widget.cli import main
from brian_sweep_widget.cli.lab import find_notebook, has_browser
from brian_sweep_widget.cli.terminal import UsageError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")

EMPTY_NOTEBOOK = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
START_SECONDS = 120


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """Write a notebook whose name has to be quoted in an address."""
    path = tmp_path / "my notebook.ipynb"
    path.write_text(json.dumps(EMPTY_NOTEBOOK), encoding="utf-8")
    return path


class Lab:
    """The command in a process of its own, until it has shown its address."""

    def __init__(self, *arguments: str, folder: Path) -> None:
        # A file, not a pipe: reading a pipe would block without a deadline.
        self._output = folder / "output.txt"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "brian_sweep_widget.cli", "lab", *arguments],
                cwd=folder,
                env=script_environment(http_proxy="http://127.0.0.1:9"),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        until(lambda: self.url or not self.runs, "the address is shown", START_SECONDS)
        assert self.url, self.output

    @property
    def output(self) -> str:
        return self._output.read_text(encoding="utf-8")

    @property
    def runs(self) -> bool:
        return self.process.poll() is None

    @property
    def url(self) -> str:
        found = re.search(r"http://127\.0\.0\.1:\d+/lab/tree/\S+\?token=\w+", self.output)
        return found.group() if found else ""

    @property
    def token(self) -> str:
        return self.url.partition("token=")[2]

    def ask(self, path: str, body: bytes | None = None) -> Any:
        """Ask the server's interface."""
        request = urllib.request.Request(
            self.url.partition("/lab/")[0] + path,
            data=body,
            headers={"Authorization": f"token {self.token}"},
        )
        with browser().open(request, timeout=30) as answer:
            return json.load(answer)


def browser() -> urllib.request.OpenerDirector:
    """Make a browser without a past: it keeps cookies and uses no proxy."""
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
    )


@pytest.fixture
def lab(notebook: Path) -> Iterator[Lab]:
    started = Lab(str(notebook), "--no-browser", folder=notebook.parent)
    family = descendants(started.process.pid)
    yield started
    for number in family | {started.process.pid}:
        if alive(number):
            psutil.Process(number).kill()
    started.process.wait()


def test_the_page_answers_whoever_has_the_token(lab: Lab) -> None:
    with browser().open(lab.url, timeout=30) as answer:
        page = answer.read().decode()
        assert answer.status == 200
    assert "/lab/tree/my%20notebook.ipynb?" in lab.url
    assert "jupyter-config-data" in page
    assert re.search(r'"news":\s*\{"disabled":\s*true\}', page)
    assert lab.ask("/api/contents/my%20notebook.ipynb?content=0")["type"] == "notebook"
    with pytest.raises(urllib.error.HTTPError) as refused:
        browser().open(lab.url.partition("/lab/")[0] + "/api/contents", timeout=30)
    assert refused.value.code == 403


def test_the_token_is_not_on_a_command_line(lab: Lab) -> None:
    for number in descendants(lab.process.pid):
        assert lab.token not in " ".join(psutil.Process(number).cmdline())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything(lab: Lab, number: signal.Signals) -> None:
    kernel = lab.ask("/api/kernels", b'{"name": "python3"}')
    assert kernel["name"] == "python3"
    family = descendants(lab.process.pid)
    assert len(family) >= 2  # the server and the kernel
    lab.process.send_signal(number)
    until(lambda: not lab.runs, "the command ends", 30)
    assert lab.process.returncode == 0, lab.output
    assert "JupyterLab has ended" in lab.output
    assert "Traceback" not in lab.output
    assert not [number for number in family if alive(number)]


IMPATIENT = """
import signal, sys
from brian_sweep_widget.stop_signals import StopSignals

left = 5

def again(frame, event, _):
    global left
    if left and event.endswith("call") and frame.f_code.co_name in {"_set", "notify_all"}:
        left -= 1
        signal.raise_signal(signal.SIGTERM)

with StopSignals("SIGTERM") as stop:
    sys.setprofile(again)
    signal.raise_signal(signal.SIGTERM)
    assert stop.wait(10) and stop.received
    sys.setprofile(None)
print("ended", left < 5)
"""


def test_a_signal_may_come_while_one_is_taken() -> None:
    """The second made the first wait for itself, and nothing but a kill ended it."""
    command = [sys.executable, "-c", IMPATIENT]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ran.stdout == "ended True\n", ran.stderr


def test_processes_that_lost_their_parent_are_ended_too(lab: Lab) -> None:
    lab.ask("/api/kernels", b'{"name": "python3"}')
    family = descendants(lab.process.pid)
    server = min(psutil.Process(lab.process.pid).children(), key=lambda child: child.pid)
    # Let the watch see the kernel before the server dies without a word.
    until(lambda: len(descendants(server.pid)) >= 1, "the kernel is seen")
    psutil.Process(server.pid).suspend()  # it can neither end its kernel nor itself
    lab.process.send_signal(signal.SIGINT)
    until(lambda: not lab.runs, "the command ends", 30)
    assert lab.process.returncode == 0, lab.output
    assert not [number for number in family if alive(number)]


def test_a_crash_of_the_server_is_told(lab: Lab) -> None:
    (server,) = psutil.Process(lab.process.pid).children()
    server.kill()
    until(lambda: not lab.runs, "the command ends", 30)
    assert lab.process.returncode == 1
    assert "JupyterLab crashed" in lab.output


def test_an_installed_package_gives_a_copy_to_play_with(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "package" / "cli"
    (package / "notebooks").mkdir(parents=True)
    (package / "notebooks" / "01_quickstart.ipynb").write_text("original", encoding="utf-8")
    monkeypatch.setattr(lab_module, "__file__", str(package / "lab.py"))
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    copy = find_notebook(None)
    assert copy == here / "brian-sweep-quickstart.ipynb"
    assert copy.read_text(encoding="utf-8") == "original"
    copy.write_text("my changes", encoding="utf-8")
    assert find_notebook(None).read_text(encoding="utf-8") == "my changes"


def test_a_checkout_opens_its_own_quickstart() -> None:
    assert find_notebook(None) == Path(__file__).parents[2] / "notebooks" / "01_quickstart.ipynb"


def test_an_installation_without_quickstart_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(lab_module, "__file__", str(tmp_path / "a" / "b" / "lab.py"))
    with pytest.raises(UsageError, match="not in this installation"):
        find_notebook(None)


def test_without_jupyterlab_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lab_module, "find_spec", lambda _: None)
    assert main(["lab"]) == 2
    assert "pip install 'brian-sweep-widget[lab]'" in capsys.readouterr().err


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="about Linux")
def test_there_is_no_browser_without_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not has_browser()
