"""Text of others on a terminal: names, messages, labels of a store, announced hosts."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brian_sweep_widget import Sweep
from brian_sweep_widget.backends.hosts.facts import LOOK, Facts
from brian_sweep_widget.cli import main
from brian_sweep_widget.cli.terminal import aligned, say
from brian_sweep_widget.printable import one_line, printable
from brian_sweep_widget.runs.statistics import HostStatistics, Statistics

HOSTILE = "\x1b[2J\x9b1A\x07\x7f\u202egnp.\u2066\u2028\ud800\u200b\x00\r"
NAME = "\x1b[2J\x9b1A\u202egnp.\udc80"  # of a file


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plain: µ ± 1\u202f000 \N{KELVIN SIGN} 日本 é e\u0301 🧠", None),
        ("two\nlines\tof", None),
        (HOSTILE, r"\x1b[2J\x9b1A\x07\x7f\u202egnp.\u2066\u2028\ud800\u200b\x00\r"),
    ],
)
def test_what_a_terminal_would_obey_is_written_out(given: str, shown: str | None) -> None:
    """Nothing else is: every language stays as it is."""
    assert printable(given) == (given if shown is None else shown)


def test_a_field_is_one_line_and_not_too_long() -> None:
    """A second one would be a row that somebody forged."""
    assert one_line("a\nhost  ready") == r"a\nhost  ready"
    assert one_line("x" * 10_000, 20) == "x" * 19 + "…"
    assert len(one_line("x" * 10_000)) < 1000
    assert one_line("µ\u202f1") == "µ\u202f1"


@given(st.text(st.characters(), max_size=50))
def test_any_text_can_be_written_and_does_nothing(text: str) -> None:
    """Cleaned twice, it is as cleaned once."""
    for shown in (printable(text), one_line(text)):
        shown.encode()
        assert not set(shown) & {chr(one) for one in (*range(9), *range(11, 32), *range(127, 160))}
    assert "\n" not in one_line(text)
    assert printable(printable(text)) == printable(text)


@pytest.mark.parametrize("error", [False, True])
def test_everything_that_a_command_says_is_cleaned(
    error: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the one function that writes."""
    say(f"one\n{HOSTILE}", error=error)
    told = capsys.readouterr()
    assert (told.err if error else told.out) == f"one\n{printable(HOSTILE)}\n"


def test_no_cell_forges_a_row() -> None:
    assert aligned([("a", "b"), ("x\ny", "1")], numbers=[1]) == "a     b\nx\\ny  1"


@pytest.mark.parametrize("words", [["run", f"{NAME}.py"], ["store", "info", NAME], ["cache", NAME]])
def test_what_is_refused_is_repeated_cleaned(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A file's name may be anything, too, and so may what a script hands on."""
    assert main(words) == 2
    told = capsys.readouterr().err
    assert "[2J" in told
    assert all(one == "\n" or one.isprintable() for one in told)


def test_labels_of_a_strangers_store_forge_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are no labels, so the store is refused; nor does that obey them."""
    path = tmp_path / "theirs.sqlite"
    Sweep(lambda x: x, x=np.arange(2.0), workers=1, store=path).run(progress=False)
    with sqlite3.connect(path) as theirs:
        label = "\x1b[2J\n9  forged  2026-01-01 00:00  1000  1000 done"
        changed = theirs.execute("UPDATE sweep SET model = ?", (label,))
        assert changed.rowcount == 1
    assert main(["store", "info", str(path)]) == 1
    told = capsys.readouterr()
    assert "damaged" in told.err
    assert all(one == "\n" or one.isprintable() for one in told.out + told.err)
    assert not any(line.startswith("9  forged") for line in told.out.splitlines())


def test_what_a_host_says_of_itself_is_bounded() -> None:
    """After the handshake, too: names are shown, and a queue is as long as its slots."""
    told = eval(LOOK) | {"hostname": HOSTILE * 100, "python": "3\n" * 100, "slots": 10**18}
    facts = Facts.read(told | {"versions": dict.fromkeys(told["versions"], "\x1b" * 100)})
    assert facts.slots == 1024
    shown = (facts.hostname, facts.python, *facts.versions.values())
    assert all(one.isprintable() and len(one) < 500 for one in shown)
    assert Facts.read(told | {"slots": -1}).slots == 0


def test_hosts_of_results_forge_no_statistics() -> None:
    """Results of a store have hosts, too."""
    host = HostStatistics("a\n\x1b[2Jb", 1, 1, 1.0, 1.0)
    told = str(Statistics((host,), 0, 1.0, 1.0))
    assert told.splitlines()[1].startswith(r"a\n\x1b[2Jb")
