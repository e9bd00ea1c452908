"""Scripts of models as papers' repositories are laid out, run where nothing of theirs can be."""

from __future__ import annotations

import functools
import importlib
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import networks
import numpy as np
import pytest
from brian2 import Network, NeuronGroup, SpatialNeuron, Synapses, ms, prefs
from brian2.core.variables import ArrayVariable
from written_scripts import module_of, run_alone

import brian_sweep_widget
from brian_sweep_widget import Sweep
from brian_sweep_widget.engines import ScriptError, script_of
from brian_sweep_widget.engines.process_settings import ProcessSettings
from brian_sweep_widget.models import FunctionModel, NetworkModel
from brian_sweep_widget.results import Outcome
from brian_sweep_widget.sweeps import Job


@pytest.fixture(autouse=True)
def _numpy_for_speed() -> Iterator[None]:
    before = prefs.codegen.target
    prefs.codegen.target = "numpy"
    yield
    prefs.codegen.target = before


def simulated(model: Any, **given: Any) -> tuple[Sweep, Outcome]:
    """Sweep one point, in a worker."""
    engine = {"engine": "numpy"} if isinstance(model, NetworkModel) else {}
    sweep = Sweep(model, store=None, workers=1, seed=5, **engine, **given)
    outcome = sweep.run(progress=False).outcomes[0]
    assert outcome.failure is None, outcome.failure
    return sweep, outcome


def repeated(models: Mapping[str, Any], folder: Path, **given: Any) -> dict[str, str]:
    """Sweep, write scripts, run them alone, and see that their numbers are those of the sweep."""
    texts, expected = {}, {}
    for name, model in models.items():
        sweep, outcome = simulated(model, **given)
        texts[name], expected[name] = sweep.script(outcome), outcome.values
        assert "import brian_sweep_widget" not in texts[name]
    printed = run_alone(texts, folder / "alone")
    for name, lines in printed.items():
        shown = texts[name] + "\n".join(lines)
        assert lines[-1] == "the same, bit for bit", f"{name}\n{shown}"
        numbers = dict(line.split(": ", 1) for line in lines[:-1] if ": " in line)
        for result, value in expected[name].items():
            number = float(value.si) if not value.si.ndim else 0.0
            assert value.si.ndim or float(numbers[result]) == number or np.isnan(number), shown
    return texts


class Project:
    """Files of a user's, and the names by which they are imported."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder / "project"
        self._folder.mkdir()
        self._monkeypatch = monkeypatch
        monkeypatch.syspath_prepend(str(self._folder))

    def write(self, **files: str) -> None:
        """Write modules, by their names with dots."""
        for name, text in files.items():
            path = self._folder.joinpath(*name.split(".")).with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")

    def load(self, name: str) -> Any:
        """Import a module, as if for the first time."""
        mine = {path.relative_to(self._folder).parts[0] for path in self._folder.rglob("*.py")}
        for loaded in list(sys.modules):
            if loaded.partition(".")[0] in {one.removesuffix(".py") for one in mine}:
                self._monkeypatch.delitem(sys.modules, loaded)
        importlib.invalidate_caches()
        return importlib.import_module(name)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    return Project(tmp_path, monkeypatch)


PAPER = '''
import functools
from brian2 import NeuronGroup, run, ms

tau_eq = 4*ms
EQS = "du/dt = a/tau_eq : 1"

def simulate(a=1.0):
    G = NeuronGroup(2, EQS, method="euler")
    run(2*ms)
    return float(G.u[0])

class Base:
    scale = 1.0

    def inherited(self, a=1.0):
        return self.scale * simulate(a)

class Experiment(Base):
    """What a paper simulates."""

    scale = 3.0

    def __init__(self, offset=0.25):
        self.offset = offset

    def method(self, a=1.0):
        G = NeuronGroup(2, EQS, method="euler")
        run(2*ms)
        return float(G.u[0]) + self.offset

    def __call__(self, a=1.0):
        return self.method(a)

    @classmethod
    def of_class(cls, a=1.0):
        return cls(1.5).method(a) * cls.scale

    @staticmethod
    def static(a=1.0):
        G = NeuronGroup(1, "dv/dt = a/tau_eq : 1", method="euler")
        run(1*ms)
        return float(G.v[0])

    @property
    def twice(self):
        return 2 * self.offset

    @functools.cached_property
    def thrice(self):
        return 3 * self.offset

    def uses_properties(self, a=1.0):
        return self.method(a) * self.twice * self.thrice

    def by_super(self, a=1.0):
        return super().inherited(a)

@functools.lru_cache
def table(n):
    return float(n)

def counted(factor):
    """A decorator with an argument."""
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return factor * function(*args, **kwargs)
        return wrapper
    return decorate

def bare(function):
    def wrapper(a=1.0):
        return function(a) + 100.0
    return wrapper

@counted(2.0)
def decorated(a=1.0):
    return simulate(a)

@bare
@counted(5.0)
def twice_decorated(a=1.0):
    return simulate(a)

by_hand = counted(7.0)(simulate)

def nested(a=1.0):
    def inner():
        G = NeuronGroup(2, EQS, method="euler")
        run(2*ms)
        return float(G.u[0]) + 0*a
    return inner()

def factory(gain):
    def made(a=1.0, exponent=gain):
        return gain * simulate(a) ** exponent
    return made

closed = factory(3)
'''


NOTEBOOK = """
from functools import cache, lru_cache, partial
from paper import Experiment, simulate as run_it
import paper as p

def calls(a=1.0):
    return run_it(a)

def calls_a_method(a=1.0):
    return Experiment().method(a)

@lru_cache(maxsize=None)
def table(n):
    return float(n)

@cache
def deep(n):
    return table(n) + 1

squares = lru_cache(lambda n: n**2)
double = lambda x: (
    2*x  # a lambda, as it was typed
)

def uses_caches(a=1.0):
    return a * table(3) * deep(4) * squares(5) * double(1.5)

def uses_the_module(a=1.0):
    return p.simulate(a) + p.Experiment.scale + p.table(2) + p.Experiment.static(a)
"""

_WAYS = [
    "paper.simulate",
    "paper.Experiment().method",
    "paper.Experiment(0.5)",
    "paper.Experiment.of_class",
    "paper.Experiment.static",
    "paper.Experiment(2.0).inherited",
    "paper.Experiment(2.0).by_super",
    "paper.Experiment(2.0).uses_properties",
    "functools.partial(paper.simulate)",
    "functools.partial(paper.Experiment(0.75).method)",
    "paper.decorated",
    "paper.twice_decorated",
    "paper.by_hand",
    "paper.nested",
    "paper.closed",
    "notebook.calls",
    "notebook.calls_a_method",
    "notebook.uses_caches",
    "notebook.uses_the_module",
]


def test_layouts_of_papers(project: Project, tmp_path: Path) -> None:
    project.write(paper=PAPER, notebook=NOTEBOOK)
    notebook = project.load("notebook")
    known = {"paper": sys.modules["paper"], "notebook": notebook, "functools": functools}
    texts = repeated({way: eval(way, known) for way in _WAYS}, tmp_path, a=1.5)
    assert "# a lambda, as it was typed" in texts["notebook.uses_caches"]
    assert "@counted(2.0)" in texts["paper.decorated"]
    assert "exec(" not in texts["notebook.calls_a_method"]


CONSTANTS = '''
"""What the paper's table lists."""
import enum
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import NamedTuple
from brian2 import Hz, mV, ms

tau_m = 10*ms  # of the membrane
N_E = 8
N_I = 8
Synaptic = NamedTuple("Synaptic", [("tau", object), ("weight", object)])

class Kind(enum.Enum):
    DRIVEN = "driven"
    SILENT = "silent"

@dataclass(frozen=True, slots=True)
class Cell:
    threshold: object = field(default_factory=lambda: 15*mV)
    reset: object = field(default_factory=lambda: 0*mV)
    extra: dict = field(default_factory=dict)

    @property
    def distance(self):
        return self.threshold - self.reset

@dataclass
class Table:
    cell: Cell = field(default_factory=Cell)
    rates: tuple = (200*Hz, 400*Hz)
    synapse: Synaptic = Synaptic(5*ms, 3*mV)
    kind: Kind = Kind.DRIVEN

TABLE = Table()
SIMPLE = SimpleNamespace(inputs=40, probability=0.5)
'''
EQUATIONS = '''
from brian2 import Equations
from constants import *

MEMBRANE = """
dv/dt = -v/tau_m + g/tau_m : volt
dg/dt = -g/tau_s : volt
"""
AS_OBJECT = Equations(MEMBRANE)
tau_s = TABLE.synapse.tau
THRESHOLD = "v > v_threshold"
'''
MODEL = '''
import brian2 as b2
import numpy as xp
from brian2 import NeuronGroup, PoissonInput, SpikeMonitor, Network
from brian2 import ms as millisecond
import constants as c
import equations
from constants import TABLE, Kind, tau_m
from equations import tau_s

v_threshold = TABLE.cell.threshold

def neurons_of(size):
    """The cells, ready to be driven."""
    group = NeuronGroup(
        size, equations.MEMBRANE, threshold=equations.THRESHOLD, reset="v = 0*mV", method="exact"
    )
    group.v = xp.linspace(0, 1, size) * TABLE.cell.distance
    return group

class Experiment:
    """Holds what is simulated together."""

    def __init__(self, table=TABLE):
        self.table = table

    def objects(self, size, rate):
        group = neurons_of(size)
        drive = PoissonInput(group, "g", c.SIMPLE.inputs, rate, weight=self.table.synapse.weight)
        return group, drive, SpikeMonitor(group)

    def __call__(self, rate=TABLE.rates[0], extra=0):
        group, drive, spikes = self.objects(c.N_E + c.N_I, rate)
        b2.run(20*millisecond)
        silent = self.table.kind is Kind.SILENT
        return {"spikes": spikes.num_spikes, "v": group.v[:] * (not silent)}
'''
RUN = """
from brian2 import *
from brian_sweep_widget import network_model
from model import Experiment, neurons_of, tau_m, tau_s, v_threshold
import constants

experiment = Experiment()

def simulate(rate=300*Hz):
    start_scope()
    return experiment(rate)["spikes"] + len(constants.TABLE.rates)

@network_model(duration=15*ms)
def network(rate=300*Hz, size=constants.N_E):
    group, drive, spikes = Experiment().objects(size, rate)
    return Network(group, drive, spikes)

@network.measure()
def spikes(network):
    (monitor,) = [one for one in network.objects if isinstance(one, SpikeMonitor)]
    return monitor.num_spikes

@network.measure()
def level(network):
    (group,) = [one for one in network.objects if isinstance(one, NeuronGroup)]
    return mean(group.g[:])
"""


def test_a_project_of_four_files(project: Project, tmp_path: Path) -> None:
    """Constants, equations, model and run: a function, an object and a network model."""
    project.write(constants=CONSTANTS, equations=EQUATIONS, model=MODEL, run=RUN)
    run = project.load("run")
    ways = {"function": run.simulate, "object": run.experiment, "network": run.network}
    texts = repeated(ways, tmp_path)
    for text in texts.values():
        assert "# of the membrane" not in text  # a value is written, not its line
        assert "\ntau_m = 10.0 * brian2.ms\n" in text
        assert "The cells, ready to be driven." in text
        assert "\nmillisecond = brian2.ms\n" in text


def test_each_module_keeps_its_own_meaning_of_a_name(project: Project, tmp_path: Path) -> None:
    """Equations that name the same constant in two modules get each module's own."""
    part = """
    from brian2 import NeuronGroup, run, ms
    import numpy as np

    tau = {tau}*ms
    nS = {scale}  # a name of Brian's, in one module
    sum = lambda values: {scale}*len(values)  # a name of Python's
    EQS = "dx/dt = scale_of/tau : 1"
    scale_of = {scale}

    def with_defaults(tau=tau, weights=np.ones(2)):
        return float(tau/ms) + weights[0]

    with_defaults.__defaults__[1][0] = {scale}

    class Cell:
        shift = {scale}
        weights = np.zeros(1)
        def value(self, a):
            group = NeuronGroup(2, EQS, method="euler")
            run(2*ms)
            number = a * float(group.x[0]) + self.shift * sum([1, 2])
            return number + self.weights[0] + with_defaults()

    Cell.weights[0] = {scale}

    def simulate(a=1.0):
        return Cell().value(a)
    """
    project.write(
        first=textwrap.dedent(part).format(tau=4, scale=2.0),
        second=textwrap.dedent(part).format(tau=7, scale=3.0),
        both="""
        import first, second
        from first import simulate as one
        from second import simulate
        from brian2 import NeuronGroup, run, ms, nS

        tau = 3*ms
        random = 5.0
        SEED, np, network = 4.0, 2.0, 3.0
        G = 1

        def simulated(a=1.0):
            group = NeuronGroup(1, "dx/dt = random*(nS/nS)/tau : 1", method="euler")
            run(1*ms)
            own = float(group.x[0]) * SEED * np * network
            return own + one(a) * 10 + simulate(a) * 100 + sum([first.scale_of, second.scale_of])
        """,
    )
    both = project.load("both")
    texts = repeated({"both": both.simulated, "second": both.simulate}, tmp_path, a=1.25)
    assert "ModuleType" in texts["both"]
    assert "ModuleType" not in texts["second"]


def test_names_that_only_other_modules_read_leave_a_script_flat(
    project: Project, tmp_path: Path
) -> None:
    project.write(
        helpers="""
        scale = 3.0

        def rate(x):
            return 2.0 * x

        def level(x):
            return 1.0 if x <= 0 else 5.0 * level(x - 1)
        """,
        run="""
        import helpers
        from brian_sweep_widget import measures, network_model
        from brian2 import Network, NeuronGroup, SpikeMonitor, ms

        scale = 7.0

        def rate(x):
            return helpers.rate(x) + helpers.scale * scale

        def simulate(a=1.0):
            return rate(a)

        def level(a=1.0):
            return helpers.level(a) + scale

        @network_model(duration=10*ms)
        def network(a=1.0):
            group = NeuronGroup(
                2, "dv/dt = (2*a - v)/(5*ms) : 1", threshold="v > 1", reset="v = 0", method="exact"
            )
            return Network(group, SpikeMonitor(group, name="spikes"))

        @network.measure()
        def mean_rate(network):
            return measures.mean_rate(network["spikes"], network.t)
        """,
    )
    run = project.load("run")
    ways = {"function": run.simulate, "level": run.level, "network": run.network}
    texts = repeated(ways, tmp_path, a=1.5)
    assert "exec(" not in texts["function"] + texts["network"]
    assert "exec(" in texts["level"]  # which calls itself by the name that it has in its module


def test_what_was_set_after_a_definition(project: Project, tmp_path: Path) -> None:
    """Attributes of classes, globals that two modules set, and generators in defaults."""
    total = "TOTAL = 0.0\n\ndef {0}(x):\n    global TOTAL\n    TOTAL += x\n    return TOTAL\n"
    project.write(
        other=total.format("added_there"),
        cases=total.format("added_here")
        + textwrap.dedent("""
        import numpy as np
        import other
        from dataclasses import dataclass
        from numpy.random import default_rng as fresh, randn as drawn
        from random import gauss as bell

        class Base:
            gain = 2.0
            table = np.random.RandomState(3).rand(3)

            def value(self):
                return self.gain + self.extra

        @dataclass(frozen=True, slots=True)
        class Plain:
            size: int = 3

        class Child(Base):
            above = Base.gain + 1

        Base.gain = 5.0
        Base.extra = {"a": [1.5]}["a"][0]
        Base.later = lambda self, x: 3.0 * x

        def simulate(a=1.0):
            child = Child()
            number = child.value() + child.above + child.later(a) + float(child.table.sum())
            return number + Plain().size

        def totals(a=1.0):
            return added(a) + 10 * other.added_there(2 * a) + 100 * added(a)

        added = added_here

        def draws(a=1.0, rng=np.random.default_rng(7)):
            return fresh().random() + float(drawn(2).sum()) + bell(0.0, 1.0) + rng.random()

        def unseeded(a=1.0, rng=np.random.default_rng()):
            return rng.random()
        """),
    )
    cases = project.load("cases")
    ways = {"class": cases.simulate, "totals": cases.totals, "draws": cases.draws}
    repeated(ways, tmp_path, a=1.5)
    sweep, outcome = simulated(cases.unseeded)
    with pytest.raises(ScriptError, match="the default of rng is a Generator.*make it inside"):
        sweep.script(outcome)


def test_packages_with_relative_imports_and_imports_within_functions(
    project: Project, tmp_path: Path
) -> None:
    project.write(
        **{
            "paper.__init__": "from .models.cells import simulate\nVERSION = 2.0\n",
            "paper.parameters": (
                'from brian2 import ms\ntau = 5*ms\nGAINS = {"low": 1.5, "high": [2, 3]}\n'
            ),
            "paper.models.__init__": "",
            "paper.models.cells": """
        from brian2 import *
        from ..parameters import tau
        from .. import parameters
        from . import texts

        def simulate(a=1.0):
            from .helpers import scaled
            from .. import VERSION
            import paper.parameters as late
            group = NeuronGroup(2, texts.EQS, method="euler")
            run(2*ms)
            gain = parameters.GAINS["low"] + late.GAINS["high"][1]
            return scaled(float(group.x[0])) + gain + VERSION
        """,
            "paper.models.texts": 'EQS = "dx/dt = a/tau : 1"\n',
            "paper.models.helpers": """
        from math import tau as turn

        def scaled(x):
            return turn * x
        """,
            "notebook": """
        from paper import simulate
        import paper.models.cells

        def calls(a=1.0):
            return simulate(a) + paper.models.cells.simulate(2*a) + paper.parameters.GAINS["low"]
        """,
        }
    )
    notebook = project.load("notebook")
    repeated({"imported": notebook.simulate, "calls": notebook.calls}, tmp_path, a=1.5)


def test_definitions_that_depend_on_where_they_stand(project: Project, tmp_path: Path) -> None:
    project.write(
        cases='''
        import functools
        import math
        from brian2 import NeuronGroup, run, ms, TimedArray, check_units, implementation
        from brian2 import Equations, start_scope

        FAST = True
        QUIET = True
        if FAST:
            def chosen(x):
                return 2 * x
        else:
            def chosen(x):
                return 3 * x

        GAIN = 2.0
        def with_default(x, gain=GAIN, *, table={"a": GAIN}):
            return gain * x + table["a"]
        GAIN = 5.0

        class Config:
            tau = 4*ms
            sizes = [1, 2]
            equations = """
                dx/dt = current(t)/tau_out : 1
                y = bent(x) : 1
            """
            class Inner:
                gain = 3
                pick = staticmethod(lambda x: x + 1)

        current = TimedArray([1.0, 2.0], dt=1*ms)
        EQS = Equations("dx/dt = current(t)/tau_out : 1", tau_out=4*ms)

        @implementation("cpp", "double bent(double x) { return x/(1 + x*x); }")
        @check_units(x=1, result=1)
        def bent(x):
            return x/(1 + x*x)

        class Registry(dict):
            pass

        HANDLERS = {"plain": chosen, "root": math.sqrt, "half": lambda x: x/2, Config: [chosen]}
        def handler(name):
            def decorate(function):
                HANDLERS[name] = function
                return function
            return decorate

        @handler("mine")
        def mine(x):
            """Registered under its name."""
            return 11 * x

        class Counter:
            """Counts its calls."""
            def __init__(self, function):
                self.function = function
                self.calls = 0
            def __call__(self, x):
                self.calls += 1
                return self.function(x) + 100

        @Counter
        def counted(x):
            return x

        TOTAL = 0.0
        def added(x):
            global TOTAL
            TOTAL += x
            return TOTAL

        def even(n):
            return True if n == 0 else odd(n - 1)

        def odd(n):
            return False if n == 0 else even(n - 1)

        def simulate(a=1.0):
            tau_out = Config.tau
            group = NeuronGroup(2, Config.equations, method="euler")
            run(2*ms)
            x = float(group.x[0]) + float(group.y[0]) + FAST + QUIET
            x += chosen(a) + with_default(a) + Config.Inner.gain + Config.Inner.pick(a)
            x += sum(HANDLERS[name](a) for name in ("plain", "root", "half", "mine"))
            start_scope()
            other = NeuronGroup(1, EQS, method="euler")
            run(1*ms)
            return x + added(2.0) + added(3.0) + even(4) + float(other.x[0]) + len(HANDLERS)

        def counts(a=1.0):
            return counted(a) + counted.calls
        ''',
    )  # fmt: skip
    cases = project.load("cases")
    ways = {"simulate": cases.simulate, "counts": cases.counts}
    texts = repeated(ways, tmp_path, a=1.5)
    assert "x/2" in texts["simulate"]
    assert "@handler" not in texts["simulate"]  # it is registered as it was found


def test_source_that_has_changed_since_is_refused(project: Project) -> None:
    """A script would compute something else than the function did."""
    text = "from brian2 import ms\nGAIN = 2.0\n\ndef simulate(a=1.0):\n    return GAIN * {} * a\n"
    project.write(edited=text.format(3))
    edited = project.load("edited")
    sweep, outcome = simulated(edited.simulate)
    assert "GAIN * 3 * a" in sweep.script(outcome)
    project.write(edited=text.format("333"))
    with pytest.raises(ScriptError, match="source of simulate is no longer what was loaded"):
        sweep.script(outcome)


def test_refusals_name_the_object_its_user_and_what_to_do(project: Project) -> None:
    project.write(
        cases="""
        import functools
        import random

        class Holder:
            def __init__(self):
                self.inner = {"file": open(__file__)}

        HOLDER = Holder()

        def uses(a=1.0):
            return helper(a)

        def helper(a):
            return a if HOLDER.inner else 0.0

        def counter():
            total = 0.0
            def counted(a=1.0):
                nonlocal total
                total += a
                return total
            return counted

        counted = counter()

        @functools.singledispatch
        def by_type(a=1.0):
            return a
        """,
    )
    cases = project.load("cases")
    for function, message in [
        (cases.uses, r"HOLDER\.inner\['file'\] is a TextIOWrapper.*make it inside.*used by helper"),
        (cases.counted, "cannot stand by itself .* Define it at the top level"),
        (cases.by_type, "by_type is a single-dispatch function"),
    ]:
        model = FunctionModel(function)
        parameters = model.parameters({})
        job = Job((0,), {"a": 1.0}, 1)
        with pytest.raises(ScriptError, match=message):
            script_of(model, parameters, job, "plain function", None, ProcessSettings.here(), {})
    cases.HOLDER.inner["file"].close()


def measured(model: NetworkModel) -> NetworkModel:
    """Give a model a measure that tells its states apart, if it has none."""
    if model.measures:
        return model
    copied = model.with_measures({})

    @copied.measure()
    def states(network: Network) -> np.ndarray[Any, Any]:
        groups = sorted(network.objects, key=lambda one: one.name)
        kept = [one for one in groups if isinstance(one, NeuronGroup | SpatialNeuron | Synapses)]
        arrays = [
            np.asarray(one.variables[name].get_value(), dtype=float).ravel()
            for one in kept
            for name in sorted(one.variables)
            if isinstance(one.variables[name], ArrayVariable)
        ]
        return np.concatenate(arrays)

    return copied


def test_all_models_of_the_suite(tmp_path: Path) -> None:
    """The scripts of networks as different as can be give the numbers of this process."""
    python = [case.model for name, case in networks.CASES.items() if name != "functions"]
    catalogue = [brian_sweep_widget.cuba, brian_sweep_widget.coba, brian_sweep_widget.adex]
    models = {one.name: measured(one) for one in [*python, *catalogue]}
    assert len(models) > 15
    texts = repeated(models, tmp_path, duration=5 * ms)
    for name, text in texts.items():
        assert "# noqa" not in text, name


PACKAGE = """
from dataclasses import dataclass
from types import SimpleNamespace
TAU = 10
LIST, SET, RECORD = [10], {10}, None
params = {"tau": 10, "of": {"tau": 10}, "old": 1}
namespace = SimpleNamespace(tau=10)

@dataclass
class Record:
    tau: float = 10

record = Record()

class Constants:
    tau = 10

def total():
    within = params["tau"] + params["of"]["tau"] + namespace.tau + record.tau + Constants.tau
    new = RECORD.tau if RECORD else -1
    return within + TAU + sum(LIST) + sum(SET) + new + ("old" in params)
"""
CELL = """
import the_lab
from the_lab import namespace, params, total

the_lab.TAU = the_lab.Constants.tau = the_lab.record.tau = namespace.tau = 20
the_lab.LIST.append(20)
the_lab.SET.add(20)
the_lab.RECORD = the_lab.Record(30)
the_lab.params["of"]["tau"] = 20
del params["old"]

def f(x=1.0):
    params["tau"] = x
    return total() + namespace.tau * the_lab.TAU
"""


def test_what_cells_set_in_an_installed_package_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what is otherwise than in a new process, and by the names that it has there."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    (folder / "the_lab.py").write_text(PACKAGE)
    monkeypatch.syspath_prepend(str(folder))
    model = module_of(CELL).f
    sweep, outcome = simulated(model, x=7.0)
    assert outcome.values["f"].si == model(7.0)
    text = sweep.script(outcome)
    there = text.replace("import sys\n", f"import sys\nsys.path.insert(0, {str(folder)!r})\n", 1)
    assert run_alone({"f": there}, tmp_path / "alone")["f"][-1] == "the same, bit for bit", text
    assert "the_lab.namespace.tau = 20\n" in text
    assert "from the_lab import namespace, params, total\n" in text
    assert "the_lab.record = " not in text
