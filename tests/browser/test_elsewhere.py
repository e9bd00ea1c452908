"""Notebook 7, and a page of Voila for people who see no code: the widget is the same there."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import until
from lab import READY
from playwright.sync_api import Browser, Page, expect
from server import LabServer, Theme
from test_inspector import CUBA, inspector, open_dot
from test_panels import unfold
from test_quickstart import BUILD
from view import WidgetView

ROOT = Path(__file__).parents[2]
_EXAMPLE = ROOT / "examples" / "a_page_for_a_class.ipynb"

# Whether all dots are in the widget.
_INSIDE = """root => [...root.querySelectorAll('.bqplot path.dot')].every(dot =>
  dot.getBoundingClientRect().right < root.getBoundingClientRect().right)"""


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """Run a server that no test of JupyterLab uses.

    Jupyter's servers remember where a static file is by its name alone, and
    Notebook and Lab have files of the same names: whoever comes second gets 403.
    """
    server = LabServer(tmp_path_factory.mktemp("elsewhere"))
    yield server
    server.stop()


@pytest.fixture
def exceptions(page: Page) -> list[str]:
    """Give what was raised in the page so far."""
    raised: list[str] = []
    page.on("pageerror", lambda error: raised.append(str(error)))
    return raised


@pytest.fixture
def server(own_server: LabServer, page: Page, exceptions: list[str]) -> Iterator[LabServer]:
    """Give the server with one notebook; afterwards nothing was raised in the page."""
    own_server.forget_settings()
    own_server.write("test.ipynb", [CUBA])
    yield own_server
    page.close()
    own_server.end_kernels()
    assert exceptions == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_notebook_7(
    server: LabServer, page: Page, exceptions: list[str], artifacts: Path, theme: Theme
) -> None:
    """A cell that is run shows the widget, which works."""
    server.set_theme(theme)
    page.goto(server.notebook_of("test.ipynb"))
    # Before it has a kernel, Notebook would ask which one is wanted.
    page.wait_for_function(READY, timeout=60_000)
    page.locator(".jp-Cell").first.click()
    exceptions.clear()  # Notebook's own, before anything of ours is there
    page.keyboard.press("Shift+Enter")
    used(page, artifacts / f"notebook_{theme}.png")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_voila(server: LabServer, page: Page, artifacts: Path, theme: Theme) -> None:
    """The page computes, and files come through the browser: its visitors reach no others."""
    page.goto(server.voila_of("test.ipynb", theme))
    view = used(page, artifacts / f"voila_{theme}.png")
    expect(page.locator(".bsw-kept")).to_have_count(0)  # there is no notebook to keep it
    with page.expect_download(timeout=60_000) as waiting:
        view.root.get_by_role("button", name="Download", exact=True).click()
    assert Path(waiting.value.path()).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_page_for_a_class(server: LabServer, browser: Browser, artifacts: Path) -> None:
    """Visitors have a kernel each, and begin where their link wants it."""
    shutil.copy(_EXAMPLE, server.root / _EXAMPLE.name)
    wanted = {
        "small": "preset=Small: a thousand neurons&trials=2&seed=5",
        "few": "excitatory_weight=1:3:5mV&size=500",
        "wrong": "siez=500",
    }
    sizes = {"small": "1000", "few": "500", "wrong": "4000"}
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    views = {}
    for name, query in wanted.items():
        page = context.new_page()
        page.goto(f"{server.voila_of(_EXAMPLE.name, 'light')}&{query}")
        views[name] = WidgetView(page.locator(".bsw").first)
        views[name].wait()
    for name, view in views.items():
        expect(view.field("Network size")).to_have_value(sizes[name])
    expect(views["small"].field("Trials")).to_have_value("2")
    expect(views["few"].field("points")).to_have_value("5")
    said = views["wrong"].root.get_by_text("The address of this page asks for what cannot be")
    expect(said).to_contain_text("'siez' is unknown (allowed: model, preset, trials")
    views["few"].expect_status("^Live.* done$", seconds=BUILD)
    assert_nothing_of_the_server(views["few"], server)
    for name, view in views.items():
        view.root.screenshot(path=artifacts / f"class_{name}.png")
    assert server.kernels() == len(wanted)
    page = views["small"].root.page
    page.get_by_role("link", name="conductances instead of currents").click()
    expect(views["small"].field("Network size")).to_have_value("1000", timeout=60_000)
    expect(views["small"].field("from")).to_have_value("3")
    expect(page.get_by_text("asks for what cannot be")).to_have_count(0)
    context.close()


def assert_nothing_of_the_server(view: WidgetView, server: LabServer) -> None:
    """Look through all that a visitor can open for folders, commands and names."""
    view.press_run()
    view.expect_status("Finished", seconds=BUILD)
    open_dot(view, 3)
    expect(inspector(view)).to_have_attribute("data-state", "ready")
    expect(inspector(view)).to_contain_text("Seed")
    expect(inspector(view)).not_to_contain_text("Host")
    unfold(view, "Jobs")
    expect(view.root.locator(".bsw-jobs tbody tr")).to_contain_text("computer 1")
    unfold(view, "Results table")
    expect(view.root.locator(".bsw-table tr.bsw-table-row")).to_have_count(5)
    expect(view.root.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    with view.root.page.expect_download(timeout=60_000) as waiting:
        view.root.get_by_role("button", name="Download", exact=True).click()
    assert '"computer 1"' in Path(waiting.value.path()).read_text(encoding="utf-8")
    view.root.get_by_role("button", name="Runs on: this computer").click()
    expect(view.root.get_by_text("at once (Python")).to_be_visible()
    content = view.root.page.content()
    for private in (server.root, server.root.parent, ROOT, Path.home(), Path(sys.prefix)):
        assert str(private) not in content
    for command in ("voila a_page", "brian-sweep cluster"):
        assert command not in content


def used(page: Page, picture: Path) -> WidgetView:
    """Run a sweep and open a result; then the page gets half as wide."""
    page.set_viewport_size({"width": 1280, "height": 900})
    view = WidgetView(page.locator(".bsw").first)
    view.wait()
    view.press_run()
    view.expect_status("Finished", seconds=BUILD)
    open_dot(view, 3)
    expect(inspector(view)).to_have_attribute("data-state", "ready")
    page.screenshot(path=picture)
    page.set_viewport_size({"width": 640, "height": 900})
    view.stop_button.scroll_into_view_if_needed()
    expect(view.status).to_be_visible()
    try:
        until(lambda: view.root.evaluate(_INSIDE), "the whole curve is seen")
    finally:
        page.screenshot(path=picture.with_stem(f"{picture.stem}_half"))
    return view
