"""What a compiled simulation is made of, as a key: equal only for equal results.

Not the model's source is named, nor its parameters, but what the program is
given: whatever way the model came to it, the same program with the same input
computes the same numbers.
"""

from __future__ import annotations

from hashlib import blake2b

from brian_sweep_widget.engines.compiled.engine import Recipe
from brian_sweep_widget.engines.compiled.program import Variant
from brian_sweep_widget.engines.fingerprint import fingerprint
from brian_sweep_widget.sweeps import Job

_KEY_BYTES = 20


class Contents:
    """Names the simulations of one variant of a program.

    Parameters
    ----------
    recipe, variant
        The variant's.
    measured_by
        The fingerprint of its measures.
    """

    def __init__(self, recipe: Recipe, variant: Variant, measured_by: bytes) -> None:
        self._recipe = recipe
        # A build's name is the hash of its sources, the compiler, the flags and the
        # processor. The files are what measures find: names, types, units.
        build = recipe.binary.parent.name
        inputs = sorted(variant.static_arrays.items())
        self._shared = fingerprint((), build, inputs, variant.files) + measured_by

    def key(self, job: Job) -> bytes:
        """Name one simulation: by its table, which holds all numbers and the seed."""
        table, end = self._recipe.table(job)
        mixed = blake2b(self._shared, digest_size=_KEY_BYTES, person=b"contents")
        mixed.update(table)
        mixed.update(end.hex().encode())
        return mixed.digest()
