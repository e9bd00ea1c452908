"""What models are made of, in the odder of its forms: written into a script, it is the same."""

from __future__ import annotations

import re
import textwrap

import pytest
from written_scripts import executed, module_of, script_text

_CASES = {
    "one list under a name and in a dict": """
        A = [1, 2]
        B = A
        C = {"a": A, "b": [A]}

        def values():
            A.append(3)
            return B, C
    """,
    "parts of arrays": """
        import numpy as np

        Z = np.arange(12.0).reshape(3, 4)
        A = Z.T
        B = Z[::-1, 1:3]
        C = Z.view(np.int64)[0]
        D = [Z[1], 2]

        def values():
            B[0] = 7
            D[0][0] = 5
            return Z.tolist(), A.tolist(), C.tolist(), D[0].tolist()
    """,
    "dicts whose items are attributes": """
        from brian2 import ms

        class Parameters(dict):
            __slots__ = ()
            __getattr__ = dict.__getitem__
            __setattr__ = dict.__setitem__

        class Rates(list):
            unit = "Hz"

        P = Parameters(tau=3*ms, cell=Parameters(sizes=[1, Parameters(n=2)]))
        R = Rates([1, 2])
        R.note = "measured"

        def values():
            return P.tau, P.cell.sizes[1].n, R, R.unit, R.note
    """,
    "data classes that name each other, and typing by its module": """
        import dataclasses
        import typing
        import typing as ty
        from dataclasses import dataclass

        @dataclass
        class Node:
            children: list[Node] = dataclasses.field(default_factory=list)
            known: typing.ClassVar[dict] = {}
            size: dataclasses.InitVar[int] = 5
            leaf: Leaf = None

            def __post_init__(self, size):
                Node.known[size] = len(self.children)

        @dataclass
        class Leaf:
            above: Node = None
            kind: ty.ClassVar[list] = [1]

        TREE = Node([Node(size=3)], 7, Leaf())
        TREE.leaf.above = Node(size=8)

        def values():
            return TREE.children[0].size, Node.known, TREE.leaf.above.children, Leaf.kind
    """,
    "generic classes": """
        import abc
        import typing as ty
        from typing import Generic, NewType, ParamSpec, TypeVar

        class Base(abc.ABC):
            @abc.abstractmethod
            def value(self): ...

        T = TypeVar("T")
        V = ty.TypeVar("V", bound=Base, covariant=True)
        K = TypeVar("K", int, float)
        Q = ParamSpec("Q")
        Size = NewType("Size", int)

        class Concrete(Base, Generic[T, V, K, Q]):
            def value(self):
                return Size(5)

        ONE = Concrete()

        def values():
            return ONE.value(), V.__bound__ is Base, V.__covariant__, K.__constraints__
    """,
    "defaults that were quantities and arrays": """
        import numpy as np
        from brian2 import ms

        TAU = 4*ms

        def values(tau=TAU, taus=[TAU], weights=np.ones(2)):
            return tau, taus, weights

        TAU = 9*ms
        values.__defaults__[2][0] = 5
    """,
    "page breaks and separators in a source": """
        def before():
            return 1
        \f
        def text():
            return "a\u2028b\x1cc", before()
        \f
        def values():
            return text()
    """,
    "things of installed libraries by another name": """
        from os import environ as variables
        from os.path import join as joined

        def values():
            return "PATH" in variables, joined("a", "b")
    """,
}


@pytest.mark.parametrize("name", _CASES)
def test_models_of_odd_things(name: str) -> None:
    module = module_of(textwrap.dedent(_CASES[name]))
    values = executed(module, ["values"])["values"]
    where = re.compile(r"<class '\w+\.|constants_\d+\.")
    assert where.sub("", repr(values())) == where.sub("", repr(module.values()))


def test_functions_are_imported_from_where_every_version_has_them() -> None:
    module = module_of(
        "from scipy.signal import butter\n\ndef values():\n    return butter(2, 0.2)"
    )
    text = script_text(module, ["values"])
    assert "from scipy.signal import butter" in text
    module = module_of("import threading\n\ndef values():\n    return threading.Lock()")
    assert "import threading" in script_text(module, ["values"]).splitlines()  # not from brian2
