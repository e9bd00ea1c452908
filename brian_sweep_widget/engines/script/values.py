"""Values as source code that gives the same type and the same bits."""

from __future__ import annotations

import builtins
import datetime as dt
import decimal
import fractions
import functools
import math
import pathlib
import re
import sys
from collections.abc import Callable
from types import (
    BuiltinFunctionType,
    FunctionType,
    MappingProxyType,
    MethodType,
    ModuleType,
)
from typing import Any, ClassVar

import numpy as np

from brian_sweep_widget.engines.installed import is_module
from brian_sweep_widget.engines.mpmath_contexts import name_in_mpmath
from brian_sweep_widget.engines.script.array_values import ArrayWriter, Whole
from brian_sweep_widget.engines.script.errors import ScriptError
from brian_sweep_widget.engines.script.instances import refusal, write_instance
from brian_sweep_widget.engines.script.origins import is_function_of_brian
from brian_sweep_widget.models.units import is_quantity

LRU_CACHE = type(functools.lru_cache(len))
_REFERRED = (
    type,
    FunctionType,
    ModuleType,
    BuiltinFunctionType,
    np.ufunc,
    LRU_CACHE,
)

#: Gives the expression of a function, a class or a module in the script.
Refer = Callable[[Any, str], str]


def source_of(value: Any, name: str, refer: Refer | None = None) -> str:
    """Write a value.

    Parameters
    ----------
    value
        None, a number, a text, a quantity, an array, a container of these, an
        instance of a class that holds such values, or a Brian object that is
        made of them.
    name
        What it is called, for messages.
    refer
        Gives the expression of a function, a class or a module. If there is
        none, modules have the names under which a script imports them, and
        functions and classes are refused.

    Returns
    -------
    str
        An expression.

    Raises
    ------
    ScriptError
        If it is anything else, or too large.
    """
    return ValueWriter(refer or _modules_only).write(value, name)


def _modules_only(thing: Any, name: str) -> str:
    if is_module(thing):
        return {"numpy": "np"}.get(thing.__name__, thing.__name__)
    raise refusal(thing, name)


class ValueWriter(ArrayWriter):
    """Writes values as expressions.

    Parameters
    ----------
    refer
        See `source_of`.
    shared
        Gives the expression of an object that has a name already; empty for others.
    whole
        See `Whole`.
    """

    def __init__(
        self,
        refer: Refer,
        shared: Callable[[Any], str] = lambda _: "",
        whole: Whole = lambda _: (None, ""),
    ) -> None:
        super().__init__(whole)
        self.refer = refer
        self._shared = shared
        self._under_way: set[int] = set()

    def module(self, name: str) -> str:
        """Give the expression of a module that is loaded."""
        return self.refer(sys.modules[name], "np" if name == "numpy" else name)

    def write(self, value: Any, name: str) -> str:
        """Write a value; see `source_of`."""
        if id(value) in self._under_way:
            msg = f"{name} contains itself, which cannot be written into a script"
            raise ScriptError(msg)
        self._under_way.add(id(value))
        try:
            return self._shared(value) or self._write(value, name)
        finally:
            self._under_way.discard(id(value))

    def _write(self, value: Any, name: str) -> str:  # noqa: PLR0911 - a kind each
        kind = type(value)
        if is_quantity(value):
            return self.quantity(value, name)
        if kind is np.ndarray:
            return self.array(value, name)
        if isinstance(value, np.generic):
            return self.number_of_numpy(value, name)
        writer = self._BY_TYPE.get(kind)
        if writer is not None:
            return writer(self, value, name)
        if isinstance(value, np.dtype):
            return f"{self.module('numpy')}.dtype({self.descriptor(value, name)})"
        if kind.__module__.partition(".")[0] == "pathlib":
            path = next(
                one
                for one in (pathlib.Path, pathlib.PurePosixPath, pathlib.PureWindowsPath)
                if isinstance(value, one)
            )
            return f"{self.module('pathlib')}.{path.__name__}({str(value)!r})"
        own = name_in_mpmath(value)
        if own:
            return f"{self.module('mpmath')}.{own}"
        compiled = kind.__name__ == "cython_function_or_method"
        if isinstance(value, _REFERRED) or compiled or _is_function_of(value):
            return self.refer(value, name)
        return write_instance(self, value, name)

    # Python's own types

    def _items(self, value: Any, name: str) -> list[str]:
        return [self.write(item, f"{name}[{place}]") for place, item in enumerate(value)]

    def _mapping(self, value: Any, name: str) -> str:
        items = (
            f"{self.write(key, f'a key of {name}')}: {self.write(item, f'{name}[{key!r}]')}"
            for key, item in value.items()
        )
        return "{" + ", ".join(items) + "}"

    def _list(self, value: list[Any], name: str) -> str:
        return f"[{', '.join(self._items(value, name))}]"

    def _tuple(self, value: tuple[Any, ...], name: str) -> str:
        return f"({', '.join(self._items(value, name))}{',' if len(value) == 1 else ''})"

    def _set(self, value: Any, name: str) -> str:
        return f"{type(value).__name__}([{', '.join(self._items(value, name))}])"

    def _float(self, value: float, name: str) -> str:  # noqa: ARG002 - as all of them
        return repr(value) if math.isfinite(value) else f'float("{value}")'

    def _complex(self, value: complex, name: str) -> str:
        return f"complex({self._float(value.real, name)}, {self._float(value.imag, name)})"

    def _plain(self, value: Any, name: str) -> str:  # noqa: ARG002
        return repr(value)

    def _three(self, value: Any, name: str) -> str:
        parts = (self.write(one, name) for one in (value.start, value.stop, value.step))
        return f"{type(value).__name__}({', '.join(parts)})"

    def _in_module(self, value: Any, name: str) -> str:
        """Write what a class of a module of Python's says of itself: Fraction(1, 3)."""
        text = repr(value)
        module = type(value).__module__
        bare = text.removeprefix(f"{module}.")
        zone = getattr(value, "tzinfo", None)
        if zone is not None and type(zone) is not dt.timezone:
            msg = f"{name} is a time with {type(zone).__name__}: use datetime.timezone in a script"
            raise ScriptError(msg)
        here = self.module(module)
        return f"{here}.{bare}".replace("=datetime.", f"={here}.").replace(
            "(datetime.", f"({here}."
        )

    def _pattern(self, value: re.Pattern[Any], name: str) -> str:  # noqa: ARG002
        return f"{self.module('re')}.compile({value.pattern!r}, {value.flags})"

    def _partial(self, value: functools.partial[Any], name: str) -> str:
        parts = [
            self.write(value.func, f"{name}.func"),
            *self._items(value.args, name),
            *(f"{key}={self.write(item, key)}" for key, item in value.keywords.items()),
        ]
        return f"{self.module('functools')}.partial({', '.join(parts)})"

    def _method(self, value: MethodType, name: str) -> str:
        called = value.__func__.__name__
        if getattr(value.__self__, called, None) != value:
            raise refusal(value, name)
        return f"{self.write(value.__self__, f'the object of {name}')}.{called}"

    def _proxy(self, value: Any, name: str) -> str:
        return f"{self.module('types')}.MappingProxyType({self._mapping(value, name)})"

    def _named(self, value: Any, name: str) -> str:
        """Write one of the constants that have no literal, such as Ellipsis."""
        found = next((key for key, one in vars(builtins).items() if one is value), "")
        if not found:
            raise refusal(value, name)
        return found

    _BY_TYPE: ClassVar[dict[type, Callable[..., str]]] = {
        **dict.fromkeys((type(None), bool, int, str, bytes, bytearray), _plain),
        **dict.fromkeys((set, frozenset), _set),
        **dict.fromkeys((range, slice), _three),
        **dict.fromkeys((type(...), type(NotImplemented)), _named),
        **dict.fromkeys(
            (
                dt.date,
                dt.time,
                dt.datetime,
                dt.timedelta,
                dt.timezone,
                fractions.Fraction,
                decimal.Decimal,
            ),
            _in_module,
        ),
        float: _float,
        complex: _complex,
        list: _list,
        tuple: _tuple,
        dict: _mapping,
        MappingProxyType: _proxy,
        MethodType: _method,
        functools.partial: _partial,
        re.Pattern: _pattern,
    }


def _is_function_of(value: Any) -> bool:
    """Whether something was made of a function, as Brian's functions in equations are."""
    return is_function_of_brian(value) and type(value).__name__ != "TimedArray"
