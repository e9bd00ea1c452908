"""What a job takes along to another computer, by name: it travels once, whatever it is for."""

from __future__ import annotations

import functools

from brian_sweep_widget.engines import compiled, elsewhere
from brian_sweep_widget.runs.supply import Load

_MOST_KNOWN = 256  # loads whose blobs are kept


@functools.lru_cache(maxsize=_MOST_KNOWN)
def blobs_of(load: Load) -> tuple[bytes, ...]:
    """Give what a host needs for a job: the engine, and the files that its program reads."""
    if load.program is None:
        return (load.packed,)
    return load.packed, elsewhere.pressed(dict(load.inputs))


_pressed_ones: dict[tuple[bytes, str], bytes] = {}


def pressed_part(program: compiled.Program, what: str) -> bytes:
    """Give what hosts need of a program: all of it that does not change with a job's numbers."""
    key = (program.shape, what)
    found = _pressed_ones.get(key)
    if found is None:
        thing = program.kit if what == "kit" else compiled.Probe.of(program)
        found = _pressed_ones[key] = elsewhere.pressed(thing)
    return found
