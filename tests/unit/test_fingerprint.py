"""Fingerprints: another one for every change that could matter, the same for none."""

from __future__ import annotations

import functools
import importlib
import itertools
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brian_sweep_widget.engines import UnknownError, fingerprint, installed

_count = itertools.count()


def defined(code: str, **names: Any) -> Callable[..., Any]:
    """Run code as a notebook's cell, and give its function ``f``."""
    scope: dict[str, Any] = {"__name__": "__main__", "np": np, "functools": functools, **names}
    name = f"{tempfile.gettempdir()}/cell_{next(_count)}.py"
    exec(compile(textwrap.dedent(code), name, "exec"), scope)
    return scope["f"]  # type: ignore[no-any-return]


def of(code: str, **names: Any) -> bytes:
    """Name the function ``f`` of some code."""
    return fingerprint([defined(code, **names)])


USES = "def f(x=1.0):\n    return x * K\n"

DOUBLES = """
def d(g):
    @functools.wraps(g)
    def inner(x=1): return 2 * g(x)
    return inner
"""

CHANGES = {
    "body": ("def f(x=1.0): return x", "def f(x=1.0): return x + x"),
    "operator": ("def f(x=1.0): return x + 2", "def f(x=1.0): return x - 2"),
    "constant": ("def f(x=1.0): return 2 * x", "def f(x=1.0): return 3 * x"),
    "kind of constant": ("def f(x=1.0): return 2 * x", "def f(x=1.0): return 2.0 * x"),
    "set in code": ("def f(x=1): return x in {1, 2}", "def f(x=1): return x in {1, 3}"),
    "default": ("def f(x=1.0): return x", "def f(x=2.0): return x"),
    "keyword default": ("def f(*, x=1.0): return x", "def f(*, x=2.0): return x"),
    "inner function": (
        "def f(x=1):\n    def g(): return 1\n    return g()",
        "def f(x=1):\n    def g(): return 2\n    return g()",
    ),
    "global": ("K = 1.0\n" + USES, "K = 2.0\n" + USES),
    "kind of global": ("K = 1\n" + USES, "K = 1.0\n" + USES),
    "list": ("K = [1, [2]]\n" + USES, "K = [1, [3]]\n" + USES),
    "tuple for list": ("K = [1, 2]\n" + USES, "K = (1, 2)\n" + USES),
    "dict": ("K = {'a': {'b': 1}}\n" + USES, "K = {'a': {'b': 2}}\n" + USES),
    "order of a dict": ("K = {'a': 1, 'b': 1}\n" + USES, "K = {'b': 1, 'a': 1}\n" + USES),
    "array": ("K = np.arange(4)\n" + USES, "K = np.arange(1, 5)\n" + USES),
    "type of array": ("K = np.zeros(2)\n" + USES, "K = np.zeros(4, 'f4')\n" + USES),
    "shape of array": ("K = np.zeros((2, 3))\n" + USES, "K = np.zeros((3, 2))\n" + USES),
    "array of objects": (
        "K = np.array([1, 'a'], object)\n" + USES,
        "K = np.array([1, 'b'], object)\n" + USES,
    ),
    "last bit": ("K = 0.1\n" + USES, "K = np.nextafter(0.1, 1).item()\n" + USES),
    "helper": (
        "def g(): return 1\ndef f(x=1): return g()",
        "def g(): return 2\ndef f(x=1): return g()",
    ),
    "helper of a helper": (
        "def h(): return 1\ndef g(): return h()\ndef f(x=1): return g()",
        "def h(): return 2\ndef g(): return h()\ndef f(x=1): return g()",
    ),
    "recursive helper": (
        "def g(n): return n and g(n - 1)\ndef f(x=1): return g(x)",
        "def g(n): return n and g(n - 2)\ndef f(x=1): return g(x)",
    ),
    "closure": (
        "def make(k):\n    def f(x=1): return x * k\n    return f\nf = make(1)",
        "def make(k):\n    def f(x=1): return x * k\n    return f\nf = make(2)",
    ),
    "equations": (
        "def f(x=1): return 'dv/dt = -v/tau : 1'",
        "def f(x=1): return 'dv/dt = v/tau : 1'",
    ),
    "name in equations": (
        "tau = 1\ndef f(x=1): return 'dv/dt = -v/tau : 1'",
        "tau = 2\ndef f(x=1): return 'dv/dt = -v/tau : 1'",
    ),
    "name in global equations": (
        "tau = 1\neqs = 'dv/dt = -v/tau : 1'\ndef f(x=1): return eqs",
        "tau = 2\neqs = 'dv/dt = -v/tau : 1'\ndef f(x=1): return eqs",
    ),
    "class attribute": (
        "class C:\n    a = 1\ndef f(x=1): return C.a",
        "class C:\n    a = 2\ndef f(x=1): return C.a",
    ),
    "method": (
        "class C:\n    def m(self): return 1\ndef f(x=1): return C().m()",
        "class C:\n    def m(self): return 2\ndef f(x=1): return C().m()",
    ),
    "property": (
        "class C:\n    @property\n    def m(self): return 1\ndef f(x=1): return C().m",
        "class C:\n    @property\n    def m(self): return 2\ndef f(x=1): return C().m",
    ),
    "static method": (
        "class C:\n    @staticmethod\n    def m(): return 1\ndef f(x=1): return C.m()",
        "class C:\n    @staticmethod\n    def m(): return 2\ndef f(x=1): return C.m()",
    ),
    "base class": (
        "class B:\n    a = 1\nclass C(B): pass\ndef f(x=1): return C.a",
        "class B:\n    a = 2\nclass C(B): pass\ndef f(x=1): return C.a",
    ),
    "instance": (
        "class C:\n    def __init__(self, a): self.a = a\nK = C(1)\n" + USES,
        "class C:\n    def __init__(self, a): self.a = a\nK = C(2)\n" + USES,
    ),
    "method of an instance's class": (
        "class C:\n    def __call__(self): return 1\nK = C()\ndef f(x=1): return K()",
        "class C:\n    def __call__(self): return 2\nK = C()\ndef f(x=1): return K()",
    ),
    "dataclass": (
        "from dataclasses import dataclass\n@dataclass\nclass C:\n    a: int = 1\nK = C(1)\n"
        + USES,
        "from dataclasses import dataclass\n@dataclass\nclass C:\n    a: int = 1\nK = C(2)\n"
        + USES,
    ),
    "partial": (
        "def g(a, x): return a * x\nK = functools.partial(g, 1)\ndef f(x=1): return K(x)",
        "def g(a, x): return a * x\nK = functools.partial(g, 2)\ndef f(x=1): return K(x)",
    ),
    "cached helper": (
        "@functools.cache\ndef g(x): return x\ndef f(x=1): return g(x)",
        "@functools.cache\ndef g(x): return -x\ndef f(x=1): return g(x)",
    ),
    "bound method": (
        (
            "class C:\n    def __init__(self, a): self.a = a\n    def m(self): return self.a\n"
            "K = C(1).m\ndef f(x=1): return K()"
        ),
        (
            "class C:\n    def __init__(self, a): self.a = a\n    def m(self): return self.a\n"
            "K = C(2).m\ndef f(x=1): return K()"
        ),
    ),
    "decorated": (
        (DOUBLES + "@d\ndef f(x=1): return x"),
        (DOUBLES + "@d\ndef f(x=1): return -x"),
    ),
    "decorator": (
        (DOUBLES + "@d\ndef f(x=1): return x"),
        (DOUBLES.replace("2", "3") + "@d\ndef f(x=1): return x"),
    ),
    "a library's decorator": (
        "from brian2 import check_units\n@check_units(x=1)\ndef f(x=1): return x",
        "from brian2 import check_units\n@check_units(x=1)\ndef f(x=1): return -x",
    ),
    "library": ("def f(x=1): return np.sin(x)", "def f(x=1): return np.cos(x)"),
    "quantity": (
        "from brian2 import mV\nK = 1*mV\n" + USES,
        "from brian2 import mV\nK = 2*mV\n" + USES,
    ),
    "unit": ("from brian2 import mV\nK = mV\n" + USES, "from brian2 import mA\nK = mA\n" + USES),
    "generator's state": (
        "K = np.random.default_rng(1)\n" + USES,
        "K = np.random.default_rng(2)\n" + USES,
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_changes_it(what: str) -> None:
    """Of anything that the function refers to; and nothing else does."""
    before, after = CHANGES[what]
    assert of(before) != of(after)
    assert of(before) == of(before)  # from another file, at other addresses
    assert of("\n\n# moved, with a comment\n" + before) == of(before)


def test_what_is_not_referred_to_does_not_matter() -> None:
    """Other names beside the function."""
    assert of("J = 1\n" + USES, K=1.0) == of("J = 2\n" + USES, K=1.0)


def test_it_is_the_same_in_another_process(tmp_path: Path) -> None:
    """Whatever the order of sets there, and the addresses."""
    code = (
        "import numpy as np\nfrom brian2 import mV, ms\n"
        "from brian_sweep_widget import cuba\nfrom brian_sweep_widget.engines import fingerprint\n"
        "K = {'b', 'a', 'c', 1, (2, 3)}\nW = 1.62*mV\nA = np.arange(3.0)\n"
        "class C:\n    def m(self): return W\n"
        "def f(x=1.0, t=2*ms):\n    import scipy.signal\n"
        "    return x in {'q', 'r', 's'} or (K, A, C().m())\n"
        "measures = [m.function for m in cuba.measures.values()]\n"
        "print(fingerprint([f, cuba.builder, *measures], K, W).hex())\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    found = {
        subprocess.run(
            [sys.executable, str(script)],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(found) == 1
    assert len(found.pop().strip()) == 40


@pytest.fixture
def module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], ModuleType]]:
    """Give what makes, and makes anew, a helper module of the user's."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(code: str, name: str = "my_helpers") -> ModuleType:
        (tmp_path / f"{name}.py").write_text(code)
        sys.modules.pop(name, None)
        importlib.invalidate_caches()
        sys.dont_write_bytecode = True
        return importlib.import_module(name)

    yield make
    for name in ("my_helpers", "my_deeper_helpers"):
        sys.modules.pop(name, None)


IMPORTING = "import my_helpers\ndef f(x=1): return my_helpers.g(x)"
FROM = "from my_helpers import g\ndef f(x=1): return g(x)"
INSIDE = "def f(x=1):\n    import my_helpers\n    return my_helpers.g(x)"


@pytest.mark.parametrize("code", [IMPORTING, FROM, INSIDE])
def test_a_helper_modules_change_counts(code: str, module: Callable[[str], ModuleType]) -> None:
    """Where the function refers to it, and only there."""
    one = "A = 1\nB = 1\ndef h(x): return x * A\ndef g(x): return h(x)\ndef other(): return B\n"
    module(one)
    first = of(code)
    module(one.replace("B = 1", "B = 2"))
    assert of(code) == first
    module(one.replace("A = 1", "A = 2"))
    assert of(code) != first
    module(one.replace("x * A", "x + A"))
    assert of(code) != first
    module("# a comment\n" + one)
    assert of(code) == first


def test_what_is_in_memory_counts_not_the_file(module: Callable[[str], ModuleType]) -> None:
    """A module that was edited and not loaded again still runs its old code."""
    loaded = module("def g(x): return x\n")
    first = of(IMPORTING)
    assert loaded.__file__ is not None
    Path(loaded.__file__).write_text("def g(x): return -x\n")
    assert of(IMPORTING) == first


def test_a_module_of_a_notebooks_cells_is_its_code(tmp_path: Path) -> None:
    """Its file is no compiled one, and may change while its code stays."""
    helpers = ModuleType("cells")
    file = tmp_path / "cells.ipynb"
    file.write_text("{}")
    helpers.__file__ = str(file)
    names = []
    for constant in (2, 2, 3):
        exec(f"A = {constant}\ndef g(x): return x * A", vars(helpers))
        file.write_text(f"{{'edited': {len(names)}}}")
        names.append(of("def f(x=1): return helpers.g(x)", helpers=helpers))
    assert names[0] == names[1] != names[2]


def test_a_helpers_helper_module_counts(module: Callable[..., ModuleType]) -> None:
    """Modules that modules import."""
    upper = "import my_deeper_helpers\ndef g(x): return my_deeper_helpers.h(x)\n"
    module("def h(x): return x\n", "my_deeper_helpers")
    module(upper)
    first = of(IMPORTING)
    module("def h(x): return -x\n", "my_deeper_helpers")
    module(upper)
    assert of(IMPORTING) != first


def test_another_version_of_a_library_is_another_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one that the function uses, also where it imports it inside."""
    uses = (
        "def f(x=1): return np.sin(x)",
        "def f(x=1):\n    import numpy\n    return numpy.sin(x)",
    )
    before = [of(code) for code in (*uses, "def f(x=1): return x")]
    monkeypatch.setattr(installed, "library", lambda module: f"{module} 99")
    after = [of(code) for code in (*uses, "def f(x=1): return x")]
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert before[2] == after[2]


def generator() -> Iterator[int]:
    """Make one."""
    yield 1


@pytest.mark.parametrize(
    "value",
    [threading.Lock(), generator(), sys.stderr, memoryview(b"x"), {"inside": [generator()]}],
)
def test_what_cannot_be_told_is_told(value: Any) -> None:
    """With the name under which the function knows it, and its type."""
    with pytest.raises(UnknownError, match=r"whether K.*, which f refers to.* stays the same"):
        of(USES, K=value)


def test_objects_that_refer_to_themselves() -> None:
    """Have a name, too."""
    loop: list[Any] = [1]
    loop.append(loop)
    other: list[Any] = [2]
    other.append(other)
    assert of(USES, K=loop) == of(USES, K=loop)
    assert of(USES, K=loop) != of(USES, K=other)


def test_functions_without_source_have_a_name() -> None:
    """Code is enough."""
    assert fingerprint([lambda x=1: x]) != fingerprint([lambda x=1: -x])
    assert fingerprint([abs]) != fingerprint([max])


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(plain, plain)
def test_values_are_told_apart_as_python_writes_them(one: Any, other: Any) -> None:
    """Equal names for equal writing, and only then."""
    assert (fingerprint([], one) == fingerprint([], other)) == (repr(one) == repr(other))
