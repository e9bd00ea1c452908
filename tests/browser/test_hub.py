"""A class on a JupyterHub: users of one machine side by side, each in a server of their own."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from helpers import until
from hub import Hub
from lab import Lab
from machine import PAPER, PASSWORD, Machine
from playwright.sync_api import Browser, Page, expect
from test_quickstart import BUILD
from view import WidgetView

from brian_sweep_widget.results.store import Store

IDLE = 25  # s after which what does nothing is ended
SWEEP = """
from brian2 import mV
from brian_sweep_widget import Sweep, SweepWidget, cuba
widget = SweepWidget(cuba, size=1000, seed={seed})
widget
"""
TOO_LARGE = """
try:
    print(*Sweep(cuba, size=30_000).run(progress=False).failures)
except ValueError as error:
    print(error)
"""
BACKGROUND = """
import time
from brian_sweep_widget import Sweep
def slow(x=0.0):
    time.sleep(1)
    return x
run = Sweep(slow, x=[float(x) for x in range({jobs})], workers=1).start()
"""


OLD = """
from brian_sweep_widget.cli import check_jupyter
check_jupyter.EXTENSIONS["anywidget-of-old"] = "anywidget"
print(check_jupyter.extensions())
"""


class Seat:
    """One user's server, as `Lab` needs it."""

    def __init__(self, hub: Hub, user: str) -> None:
        self.url = hub.url
        self._hub, self._user = hub, user

    def write(self, name: str, cells: Sequence[str]) -> None:
        self._hub.write(self._user, name, *cells)

    def page_of(self, notebook: str) -> str:
        place = f"lab/workspaces/{secrets.token_hex(4)}/tree/{notebook}"
        return f"{self.url}/user/{self._user}/{place}"


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """Set a machine up by the commands of the paper for administrators."""
    made = Machine()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def hub(machine: Machine) -> Iterator[Hub]:
    """Run the example as it is, by the paper's own unit; its first user is a teacher."""
    started = Hub(machine)
    yield started
    started.stop()


@pytest.fixture
def impatient_hub(machine: Machine) -> Iterator[Hub]:
    """Run the example with idle times of seconds."""
    started = Hub(machine, IDLE)
    yield started
    started.stop()


@pytest.fixture
def pages(browser: Browser) -> Iterator[list[Page]]:
    """Give pages of two people, who share no cookies."""
    contexts = [browser.new_context(locale="en-GB") for _ in range(2)]
    yield [context.new_page() for context in contexts]
    for context in contexts:
        context.close()


def log_in(hub: Hub, user: str, page: Page, link: str = "/hub/login") -> None:
    """Log in by the hub's form, to which a link leads."""
    page.goto(f"{hub.url}{link}")
    page.get_by_label("Username").fill(user)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name=re.compile("log ?in|sign in", re.IGNORECASE)).click()


def logged_in(hub: Hub, user: str, page: Page) -> Lab:
    """Log in, and wait for one's own server."""
    log_in(hub, user, page)
    page.wait_for_url(re.compile(f"/user/{user}/lab"), timeout=150_000)
    page.wait_for_load_state("networkidle")
    return Lab(page, Seat(hub, user))  # type: ignore[arg-type]


def stores_of(hub: Hub, user: str) -> list[Path]:
    """Find where a user's results are, if any are kept yet."""
    found = (hub.home(user) / ".local/share").glob("brian-sweep*/*.sqlite")
    return [path for path in found if path.stat().st_size]


def test_two_users_side_by_side(hub: Hub, pages: list[Page], artifacts: Path) -> None:
    """Both sweep at the same time, within limits of their own, and see nothing of the other."""
    labs = [logged_in(hub, user, page) for user, page in zip(hub.users, pages, strict=True)]
    for seed, lab in enumerate(labs):
        lab.open_cells(SWEEP.format(seed=seed))
        lab.run_cell(0)
    views = [lab.widget() for lab in labs]
    for view in views:
        view.press_run()
    for name, view in zip(("teacher", "student"), views, strict=True):
        view.expect_status("Finished", seconds=2 * BUILD)
        view.root.screenshot(path=artifacts / f"hub_{name}.png")
    counts = [lab.ask("print(widget.results.dataset['spike_count'].values.sum())") for lab in labs]
    assert counts[0] != counts[1]  # their seeds differ

    teacher, student = labs
    assert teacher.ask(TOO_LARGE) == ""
    refused = student.ask(TOO_LARGE)
    assert "30000 neurons: allowed are 20000 here (set by BRIAN_SWEEP_MAX_NEURONS)" in refused
    for user, other in (hub.users, hub.users[::-1]):
        home = hub.home(user)
        builds = home / ".cache/brian-sweep-widget/builds"
        (store,) = stores_of(hub, user)
        for place in (builds, store):
            assert place.stat().st_uid == home.stat().st_uid
            assert place.stat().st_mode & 0o077 == 0, place
            assert hub.as_user(user, "ls", str(place)).returncode == 0
            assert hub.as_user(other, "ls", str(place)).returncode == 2
    for lab in labs:
        assert not lab.problems, "\n".join(lab.problems)
    # What remains in a home is named in the paper.
    home, named = hub.home(hub.users[0]), re.findall(r"`~/([^`]+)`", PAPER.read_text("utf-8"))
    for place in home.rglob("*brian*"):
        assert any(place.is_relative_to(home / name) for name in named), place


def test_what_a_page_was_loading_when_it_was_left_is_no_problem(lab: Lab) -> None:
    """As JupyterLab loads its list of kernels while somebody who logged in goes on."""
    lab.open_cells("1")
    lab.page.route("**/never", lambda _: None)
    for leave in (lambda: lab.open_cells("2"), lab.reload):
        lab.page.evaluate("void fetch('/never').catch(() => 0)")
        leave()
    assert not lab.problems
    lab.page.route("**/at-once", lambda route: route.abort())
    lab.page.evaluate("fetch('/at-once').catch(() => 0)")
    assert any("failed: " in problem for problem in lab.problems)
    lab.problems.clear()


def test_a_sweep_in_the_background_is_not_culled(impatient_hub: Hub, pages: list[Page]) -> None:
    """Neither its kernel nor its server, though its page is closed; after its end both are."""
    hub = impatient_hub
    user, jobs = hub.users[1], 2 * IDLE
    lab = logged_in(hub, user, pages[1])
    lab.open_cells(BACKGROUND.format(jobs=jobs))

    def stored() -> int:
        return sum(sum(Store(path, None).info().counts.values()) for path in stores_of(hub, user))

    before = stored()
    lab.run_cell(0)
    pages[1].context.close()

    def whole() -> bool:
        known = stored() - before
        assert hub.serves(user), f"ended with {known} of {jobs}\n{hub.last_words()}"
        return known == jobs

    until(whole, "the sweep's end", jobs + 60, hub.last_words)
    until(lambda: not hub.serves(user), "the server is ended", 3 * IDLE, hub.last_words)


def test_who_is_in_no_group_is_not_let_in(hub: Hub, pages: list[Page]) -> None:
    """Though they are users of the machine, with a password."""
    added = hub.machine.run(["useradd", "--create-home", "eve"])
    assert added.returncode == 0, added.stderr
    hub.machine.run(["passwd", "eve"], input=f"{PASSWORD}\n" * 2)
    assert hub.as_user("eve", "true").returncode == 0
    log_in(hub, "eve", pages[0])
    expect(pages[0].get_by_text(re.compile("Invalid username or password|403"))).to_be_visible()


def test_a_page_of_voila_on_the_hub(hub: Hub, pages: list[Page], artifacts: Path) -> None:
    """Whoever follows its link logs in, and has it from their own server; it says not whose."""
    user, page = hub.users[1], pages[0]
    (link,) = re.findall(r"`(/hub/user-redirect/voila/render/[^`]+)`", PAPER.read_text("utf-8"))
    log_in(hub, user, page, link)
    page.wait_for_url(re.compile(f"/user/{user}/voila/render/.*model=adex"), timeout=150_000)
    view = WidgetView(page.locator(".bsw").first)
    view.wait()
    expect(view.slider("Current")).to_be_visible()
    view.press_run()
    view.expect_status("Finished", seconds=2 * BUILD)
    page.screenshot(path=artifacts / "hub_page.png")
    assert str(hub.home(user)) not in page.content()


def test_the_doctor_says_what_the_server_needs(hub: Hub, pages: list[Page]) -> None:
    """In a terminal of the user's own server, or as here in a notebook."""
    lab = logged_in(hub, hub.users[0], pages[0])
    lab.open_cells("!brian-sweep doctor", OLD)
    lab.run_cell(0)
    expect(lab.output(0).first).to_contain_text("JupyterHub")
    told = lab.output(0).first.inner_text()
    assert re.search(r"ok +widget extensions .*bqplot.*, in the server of this JupyterHub", told)
    assert "max_neurons 200000 (BRIAN_SWEEP_MAX_NEURONS)" in told
    assert re.search(r"no problems, \d+ warnings?|no problems, no warnings", told)
    lab.run_cell(1)
    told = lab.output(1).first.inner_text()
    assert "missing in the server of this JupyterHub: anywidget-of-old" in told


def test_what_keeps_a_kernel_is_seen_by_nobody(lab: Lab) -> None:
    """No cell shows it, and no console complains of it."""
    quick = "from brian_sweep_widget.runs import activity\nactivity._PACE = 0.1\n"
    lab.open_cells(quick + BACKGROUND.format(jobs=3) + "print(run.wait().counts())")
    heard = """() => new Promise((done, fail) => {
      const {kernel} = window.jupyterapp.shell.currentWidget.sessionContext.session;
      kernel.iopubMessage.connect((_, message) =>
        message.header.msg_type === 'brian_sweep_at_work' && done(true));
      setTimeout(() => fail(new Error('nothing was sent')), 30_000);
    })"""
    lab.start_cell(0)
    assert lab.page.evaluate(heard)
    expect(lab.output(0)).to_have_text(re.compile(r"^\{'done': 3\}\s*$"))
