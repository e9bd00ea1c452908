"""Models on their way to a worker."""

from __future__ import annotations

import dataclasses
import gc
import itertools
import operator
import os
import sys
from collections.abc import Callable, Iterator
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest

from brian_sweep_widget.engines import UnknownError, engine_for, fingerprint, pack
from brian_sweep_widget.engines.installed import is_users_scope
from brian_sweep_widget.engines.not_sent import NotSent, NotSentError
from brian_sweep_widget.engines.packing import unpack
from brian_sweep_widget.engines.reach import Reach
from brian_sweep_widget.models import as_model


@pytest.fixture
def busy_imports() -> Iterator[None]:
    """Have the garbage collector import something, as finalizers may, all the time."""
    names: list[str] = []
    count = itertools.count()

    def appear(_phase: str, _info: object) -> None:
        names.append(f"appeared_{next(count)}")
        sys.modules[names[-1]] = ModuleType(names[-1])
        if vars(dataclasses).pop("appeared", None) is None:
            vars(dataclasses)["appeared"] = 1.0

    before = gc.get_threshold()
    gc.callbacks.append(appear)
    gc.set_threshold(5)
    yield
    gc.set_threshold(*before)
    gc.callbacks.remove(appear)
    for name in names:
        del sys.modules[name]
    vars(dataclasses).pop("appeared", None)


class Rates(NamedTuple):
    """Be of a class whose methods are a library's."""

    slow: float = 20.0


MARKED = dataclasses.field()  # holds markers of a library's
RATES = Rates()


def double(x: float = 1.0) -> float:
    """Be a model."""
    return 2 * x


def with_names(x: float = 1.0) -> float:
    """Be one with more that has to be found."""
    return x * RATES.slow if MARKED else x


@pytest.mark.usefixtures("busy_imports")
@pytest.mark.parametrize("function", [double, with_names])
def test_modules_may_appear_while_a_model_is_packed(function: Callable[..., float]) -> None:
    """Another thread, or a finalizer, imports something in the middle of it."""
    model = as_model(function)
    engine = engine_for("auto", model, model.parameters({}))
    assert unpack(pack(engine)).label == engine.label


def test_equal_models_are_packed_alike() -> None:
    """Whatever Brian counted or remembered meanwhile: the workshop knows a model by its bytes."""
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec(
        "from brian2 import *\ntau = 5*ms\nequations = Equations('dv/dt = -v/tau : 1')\n"
        "class Kept: pass\n"
        "def f(x=1.0): return equations, stimulus, Kept",
        scope,
    )
    model = as_model(scope["f"])
    packed = []
    for tau in (5, 5, 6):
        exec(
            f"tau = {tau}*ms\nstimulus = TimedArray([1.0, 2.0], dt=1*ms)\n"
            "Network(NeuronGroup(1, equations, method='exact')).run(0*ms)",
            scope,
        )
        packed.append(pack(engine_for("auto", model, model.parameters({}))))
    assert packed[0] == packed[1]
    assert packed[0] != packed[2]


@pytest.mark.parametrize("name", ["exp", "exprel", "ptp", "zeros_like", "run"])
def test_a_function_of_brians_is_brians_own_when_it_arrives(name: str) -> None:
    """Brian warns, for each name and group, that a copy of its ``exp`` is another function."""
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec(f"from brian2 import *\ndef f(x=1.0): return {name}", scope)
    model = as_model(scope["f"])
    arrived = unpack(pack(engine_for("auto", model, model.parameters({})))).functions[0]
    assert arrived() is scope[name]


def test_what_a_librarys_decorator_made_travels_by_value() -> None:
    """It is the user's function in it that counts, and no library has it."""
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec(
        "from brian2 import check_units\n@check_units(a=1, result=1)\n"
        "def twice(a): return 2*a\ndef f(x=1.0): return twice(x)",
        scope,
    )
    model = as_model(scope["f"])
    arrived = unpack(pack(engine_for("auto", model, model.parameters({})))).functions[0]
    assert arrived(4.0) == 8.0
    assert arrived.__globals__["twice"] is not scope["twice"]


def test_what_a_librarys_decorator_made_in_a_helper_module_travels_by_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It says that it is of the helper module, which is a person's, and sent by value, too."""
    helper = ModuleType("helper_with_decorators")
    helper.__file__ = "helper_with_decorators.py"
    monkeypatch.setitem(sys.modules, helper.__name__, helper)
    exec(
        "import contextlib\nfrom brian2 import check_units\n"
        "@contextlib.contextmanager\ndef gain(): yield 2.0\n"
        "@check_units(a=1, result=1)\ndef twice(a): return 2*a\n",
        vars(helper),
    )
    scope: dict[str, Any] = {"__name__": "__main__", "helper": helper}
    exec(
        "def f(x=1.0):\n    with helper.gain() as gain:\n        return helper.twice(x)*gain", scope
    )
    model = as_model(scope["f"])
    sent = pack(engine_for("auto", model, model.parameters({})))
    monkeypatch.delitem(sys.modules, helper.__name__)  # as in a worker
    assert unpack(sent).functions[0](4.0) == 16.0


def test_a_compiled_module_that_changed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes by name: this process may run the old one, and workers would load the new one."""
    monkeypatch.syspath_prepend(str(tmp_path))
    file = tmp_path / f"users_compiled{EXTENSION_SUFFIXES[0]}"
    file.write_bytes(b"before")

    def f(x: float = 1.0) -> float:
        import users_compiled

        return float(users_compiled.times(x))

    model = as_model(f)
    engine = engine_for("auto", model, model.parameters({}))
    packed, name = pack(engine), fingerprint([f])
    assert (pack(engine), fingerprint([f])) == (packed, name)
    file.write_bytes(b"after")
    with pytest.raises(TypeError, match=r"users_compiled.*changed.*restart the kernel"):
        pack(engine)
    with pytest.raises(UnknownError, match="restart the kernel"):
        fingerprint([f])


def test_a_compiled_module_that_is_gone_is_refused(tmp_path: Path) -> None:
    """Although this process still has it; the words say which."""
    compiled = ModuleType("users_compiled")
    compiled.__file__ = str(tmp_path / f"users_compiled{EXTENSION_SUFFIXES[0]}")

    def f(x: float = 1.0) -> float:
        return float(compiled.times(x))

    model = as_model(f)
    with pytest.raises(TypeError, match=r"users_compiled.*cannot be read"):
        pack(engine_for("auto", model, model.parameters({})))
    with pytest.raises(UnknownError, match=r"users_compiled.*cannot be read"):
        fingerprint([f])


@pytest.mark.parametrize("word", ["In", "Out"])
def test_names_that_ipython_has_are_a_persons_too(word: str) -> None:
    """Where they stand for what equations can mean, such as a current that goes in."""
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec(f"{word} = 3.0\ndef f(x=1.0): return globals()['{word}'], 'dv/dt = {word}/tau : 1'", scope)
    equations = {"__name__": "__main__", word: 3.0}
    exec(f"def f(x=1.0): return 'dv/dt = {word}/tau : 1'", equations)
    for function in (scope["f"], equations["f"]):
        model = as_model(function)
        arrived = unpack(pack(engine_for("auto", model, model.parameters({})))).functions[0]
        assert arrived.__globals__[word] == 3.0
    scope["_ih"] = scope["_oh"] = scope[word] = ["what was written in all cells", scope]
    names = next(iter(Reach([scope["f"]])))[1]
    assert word not in names


USES: dict[str, Any] = {
    "call": lambda thing: thing(),
    "read": lambda thing: thing.weights,
    "set": lambda thing: setattr(thing, "weights", 1),
    "delete": lambda thing: delattr(thing, "weights"),
    "add": lambda thing: 1 + thing,
    "add in place": lambda thing: operator.iadd(thing, 1),
    "or": lambda thing: thing | 1,
    "invert": lambda thing: ~thing,
    "positive": lambda thing: +thing,
    "round": round,
    "divmod": lambda thing: divmod(7, thing),
    "shift": lambda thing: 1 << thing,
    "path": os.fspath,
    "array": np.asarray,
    "ufunc": np.sin,
    "isinstance": lambda thing: isinstance(1, thing),
    "base": lambda thing: type("Derived", (thing,), {}),
}


@pytest.mark.parametrize("use", USES)
def test_what_was_not_sent_says_so_whatever_is_done_with_it(use: str) -> None:
    """A placeholder that takes anything silently would compute something else."""
    with pytest.raises(NotSentError, match="the words"):
        USES[use](NotSent("the words"))


def test_what_brian_compiled_here_stays_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if code may import any module: a worker could not find it."""
    # Not written as one: whatever a text names may be imported.
    compiled = ModuleType(f"_cython_magic_{0:d}")
    compiled.__file__ = f"/nowhere/compiled{EXTENSION_SUFFIXES[0]}"
    monkeypatch.setitem(sys.modules, compiled.__name__, compiled)
    for name, module in list(sys.modules.items()):  # all that it could mean is looked at
        users = isinstance(module, ModuleType) and is_users_scope(vars(module))
        if users and name not in {"__main__", compiled.__name__}:
            monkeypatch.delitem(sys.modules, name)
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec("def f(x=1.0): return __import__('ma' + 'th').sqrt(x)", scope)
    assert Reach([scope["f"]]).compiled == {}


def test_a_librarys_marker_stays_what_it_is() -> None:
    """Code asks whether something is it; a copy is not, and matplotlib fails on one."""
    import dataclasses

    import matplotlib as mpl
    from matplotlib.rcsetup import _auto_backend_sentinel as unchosen

    own = object()
    mine = {"missing": dataclasses.MISSING, "unchosen": unchosen, "own": own, "again": own}

    def function() -> Any:
        return mine, mpl.RcParams

    settings = mpl.rcParams.copy()
    dict.__setitem__(settings, "backend", unchosen)
    mine["settings"] = settings
    model = as_model(function)
    arrived, _ = unpack(pack(engine_for("auto", model, model.parameters({})))).functions[0]()
    assert arrived["missing"] is dataclasses.MISSING
    assert arrived["unchosen"] is unchosen
    assert arrived["own"] is arrived["again"] is not own
    assert dict.__getitem__(arrived["settings"], "backend") is unchosen


ENUMS = """
import enum
class Kind(enum.Enum):
    SLOW = (10.0, "slow")
    FAST = (2.0, "fast")
    QUICK = (2.0, "fast")
    def __init__(self, tau, label):
        self.tau, self.label = tau, label
    @classmethod
    def best(cls):
        return cls.FAST
class Planet(enum.Enum):
    EARTH = (1.0, 2.0)
    def __new__(cls, mass, radius):
        made = object.__new__(cls)
        made._value_, made.radius = mass, radius
        return made
class Half(float, enum.Enum):
    HALF = 0.5
    def __init__(self, value):
        self.twice = 2 * value
class Ways(enum.Flag):
    READ = 1
    WRITE = 2
    BOTH = 3
"""


@pytest.mark.parametrize(
    "asked",
    [
        "Kind.SLOW.tau, Kind.QUICK.name, Kind.best().label, list(Kind.__members__)",
        "Planet(1.0).radius, Planet.EARTH.name",
        "Half.HALF.twice, Half.HALF + 1",
        "Ways.BOTH.name, str(Ways.READ | Ways.WRITE), len(Ways), list(Ways.__members__)",
    ],
)
def test_enums_arrive_with_all_that_is_in_them(asked: str) -> None:
    """Attributes of members, other names of one, flags of several."""
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec(f"{ENUMS}\ndef f(x=1.0): return {asked}", scope)
    model = as_model(scope["f"])
    packed = pack(engine_for("auto", model, model.parameters({})))
    assert unpack(packed).functions[0]() == scope["f"]()


SLOTS = """
import dataclasses, typing, weakref

class Private:
    __slots__ = ("left", "__hidden", "__weakref__")
    other_name = None
    def __init__(self, left, hidden):
        self.left, self.__hidden = left, hidden
    def hidden(self):
        return self.__hidden

Private.other_name = Private.left

class Derived(Private):
    __slots__ = {"extra": "with words"}

class WithDict(Private):
    __slots__ = ("__dict__",)

@dataclasses.dataclass(slots=True)
class Data:
    a: float = 1.0

class Pair(typing.NamedTuple):
    first: float
    second: float = 10.0

class Empty:
    __slots__ = ()

made = Derived(1, 2)

def f(x=1.0):
    one, data, free = Derived(3, 4), Data(5.0), WithDict(6, 7)
    one.extra, free.anything = 8, 9
    for thing, name in ((one, "unknown"), (data, "b"), (Private(1, 2), "extra"), (Empty(), "a")):
        try:
            setattr(thing, name, 0)
        except AttributeError:
            continue
        raise AssertionError(name)
    assert weakref.ref(one)() is one and one.other_name == 3
    assert not hasattr(one, "__dict__") and Derived.__slots__ == {"extra": "with words"}
    hidden = [made.hidden(), one.hidden(), free.hidden()]
    return [*Pair(0.0), *hidden, data.a, one.extra, free.anything]
"""


def test_a_class_with_slots_arrives_with_them() -> None:
    """Private ones, too; and nothing that is none can be set."""
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec(SLOTS, scope)
    model = as_model(scope["f"])
    packed = pack(engine_for("auto", model, model.parameters({})))
    assert unpack(packed).functions[0]() == scope["f"]() == [0.0, 10.0, 2, 4, 7, 5.0, 8, 9]
