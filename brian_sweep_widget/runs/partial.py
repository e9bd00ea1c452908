"""Says which measures failed where others gave results."""

from __future__ import annotations

from collections.abc import Iterator

from brian_sweep_widget.runs.books import Books


def measures_in_words(books: Books) -> Iterator[str]:
    """Give a sentence for every measure that failed, with what the first one failed with."""
    with books.changed:
        failed = {name: dict(places) for name, places in books.failed_measures.items()}
        done = books.counts["done"]
    for name, places in failed.items():
        where = f"all {done}" if len(places) == done else f"{len(places)} of {done}"
        first = str(places[min(places)]).strip().partition("\n")[0]
        yield (
            f"The measure {name!r} failed in {where} simulations, whose other results are kept: "
            f"{first}"
        )
