"""A real JupyterLab and a real Chromium for the browser tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import VIEWPORT, launch_options
from lab import Lab
from playwright.sync_api import Error, Page, expect
from server import LabServer

_ROOT = Path(__file__).parents[2]
_ARTIFACTS = _ROOT / "test-artifacts"
_REPORT = pytest.StashKey[pytest.TestReport]()

# Nothing waits as long as this if all is well; two busy cores can take their time.
expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the system's Chromium: never a download, never a skipped test."""
    try:
        return {**browser_type_launch_args, **launch_options()}
    except LookupError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Use the same page size and language everywhere."""
    return {**browser_context_args, "viewport": VIEWPORT, "locale": "en-GB"}


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
        print(opened.what_the_kernel_does())
        print(lab_server.last_words())
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
