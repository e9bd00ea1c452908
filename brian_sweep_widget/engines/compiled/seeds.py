"""Seeds of the parts of a simulation that draw in different processes.

Brian's C++ generator gives the very numbers that numpy's gives for the same
seed. A builder, the program that simulates what it built, and the measures of
that draw one after the other, each in a process of its own: from one seed each
would repeat, number by number, what another one drew.
"""

from __future__ import annotations

# Any numbers do that no seeds have between them more often than by chance. They stay an `int`
# in C++, and a seed stays one of 32 bits, if it was.
_SIMULATION = 0x6A09E667
_MEASURES = 0x3C6EF372


def simulation_seed(seed: int) -> int:
    """Give the seed of a simulation whose network numpy drew from a seed."""
    return seed ^ _SIMULATION


def measures_seed(seed: int) -> int:
    """Give the seed of the measures of a compiled simulation of a seed."""
    return seed ^ _MEASURES
