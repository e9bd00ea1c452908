"""Seeds of programs whose networks are drawn by numpy.

Brian's C++ generator gives the very numbers that numpy's gives for the same
seed. Where numpy draws a network from a job's seed, noise that is drawn in the
program from that seed, too, would repeat the network's numbers one by one.
"""

from __future__ import annotations

# Any number does that no seeds have between them more often than by chance. It stays an `int`
# in C++, and a seed stays one of 32 bits, if it was.
_APART = 0x6A09E667


def seed_apart(seed: int) -> int:
    """Give the seed of a simulation whose network numpy drew from a seed."""
    return seed ^ _APART
