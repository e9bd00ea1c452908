"""What an error was raised from is listed to an end."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

import pytest

from brian_sweep_widget.engines.causes import causes_of
from brian_sweep_widget.engines.failing import failure_of


def raised(error: Exception, cause: Exception | None) -> Exception:
    """Raise an error from a cause while another is handled, and give it."""
    try:
        try:
            {}["missing"]
        except KeyError:
            raise error from cause
    except type(error) as caught:
        return caught


def test_an_error_that_is_its_own_cause_is_listed_once() -> None:
    """As by ``raise error from error``, where an error that was kept is raised again."""
    error = ValueError("again")
    assert list(causes_of(raised(error, error))) == [error]
    assert failure_of(error).message == "again"


def test_advice_names_the_models_line_not_pythons_own() -> None:
    """Python's library raises in places of its own what happened elsewhere."""
    future: Future[None] = Future()
    future.set_exception(ValueError("NeuronGroup size should be at least 1, was 0"))
    with pytest.raises(ValueError, match="NeuronGroup") as raised:
        future.result()
    assert f"of {Path(__file__).name}, in test_advice_names" in failure_of(raised.value).message


@pytest.mark.parametrize("handled", [False, True])
def test_what_was_handled_counts_where_it_is_asked_for(handled: bool) -> None:
    """And where no cause is named."""
    error, cause = ValueError("above"), TypeError("below")
    kinds = [type(one) for one in causes_of(raised(error, cause), handled=handled)]
    assert kinds == [ValueError, TypeError]
    error = ValueError("above")
    error.__cause__ = None
    kinds = [type(one) for one in causes_of(raised(error, None), handled=handled)]
    assert kinds == ([ValueError, KeyError] if handled else [ValueError])


def test_any_text_of_an_error_can_be_written() -> None:
    """Files of results could not be: of lone halves of characters, as in some files' names."""
    failure = failure_of(ValueError("a \udcff and \0 and \u00e9"))
    assert failure.message == "a \\udcff and \\x00 and \u00e9"
    try:
        raise ValueError("\ud800")  # noqa: TRY301, EM101 - for its traceback
    except ValueError as error:
        failure_of(error).traceback.encode()


class Untold(Exception):
    """Ends the process if somebody asks what it says."""

    def __str__(self) -> str:
        raise SystemExit


def test_an_error_may_do_anything_when_it_is_asked_what_it_says() -> None:
    assert failure_of(Untold()).message == "(its message cannot be shown: SystemExit)"


def test_of_an_endless_message_the_two_ends_are_kept() -> None:
    """A model may quote all of its data, and each simulation that fails would carry them."""
    failure = failure_of(raised(ValueError(f"first {'0123456789 ' * 1_000_000}last"), None))
    assert failure.message.startswith("first 0123")
    assert failure.message.endswith("9 last")
    assert "characters are left out here" in failure.message
    assert failure.traceback.startswith("Traceback")
    assert failure.traceback.endswith("9 last\n")
    assert len(failure.message) + len(failure.traceback) < 50_000
