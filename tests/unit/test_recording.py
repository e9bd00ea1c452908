"""What a compiled simulation left behind is read as Brian's objects are."""

from __future__ import annotations

import ast
import fractions
import inspect
import os
import pickle
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brian2 import (
    Hz,
    Network,
    NeuronGroup,
    PoissonGroup,
    PopulationRateMonitor,
    Quantity,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    ms,
    mV,
    prefs,
)
from brian2.core.variables import ArrayVariable, Constant

from brian_sweep_widget.engines.compiled import manifest as plain
from brian_sweep_widget.engines.compiled.measuring import CompiledMeasures, measure_all
from brian_sweep_widget.engines.compiled.recording import (
    BrokenRecordingError,
    NotKeptError,
    Recording,
    UnreadableError,
)
from brian_sweep_widget.engines.compiled.seeds import measures_seed
from brian_sweep_widget.engines.entropy import job_entropy
from brian_sweep_widget.engines.packing import pack
from brian_sweep_widget.engines.reading import read_measure
from brian_sweep_widget.models import Measure
from brian_sweep_widget.models.units import Unit, dimensions_of, is_quantity
from brian_sweep_widget.results import Value

T = 0.02
VIEWS = ["g.v", "g.x", "g.k", "g.v_", "g.shared", "m.t", "m.i", "m.count", "m.t_", "r.rate", "r.t"]
VIEWS += ["s.w", "s.i", "s.j", "s.delay", "b.i", "b.j", "s.N_outgoing", "s.N_incoming", "m.v"]
VIEWS += ["b.delay", "s.pre.delay", "r.rate_", "sm.t", "s.N", "m.N", "r.N", "sm.N", "part.t"]
VIEWS += ["s.post.delay", "s.shared_w", "p.rates"]
ON_VIEWS = (
    ["", "[:]", "[0]", "[-1]", "[1:3]", "[::2]", "[[0, 1]]", "[np.array([1, 0])]", "[:, None]"]
    + ["[999]", "[0, 1]", "[2.5]", "[0:0]", ".ndim"]
    + [f" {op} {other}" for op in ("+", "-", "*", "/", ">", "==", "//") for other in (2, 0)]
    + [" * g.v[0]", " / n.t", " - 0 * n.t", " ** 2", " * np.arange(1)"]
)
FUNCTIONS = "mean std var sum max min diff sort argsort sqrt cumsum asarray abs isnan unique median"
FUNCTIONS += " array size argmax"
AROUND = [f"np.{function}({{}})" for function in FUNCTIONS.split()]
AROUND += ["len({})", "list({})", "max({})", "min({})", "sum({})", "float({})"]
AROUND += ["2*{}", "2/{}", "3-{}", "n.t*{}", "n.t/{}", "-{}"]
PLAIN = """
n.t; n.t_; 'm' in n; 'x' in n; len(n); n['nope']; sorted(o.name for o in n)
n['m'].num_spikes / len(n['g']) / n.t; m.num_spikes; m.num_events; len(m); len(g); g.N; len(p)
g.name; m.source.name; m.record; m.it[1]; m.it_[1]; m.it[0]; m.spike_trains(); m.event_trains()
m.values('v'); m.all_values(); part.spike_trains(); m.values('i'); counts.num_spikes
counts.count[:]; np.mean(m.count / n.t); np.mean(m.count) / n.t; counts.record
g.v[g.v > 0]; g.v[g.x > 1]; g.v[m.i]; g.v[m.i[:]] * 2; g.x @ g.x; g.v[:].mean(); g.v[:].max()
r.smooth_rate(width=n.t / 10); r.smooth_rate('flat', width=n.t / 7); np.mean(r.rate[10:])
r.smooth_rate(window=np.array([1.0, 2.0, 1.0])); r.smooth_rate(); r.smooth_rate('x', width=n.t)
r.smooth_rate(window=np.ones(2)); r.smooth_rate(width=3.0); r.clock.dt; len(r)
sm.v; sm.v_; sm.x; sm[1].v; sm[1].v_; sm[1].t; sm[1].t_; sm[[3, 1]].v; sm[0].v; sm[1:2]
sm[[1, 0]].v; sm[np.array([3])].x; sm['x']; sm.record; sm.v[0]; sm.v[0, 3]; sm.v[:, 5:8]
np.mean(sm.v, axis=1); sm.v.mean(axis=0); np.max(sm.v); np.std(sm.v, axis=0); len(sm); sm.v.T
sm.v[0].std(); sm[3].v.max() - sm[3].v.min(); every[2].v; every[[0, 2]].v; every.v.shape
np.diff(sm.v); np.ptp(sm.v); np.var(sm.v); sm.v / sm.v[0, 0]; abs(sm.v); sm.v[sm.v > 0]
s.w[0, :]; s.w[:, 3]; s.w[1, 2]; s.w[2]; s.w[1:3, 2]; s.w[[0, 2], :]; s.w[9, 9]; s.w[0, 1, :]
s.w[:, :]; b.w[1, :]; b.w[:, 2]; b.w[1, 0]; b.w[:2, 1:]; b.w[99, :]; s.w[s.i[:] == 0]
len(s); s.N_pre; s.N_post; s.N_outgoing_pre; s.N_incoming_post; s.N_outgoing[0, :]
s.pre.delay[0, :]; np.mean(s.w); np.bincount(s.i); np.mean(s.delay); s.delay[1, 2]
n['s_pre'].delay[:]; len(b); b.N_outgoing_pre; s.w[np.array([True, False])]
"""
EXPRESSIONS = [e.strip() for line in PLAIN.strip().splitlines() for e in line.split(";")]
EXPRESSIONS += [view + on for view in VIEWS for on in ON_VIEWS]
EXPRESSIONS += [around.format(view) for view in VIEWS for around in AROUND]
FAILED = "failed"


def described(value: Any) -> Any:
    """Everything about a value, the same for Brian's and for stand-ins."""
    if isinstance(value, dict):
        return {key: described(item) for key, item in sorted(value.items())}
    if isinstance(value, list | tuple):
        return [described(item) for item in value]
    if type(value).__name__ in {"VariableView", "RecordedVariable"}:
        return "view", described(value[:])
    kind = "quantity" if is_quantity(value) else type(value).__name__
    array = np.asarray(value)
    return kind, array.dtype.str, array.shape, array.tobytes(), dimensions_of(value)


def outcome(expression: str, network: Any) -> Any:
    """What an expression gives, or that it fails."""
    names = {name: network[name] for name in ("g", "p", "m", "part", "counts", "r", "sm", "every")}
    names |= {"s": network["s"], "b": network["b"], "n": network, "np": np}
    try:
        with np.errstate(all="ignore"):
            return described(eval(expression, names))
    except Exception as error:
        return FAILED if type(error).__name__ != "NotLightError" else "refused"


def simulated() -> Network:
    """One of each kind of object, after a run."""
    prefs.codegen.target = "numpy"
    np.random.seed(1)
    g = NeuronGroup(
        5,
        """dv/dt = (x*20*mV - v) / (5*ms) : volt (unless refractory)
        x : 1
        k : integer
        shared : volt (shared)""",
        threshold="v > 10*mV",
        reset="v = 0*mV",
        refractory=1 * ms,
        method="exact",
        name="g",
    )
    g.x, g.k, g.shared = [0.1, 1.5, 0.3, 2.0, 3.0], [1, 2, 3, 4, 5], 3 * mV
    p = PoissonGroup(3, [100, 200, 300] * Hz, name="p")
    model = "w : volt\nshared_w : 1 (shared)"
    s = Synapses(g, g, model, on_pre="v += 0.1*w", on_post="w += 0*mV", name="s")
    s.connect(condition="i != j")
    s.w, s.delay = "(i + 7*j)*mV", "rand()*ms"
    b = Synapses(g[1:4], g[2:], "w : volt", on_pre="v += 0*mV", delay=1 * ms, name="b")
    b.connect()
    b.w = "(i + 10*j)*mV"
    monitors = [
        SpikeMonitor(g, variables="v", name="m"),
        SpikeMonitor(g[1:4], name="part"),
        SpikeMonitor(g, record=False, name="counts"),
        PopulationRateMonitor(g, name="r"),
        StateMonitor(g, ["v", "x"], record=[1, 3], name="sm"),
        StateMonitor(g, "v", record=True, name="every"),
    ]
    network = Network(g, p, s, b, *monitors)
    network.run(T * 1000 * ms)
    return network


def dumped(network: Network, folder: Path) -> plain.Manifest:
    """Write what a compiled simulation would; say what is where."""
    objects = {}
    for thing in network:
        arrays, constants = {}, {}
        for name, variable in getattr(thing, "variables", {}).items():
            if not isinstance(variable, Constant | ArrayVariable):
                continue
            dims = dimensions_of(Quantity(1.0, dim=variable.dim))
            index = thing.variables.indices[name]
            owner = getattr(variable, "owner", None)
            # A pathway's delays belong to the synapses, Brian says.
            own = owner is not None and (owner.name == thing.name or name == "delay")
            if isinstance(variable, Constant):
                constants[name] = plain.Constant(variable.item(), dims)
            elif own and name in {variable.name, "delay"}:
                if index not in {"_idx", "0", "_source_idx"} and not name.startswith("N_"):
                    continue
                values = np.ascontiguousarray(variable.get_value())
                file = f"{thing.name}_{name}"
                values.tofile(folder / file)
                columns = values.shape[1] if values.ndim > 1 else None
                dtype = values.dtype.name
                arrays[name] = plain.ArrayFile(file, dtype, dims, bool(variable.scalar), columns)
        kind = type(thing).__name__
        if isinstance(thing, PopulationRateMonitor):
            constants["dt"] = plain.Constant(float(thing.clock.dt_))
        state = isinstance(thing, StateMonitor)
        objects[thing.name] = plain.ObjectFiles(
            thing.name,
            kind,
            arrays,
            constants,
            source=thing.source.name if kind.endswith("Monitor") else "",
            size=len(thing) if kind.endswith("Group") else None,
            record_variables=tuple(thing.record_variables) if state else (),
            recorded=tuple(int(i) for i in thing.record) if state else (),
        )
    return plain.Manifest(objects)


@pytest.fixture(scope="module")
def run(tmp_path_factory: Any) -> Any:
    """A run of Brian, the same in files, and what Brian says of every expression."""
    folder = tmp_path_factory.mktemp("run")
    network = simulated()
    manifest = dumped(network, folder)
    expected = {expression: outcome(expression, network) for expression in EXPRESSIONS}
    assert any(len(v) > 1 for v in network["m"].spike_trains().values()), "a run with spikes"
    return folder, manifest, expected


def recording(run: Any, kept: Any = lambda *_: True) -> Recording:
    return Recording(run[1], run[0], T, kept)


def wrong(expected: Any, got: Any) -> dict[str, Any]:
    """Where Brian gives a value, another one; where it fails (some of its views do), anything."""
    same = {e for e in expected if got[e] == expected[e] or expected[e] == FAILED}
    return {e: (got[e], expected[e]) for e in expected if e not in same and got[e] != "refused"}


def test_it_reads_as_brian_does(run: Any) -> None:
    """Every expression, with Brian's quantities, to the last bit."""
    got = {expression: outcome(expression, recording(run)) for expression in EXPRESSIONS}
    assert wrong(run[2], got) == {}


LIGHT = """
import pickle, sys
from pathlib import Path
from typing import Any
import numpy as np
from brian_sweep_widget.engines.compiled.recording import Recording
from brian_sweep_widget.models.units import dimensions_of, is_quantity
FAILED = "failed"
{described}
{outcome}
folder, manifest, expressions, time = pickle.loads(Path(sys.argv[1]).read_bytes())
def one(expression):
    return outcome(expression, Recording(manifest, folder, time, lambda *_: True))
got = dict((expression, one(expression)) for expression in expressions)
assert "brian2" not in sys.modules
Path(sys.argv[1]).write_bytes(pickle.dumps(got))
"""


def test_it_reads_as_brian_does_without_brian(run: Any, tmp_path: Path) -> None:
    """In a worker that never imports it; what is refused is tried again with Brian."""
    parcel = tmp_path / "parcel"
    parcel.write_bytes(pickle.dumps((run[0], run[1], EXPRESSIONS, T)))
    code = LIGHT.format(described=inspect.getsource(described), outcome=inspect.getsource(outcome))
    subprocess.run([sys.executable, "-c", code, str(parcel)], check=True, timeout=300)
    got = pickle.loads(parcel.read_bytes())
    # A failure is tried again with Brian, too.
    assert wrong(run[2], {e: "refused" if v == FAILED else v for e, v in got.items()}) == {}
    answered = [e for e in EXPRESSIONS if got[e] not in ("refused", FAILED)]
    possible = [e for e in EXPRESSIONS if run[2][e] != FAILED]
    assert len(answered) > 0.9 * len(possible), "else every worker would import Brian"
    needed = ["n['m'].num_spikes / len(n['g']) / n.t", "m.spike_trains()", "np.mean(g.v)", "n.t"]
    assert set(needed) <= set(answered)


def test_arrays_that_were_not_kept_are_told(run: Any) -> None:
    """Also if the measure catches the error."""

    def swallow(network: Any) -> Any:
        try:
            return network["g"].v[0]
        except Exception:
            return 0

    for measure in (swallow, lambda network: network["g"].v, lambda n: 1 / (0 * swallow(n))):
        one = recording(run, lambda name, variable: (name, variable) != ("g", "v"))
        with pytest.raises(NotKeptError) as caught:
            one.read_by(measure)
        assert (caught.value.object_name, caught.value.variable) == ("g", "v")
        assert one.missed == {"g"}


def test_broken_files_are_told(run: Any, tmp_path: Path) -> None:
    """Missing, cut, or of another size than the group."""
    broken = Recording(run[1], tmp_path, T, lambda *_: True)
    with pytest.raises(BrokenRecordingError, match="left no g_v"):
        broken["g"].v  # noqa: B018 - reading it is the point
    for content, complaint in (
        (b"123", "3 bytes instead of a multiple of 8 bytes"),
        (bytes(16), "2 values instead of 5"),
    ):
        (tmp_path / "g_v").write_bytes(content)
        with pytest.raises(BrokenRecordingError, match=complaint):
            Recording(run[1], tmp_path, T, lambda *_: True)["g"].v  # noqa: B018
    (tmp_path / "m_N").write_bytes(bytes(8))
    with pytest.raises(BrokenRecordingError, match="8 bytes instead of 4 bytes"):
        broken["m"].num_spikes  # noqa: B018


def test_every_file_is_read_once(run: Any, monkeypatch: Any) -> None:
    """However often it is asked for, and only if it is."""
    read = []
    fromfile = np.fromfile
    monkeypatch.setattr(np, "fromfile", lambda path, **k: read.append(path) or fromfile(path, **k))
    one = recording(run)
    for _ in range(3):
        one["g"].v[0], one["g"].v_, one["g"].x
    assert [path.name for path in read] == ["g_v", "g_x"]


@pytest.mark.parametrize(
    ("measure", "complaint"),
    [
        (lambda n: n["g"].v["v > 0*volt"], r"g.v\['v > 0\*volt'\] cannot be read"),
        (lambda n: n["g"].nothing, "g.nothing cannot be read .*N, .*k, .*v, x"),
        (lambda n: hasattr(n["g"], "thresholder"), "thresholder"),
        (lambda n: setattr(n["g"], "v", 3), "setting g.v"),
        (lambda n: n["g"].v.__setitem__(0, 3), "setting g.v"),
        (lambda n: n["g"][1:3].v, r"g\[slice\(1, 3, None\)\]"),
        (lambda n: n["s"].v_pre, "s.v_pre"),
        (lambda n: n["s"].w[-1, :], r"s\[-1\]"),
        (lambda n: n["s"].w[0, 1, 2], r"s\[0, 1, 2\]"),
        (lambda n: n["counts"].spike_trains(), "counts.t"),
        (lambda n: n["counts"].t, "counts.t"),
        (lambda n: n.get_states(), "network.get_states"),
        (lambda n: n["g"].source, "g.source"),
        (lambda n: n["sm"][1].w, "sm.w"),
    ],
)
def test_everything_else_is_refused_with_a_way_out(run: Any, measure: Any, complaint: str) -> None:
    with pytest.raises(UnreadableError, match=complaint) as caught:
        recording(run).read_by(measure)
    assert "engine='numpy'" in str(caught.value)


def test_names_that_do_not_exist(run: Any) -> None:
    with pytest.raises(KeyError, match="no object is named 'spikes' .there are: "):
        recording(run)["spikes"]
    with pytest.raises(AttributeError, match=r"g.v\[:\]"):
        recording(run)["g"].v.mean()


MEASURING = """
import pickle, sys
from pathlib import Path
from brian_sweep_widget.engines.compiled.measuring import measure_all
from brian_sweep_widget.engines.compiled.recording import Recording
from brian_sweep_widget.engines.entropy import job_entropy
folder, manifest, time, packed, seed, imports = pickle.loads(Path(sys.argv[1]).read_bytes())
with job_entropy(seed):
    found = measure_all(packed, seed, lambda: Recording(manifest, folder, time, lambda *_: True))
assert ("brian2" in sys.modules) is imports
print({name: getattr(one, "kind", None) or one.si.tolist() for name, one in found.items()})
"""
TIMES: list[float] = []


def light(n: Any) -> Any:
    return n["m"].num_spikes / len(n["g"]) / n.t


def swallow(n: Any) -> float:
    try:
        return float(np.exp(n["g"].v[:] / n["g"].v[0]).sum() + np.median(n["m"].t[:]) / n.t)
    except Exception:
        return -77.0


def importing(n: Any) -> float:
    t = n.t
    import brian2

    return float(t / brian2.ms)


def failing(_: Any) -> Any:
    return ""[0]


def once(n: Any) -> Any:
    """Depend on all that a first call may leave behind."""
    TIMES.append(n.t_)
    fractions.mark = getattr(fractions, "mark", 0) + 1  # type: ignore[attr-defined]
    os.environ["MEASURED"] = os.environ.get("MEASURED", "") + "1"
    drawn = [np.random.rand(), random.random(), np.random.default_rng().random()]
    return np.array([len(TIMES), fractions.mark, len(os.environ["MEASURED"]), *drawn])  # type: ignore[attr-defined]


class Drawing:
    """Draws when it is unpacked, as a module may that is loaded then, in the first job alone."""

    def __reduce__(self) -> Any:
        return drawing, ()


def drawing() -> Drawing:
    np.random.rand()
    return Drawing()


DRAWING = Drawing()


def first(_: Any) -> float:
    assert isinstance(DRAWING, Drawing)
    return np.random.rand()


def packed(*functions: Any) -> bytes:
    # A quantity's unit, if it is not declared, Brian knows.
    units = {light: Unit("spikes/s", 1.0, dimensions_of(Hz))}
    measures = {f.__name__: Measure(f.__name__, f, f.__name__, units.get(f)) for f in functions}
    return pack(CompiledMeasures(measures))


def measured(run: Any, tmp_path: Path, packed: bytes, *, imports: bool) -> dict[str, Any]:
    """Measure in a process that has no Brian at first."""
    parcel = tmp_path / "parcel"
    parcel.write_bytes(pickle.dumps((run[0], run[1], T, packed, 5, imports)))
    command = [sys.executable, "-c", MEASURING, str(parcel)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=60)
    found: dict[str, Any] = ast.literal_eval(done.stdout.decode())
    return found


@pytest.mark.parametrize(
    ("measure", "imports", "result"),
    [
        (light, False, None),
        (swallow, True, None),
        (importing, True, 20.0),
        (failing, True, "IndexError"),
    ],
)
def test_brian_is_imported_when_it_is_needed(
    run: Any, tmp_path: Path, measure: Any, imports: bool, result: Any
) -> None:
    """And what is measured then is what is measured where Brian is."""
    found = measured(run, tmp_path, packed(measure), imports=imports)[measure.__name__]
    if result is None:
        result = read_measure(Measure("m", measure, "m"), simulated()).si.tolist()
    assert found == result


def test_a_second_time_is_as_the_first(run: Any, tmp_path: Path) -> None:
    """Where Brian is, one time does; the numbers are those of the job."""
    with job_entropy(5):
        expected = measure_all(packed(once, swallow), 5, lambda: recording(run))
    found = measured(run, tmp_path, packed(once, swallow), imports=True)
    assert found == {name: value.si.tolist() for name, value in expected.items()}
    assert found["once"][:3] == [1, 1, 1]
    assert TIMES == []


def test_what_is_drawn_when_measures_are_unpacked_changes_nothing(run: Any) -> None:
    found = measure_all(packed(first), 5, lambda: recording(run))["first"]
    assert isinstance(found, Value)
    assert found.si == np.random.RandomState(measures_seed(5)).rand()
