"""What a person should know of the results of a sweep, as sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from brian_sweep_widget.engines.file_states import UNSTEADY, listed
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


def files_in_words(books: Books, *, stored: bool) -> str:
    """Say which files the results depend on, and whether these changed meanwhile."""
    read, files = dict(books.read), set(books.files)
    said = []
    if stored and files:
        said.append(
            f"Nothing is reused: the model reads {listed(files)}, which may change. Read it "
            "outside, and hand over what was read."
        )
    elif read:
        said.append(f"The model reads {listed(read)}: when that changes, so may the results.")
    changed = [path for path, state in read.items() if state == UNSTEADY]
    if changed:
        said.append(
            f"Not all points are of the same {listed(changed)}: it changed while the sweep ran, "
            "or is not the same on all computers. Run the sweep again when it stays as it is."
        )
    return "\n".join(said)


def unseeded_in_words(unseeded: Collection[str]) -> str:
    """Say what takes random numbers that no seed decides; empty if nothing does."""
    if not unseeded:
        return ""
    return (
        f"These results cannot be repeated: {listed(unseeded)} asks the system for random "
        "numbers, whatever the seed. Make a generator inside the function instead, by "
        "np.random.default_rng(), which the simulation's seed seeds; or use a parameter "
        "called seed."
    )


def threads_in_words(threads: Collection[str]) -> str:
    """Say what goes on beside the simulations; empty if nothing does."""
    if not threads:
        return ""
    return (
        f"These results may differ the next time: {listed(threads)} goes on in "
        "a thread when a simulation has ended, and may change what is computed meanwhile. "
        "Join the thread before the function returns."
    )


def programs_in_words(programs: Collection[str]) -> str:
    """Say which other programs the simulations start; empty if none."""
    if not programs:
        return ""
    return (
        "These results may differ the next time: the model uses another program "
        f"({listed(programs)}), and nobody knows what that reads. Use it outside, and hand "
        "over what it gives."
    )
