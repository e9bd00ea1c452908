"""A run of a program whose results are compared between computers, to the last bit."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from brian_sweep_widget.engines.compiled.binary import (
    BinaryError,
    TimeLimitError,
    run_binary,
    write_inputs,
)
from brian_sweep_widget.engines.compiled.lifting import table
from brian_sweep_widget.engines.compiled.program import Program, Variant
from brian_sweep_widget.scratch import scratch_folder

_SEED = 1
_LONGEST = 10.0  # s


@dataclass(frozen=True, slots=True)
class Probe:
    """A simulation of the parameters that a program was made from.

    Parameters
    ----------
    shape, kinds
        Of the program's table.
    variant
        What it is given.
    """

    shape: bytes
    kinds: tuple[str, ...]
    variant: Variant

    @classmethod
    def of(cls, program: Program) -> Probe:
        """Make the probe of a program."""
        kinds = tuple(slot.kind for slot in program.lifted.slots)
        return cls(program.shape, kinds, program.variant)

    def run(self, binary: Path, scratch: Path) -> bytes | None:
        """Run it.

        Parameters
        ----------
        binary
            The program.
        scratch
            A folder that may be written into.

        Returns
        -------
        bytes or None
            Digest of all that it left: spikes, potentials, weights. None if it
            took longer than ten seconds: then nothing can be compared.

        Raises
        ------
        BinaryError
            If it does not end as it should.
        """
        numbers = table(self.shape, _SEED, self.kinds, self.variant.entries[:-1])
        with tempfile.TemporaryDirectory(prefix="probe-", dir=scratch) as name:
            folder = Path(name)
            results = folder / "results"
            results.mkdir()
            write_inputs(folder, self.variant.static_arrays)
            try:
                run_binary(binary, folder, results, numbers, (), _LONGEST)
            except TimeLimitError:
                return None
            digest = hashlib.sha256()
            for path in sorted(results.glob("_*")):
                digest.update(f"{path.name} {path.stat().st_size}\n".encode())
                digest.update(path.read_bytes())
            return digest.digest()


def probe_here(probe: Probe, binary: Path) -> bytes | str | None:
    """Run a probe in a worker of this computer's; a text says what went wrong."""
    try:
        return probe.run(binary, scratch_folder())
    except BinaryError as error:
        return str(error)
