"""Whether the widget is shown to visitors of a page, who own nothing of the computer behind it.

They get no files there, and read neither its folders nor its name.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace

from brian_sweep_widget.results import Outcome, Results

#: Voila gives it to every kernel that it starts, whatever its value.
VARIABLE = "VOILA_PREHEAT"


def for_visitors() -> bool:
    """Whether this kernel was started for a page."""
    return VARIABLE in os.environ


def called(hosts: Iterable[str]) -> dict[str, str]:
    """Give what each host is called for who reads it: visitors have numbers for names."""
    numbers = {host: number for number, host in enumerate(sorted(set(hosts)), start=1)}
    return {host: f"computer {numbers[host]}" if for_visitors() else host for host in numbers}


def for_who_reads(results: Results) -> Results:
    """Give results in which hosts are called as on the screen."""
    names = called(one.origin.host for one in results.outcomes if one.origin is not None)

    def named(one: Outcome) -> Outcome:
        if one.origin is None:
            return one
        return replace(one, origin=replace(one.origin, host=names[one.origin.host]))

    return Results(
        results.model,
        results.parameters,
        results.plan,
        [named(one) for one in results.outcomes],
        results.notice,
    )
