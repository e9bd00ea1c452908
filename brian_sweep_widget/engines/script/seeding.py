"""How a script seeds: each generator begins as it did in the sweep, also one without a seed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable

from brian_sweep_widget.engines.global_generators import numba_seeds, torch_seed

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

#: Modules that are needed where the model may make a generator without a seed.
MODULES = {"collections": "collections", "secrets": "secrets", "sys": "sys"}

# Where no generator can be made without a seed.
_SEEDING = '''\
def \1seed_everything(number):
    """Seed Python's, numpy's and Brian's generators."""
    \1random.seed(number)
    \1np.random.seed(number)
    \1brian2.seed(number)
'''

# Where one can. As `engines.entropy` does it, with what is the script's own for the user's.
_SEEDING_ALL = (
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
    + _SEEDING.replace(" and Brian's generators.", ", Brian's and all other generators.").rstrip()
    + "\n    \1give_entropy(number)\n"
)


_NUMBA = """\
@\1numba.njit
def \1seed_numba(number, other):
    \"\"\"Seed the generators of code that numba compiles.\"\"\"
    \1np.random.seed(number)
    \1random.seed(other)


"""


def seeding(libraries: Collection[str], *, asking: bool) -> str:
    """Write the function that seeds all generators.

    Parameters
    ----------
    libraries
        Those that have generators of their own.
    asking
        Whether the model may make a generator without a seed.
    """
    text = _SEEDING_ALL if asking else _SEEDING
    if "numba" in libraries:
        text = f"{_NUMBA}{text}    \1seed_numba({_apart(numba_seeds)})\n"
    if "torch" in libraries:
        text += f"    \1torch.manual_seed({_apart(torch_seed)})\n"
    return text


def _apart(seeds: Callable[[int], int | tuple[int, ...]]) -> str:
    """Write seeds that are made of another one."""
    apart = seeds(0)
    return ", ".join(f"number ^ {one}" for one in (apart if isinstance(apart, tuple) else (apart,)))


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
