"""Choosing other computers on the screen: real hosts, each behind a cable of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe import serious
from helpers import until
from lab import Lab
from lan import Lan
from playwright.sync_api import expect
from view import WidgetView

SLOW = """
import os, time
os.environ.update({environment})
from brian_sweep_widget import SweepWidget
def slow(x=0.0):
    time.sleep(0.3)
    return 2 * x
widget = SweepWidget(slow, x=[float(x) for x in range(60)], workers=1, store=None)
widget
"""


@pytest.fixture(scope="module")
def lan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lan]:
    """Have a host that announces itself, and one that does not."""
    with Lan(tmp_path_factory.mktemp("lan")) as network:
        network.computer("computer1").serve(2, "--announce")
        network.computer("computer2").serve(1)
        yield network


def test_hosts_are_found_chosen_and_used(
    lab: Lab, lan: Lan, tmp_path: Path, artifacts: Path
) -> None:
    """This computer, a host, a named cluster, one that is not there: each says how it stands."""
    settings = tmp_path / "settings.json"
    hidden = lan.computers[1].address
    known = {"Room 12": [hidden], "Institute": f"tls://{lan.computers[0].address}:1"}
    settings.write_text(json.dumps({"SweepClusters": {"known": known}}))
    environment = {
        "BRIAN_SWEEP_CREDENTIALS": str(lan.credentials),
        "BRIAN_SWEEP_CONFIG": str(settings),
    }
    lab.open_cells(SLOW.format(environment=environment))
    lab.set_theme("dark")
    lab.run_cell(0)
    view = lab.widget()
    view.wait()
    button = view.root.get_by_role("button", name="Runs on: this computer")
    button.click()
    radios = view.root.get_by_role("radio")
    expect(radios).to_have_count(5, timeout=60_000)
    for words in (
        r"^This computer \(1 at once\)$",
        r"^Room 12 \(1 at once\)$",
        r"^Institute \(unreachable\)$",
        r"^Hosts on the network \(2 at once\)$",
        r"^computer1 \(2 at once\)$",
    ):
        expect(view.root.get_by_label(re.compile(words))).to_be_visible(timeout=60_000)
    view.root.get_by_label("Institute").check()
    expect(view.root.get_by_text(re.compile("^tls://.*:1: .+"))).to_be_visible()
    view.root.get_by_label("Hosts on the network").check()
    expect(view.root.get_by_text(re.compile("^computer1: 2 at once .*numpy"))).to_be_visible()
    for theme in lab.in_both_themes():
        view.root.screenshot(path=artifacts / f"places_{theme}.png")
        assert serious(lab.page, ".bsw") == [], theme
    view.press_run()
    view.expect_status("Finished")
    assert "computer1" in hosts(lab)
    used_by_name(lab, view)


def used_by_name(lab: Lab, view: WidgetView) -> None:
    """Choose the cluster that has a name: only it, and this computer, compute the next sweep."""
    view.root.get_by_label("Room 12").check()
    expect(view.root.get_by_role("button", name="Runs on: Room 12")).to_be_visible()
    before = lab.ask("print(id(widget.run))")
    view.press_run()
    until(lambda: lab.ask("print(id(widget.run))") != before, "another sweep runs")
    used = hosts(lab)
    assert "computer2" in used
    assert "computer1" not in used


def hosts(lab: Lab) -> str:
    """Ask the kernel where the last sweep was computed."""
    # Waits for that sweep: the page may show for a moment how the one before ended.
    code = "print({one.origin.host for one in widget.run.wait(60).outcomes})"
    return lab.ask(code, 70)
