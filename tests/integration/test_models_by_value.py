"""Models in a warm worker: it computes with the objects that the kernel has now.

The worker lives through all tests of this file, as workers live through edits.
It has no part of what the models are written in: all must come along. Every
number is compared with the one that the very function gives in this process.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import pickle
import re
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import h5py
import numpy as np
import pytest
from brian2 import ms, prefs, start_scope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brian_sweep_widget import network_model
from brian_sweep_widget.engines import UnknownError, engine_for, fingerprint, pack
from brian_sweep_widget.models import as_model
from brian_sweep_widget.results import Outcome
from brian_sweep_widget.sweeps import Job

WORKER = """
import pickle, sys
from brian_sweep_widget.engines.worker import compute
out = sys.stdout.buffer
sys.stdout = sys.stderr
sys.path += sys.argv[1:]
while True:
    try:
        packed, job = pickle.load(sys.stdin.buffer)
    except EOFError:
        break
    pickle.dump(compute(packed, job), out)
    out.flush()
"""

_count = itertools.count()


class Worker:
    """A process that computes what it is sent.

    Parameters
    ----------
    folder
        Where it runs.
    paths
        Where it finds modules besides the installed ones.
    """

    def __init__(self, folder: Path, *paths: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER, *map(str, paths)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
        )

    def outcome(self, function: Callable[..., Any], **parameters: Any) -> Outcome:
        """Compute one job of a function there."""
        model = as_model(function)
        return self.computed(pack(engine_for("auto", model, model.parameters({}))), **parameters)

    def computed(self, packed: bytes, **parameters: Any) -> Outcome:
        """Compute one job of a packed engine there."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        pickle.dump((packed, Job((0,), parameters, seed=1)), self.process.stdin)
        self.process.stdin.flush()
        found: Outcome = pickle.load(self.process.stdout)
        return found

    def number(self, function: Callable[..., Any], **parameters: Any) -> float:
        """Compute one number there."""
        outcome = self.outcome(function, **parameters)
        assert outcome.status == "done", outcome.failure
        (value,) = outcome.values.values()
        return float(value.si)

    def close(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(120)


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """Give a worker that finds none of the user's modules, as on another computer."""
    worker = Worker(tmp_path_factory.mktemp("far"))
    yield worker
    worker.close()


class Desk(NamedTuple):
    """Where a person writes modules and cells."""

    folder: Path

    def write(self, name: str, code: str) -> None:
        """Write a module; ``a.b`` for one in a package."""
        place = self.folder / f"{name.replace('.', '/')}.py"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(textwrap.dedent(code))

    def load(self, name: str) -> ModuleType:
        """Load a module that was just written."""
        importlib.invalidate_caches()
        return importlib.import_module(name)

    def cell(self, code: str) -> dict[str, Any]:
        """Run a cell of a notebook; gives what it defines."""
        scope: dict[str, Any] = {"__name__": "__main__"}
        name = f"{self.folder}/cell_{next(_count)}.py"
        exec(compile(textwrap.dedent(code), name, "exec"), scope)
        return scope


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Give an empty folder on the path, and forget its modules afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setitem(prefs, "codegen.target", "numpy")
    tests = str(Path(__file__).parents[1])
    for name, module in list(sys.modules.items()):
        # Code that computes what it imports may mean any of them: all would travel.
        if str(getattr(module, "__file__", "")).startswith(tests):
            monkeypatch.delitem(sys.modules, name)
    before = set(sys.modules)
    yield Desk(tmp_path)
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


HELPERS = """
    from brian2 import *
    import logging, sys, threading
    log = logging.getLogger("laboratory")
    lock = threading.Lock()
    opened = sys.__stdout__.buffer
    I0 = 2.0
    def scaled(x):
        log.info("scaled")
        return x * I0
    def locked(x):
        with lock:
            return x
    """
WAYS = {
    "an attribute": "import laboratory\ndef f(x=1.0): return x * laboratory.I0",
    "a function of it": "import laboratory\ndef f(x=1.0): return laboratory.scaled(x)",
    "an imported function": "from laboratory import scaled\ndef f(x=1.0): return scaled(x)",
    "an import inside": "def f(x=1.0):\n    import laboratory\n    return x * laboratory.I0",
    "a part imported inside": "def f(x=1.0):\n    from laboratory import I0\n    return x * I0",
    "a name made of text": (
        "import laboratory\ndef f(x=1.0): return x * getattr(laboratory, '{}0'.format('I'))"
    ),
    "its dict": "import laboratory\ndef f(x=1.0): return x * vars(laboratory)['{}0'.format('I')]",
    "a module named by text": (
        "from importlib import import_module\n"
        "def f(x=1.0): return x * import_module('labora{}'.format('tory')).I0"
    ),
    "one in a container": "import laboratory\nk = [laboratory]\ndef f(x=1.0): return x * k[0].I0",
    "one in an object": (
        "import laboratory\nclass C:\n    def __init__(self): self.m = laboratory\n"
        "    def g(self, x): return x * self.m.I0\nc = C()\ndef f(x=1.0): return c.g(x)"
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_helper_module_is_what_it_is_in_the_kernel(way: str, desk: Desk, far: Worker) -> None:
    """Edited and loaded again, set by hand; and its fingerprint tells, and comes back."""
    desk.write("laboratory", HELPERS)
    laboratory = desk.load("laboratory")
    f = desk.cell(WAYS[way])["f"]
    first = fingerprint([f]) if "name" not in way and "dict" not in way else b""
    assert far.number(f, x=3.0) == 6
    desk.write("laboratory", HELPERS.replace("I0 = 2.0", "I0 = 5.0"))
    importlib.reload(laboratory)
    f = desk.cell(WAYS[way])["f"]
    assert far.number(f, x=3.0) == 15
    laboratory.I0 = 7.0  # type: ignore[attr-defined]
    assert far.number(f, x=3.0) == 21
    if first:
        assert fingerprint([f]) != first
        laboratory.I0 = 2.0  # type: ignore[attr-defined]
        assert fingerprint([f]) == first


PACKAGE = {
    "pack.__init__": "from . import outer\nTOP = 3.0\n",
    "pack.outer": (
        "from . import inner\nA = 1.5\ndef g(x):\n    from . import inner as i\n"
        "    from .deep import d\n    return x * A * i.B * d.D\n"
    ),
    "pack.inner": "B = 2.0\n",
    "pack.deep.__init__": "",
    "pack.deep.d": "from ..inner import B\nD = 4.0\n",
}
OF_PACKAGE = {
    "a function": "from pack.outer import g\ndef f(x=1.0): return g(x)",
    "a module": "import pack.outer as s\ndef f(x=1.0): return s.g(x)",
    "a chain": "import pack.outer\ndef f(x=1.0): return pack.outer.g(x)",
    "an import inside": "def f(x=1.0):\n    import pack.outer as s\n    return s.g(x)",
}


@pytest.mark.parametrize("loaded", [True, False])
@pytest.mark.parametrize("way", OF_PACKAGE)
def test_inner_modules_of_packages(way: str, loaded: bool, desk: Desk, far: Worker) -> None:
    """Edited, with those that were never loaded here read from their files."""
    for name, code in PACKAGE.items():
        desk.write(name, code)
    if loaded:
        importlib.import_module("pack.deep.d")
    f = desk.cell(OF_PACKAGE[way])["f"]
    before = fingerprint([f])
    assert far.number(f, x=1.0) == 12
    desk.write("pack.deep.d", PACKAGE["pack.deep.d"].replace("4.0", "5.0"))
    if loaded:  # the kernel still has the old one
        assert far.number(f, x=1.0) == 12
        assert fingerprint([f]) == before
        importlib.reload(sys.modules["pack.deep.d"])
    assert far.number(f, x=1.0) == 15
    assert fingerprint([f]) != before


OUTLYING = {
    "a folder": "def f(x=1.0):\n    from room.shelf.box import g\n    return g(x)",
    "a module in it": "def f(x=1.0):\n    import room.shelf.box as box\n    return box.g(x)",
    "an archive": "def f(x=1.0):\n    from packed import g\n    return g(x)",
    "a package in it": "def f(x=1.0):\n    from parcel.inner import g\n    return g(x)",
}


@pytest.mark.parametrize("where", OUTLYING)
def test_modules_in_plain_folders_and_archives(where: str, desk: Desk, far: Worker) -> None:
    """Folders need no ``__init__.py``, and `sys.path` may hold archives."""
    code = "K = 2.0\ndef g(x): return K * x\n"
    archive = desk.folder / "modules.zip"
    desk.write("room.shelf.box", code)
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("packed.py", code)
        packed.writestr("parcel/__init__.py", "")
        packed.writestr("parcel/inner.py", code)
    sys.path.append(str(archive))
    f = desk.cell(OUTLYING[where])["f"]
    assert far.number(f, x=1.5) == 3.0


def test_hdf5_files_are_told(desk: Desk, far: Worker) -> None:
    """They are opened past Python, by a library that the worker loads for the job."""
    path = desk.folder / "weights.h5"
    with h5py.File(path, "w") as file:
        file["w"] = np.full(2, 2.0)
    f = desk.cell(f"import h5py\ndef f(x=1.0): return x * h5py.File({str(path)!r})['w'][0]")["f"]
    outcome = far.outcome(f, x=1.0)
    assert outcome.origin is not None
    assert outcome.origin.files == (str(path),)


def test_what_only_the_worker_can_find_is_told(desk: Desk, tmp_path: Path) -> None:
    """A module whose name the code makes: it is imported anew, and the outcome names its file."""
    desk.write("unseen", "K = 2.0\n")
    near = Worker(tmp_path, desk.folder)
    f = desk.cell("def f(x=1.0): return x * __import__('un{}'.format('seen')).K")["f"]
    try:
        for value in (2.0, 5.0):
            desk.write("unseen", f"K = {value}\n")
            outcome = near.outcome(f, x=1.0)
            assert [float(one.si) for one in outcome.values.values()] == [value]
            assert outcome.origin is not None
            assert outcome.origin.files == (str(desk.folder / "unseen.py"),)
    finally:
        near.close()


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (
            "import laboratory\ndef f(x=1.0): return laboratory.locked(x)",
            "lock of laboratory is a lock",
        ),
        (
            "import laboratory\ndef f(x=1.0): return laboratory.opened.fileno() + x",
            "opened of laboratory is a",
        ),
    ],
)
def test_what_cannot_travel_is_said_where_it_is_used(
    cell: str, words: str, desk: Desk, far: Worker
) -> None:
    """Other functions of that module work."""
    desk.write("laboratory", HELPERS)
    desk.load("laboratory")
    f = desk.cell(cell)["f"]
    outcome = far.outcome(f, x=1.0)
    assert outcome.failure is not None
    assert words in outcome.failure.message
    assert "make it inside" in outcome.failure.message.lower()


def test_a_helper_of_which_the_code_needs_a_lock_is_refused_at_once(desk: Desk) -> None:
    """Before anything starts, with its name, its module and what to do."""
    desk.write("laboratory", HELPERS)
    desk.load("laboratory")
    f = desk.cell("from laboratory import locked\ndef f(x=1.0): return locked(x)")["f"]
    model = as_model(f)
    with pytest.raises(
        TypeError, match="lock of laboratory is a lock, which locked uses.*inside it"
    ):
        pack(engine_for("auto", model, model.parameters({})))
    with pytest.raises(UnknownError, match="lock, which locked refers to"):
        fingerprint([f])


LAYOUT = {
    "paper": """
        from brian2 import NeuronGroup, run, ms
        tau = 4*ms
        EQS = "du/dt = a/tau : 1"
        def simulate(a=1.0):
            G = NeuronGroup(2, EQS, method="euler")
            run(2*ms)
            return float(G.u[0])
        class Experiment:
            gain = 2.0
            def method(self, a=1.0):
                G = NeuronGroup(2, EQS, method="euler")
                run(2*ms)
                return float(G.u[0]) * self.gain
            def __call__(self, a=1.0):
                return self.method(a)
            @classmethod
            def of_class(cls, a=1.0):
                return cls().method(a)
            @staticmethod
            def static(a=1.0):
                G = NeuronGroup(2, EQS, method="euler")
                run(2*ms)
                return float(G.u[0])
            @property
            def result(self):
                return self.static(1.0)
    """,
    "derived": """
        import functools
        from brian2 import NeuronGroup, run, ms
        from paper import Experiment, simulate
        tau = 8*ms
        class Derived(Experiment):
            gain = 3.0
            def both(self, a=1.0):
                G = NeuronGroup(2, "dw/dt = a/tau : 1", method="euler")
                run(2*ms)
                return float(G.w[0]) + self.method(a)
        @functools.lru_cache
        def table(n):
            return n if n < 2 else table(n - 1) + table(n - 2)
        def twice(function):
            @functools.wraps(function)
            def inner(a=1.0):
                return 2 * function(a)
            return inner
        @twice
        def decorated(a=1.0):
            G = NeuronGroup(2, "dw/dt = a/tau : 1", method="euler")
            run(2*ms)
            return float(G.w[0])
    """,
}
LAYOUTS = {  # the right value at a = 1
    "from paper import simulate as f": 0.5,
    "from paper import simulate\ndef f(a=1.0): return simulate(a)": 0.5,
    "import paper\nf = paper.Experiment().method": 1.0,
    "import paper\nf = paper.Experiment.of_class": 1.0,
    "import paper\nf = paper.Experiment.static": 0.5,
    "import paper\nf = paper.Experiment()": 1.0,
    "import paper, functools\nf = functools.partial(paper.simulate)": 0.5,
    "import paper\ndef f(a=1.0): return paper.Experiment().result * a": 0.5,
    "import derived\nf = derived.Derived().both": 0.25 + 1.5,
    "import derived\ndef f(a=1.0): return derived.Derived()(a)": 1.5,
    "import derived\ndef f(a=1.0): return a * derived.table(10)": 55.0,
    "from derived import decorated as f": 0.5,
    "import derived\ndef f(a=1.0): return derived.decorated(a) + derived.simulate(a)": 1.0,
}


@pytest.mark.parametrize("cell", LAYOUTS)
def test_equations_mean_the_names_beside_the_function_that_runs_them(
    cell: str, desk: Desk, far: Worker
) -> None:
    """In each module its own: one name may mean two things."""
    for name, code in LAYOUT.items():
        desk.write(name, code)
    f = desk.cell(cell)["f"]
    assert far.number(f, a=1.0) == pytest.approx(LAYOUTS[cell], rel=1e-12)
    start_scope()
    assert far.number(f, a=1.0) == f(1.0)


NETWORKS = """
    import functools
    from brian2 import Network, NeuronGroup, ms
    tau = 4*ms
    EQS = "du/dt = a/tau : 1"
    class Maker:
        def build(self, a=1.0):
            return Network(NeuronGroup(2, EQS, method="euler", name="n"))
        def __call__(self, a=1.0):
            return self.build(a)
        @classmethod
        def of_class(cls, a=1.0):
            return cls().build(a)
        @staticmethod
        def static(a=1.0):
            return Network(NeuronGroup(2, EQS, method="euler", name="n"))
    def build(a=1.0):
        return Network(NeuronGroup(2, EQS, method="euler", name="n"))
    def decorate(function):
        @functools.wraps(function)
        def inner(*values, **named):
            return function(*values, **named)
        return inner
    decorated = decorate(build)
    def calls(a=1.0):
        return decorated(a)
    def u(network):
        return float(network["n"].u[0])
    """


@pytest.mark.parametrize(
    "builder",
    [
        *("build", "decorated", "calls", "Maker().build", "Maker()", "Maker.of_class"),
        *("Maker.static", "functools.partial(build, a=1.0)"),
    ],
)
def test_anything_that_builds_a_network_is_a_builder(builder: str, desk: Desk, far: Worker) -> None:
    """Whatever of a helper module is called, its equations mean that module's names."""
    desk.write("own_networks", NETWORKS)
    made = desk.load("own_networks")
    model = network_model(duration=2 * ms)(eval(builder, vars(made)))
    model.measure()(vars(made)["u"])
    engine = engine_for("numpy", model, model.parameters({}))
    for tau, right in ((4, 1.0), (8, 0.5)):
        vars(made)["tau"] = tau * ms
        outcome = far.computed(pack(engine), a=2.0, duration=2e-3)
        assert outcome.status == "done", outcome.failure
        assert float(outcome.values["u"].si) == pytest.approx(right, rel=1e-12)


OBJECTS = """
    from brian2 import *
    import collections, dataclasses, enum, functools
    tau, weight = 4*ms, 2.0
    stimulus = TimedArray([1.0, 2.0, 3.0], dt=1*ms)
    plane = TimedArray(np.arange(6).reshape(3, 2)*mV, dt=1*ms, name="plane")
    equations = {"n": [Equations("dv/dt = weight/tau : 1")]}
    @dataclasses.dataclass
    class Kept:
        equations: object
    kept = Kept(Equations("dv/dt = (1 - v)/tau : 1", tau=2*ms))
    pair = collections.namedtuple("pair", "a b")
    point = pair(1.0, 2.0)
    class Colour(enum.Enum):
        red = 1
    @implementation("cpp", "double twice(double x) {return 2*x;}")
    @check_units(x=1, result=1)
    def twice(x):
        return weight * x
    shape = Cylinder(n=3, length=10*um, diameter=1*um)
    def counter():
        n = 0
        def more():
            nonlocal n
            n += 1
        return more, lambda: n
    more, told = counter()
    class Lazy:
        @functools.cached_property
        def value(self):
            return weight * 2
    lazy = Lazy()
    twice_as_fast = ExplicitStateUpdater("x_new = x + 2*dt*f(x, t)")
    """
RUNS = {
    "equations in a container": """
        def f(x=1.0):
            G = NeuronGroup(2, equations["n"][0], method="euler")
            run(2*ms)
            return float(G.v[1])""",
    "equations in an object": """
        def f(x=1.0):
            G = NeuronGroup(2, kept.equations, method="euler")
            run(2*ms)
            return float(G.v[1])""",
    "timed arrays beside one of its own": """
        def f(x=1.0):
            own = TimedArray([10.0, 20.0, 30.0], dt=1*ms)
            G = NeuronGroup(2, "v = stimulus(t) + own(t) + plane(t, i)/mV : 1")
            run(1*ms)
            return float(G.v[1])""",
    "a function of Brian's": """
        def f(x=1.0):
            G = NeuronGroup(2, "dv/dt = twice(1.5)/tau : 1", method="euler")
            run(2*ms)
            return float(G.v[1])""",
    "names in a class inside": """
        def f(x=1.0):
            class P:
                k = weight
                equations = "dv/dt = k_/tau : 1".replace("k_", "weight")
            G = NeuronGroup(2, P.equations, method="euler")
            run(2*ms)
            return float(G.v[1]) + P.k""",
    "a morphology": "def f(x=1.0): return float(shape.n)",
    "a variable that functions share": "def f(x=1.0):\n    more()\n    return told()",
    "a value that is kept": "def f(x=1.0): return lazy.value",
    "a tuple with names": "def f(x=1.0): return point.b + Colour.red.value",
    "settings": "def f(x=1.0): return prefs.codegen.target == 'numpy'",
    "text that is run": "def f(x=1.0): return eval('weight*2') + globals()['wei{}'.format('ght')]",
    "a method of integration": """
        def f(x=1.0):
            G = NeuronGroup(1, "dv/dt = 1/ms : 1", method=twice_as_fast)
            run(0.1*ms)
            return float(G.v[0])
        """,
}
RIGHT = dict(zip(RUNS, (1.0, None, 25.0, 1.5, 3.0, 3.0, 1.0, 4.0, 3.0, 1.0, 6.0, 0.2), strict=True))


@pytest.mark.parametrize("what", RUNS)
def test_objects_of_other_cells(what: str, desk: Desk, far: Worker) -> None:
    """As plain Brian has them: the same number twice, as one job leaves no trace in the next."""
    cell = desk.cell(OBJECTS)
    exec(textwrap.dedent(RUNS[what]), cell)
    f = cell["f"]
    there = [far.number(f, x=1.0), far.number(f, x=1.0)]
    start_scope()
    here = float(f(1.0))
    assert there == [here, here]
    if RIGHT[what] is not None:
        assert here == pytest.approx(RIGHT[what], rel=1e-12)


def test_an_edited_timed_array_is_another_model(desk: Desk) -> None:
    """By what is in it, and not by the name that Brian counted up."""
    cell = desk.cell(OBJECTS)
    exec(textwrap.dedent(RUNS["timed arrays beside one of its own"]), cell)
    f = cell["f"]
    first = fingerprint([f])
    cell["stimulus"] = eval("TimedArray([1.0, 2.0, 3.0], dt=1*ms)", cell)
    assert fingerprint([f]) == first
    cell["stimulus"] = eval("TimedArray([1.0, 2.0, 4.0], dt=1*ms)", cell)
    assert fingerprint([f]) != first


@pytest.mark.parametrize("made", ["NeuronGroup(1, 'v : 1')", "Network()", "Clock(dt=1*ms)"])
def test_a_running_network_of_another_cell_is_refused(made: str, desk: Desk) -> None:
    """By name, with what to do."""
    cell = desk.cell(f"from brian2 import *\nthing = {made}\ndef f(x=1.0): return thing and x\n")
    model = as_model(cell["f"])
    kind = made.partition("(")[0]
    with pytest.raises(TypeError, match=f"thing is a {kind}, which f uses.*inside it"):
        pack(engine_for("auto", model, model.parameters({})))
    if kind == "NeuronGroup":
        Network = cell["Network"]
        Network(cell["thing"])  # or Brian warns that it was never used


def test_a_class_is_made_anew_for_every_job(desk: Desk, far: Worker) -> None:
    """What one job keeps in a class does not reach the next."""
    cell = desk.cell(
        """
        class Kept:
            pass
        def f(x=1.0):
            if not hasattr(Kept, "x"):
                Kept.x = x
            return Kept.x
        """
    )
    assert [far.number(cell["f"], x=x) for x in (1.0, 2.0)] == [1.0, 2.0]


# Modules whose making did something, or that pickle does not make again; what is right.
MADE = {
    "classes that their base lists": (
        """
        known = []
        class Base:
            def __init_subclass__(cls, *, weight, **more):
                super().__init_subclass__(**more)
                known.append(cls)
                cls.place = len(known)
                cls.weight = weight * K
        class One(Base, weight=2.0): pass
        class Two(Base, weight=3.0): pass
        """,
        "sum(c.weight for c in m.known) + 100*len(m.known) + 10*m.Two.place",
        (230.0, 235.0),
    ),
    "classes that a metaclass counts": (
        """
        from abc import ABCMeta
        made = []
        class Kind(ABCMeta):
            def __new__(kind, name, bases, contents, **more):
                made.append(name)
                return super().__new__(kind, name, bases, contents, **more)
            def __init__(cls, name, bases, contents):
                super().__init__(name, bases, contents)
                cls.place = len(made)
        class One(metaclass=Kind):
            weight = K
        class Two(One): pass
        """,
        "len(m.made) * 10 + m.Two.place + m.Two.weight",
        (24.0, 25.0),
    ),
    "classes that a base is asked for": (
        """
        class Base:
            weight = 0.0
        class One(Base):
            weight = K
        class Two(One):
            weight = 3*K
        def find(base):
            return [base, *(one for c in base.__subclasses__() for one in find(c))]
        """,
        "sum(c.weight for c in m.find(m.Base))",
        (8.0, 12.0),
    ),
    "functions by class": (
        """
        import functools
        @functools.singledispatch
        def g(x): return K * x
        @g.register
        def _(x: int): return 100.0 * g(float(x))
        class C:
            @functools.singledispatchmethod
            def h(self, x): return K
            @h.register
            def _(self, x: int): return 10 * K
        """,
        "m.g(1.0) + m.g(1) + m.C().h(1) + m.C().h('text')",
        (2 + 200 + 20 + 2, 3 + 300 + 30 + 3),
    ),
    "types for people": (
        """
        from typing import Generic, NewType, ParamSpec, TypeVar
        T, P, Weight = TypeVar("T"), ParamSpec("P"), NewType("Weight", float)
        class Box(Generic[T]):
            def __init__(self, inside: T) -> None: self.inside = inside
        box = Box[float](K)
        def same(x: T) -> T: return x
        """,
        "m.same(m.box.inside) + m.Weight(1.0)",
        (3.0, 4.0),
    ),
    "objects that answer for attributes": (
        """
        class Answers:
            def __init__(self, values): self.values = values
            def __getattr__(self, name): return self.values[name]
        class Named(dict):
            __getattr__ = dict.__getitem__
            __setattr__ = dict.__setitem__
        class Held:
            named = Named(c=3.0)
        a, b = Answers({"weight": K}), Named(c=Named(d=2.0))
        """,
        "m.a.weight + m.b.c.d + m.Held.named.c",
        (7.0, 8.0),
    ),
    "text as a file": (
        "import io\ntext = io.StringIO(str(K))\n",
        "float(m.text.getvalue())",
        (2.0, 3.0),
    ),
}


@pytest.mark.parametrize("what", MADE)
def test_what_was_made_in_the_kernel_is_not_made_twice(what: str, desk: Desk, far: Worker) -> None:
    """And it is found there as it is here; with a name for the store that follows the edit."""
    code, says, right = MADE[what]
    names = []
    for k, number in zip((2.0, 3.0), right, strict=True):
        desk.write("made", f"K = {k}\n" + textwrap.dedent(code))
        sys.modules.pop("made", None)
        gc.collect()
        desk.load("made")
        f = desk.cell(f"import made as m\ndef f(x=1.0): return x * ({says})")["f"]
        assert f(1.0) == number
        names += [fingerprint([f]), fingerprint([f])]
        assert [far.number(f, x=x) for x in (1.0, 2.0)] == [number, 2 * number]
    assert names[0] == names[1] != names[2] == names[3]


SETTINGS = """
    import sys
    class Settings:
        weight = {}
        def __getattr__(self, name): raise AttributeError(name)
    sys.modules[__name__] = Settings()
    """


def test_an_object_in_the_place_of_a_module(desk: Desk, tmp_path: Path) -> None:
    """Imported inside or outside, it is what it is in the kernel, and not what is in the file."""
    near = Worker(tmp_path, desk.folder)
    try:
        desk.write("changeable", SETTINGS.format(2.0))
        held: Any = desk.load("changeable")
        inside = "def f(x=1.0):\n    import changeable\n    return x * changeable.weight"
        outside = "import changeable\ndef f(x=1.0): return x * changeable.weight"
        names = set()
        for number in (2.0, 5.0):
            held.weight = number
            for cell in (inside, outside):
                f = desk.cell(cell)["f"]
                assert near.number(f, x=2.0) == 2 * number
                names.add(fingerprint([f]))
        assert len(names) == 4
    finally:
        near.close()
        sys.modules.pop("changeable", None)


@st.composite
def graphs(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Give modules that use each other, the first of them all they need; some are unused."""
    number = draw(st.integers(2, 5))
    names = [
        draw(st.sampled_from(["h{}", "p.h{}", "p.s.h{}"])).format(index) for index in range(number)
    ]
    modules = []
    for index, name in enumerate(names):
        used = draw(st.sets(st.sampled_from(names[index + 1 :]))) if names[index + 1 :] else set()
        tops, terms, bodies = [], ["x * K_@".replace("@", name.rpartition(".")[2])], []
        for other in sorted(used):
            short = other.rpartition(".")[2]
            style = draw(st.sampled_from(["attribute", "name", "inside", "method", "text"]))
            if style == "inside":
                bodies.append(f"    from {other} import f_{short} as g_{short}")
                terms.append(f"g_{short}(x)")
            elif style == "name":
                tops.append(f"from {other} import f_{short}")
                terms.append(f"f_{short}(x)")
            else:
                tops.append(f"import {other} as m_{short}")
                call = {
                    "attribute": f"m_{short}.f_{short}(x)",
                    "method": f"m_{short}.C_{short}().run(x)",
                    "text": f"getattr(m_{short}, '{{}}_{short}'.format('f'))(x)",
                }[style]
                terms.append(call)
        short = name.rpartition(".")[2]
        star = draw(
            st.sampled_from(["from brian2 import *", "import threading\nlock = threading.Lock()"])
        )
        code = "\n".join(
            [
                star,
                *tops,
                f"K_{short} = {index + 2}.0",
                f"def f_{short}(x):",
                *bodies,
                f"    return {' + '.join(terms)}",
                f"class C_{short}:",
                "    def run(self, x):",
                f"        return f_{short}(x)",
            ]
        )
        modules.append((name, code))
    return modules


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(modules=graphs(), data=st.data())
def test_what_is_edited_decides_if_it_is_reached(
    desk: Desk, far: Worker, modules: list[tuple[str, str]], data: st.DataObject
) -> None:
    """Of any modules: the worker has this process's number, and the name follows what is used."""
    for name in [name for name in sys.modules if re.fullmatch(r"p(\..*)?|h\d", name)]:
        del sys.modules[name]
    desk.write("p.__init__", "")
    desk.write("p.s.__init__", "")
    for name, code in modules:
        desk.write(name, code)
    importlib.invalidate_caches()
    for name, _ in modules:
        importlib.import_module(name)
    root = modules[0][0]
    short = root.rpartition(".")[2]
    f = desk.cell(f"import {root} as root\ndef f(x=1.0): return root.f_{short}(x)")["f"]
    before, first = f(1.0), fingerprint([f])
    assert far.number(f, x=1.0) == before
    edited, _ = data.draw(st.sampled_from(modules))
    constant = f"K_{edited.rpartition('.')[2]}"
    module = sys.modules[edited]
    kept = getattr(module, constant)
    setattr(module, constant, 100.0)
    assert far.number(f, x=1.0) == f(1.0)
    assert (fingerprint([f]) == first) == (f(1.0) == before)
    setattr(module, constant, kept)
    assert fingerprint([f]) == first
