"""How a script seeds: each generator begins as it did in the sweep, also one without a seed."""

from __future__ import annotations

import sys
from collections.abc import Iterable

# What makes a generator, and asks the system for entropy if it is given no seed.
_MAKERS = frozenset({
    "default_rng", "RandomState", "SeedSequence", "Random", "MT19937", "PCG64", "PCG64DXSM",
    "Philox", "SFC64", "seed",
})  # fmt: skip
_OF_SYSTEM = frozenset({
    "urandom", "getrandom", "SystemRandom", "secrets", "token_bytes", "token_hex",
    "token_urlsafe", "randbelow", "uuid1", "uuid4",
})  # fmt: skip
_WITHOUT_ENTROPY = frozenset({"brian2", "numpy"})

#: Modules that `SEEDING_ALL` uses.
MODULES = {"collections": "collections", "secrets": "secrets", "sys": "sys"}

#: Where no generator can be made without a seed.
SEEDING = '''\
def \1seed_everything(number):
    """Seed Python's, numpy's and Brian's generators."""
    \1random.seed(number)
    \1np.random.seed(number)
    \1brian2.seed(number)
'''

#: Where one can. As `engines.entropy` does it, with what is the script's own for the user's.
SEEDING_ALL = (
    '''\
def \1give_entropy(number):
    """Give generators that are made without a seed numbers of this one, not of the system.

    All functions of this file take from one row of numbers; each library has its own.
    """
    taken = \1collections.Counter()
    seed_python = \1random.Random.seed

    def given(frame):
        comprehensions = {"<listcomp>", "<setcomp>", "<dictcomp>"}
        module = frame.f_globals["__name__"]
        while module == "random" or frame.f_code.co_name in comprehensions:
            frame = frame.f_back
            module = frame.f_globals["__name__"]
        if module in {"numpy.random._pickle", "tempfile"}:
            return None
        asker = module.partition(".")[0]
        if frame.f_code.co_name == "<module>":
            asker = module
        elif frame.f_code.co_filename in {given.__code__.co_filename, "<string>"}:
            asker = ""
        taken[asker] += 1
        name = f"{number} {asker} {taken[asker]}".encode()
        return int.from_bytes(\1hashlib.blake2b(name, digest_size=16).digest(), "little")

    def bits(size):
        value = given(\1sys._getframe(1))
        return \1secrets.randbits(size) if value is None else value & ((1 << size) - 1)

    def seed(self, a=None, version=2):
        seed_python(self, given(\1sys._getframe(1)) if a is None else a, version)

    \1np.random.bit_generator.randbits = bits
    \1random.Random.seed = seed
    \1random.seed = \1random._inst.seed


'''
    + SEEDING.replace(" and Brian's generators.", ", Brian's and all other generators.").rstrip()
    + "\n    \1give_entropy(number)\n"
)


def may_ask(identifiers: set[str], modules: Iterable[str]) -> bool:
    """Whether a model can make a generator without a seed, itself or in a library.

    Parameters
    ----------
    identifiers
        Names and attributes in its source.
    modules
        What it imports.
    """
    roots = {name.partition(".")[0] for name in modules}
    return bool(identifiers & _MAKERS or roots - _WITHOUT_ENTROPY - sys.stdlib_module_names)


def asking_the_system(identifiers: set[str], modules: Iterable[str]) -> list[str]:
    """List what a model names that no seed decides, such as ``uuid4``."""
    return sorted(_OF_SYSTEM & {*identifiers, *modules})
