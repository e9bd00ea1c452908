"""A sweep whose first simulations all fail alike asks before it computes the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from brian2 import Network, NeuronGroup, ms
from helpers import until

from brian_sweep_widget import Run, Sweep, network_model
from brian_sweep_widget.cli import main

WORKERS = 2
POINTS = [float(number) for number in range(40)]


def fails(x: float = 1.0) -> float:
    """Fail everywhere, with a message of its own at every point."""
    msg = f"{x} is no good"
    raise ValueError(msg)


def fails_in_part(x: float = 1.0) -> dict[str, Any]:
    """Give a number, and something that is none."""
    return {"value": x, "text": "none"}


def asked(run: Run) -> None:
    until(lambda: run.progress.state == "paused", "the question")


def test_it_pauses_and_asks(tmp_path: Path) -> None:
    """Nothing more is begun; Resume computes all the same, and asks no more."""
    run = Sweep(fails, x=POINTS, workers=WORKERS, store=tmp_path / "results.sqlite").start()
    asked(run)
    waits = run.progress.waits
    assert waits.startswith("The first 4 simulations all failed alike: ValueError: ")
    assert waits.endswith("Resume goes on, Stop ends the sweep.")
    assert len(run.outcomes_since(0)) < len(POINTS)
    run.resume()
    assert run.wait(120).counts() == {"failed": len(POINTS)}
    assert run.progress.state == "finished"
    assert run.progress.notice == ""


def test_who_waits_cannot_answer() -> None:
    """The rest is given up, and it is said how to have it."""
    for results in (
        Sweep(fails, x=POINTS, workers=WORKERS, store=None).run(progress=False),
        Sweep(fails, x=POINTS, workers=WORKERS, store=None).start().wait(120),
    ):
        counts = results.counts()
        assert counts.keys() == {"failed", "cancelled"}
        assert counts["failed"] >= 4
        assert "The rest was not computed. keep_going=True" in results.notice
    run = Sweep(fails, x=POINTS, workers=WORKERS, store=None).start()
    assert len(list(run)) == len(POINTS)
    assert run.progress.state == "cancelled"


def test_what_is_to_go_on_goes_on() -> None:
    sweep = Sweep(fails, x=POINTS, workers=WORKERS, store=None, keep_going=True)
    assert sweep.run(progress=False).counts() == {"failed": len(POINTS)}


def test_few_points_are_computed_anyhow() -> None:
    """As many as would have to fail first are not worth a question."""
    results = Sweep(fails, x=POINTS[:7], workers=WORKERS, store=None).run(progress=False)
    assert results.counts() == {"failed": 7}


def test_a_measure_that_fails_everywhere_is_told_and_nothing_is_asked() -> None:
    """The other results are worth having."""
    results = Sweep(fails_in_part, x=POINTS, workers=WORKERS, store=None).run(progress=False)
    assert results.counts() == {"done": len(POINTS)}
    assert f"The measure 'text' failed in all {len(POINTS)} simulations" in results.notice
    assert results.dataset["value"].to_numpy()[:, 0].tolist() == POINTS


def test_models_that_cannot_be_built_are_asked_about_too() -> None:
    """Their jobs never reach a worker: reading the model fails, point by point."""

    @network_model(duration=1 * ms)
    def broken(x: float = 1.0) -> Network:
        msg = f"{x} is no good"
        raise ValueError(msg)

    @broken.measure()
    def nothing(network: Any) -> Any:
        return 0

    run = Sweep(broken, x=POINTS[:20], workers=WORKERS, store=None).start()
    asked(run)
    until(lambda: len(run.outcomes_since(0)) == 4, "those that were asked about are there")
    run.cancel()
    results = run.wait(120)
    # What was read ahead by then does not count.
    assert results.counts() == {"failed": 4, "cancelled": 16}
    # Who pressed Stop has answered; in the widget nothing is called keep_going.
    assert results.notice.endswith("is no good. The rest was not computed.")


def test_a_sweep_that_falls_back_is_not_asked_about() -> None:
    """What the compiled engine cannot read, Brian's runtime is about to."""

    @network_model(duration=1 * ms)
    def still(x: float = 1.0) -> Network:
        return Network(NeuronGroup(2, "v : 1", name="neurons"))

    @still.measure()
    def equations(network: Any) -> Any:
        return len(network["neurons"].equations)

    results = Sweep(still, x=POINTS[:12], workers=WORKERS, store=None).run(progress=False)
    assert results.counts() == {"done": 12}
    assert {one.origin.engine for one in results.outcomes if one.origin} == {"runtime (numpy)"}


def test_the_command_line_stops_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "models.py").write_text("def fails(x=1.0):\n    raise ValueError('never')\n")
    arguments = ["run", f"{tmp_path / 'models.py'}:fails", "--x", "0:1:40", "--jobs", "2"]
    assert main([*arguments, "--store", "none"]) == 1
    said = capsys.readouterr()
    assert "cancelled" in said.out
    assert "The first 4 simulations all failed alike: ValueError: never." in said.err
    assert main([*arguments, "--store", "none", "--keep-going"]) == 1
    assert "0 of 40 done, 40 failed" in capsys.readouterr().out
