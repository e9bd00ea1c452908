"""The same sweep with a store and without: what it costs to lose nothing."""

from __future__ import annotations

from benchmarks.settings import WORKERS, Effort, counts, sweep
from benchmarks.timing import aim, in_turns, report

_WITH, _WITHOUT = "with a store", "without a store"
_KNOWN = "all known to the store"
_TRIALS = 20  # of 20 points


def main(effort: Effort) -> None:
    """Time many short simulations, stored, not stored, and found."""
    made = {"size": 400, "trials": _TRIALS}
    counts(sweep(**made).start())

    def known() -> None:
        counts(again.start())

    times = in_turns(
        effort.rounds,
        {
            _WITH: lambda: counts(sweep(**made).start()),
            _WITHOUT: lambda: counts(sweep(**made, store=None).start()),
        },
    )
    again = sweep(**made)
    counts(again.start())
    found = in_turns(effort.rounds, {_KNOWN: known})
    jobs = len(again)
    report(f"{jobs} simulations of 400 neurons, {WORKERS} workers", times | found, against=_WITH)
    pairs = zip(times[_WITH], times[_WITHOUT], strict=True)
    aim("the store costs a point", [1000 * (a - b) / jobs for a, b in pairs], "< 1", " ms")
