"""Which data of installed packages cells have set, as a new process finds other data there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from brian_sweep_widget.engines.libraries_changed import libraries_kept
from brian_sweep_widget.engines.library_data import Place, is_alike, is_data, thing_at
from brian_sweep_widget.engines.packing import pack, unpack_as
from brian_sweep_widget.engines.process_settings import ProcessSettings, under_its_settings
from brian_sweep_widget.engines.reach import Reach


class DataSet(NamedTuple):
    """What cells have set in the packages to which functions go.

    Attributes
    ----------
    values
        By place; only what is otherwise in a new process.
    at_first
        What a new process has, where it has data.
    objects
        Objects of the packages by identity: the module that has each, and the way from there.
    """

    values: Mapping[Place, Any] = {}
    at_first: Mapping[Place, Any] = {}
    objects: Mapping[int, tuple[str, tuple[str, ...]]] = {}


class _Places:
    """Places on their way to a new process."""

    def __init__(self, places: list[Place]) -> None:
        self.functions: list[Callable[..., Any]] = []
        self.settings = ProcessSettings.here()
        self.places = [tuple(place) for place in places]


def data_set(
    functions: Iterable[Callable[..., Any]], ask: Callable[[bytes], Mapping[Place, Any]]
) -> DataSet:
    """Find what cells have set for some functions.

    Parameters
    ----------
    functions
        Of the user's.
    ask
        Has `data_at_first` called in a process in which no cell ran.
    """
    reach = Reach(functions)
    here = {place: one for place, one in reach.own_in_libraries.items() if is_data(one)}
    if not here:
        return DataSet()
    at_first = ask(pack(_Places(sorted(here))))
    changed = {
        place: one
        for place, one in here.items()
        if place not in at_first or not is_alike(at_first[place], one)
    }
    return DataSet(changed, at_first, reach.library_objects)


@under_its_settings
def data_at_first(packed: bytes) -> dict[Place, Any]:
    """Read data of packages as they are loaded here; what is not there, or is none, is not."""
    found = {}
    with libraries_kept():
        for place in map(Place._make, unpack_as(packed, _Places).places):
            with suppress(Exception):  # whatever a package does that is loaded
                one = thing_at(place.module, (*place.attributes, *filter(None, [place.name])))
                if is_data(one):
                    found[place] = one
    return found
