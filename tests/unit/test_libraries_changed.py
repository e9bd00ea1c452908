"""What a job sets in an installed library is as it was for the next one."""

from __future__ import annotations

import builtins
import math
import multiprocessing
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import brian2
import matplotlib as mpl
import mpmath
import numpy as np
import pandas as pd
import pytest
import scipy.constants as units
import scipy.special
import scipy.stats
from brian2 import Network, NeuronGroup, ms
from matplotlib.colors import ListedColormap
from xarray import get_options, set_options

from brian_sweep_widget import network_model
from brian_sweep_widget.engines import pack
from brian_sweep_widget.engines.choice import engine_for
from brian_sweep_widget.engines.compiled.model_traces import ModelTraces
from brian_sweep_widget.engines.compiled.tracing import Tracer
from brian_sweep_widget.engines.context import BrianContext
from brian_sweep_widget.engines.fingerprint import fingerprint
from brian_sweep_widget.engines.libraries_changed import (
    libraries_kept,
    own_in_libraries,
    places_set_by,
)
from brian_sweep_widget.engines.packing import unpack, unpack_as
from brian_sweep_widget.engines.process_settings import ProcessSettings
from brian_sweep_widget.engines.worker import compute
from brian_sweep_widget.models import as_model
from brian_sweep_widget.sweeps import Job


def of_an_instance() -> None:
    scipy.stats.norm.random_state = 3


def of_a_module() -> None:
    np.random.rand = lambda: 0.5


def of_python() -> None:
    builtins.sum = lambda _: 42


def of_a_class() -> None:
    NeuronGroup.add_to_magic_network = False


def imported_inside() -> None:
    import scipy.constants as inside
    from scipy.constants import physical_constants

    inside.c += 1
    physical_constants["electron mass"] = (1.0, "kg", 0.0)


def by_another_name() -> None:
    context = mpmath.mp
    context.dps = 50


def by_setattr() -> None:
    for name in ("sin", "cos"):
        setattr(math, name, abs)


def by_patching() -> None:
    mock.patch("numpy.exp", np.tan).start()
    mock.patch.object(np, "log", np.tan).start()


def added() -> None:
    units.of_mine = 1


def deleted() -> None:
    del np.hanning


def added_to_a_container() -> None:
    units.physical_constants.update({"of mine": (1.0, "kg", 0.0)})
    brian2.DEFAULT_FUNCTIONS["of_mine"] = 1


# In a cell of its own: code with sys.modules in it can mean whatever its module names.
CELL: dict[str, Any] = {"__name__": "__main__"}
exec("import sys\ndef replaced_module():\n    sys.modules['scipy.stats'] = sys", CELL)
replaced_module = CELL["replaced_module"]


def as_an_option() -> None:
    pd.options.display.precision = 3


def by_functions_for_it() -> None:
    pd.set_option("compute.use_bottleneck", not pd.get_option("compute.use_bottleneck"))
    set_options(keep_attrs=False)
    scipy.special.seterr(all="raise")


def in_another_way() -> None:
    import multiprocessing

    multiprocessing.set_start_method("spawn", force=True)
    mpmath.mp.prec = 70


def registered() -> None:
    ones = brian2.ExplicitStateUpdater("x_new = x + dt*f(x,t)")
    brian2.StateUpdateMethod.register("of_mine", ones)
    mpl.colormaps.register(ListedColormap(["red"], name="of_mine"))


def in_a_method() -> None:
    class Setter:
        def __call__(self) -> None:
            mpmath.mp.prec = 500

    Setter()()


CHANGES: dict[Callable[[], None], Callable[[], Any]] = {
    of_an_instance: lambda: scipy.stats.norm.random_state,
    of_a_module: lambda: np.random.rand,
    of_python: lambda: builtins.sum,
    of_a_class: lambda: vars(NeuronGroup)["add_to_magic_network"],
    imported_inside: lambda: (units.c, units.physical_constants["electron mass"]),
    by_another_name: lambda: mpmath.mp.prec,
    by_setattr: lambda: (math.sin, math.cos),
    by_patching: lambda: (np.exp, np.log),
    added: lambda: hasattr(units, "of_mine"),
    deleted: lambda: hasattr(np, "hanning"),
    added_to_a_container: lambda: (
        "of mine" in units.physical_constants,
        "of_mine" in brian2.DEFAULT_FUNCTIONS,
    ),
    replaced_module: lambda: sys.modules["scipy.stats"],
    as_an_option: lambda: pd.options.display.precision,
    by_functions_for_it: lambda: (
        pd.get_option("compute.use_bottleneck"),
        get_options()["keep_attrs"],
        scipy.special.geterr(),
    ),
    in_another_way: lambda: (multiprocessing.get_start_method(allow_none=True), mpmath.mp.prec),
    registered: lambda: (
        list(brian2.StateUpdateMethod.stateupdaters),
        list(mpl.colormaps),
    ),
    in_a_method: lambda: mpmath.mp.prec,
}


def packed(function: Callable[..., Any]) -> bytes:
    return pack(SimpleNamespace(functions=[function], settings=ProcessSettings()))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_is_set_is_put_back(change: Callable[[], None]) -> None:
    """However the code gets there."""
    read = CHANGES[change]
    before, sent = read(), packed(change)
    with libraries_kept():
        unpack(sent).functions[0]()
        changed = read()
    assert changed != before
    assert read() == before


def test_what_a_module_sets_when_it_is_imported_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the worker, for the first time."""
    (tmp_path / "setting_in_a_test.py").write_text(
        "import scipy.constants as c\nc.g = 10\ndef half():\n    c.h = 0.5\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    def gravity() -> float:
        import setting_in_a_test

        setting_in_a_test.half()
        return units.g * units.h

    before, sent = (units.g, units.h), packed(gravity)
    with libraries_kept():
        assert unpack(sent).functions[0]() == 5
    monkeypatch.delitem(sys.modules, "setting_in_a_test")
    assert (units.g, units.h) == before


def test_functions_that_stand_in_a_library_in_the_notebook_do_so_for_the_job(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A worker has a library of its own; and another function is another model."""

    def halves(size: int = 1) -> Any:
        return np.full(size, 0.5)

    def thirds(size: int = 1) -> Any:
        return np.full(size, 1 / 3)

    def drawn(x: float = 1.0) -> float:
        return x * float(np.random.rand(1)[0])

    own = np.random.rand
    sent, names = [], []
    for fake in (halves, thirds):
        monkeypatch.setattr(np.random, "rand", fake)
        names.append(fingerprint([drawn]))
        model = as_model(drawn)
        sent.append(pack(engine_for("auto", model, model.parameters({}))))
    monkeypatch.undo()
    found = [compute(one, Job((0,), {"x": 1.0}, seed=1)).values["drawn"].si for one in sent]
    assert found == [0.5, 1 / 3]
    assert np.random.rand is own
    assert len({*names, fingerprint([drawn])}) == 3


@pytest.mark.parametrize(
    "code",
    [
        "from scipy import constants\ndef f(x=1.0): return x * constants.g",
        "import scipy.constants as k\ndef f(x=1.0): return x * k.g",
        "def f(x=1.0):\n    import scipy.constants\n    return x * scipy.constants.g",
        "def f(x=1.0):\n    from scipy.constants import g\n    return x * g",
    ],
)
def test_numbers_that_a_cell_sets_in_a_library_hold_for_the_job(
    monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """A worker has a library of its own; and another number is another model."""
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec(code, scope)
    model = as_model(scope["f"])
    own, sent, names = units.g, [], [fingerprint([scope["f"]])]
    for number in (1.5, 2):
        monkeypatch.setattr(units, "g", number)
        names.append(fingerprint([scope["f"]]))
        sent.append(pack(engine_for("auto", model, model.parameters({}))))
    monkeypatch.undo()
    found = [compute(one, Job((0,), {"x": 1.0}, seed=1)).values["f"].si for one in sent]
    assert found == [1.5, 2]
    assert units.g == own
    assert len(set(names)) == 3


def test_what_nobody_can_set_is_left_alone() -> None:
    """The code sets attributes of the same names on other things."""

    def f(x: float = 1.0) -> float:
        own = SimpleNamespace()
        own.__name__, own.data = locals, np.ma.masked  # these have them, too
        return x * float(own.data is np.ma.masked)

    model = as_model(f)
    outcome = compute(
        pack(engine_for("auto", model, model.parameters({}))), Job((0,), {"x": 2.0}, seed=1)
    )
    assert outcome.values["f"].si == 2.0


@pytest.mark.parametrize(
    "code",
    [
        # They may be others on another system.
        "import os, signal, sys\ndef f(): return os.O_CREAT, sys.maxsize, signal.SIGINT",
        # A library made them in a scope of their own, as for a signature.
        "from hypothesis import strategies\ndef f(): return strategies.integers",
        # A library's state, not a constant.
        "import brian2\ndef f(): return brian2.BrianLogger.console_handler.level",
        "import brian_sweep_widget.runs.answers as a\ndef f(): return a.LOOK",
    ],
)
def test_what_is_not_a_persons_stays_as_it_is_in_the_worker(code: str) -> None:
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec(code, scope)
    assert own_in_libraries(scope["f"].__code__, scope) == {}


def test_an_interrupted_return_is_finished_before_the_next_job(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As with the rest of the process."""
    before = math.sin
    sent = packed(by_setattr)
    manager = libraries_kept()
    manager.__enter__()
    unpack(sent).functions[0]()
    monkeypatch.setattr(
        "brian_sweep_widget.engines.libraries_changed._attribute",
        mock.Mock(side_effect=KeyboardInterrupt),
    )
    with pytest.raises(KeyboardInterrupt):
        manager.__exit__(None, None, None)
    monkeypatch.undo()
    assert math.sin is abs
    with libraries_kept():
        assert math.sin is before


def test_the_next_job_computes_with_the_library_as_it_was() -> None:
    """Each function sets something for some values only."""

    def narrow(x: float = 1.0) -> float:
        if x > 2:
            mpmath.mp.dps = 50
        return float(mpmath.mpf(1) / 3 * 3 - 1 == 0) + mpmath.mp.dps

    model = as_model(narrow)
    sent = pack(engine_for("auto", model, model.parameters({})))
    found = [compute(sent, Job((0,), {"x": x}, seed=1)).values["narrow"].si for x in (1, 3, 1)]
    assert found == [16, 51, 16]


def test_a_module_that_a_job_loads_stays_in_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the code may set what the text names: to import it again would not put it there."""

    def loading(x: float = 1.0) -> float:
        own = SimpleNamespace()
        for name in ("first", "second"):
            setattr(own, name, "email.mime.nonmultipart")
        import email.mime.nonmultipart

        return x * float(email.mime.nonmultipart.__name__ == own.first)

    monkeypatch.delitem(sys.modules, "email.mime.nonmultipart", raising=False)
    monkeypatch.delattr("email.mime.nonmultipart", raising=False)
    model = as_model(loading)
    sent = pack(engine_for("auto", model, model.parameters({})))
    found = [compute(sent, Job((0,), {"x": x}, seed=1)).values["loading"].si for x in (1, 2)]
    assert found == [1, 2]


def test_a_trace_leaves_libraries_as_they_were() -> None:
    """The next is one of another model perhaps."""

    @network_model(duration=1 * ms)
    def model(x: float = 1.0) -> Network:
        units.c = x
        return Network(NeuronGroup(1, "v : 1"))

    before = units.c
    sent = pack(Tracer(model, model.parameters({}), BrianContext()))
    ModelTraces(lambda: unpack_as(sent, Tracer)).trace({"x": 1.0, "duration": 1e-3}, 1)
    assert units.c == before


def test_what_cannot_be_put_back_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or it would change other numbers without a word."""

    class Stubborn:
        def __delattr__(self, name: str) -> None:
            msg = "kept for ever"
            raise AttributeError(msg)

    def setting(x: float = 1.0) -> float:
        units.stubborn.level = x
        return x

    monkeypatch.setattr(units, "stubborn", Stubborn(), raising=False)
    model = as_model(setting)
    sent = pack(engine_for("auto", model, model.parameters({})))
    outcome = compute(sent, Job((0,), {"x": 2.0}, seed=1))
    assert outcome.status == "failed"
    assert "the model sets level of" in outcome.error
    assert "kept for ever" in outcome.error


def test_what_is_not_of_a_library_is_let_be() -> None:
    """Objects of the model, and Brian's settings, which every job gets anew."""

    class Own:
        pass

    def change() -> None:
        own = Own()
        own.precision = own.c = 1
        setattr(own, "", 2)
        brian2.prefs.codegen.target = "cython"
        [][:] = [1]

    assert not places_set_by(change.__code__, globals())
