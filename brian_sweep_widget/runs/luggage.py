"""What of a program travels to another computer: pressed once, whatever runs on it."""

from __future__ import annotations

from brian_sweep_widget.engines import compiled, elsewhere

_pressed_ones: dict[tuple[bytes, str], bytes] = {}


def pressed_part(program: compiled.Program, what: str) -> bytes:
    """Give what hosts need of a program: all of it that does not change with a job's numbers."""
    key = (program.shape, what)
    found = _pressed_ones.get(key)
    if found is None:
        thing = program.kit if what == "kit" else compiled.Probe.of(program)
        found = _pressed_ones[key] = elsewhere.pressed(thing)
    return found
