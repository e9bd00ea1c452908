"""The page that a sweep is saved as, opened from its file with the network off."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from axe import serious
from brian2 import mV
from playwright.sync_api import Browser, expect

from brian_sweep_widget import Sweep


def fires(weight: float = 1 * mV, size: int = 100, seed: int = 0) -> dict[str, float]:
    """Count as a network might; one point fails."""
    if size == 200 and weight == 3 * mV:
        msg = "diverged"
        raise ValueError(msg)
    number = size * float(weight / mV) ** 2
    return {"spikes": number + seed % 97, "rate": number / 10}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save a sweep of two lines, with a failed point."""
    sweep = Sweep(
        fires, weight=np.arange(0, 5) * mV, size=[100, 200, 400], trials=3, seed=4, store=None
    )
    results = sweep.run(progress=False)
    return results.save(tmp_path_factory.mktemp("page") / "curve.html")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_saved_page_works_offline(
    browser: Browser, saved: Path, artifacts: Path, theme: str
) -> None:
    """By mouse and by keyboard; nothing is asked for, nothing goes wrong."""
    context = browser.new_context(
        offline=True, color_scheme=theme, viewport={"width": 1280, "height": 1000}
    )
    page = context.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(saved.as_uri())

    expect(page.locator("figure > svg .curve")).to_have_count(3)
    expect(page.locator("figure .failed")).to_have_count(1)
    expect(page.get_by_text("diverged")).to_have_count(0)
    chart = page.get_by_role("application")
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 40, box["y"] + 30)
    expect(page.get_by_role("status")).to_contain_text("Weight (mV): 4 · Size = 400")
    chart.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("status")).to_contain_text("Weight (mV): 3 · Size = 400")
    page.get_by_label("Measure").select_option("Rate")
    expect(page.get_by_role("status")).to_contain_text("Rate: 360 ± 0 (3 trials)")
    page.get_by_label("Log y").check()
    page.get_by_text("Numbers").click()
    expect(page.get_by_role("cell", name="failed")).to_have_count(1)
    expect(page.get_by_role("definition").filter(has_text="0 mV to 4 mV, 5 values")).to_be_visible()
    page.screenshot(path=artifacts / f"page_{theme}.png", full_page=True)

    assert serious(page, "main") == []
    page.set_viewport_size({"width": 320, "height": 700})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320
    context.close()
    assert asked == [saved.as_uri()]
    assert wrong == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_saved_map_works_offline(
    browser: Browser, tmp_path: Path, artifacts: Path, theme: str
) -> None:
    """A click or a key chooses a row, whose curve is drawn below."""
    sweep = Sweep(
        fires, weight=np.arange(0, 5) * mV, size=np.arange(100, 900, 100), seed=4, store=None
    )
    results = sweep.run(progress=False)
    results.save(artifacts / "map.png")
    results.save(artifacts / "map.svg")
    path = results.save(tmp_path / "map.html")
    context = browser.new_context(
        offline=True, color_scheme=theme, viewport={"width": 1280, "height": 1400}
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(path.as_uri())

    whole, curve = page.get_by_role("application").all()
    expect(whole.locator("path.cell")).to_have_count(39)
    expect(whole.locator(".failed")).to_have_count(1)
    expect(curve.locator(".curve")).to_have_count(1)
    box = whole.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 60, box["y"] + 90)
    expect(page.get_by_role("status")).to_contain_text("Weight (mV): 4 · Size = 800")
    expect(page.locator(".legend")).to_have_text("Size = 800")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("status")).to_contain_text("Weight (mV): 4 · Size = 700")
    page.get_by_label("Log y").check()
    page.screenshot(path=artifacts / f"map_{theme}.png", full_page=True)
    assert serious(page, "main") == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()
    assert wrong == []
