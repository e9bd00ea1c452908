"""Instances of classes as source code, where their state is plain data."""

from __future__ import annotations

import collections
import dataclasses
import enum
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, Protocol

from brian_sweep_widget.engines.installed import distribution_of
from brian_sweep_widget.engines.library_data import is_record
from brian_sweep_widget.engines.script.errors import ScriptError
from brian_sweep_widget.engines.script.origins import attribute
from brian_sweep_widget.engines.script.sources import read_class
from brian_sweep_widget.engines.sent_objects import of_typing

#: Where a script finds `restored`: who refers to the class refers to this function.
RESTORED = '''\
def restored(kind, state, items=()):
    """Make an object with these attributes, without what its class does when it makes one."""
    made = kind.__new__(kind)
    for name, value in state.items():
        object.__setattr__(made, name, value)
    if isinstance(made, dict):
        dict.update(made, items)
    elif isinstance(made, list):
        list.extend(made, items)
    return made
'''


class Restored:
    """Stands for the function in `RESTORED` when a value refers to it."""


class Writer(Protocol):
    """Writes any value."""

    def write(self, value: Any, name: str) -> str:
        """Give the expression of a value."""

    def module(self, name: str) -> str:
        """Give the expression of a module."""

    def refer(self, thing: Any, name: str) -> str:
        """Give the expression of a function, a class or a module."""


def write_instance(writer: Writer, value: Any, name: str) -> str:  # noqa: PLR0911 - a kind each
    """Write an instance of a class of Python's, Brian's or the user's; a record of any.

    Raises
    ------
    ScriptError
        If it is no plain data, or its class makes its instances in a way of its own.
    """
    kind = type(value)
    if isinstance(value, enum.Enum):
        return _member(writer, value, name)
    if kind is SimpleNamespace:
        return f"{writer.module('types')}.SimpleNamespace({_keywords(writer, vars(value), name)})"
    if kind.__module__ == "collections":
        return _collection(writer, value, name)
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        return _named_tuple(writer, value, name)
    if kind.__module__.partition(".")[0] == "brian2":
        return _of_brian(writer, value, name)
    made = of_typing(value)
    if made is not None:
        return _of_typing(writer, *made)
    if distribution_of(kind) and not is_record(value):
        return writer.refer(value, name)
    return _of_users_class(writer, value, name)


def _of_users_class(writer: Writer, value: Any, name: str) -> str:
    kind = type(value)
    if any(
        getattr(kind, one) is not getattr(object, one) for one in ("__reduce__", "__reduce_ex__")
    ):
        msg = f"{name} is a {kind.__name__}, which is pickled in a way of its own ({_REMEDY})"
        raise ScriptError(msg)
    setter = getattr(kind, "__setstate__", None)  # data classes with slots have dataclasses' own
    base = next((one for one in (dict, list) if isinstance(value, one)), object)
    makes = getattr(kind, "__new__", None) is not base.__new__
    if makes or getattr(setter, "__module__", "dataclasses") != "dataclasses":
        msg = f"{name} is a {kind.__name__}, whose class makes its objects itself ({_REMEDY})"
        raise ScriptError(msg)
    state = dict(_state(value))
    called = writer.refer(kind, kind.__name__)
    if dataclasses.is_dataclass(kind) and _is_made_by_fields(kind, state):
        return f"{called}({_keywords(writer, state, name)})"
    items = ", ".join(f"{key!r}: {writer.write(v, f'{name}.{key}')}" for key, v in state.items())
    called = f"{writer.refer(Restored, 'restored')}({called}, {{{items}}}"
    if base is object:
        return f"{called})"
    contents = dict(dict.items(value)) if base is dict else list(list.__iter__(value))
    return f"{called}, {writer.write(contents, name)})"


def is_made_by_call(kind: type) -> bool:
    """Whether a class was made by ``namedtuple(...)`` or ``Enum(...)``, not by a statement."""
    tuples = kind.__bases__ == (tuple,) and hasattr(kind, "_fields")
    if not tuples and [one.__module__ for one in kind.__bases__] != ["enum"]:
        return False
    try:
        read_class(kind)
    except ScriptError:
        return True
    return False


def write_call(writer: Writer, kind: Any) -> str:
    """Write the call that makes such a class."""
    if issubclass(kind, enum.Enum):
        members = [(name, member.value) for name, member in kind.__members__.items()]
        base = f"{writer.module('enum')}.{kind.__bases__[0].__name__}"
        return f"{base}({kind.__name__!r}, {writer.write(members, kind.__name__)})"
    defaults = writer.write(list(kind._field_defaults.values()), f"the defaults of {kind.__name__}")
    called = f"{writer.module('collections')}.namedtuple({kind.__name__!r}, {list(kind._fields)!r}"
    return f"{called}, defaults={defaults})"


_REMEDY = (
    "allowed in a script: data classes, named tuples, enumerations, and objects whose attributes "
    "are plain data; or make it inside the model"
)


def refusal(value: Any, name: str) -> ScriptError:
    """Give the error for a value that cannot be written."""
    return ScriptError(
        f"{name} is a {type(value).__name__}, which cannot be written into a script: make it "
        "inside the model, or of numbers, texts, arrays and quantities"
    )


def _keywords(writer: Writer, items: dict[str, Any], name: str) -> str:
    written = {key: writer.write(value, f"{name}.{key}") for key, value in items.items()}
    if all(key.isidentifier() for key in written):
        return ", ".join(f"{key}={text}" for key, text in written.items())
    return "**{" + ", ".join(f"{key!r}: {text}" for key, text in written.items()) + "}"


def _member(writer: Writer, value: enum.Enum, name: str) -> str:
    kind = type(value)
    called = writer.refer(kind, kind.__name__)
    if value.name and value.name.isidentifier() and kind.__members__.get(value.name) is value:
        return f"{called}.{value.name}"
    return f"{called}({writer.write(value.value, name)})"  # several flags, or a name of an odd form


def _named_tuple(writer: Writer, value: Any, name: str) -> str:
    kind = type(value)
    called = writer.refer(kind, kind.__name__)
    if getattr(value, "__dict__", None):
        msg = f"{name} is a {kind.__name__} with attributes beside its fields ({_REMEDY})"
        raise ScriptError(msg)
    if "_fields" in vars(kind):
        return f"{called}({_keywords(writer, value._asdict(), name)})"
    # A class of the user's own above it, which may make its objects differently.
    return f"{called}._make({writer.write(list(value), name)})"


def _collection(writer: Writer, value: Any, name: str) -> str:
    kind = type(value)
    here = f"{writer.module('collections')}.{kind.__name__}"
    if kind is collections.OrderedDict:
        return f"{here}({writer.write(list(value.items()), name)})"
    if kind is collections.Counter:
        return f"{here}({writer.write(dict(value), name)})"
    if kind is collections.defaultdict:
        factory = writer.write(value.default_factory, f"{name}.default_factory")
        return f"{here}({factory}, {writer.write(dict(value), name)})"
    if kind is collections.deque:
        return f"{here}({writer.write(list(value), name)}, maxlen={value.maxlen!r})"
    raise refusal(value, name)


def _of_typing(writer: Writer, kind: Any, arguments: tuple[Any, ...]) -> str:
    """Write a type variable, or a new type."""
    name, *rest = arguments
    here = writer.module("typing")
    if isinstance(kind, type):
        written = [writer.write(one, name) for one in rest]
        return f"{here}.{kind.__name__}({', '.join([repr(name), *written])})"
    constraints, *ways = rest
    written = [writer.write(one, name) for one in constraints]
    for way, value in zip(("bound", "covariant", "contravariant"), ways, strict=True):
        if value:
            written.append(f"{way}={writer.write(value, name)}")
    return f"{here}.TypeVar({', '.join([repr(name), *written])})"


def _of_brian(writer: Writer, value: Any, name: str) -> str:
    brian2 = sys.modules["brian2"]
    here = writer.module("brian2")
    if type(value) is brian2.TimedArray:
        values = writer.write(_with_unit(value), name)
        step = writer.write(value.dt * brian2.second, name)  # a second is 1: no bit changes
        return f"{here}.TimedArray({values}, dt={step}, name={value.name!r})"
    if type(value) is brian2.Equations:
        text = "\n".join(map(_equation, value.values()))
        if list(brian2.Equations(text).items()) != list(value.items()):
            msg = f"{name} are equations that cannot be written as a text: give them as a text"
            raise ScriptError(msg)
        return f"{here}.Equations({_long(text)})"
    if isinstance(value, brian2.core.preferences.BrianGlobalPreferences) or value is getattr(
        brian2, "defaultclock", None
    ):
        return writer.refer(value, name)
    msg = (
        f"{name} is a {type(value).__name__} of Brian's that exists outside the model: "
        "make it inside the model"
    )
    raise ScriptError(msg)


def _with_unit(value: Any) -> Any:
    """Give the values of a timed array as it was given them."""
    from brian2 import Quantity  # noqa: PLC0415 - loaded already

    return value.values if value.dim.is_dimensionless else Quantity(value.values, dim=value.dim)


def _equation(equation: Any) -> str:
    """Write one equation."""
    left = f"d{equation.varname}/dt" if "diff" in equation.type else equation.varname
    right = f" = {equation.expr.code}" if equation.expr is not None else ""
    unit = _unit(equation.dim) if equation.var_type == "float" else equation.var_type
    flags = f" ({', '.join(equation.flags)})" if equation.flags else ""
    return f"{left}{right} : {unit}{flags}"


def _unit(dimension: Any) -> str:
    """Write a dimension; of units that have no name, Brian prints some that it does not read."""
    from brian2.units.fundamentalunits import get_unit  # noqa: PLC0415 - loaded already

    named = repr(get_unit(dimension))
    if dimension.is_dimensionless or named.isalpha():
        return "1" if dimension.is_dimensionless else named
    powers = zip(_BASE_UNITS, dimension._dims, strict=True)  # noqa: SLF001 - no public reader
    return "*".join(
        name if power == 1 else f"{name}**{float(power):.17g}" for name, power in powers if power
    )


_BASE_UNITS = ("metre", "kilogram", "second", "amp", "kelvin", "mole", "candle")  # as in Brian


def _long(text: str) -> str:
    """Write a text over several lines if it has several."""
    if "\n" in text and '"""' not in text and "\\" not in text:
        return f'"""\n{text}\n"""'
    return repr(text)


def _state(value: Any) -> Iterator[tuple[str, Any]]:
    """Give an object's attributes: those in slots, and the others."""
    for kind in reversed(type(value).__mro__):
        slots = vars(kind).get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            if slot not in {"__dict__", "__weakref__"}:
                own = mangled(slot, kind)
                if hasattr(value, own):
                    yield own, getattr(value, own)
    yield from (attribute(value, "__dict__") or {}).items()


def mangled(name: str, kind: type) -> str:
    """Give the name of an attribute as Python keeps it."""
    private = name.startswith("__") and not name.endswith("__")
    return f"_{kind.__name__.lstrip('_')}{name}" if private else name


def _is_made_by_fields(kind: Any, state: dict[str, Any]) -> bool:
    """Whether a data class makes an object of its fields, and does nothing else."""
    fields = dataclasses.fields(kind)
    code = getattr(vars(kind).get("__init__"), "__code__", None)
    return (
        code is not None
        and code.co_filename == "<string>"  # written by dataclasses itself
        and not hasattr(kind, "__post_init__")
        and set(state) == {field.name for field in fields if field.init}
        and set(code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]) == set(state)
    )
