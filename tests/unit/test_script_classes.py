"""Classes in scripts: what was changed in them after they were defined is what it was."""

from __future__ import annotations

import pytest
from written_scripts import executed, module_of, script_text

_CLASSES = """
import threading
from dataclasses import dataclass, field
from brian2 import Quantity, mV, ms
import numpy as np

def made(size):
    CALLS.append(size)
    return [size] * size

CALLS = []
GAIN = 2.0
FLAG = True

class Config:
    weights = np.zeros(3)
    table = dict(x=0)
    items = [1]
    by_user = made(2)
    tau = 5*ms
    taus = np.array([1, 2])*ms
    numbers = np.arange(20_000)
    lock = threading.Lock()
    half = GAIN / 2
    size = 4
    step = size / 2
    __private = np.ones(2)
    if FLAG:
        chosen = np.zeros(2)
        class Conditional:
            pass

    class Inner:
        values = np.zeros(2)

        class Deep:
            names = list("ab")

    def method(self, gain=GAIN, *, table=np.zeros(2)):
        return gain, table, self.__private

    @classmethod
    def of_class(cls, rates=[1]):
        return rates

@dataclass
class Fields:
    tau: float = field(default=1.0)
    items: list = field(default_factory=list)
    size: int = 3

class Base:
    known = {}
    default = None

    def __init_subclass__(cls):
        Base.known[cls.__name__] = cls

class Child(Base):
    pass

def function(values=np.zeros(2), table=made(1), lock=threading.Lock()):
    return values, table
"""

_CHANGES = """
Config.weights[0] = 3
Config.table["x"] = 1
Config.items.append(2)
Config.by_user[1] = 7
Config.taus[1] = 8*ms
Config.tau = 6*ms
Config.size = 8
Config.step = 4.0
Config._Config__private[1] = 5
Config.chosen[1] = 9
Config.Inner.values[0] = 1.5
Config.Inner.Deep.names.append("c")
Config.of_class(Config.of_class().append(3))
Config.method.__kwdefaults__["table"][1] = 4
GAIN = 7.0
Fields.size = 4
Base.default = Child()
function.__defaults__[0][1] = 3
function.__defaults__[1].append(4)
function.note = np.ones(1)
"""

_VALUES = """
def values():
    return {
        "weights": Config.weights, "table": Config.table, "items": Config.items,
        "by_user": Config.by_user, "tau": Config.tau, "taus": Config.taus, "half": Config.half,
        "step": Config.step, "size": Config.size, "chosen": Config.chosen,
        "inner": Config.Inner.values, "deep": Config.Inner.Deep.names,
        "method": Config().method(), "of_class": Config.of_class(), "fields": Fields(),
        "size_of_fields": Fields.size, "function": function(), "note": function.note,
        "known": sorted(Base.known), "default": type(Base.default).__name__,
        "numbers": Config.numbers[-1],
    }
"""


@pytest.mark.parametrize("changes", ["", _CHANGES], ids=["as defined", "changed"])
def test_what_was_changed_in_a_class_or_a_default(changes: str) -> None:
    module = module_of(_CLASSES + _VALUES)
    exec(changes or "Base.default = Child(); function.note = 1", vars(module))
    found = executed(module, ["values"])["values"]()
    for name, value in module.values().items():
        assert repr(found[name]) == repr(value), name


def test_what_a_source_says_as_it_is_now_is_not_written_again() -> None:
    module = module_of(_CLASSES + _VALUES)
    exec("Base.default = Child(); function.note = 1", vars(module))
    text = script_text(module, ["values"])
    for name in ("weights", "table", "items", "tau", "taus", "numbers", "step", "Inner.values"):
        assert f"Config.{name} = " not in text
    assert "Fields.tau = " not in text


def test_what_cannot_be_written_and_may_have_changed_is_told() -> None:
    module = module_of(_CLASSES + _VALUES)
    text = script_text(module, ["Config"])
    assert "# Config.lock is made anew here, whatever was changed in it since: a lock" in text
    module.Config.numbers[0] = 7
    with pytest.raises(ValueError, match=r"Config\.numbers is an array of 20000 numbers"):
        script_text(module, ["Config"])
