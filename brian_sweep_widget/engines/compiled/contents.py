"""What a compiled simulation is made of, as a key: equal only for equal results.

Not the model's source is named, nor its parameters, but what the program is
given: whatever way the model came to it, the same program with the same input
computes the same numbers.
"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from typing import ClassVar

from brian_sweep_widget.engines.compiled.engine import Recipe
from brian_sweep_widget.engines.compiled.program import Variant
from brian_sweep_widget.engines.digests import mixed
from brian_sweep_widget.engines.fingerprint import fingerprint
from brian_sweep_widget.sweeps import Job

_KEY_BYTES = 20
_MOST_KNOWN = 64  # variants


class _Digests:
    """What variants read and leave, digested once: it takes 9 ms, and a slider has 50 for all."""

    _known: ClassVar[OrderedDict[int, tuple[Variant, bytes]]] = OrderedDict()

    @classmethod
    def of(cls, variant: Variant) -> bytes:
        """Digest the files that a variant reads, and what measures find: names, types, units."""
        found = cls._known.get(id(variant))
        if found is None or found[0] is not variant:
            inputs = sorted(variant.static_arrays.items())
            found = cls._known[id(variant)] = variant, fingerprint((), inputs, variant.files)
            while len(cls._known) > _MOST_KNOWN:
                cls._known.popitem(last=False)
        return found[1]


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
        # processor.
        build = recipe.binary.parent.name
        self._shared = mixed(build, _Digests.of(variant), measured_by)

    def key(self, job: Job) -> bytes:
        """Name one simulation: by its table, which holds all numbers and the seed."""
        table, end = self._recipe.table(job)
        mixed = blake2b(self._shared, digest_size=_KEY_BYTES, person=b"contents")
        mixed.update(table)
        mixed.update(end.hex().encode())
        return mixed.digest()
