"""What a compiler may compute with, told from the code: never too little."""

from __future__ import annotations

import pytest

from brian_sweep_widget.engines.compiled.folding import foldable
from brian_sweep_widget.engines.compiled.lifting import Slot
from brian_sweep_widget.engines.compiled.literals import find_literals, is_whole

LOAD = "double v = _ptr_v[_idx];\n"
STORE = "_ptr_v[_idx] = v;\n"


def folds(code: str, path: str = "code_objects/some.cpp") -> bool:
    """Whether the first number of some code is one to compute with."""
    literal = find_literals(code)[0]
    kind = "int" if is_whole(literal.text) else "real"
    return bool(foldable({path: code}, [Slot(path, 0, kind)]))


FIXED = {
    "added to an element": "const double w = 0.5;\n_ptr_v[_idx] += w;",
    "added between load and store": f"const double w = 0.5;\n{LOAD}v += w;\n{STORE}",
    "added on a condition": f"const double w = 0.5;\n{LOAD}if(free) v -= w;\n{STORE}",
    "assigned": f"const double w = 0.5;\ndouble v;\nv = w;\n{STORE}",
    "added to a whole number": "const double w = 0.5;\nconst int32_t i = _ptr_i[_idx];\n"
    "double x;\nx = w + i;\n_ptr_x[_idx] = x;",
    "a threshold": "const double w = 0.5;\nconst double v = _ptr_v[_idx];\n"
    "const char _cond = v > w;",
    "not used": "const double w = 0.5;",
    "only named in a comment": "const double w = 0.5;\n// v = w * 3.0;",
    "how many": "const int64_t N = 40;\nconst int _N = N;\nfor(int _idx=0; _idx<_N; _idx++)\n"
    "{ double v = 0.1 * _ptr_v[_idx]; }",
    "an address": "const int64_t N = 40;\n_ptr_space[2*N + 1] = count;",
    "whole numbers that are multiplied": "const int64_t N = 40;\nconst int k = 3;\n"
    "const int64_t both = N * k;\n_ptr_space[both] = 1;",
    "in a function": "if (i < 0 || i >= 12) return 0;\nreturn values[step*12 + i];",
    "how many random numbers": "const int64_t N = 40;\nfor(int i=0; i<N; i++)\n"
    "{ _ptr_v[i] = exp(_rand(i)); }",
}
FREE = {
    "a divisor": f"const double w = 0.5;\n{LOAD}v = v / w;\n{STORE}",
    "a factor": f"const double w = 0.5;\n{LOAD}v = w * v;\n{STORE}",
    "a term of a sum": "const double w = 0.5;\ndouble x;\nx = a + b + w;\n_ptr_x[_idx] = x;",
    "an argument": "const double w = 0.5;\nconst double _lio_1 = exp(w);",
    "added twice": f"const double w = 0.5;\nconst double u = 2.0;\n{LOAD}v += w;\nv += u;\n{STORE}",
    "added, then used": f"const double w = 0.5;\n{LOAD}v += w;\nx = v * 3.0;\n{STORE}",
    "copied, then divided by": "const double w = 0.5;\nconst double u = w;\nx = y / u;",
    "added to a constant": "const double w = 0.5;\nconst double u = 2.0;\ndouble x;\n"
    "x = w + u;\n_ptr_x[_idx] = x;",
    "a threshold of a sum": "const double w = 0.5;\nconst double v = _ptr_v[_idx] + 2.0;\n"
    "const char _cond = v > w;",
    "in a formula": "x = (y - 0.25) / 3.0;",
    "a whole divisor": "const int64_t N = 40;\nconst double _lio_1 = 1.0f*1.0/N;",
    "a whole number among reals": "const int64_t N = 40;\ndouble x;\nx = N + y + z;",
    "a whole factor": "const int64_t N = 40;\ndouble y = _ptr_y[_idx];\nx = N * y;",
    "a copy among reals": "const int64_t N = 40;\nconst int _N = N;\nx = 0.5 * _N;",
    "how many exponentials": "const int64_t N = 40;\nconst int _N = N;\n"
    "for(int _idx=0; _idx<_N; _idx++)\n{ _ptr_v[_idx] = exp(_ptr_w[_idx]); }",
    "not declared": "x = y * 0.25;",
}


@pytest.mark.parametrize("what", FIXED)
def test_numbers_that_leave_no_choice(what: str) -> None:
    """They are stored, added once, compared, or count."""
    assert not folds(FIXED[what])


@pytest.mark.parametrize("what", FREE)
def test_numbers_to_compute_with(what: str) -> None:
    """They are parts of formulas."""
    assert folds(FREE[what])


def test_bookkeeping() -> None:
    """Sizes, time steps and durations are handed on; expressions are not taken for these."""
    assert not folds("brian::_array_defaultclock_dt[0] = 0.0001;", "main.cpp")
    assert not folds("    network.run(0.1, NULL, 10.0);", "main.cpp")
    assert not folds("const int _num__array_v = 4000;", "objects.cpp")
    assert folds("x = y*0.25;", "main.cpp")


def test_entries_are_numbered_as_the_slots_are() -> None:
    """Whatever their order in the sources."""
    code = "const double w = 0.5;\nconst double u = 0.25;\n_ptr_v[_idx] += w;\nx = y / u;"
    slots = [Slot("a.cpp", 1, "real"), Slot("a.cpp", 0, "real")]
    assert foldable({"a.cpp": code}, slots) == {0}
