"""A real JupyterLab and a real Chromium for the browser tests."""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lab import Lab
from playwright.sync_api import Error, Page, expect
from server import LabServer

_ROOT = Path(__file__).parents[2]
_ARTIFACTS = _ROOT / "test-artifacts"
_REPORT = pytest.StashKey[pytest.TestReport]()
_VIEWPORT = {"width": 1400, "height": 1000}

# Nothing waits as long as this if all is well; two busy cores can take their time.
expect.set_options(timeout=15_000)


def _chromium() -> str | None:
    spec = importlib.util.spec_from_file_location("chromium", _ROOT / "tools" / "chromium.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: str | None = module.find()
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the system's Chromium: never a download, never a skipped test."""
    path = _chromium()
    if path is None:
        pytest.fail(
            "The browser tests need Chromium. Install it (Debian: sudo apt-get install chromium) "
            "or run make test, which does so where it may.",
            pytrace=False,
        )
    arguments = [
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    if os.name == "posix" and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses to start as root otherwise
    return {**browser_type_launch_args, "executable_path": path, "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Use the same page size and language everywhere."""
    return {**browser_context_args, "viewport": _VIEWPORT, "locale": "en-GB"}


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """Run one JupyterLab server for all tests."""
    server = LabServer(tmp_path_factory.mktemp("lab"))
    yield server
    server.stop()


@pytest.fixture
def lab(page: Page, lab_server: LabServer, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Give a JupyterLab page; afterwards nothing may be wrong on it, and nothing may be left."""
    lab_server.forget_settings()
    opened = Lab(page, lab_server)
    yield opened
    report = request.node.stash.get(_REPORT, None)
    if opened.problems or report is None or report.failed:
        _keep_picture(page, request.node.name)
    page.close()
    lab_server.end_kernels()
    assert not opened.problems, "\n".join(opened.problems)


@pytest.fixture(scope="session")
def artifacts() -> Path:
    """Give the folder for pictures."""
    _ARTIFACTS.mkdir(exist_ok=True)
    return _ARTIFACTS


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Keep the test's report, for the fixture that takes a picture of a failure."""
    report = yield
    if call.when == "call":
        item.stash[_REPORT] = report
    return report


def _keep_picture(page: Page, name: str) -> None:
    _ARTIFACTS.mkdir(exist_ok=True)
    path = _ARTIFACTS / f"{re.sub(r'[^a-zA-Z0-9_-]+', '-', name)}.png"
    try:
        page.screenshot(path=path)
    except Error as error:  # the picture is a help, not the test
        print(f"no screenshot: {error}")
