"""Runs that a builder makes itself, before its network is run for the model's duration.

That is how one lets a network settle, or gives it another input after a while.
It is also what is left in a builder that was a script: then twice as much is
simulated as was meant, and no number tells.
"""

from __future__ import annotations

import dis
import functools
import linecache
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

from brian_sweep_widget.engines.code import codes_in, function_behind
from brian_sweep_widget.engines.code_lines import line_in_words
from brian_sweep_widget.engines.installed import distribution_of

_RUN = "run"
_ATTRIBUTE = frozenset({"LOAD_ATTR", "LOAD_METHOD"})  # the second in Python 3.11
_GLOBAL = frozenset({"LOAD_GLOBAL", "LOAD_NAME"})


def runs_notice(builder: Callable[..., Any]) -> str:
    """Say that a builder runs a network itself, with the line; empty if it does not.

    Parameters
    ----------
    builder
        Of a network model. Helpers of the user's that it names are looked at, too,
        and methods of its own class and of classes that it names.
    """
    for function in _functions(builder):
        for code in codes_in(function.__code__):
            number = _line_of_run(code, function.__globals__)
            if number is None:
                continue
            file = code.co_filename
            text = linecache.getline(file, number, function.__globals__).strip()
            return (
                "The model runs a network itself "
                f"({line_in_words(file, number, code.co_name, text)}). If that is the network "
                "which it returns, that time comes before the duration, and measures see both: "
                "leave the call away if the duration is all that is meant."
            )
    return ""


def _functions(builder: Callable[..., Any]) -> Iterator[FunctionType]:
    """List a builder, and the functions and methods of the user's that it names, and so on."""
    seen: set[int] = set()
    classes = [_class_of(builder)]
    named: set[str] = set()
    waiting: list[Any] = [function_behind(builder)]
    while waiting:
        function = waiting.pop()
        if id(function) in seen or distribution_of(function):
            continue
        seen.add(id(function))
        if isinstance(function, type):
            classes.append(function)
            waiting.append(getattr(function, "__init__"))  # noqa: B009 - mypy takes it for an object's
        elif isinstance(function, FunctionType):
            yield function
            names = {name for code in codes_in(function.__code__) for name in code.co_names}
            named |= names
            waiting += [
                function.__globals__[name] for name in sorted(names & set(function.__globals__))
            ]
        # What a name belongs to is known only when the code runs.
        members = [vars(base).get(n) for one in classes for base in one.__mro__ for n in named]
        waiting += [_function_of(member) for member in members]


def _function_of(member: Any) -> Any:
    """Give the function behind what a class has, such as a class method or a property."""
    for name in ("__func__", "fget", "func"):
        member = getattr(member, name, member)
    return member


def _class_of(builder: Any) -> type:
    """Give the class of which a builder is a method, or an object that can be called."""
    while isinstance(builder, functools.partial):
        builder = builder.func
    owner = getattr(builder, "__self__", builder)
    return owner if isinstance(owner, type) else type(owner)


def _line_of_run(code: CodeType, namespace: dict[str, Any]) -> int | None:
    """Find where something is run that may be a network; None if nowhere.

    A module's ``run`` is no network's, such as that of subprocess, and Brian's
    own ``run`` is refused with words of its own.
    """
    imported: set[str] = set()
    before = None
    for instruction in dis.get_instructions(code):
        name = instruction.argval[-1] if isinstance(instruction.argval, tuple) else None
        name = str(name or instruction.argval)
        if before is not None and before[0] == "IMPORT_NAME":
            imported.add(name)
        elif before is not None and instruction.opname in _ATTRIBUTE and name == _RUN:
            known = before[0] not in _GLOBAL or _is_network(namespace.get(before[1]))
            if known and before[1] not in imported and instruction.positions is not None:
                return instruction.positions.lineno
        before = instruction.opname, name
    return None


def _is_network(thing: object) -> bool:
    return any(kind.__name__ == "Network" for kind in type(thing).__mro__)
