"""What is set in installed libraries, by a model's code or in the kernel.

A library is loaded once in a worker, and what one job sets in it, as by
``scipy.stats.norm.random_state = 3`` or ``numpy.random.rand = mine``, would
hold for the next: it is read before each job, and put back after it. Which
attributes, and which containers, a model's code sets is read from the code
when it is packed. A function of the user's that stands in a library in the
kernel, and data there, where the code finds it or where it may be somebody's
parameters (see `library_data`), is put there for the job.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

from brian_sweep_widget.engines.code_setting import Way, setting_of
from brian_sweep_widget.engines.installed import (
    is_installed_file,
    is_module,
    is_ours,
    is_users_scope,
)
from brian_sweep_widget.engines.library_data import (
    CONTENTS,
    Place,
    data_place,
    has_contents,
    is_alike,
    is_data,
    is_path,
    is_record,
    is_users,
    thing_at,
)
from brian_sweep_widget.engines.library_settings import (
    SETTINGS,
    read_settings,
    write_settings,
)
from brian_sweep_widget.engines.process_settings import is_away

_ABSENT: Any = object()
_NAMED = (type, FunctionType, BuiltinFunctionType)
_SETTINGS = "()"
_SETTERS = frozenset[str]().union(*(settings.functions for settings in SETTINGS.values()))
# Set anew for every job; see `BrianContext`.
_OF_CONTEXT = frozenset({"prefs", "defaultclock"})


class NotPutBackError(Exception):
    """A library keeps what a model set in it."""


class _Changes:
    """What was read when the model was unpacked, as long as it is to be put back."""

    watched = False
    before: list[tuple[Any, str, Any]] = []  # noqa: RUF012 - of this process


def places_set_by(code: CodeType, variables: Mapping[str, Any]) -> set[Place]:
    """Find what code may set in installed libraries.

    Parameters
    ----------
    code
        Of the user's.
    variables
        Globals, and what it closes over.
    """
    setting = setting_of(code)
    places: set[Place] = set()
    setters = {way for way in setting.ways if _SETTERS & {way.root, *way.attributes}}
    if not (setting.names or setting.contents or setters):
        return places
    for way in setters:
        module, attributes = _in_library(way, variables)
        whole = ".".join((module, *attributes))
        places |= {
            Place(name, (), _SETTINGS)
            for name, settings in SETTINGS.items()
            if whole.startswith(f"{name}.")
            and attributes[-1:]
            and attributes[-1] in settings.functions
        }
    for way in setting.attributes:
        module, attributes = _in_library(way, variables)
        if module:
            places.add(Place(module, attributes[:-1], attributes[-1]))
    for way in setting.ways:
        module, attributes = _in_library(way, variables)
        owner = _known(module, attributes)
        if owner is not _ABSENT:
            places |= {Place(module, attributes, name) for name in setting.names & _own(owner)}
            if way in setting.contents and has_contents(owner):
                places.add(Place(module, attributes, CONTENTS))
    return {place for place in places if not _is_of_context(place)}


def own_in_libraries(code: CodeType, variables: Mapping[str, Any]) -> dict[Place, Any]:
    """Find the user's functions and classes, and data, that code finds in installed libraries.

    Data as it is in this process: whether a cell has set it nobody can tell.
    Python's own is no user's business, and may be other data on another system.

    Parameters
    ----------
    code
        Of the user's.
    variables
        Globals, and what it closes over.
    """
    found: dict[Place, Any] = {}
    for way in setting_of(code).ways:
        if way.attributes:
            module, attributes = _in_library(way, variables)
            holder, name = attributes[:-1], attributes[-1]
            thing = _known(module, attributes)
            constant = not name.startswith("__") and _is_constant_of(module, holder)
            if constant and is_data(thing):
                found[data_place(module, holder, name, thing)] = thing
            elif isinstance(thing, FunctionType | type) and is_users(thing):
                found[Place(module, holder, name)] = thing
    return found


def modules_named(code: CodeType, variables: Mapping[str, Any]) -> set[str]:
    """Name the modules of installed packages that code goes to.

    Parameters
    ----------
    code
        Of the user's.
    variables
        Globals, and what it closes over.
    """
    modules = set()
    for way in setting_of(code).ways:
        modules.add(_in_library(way, variables)[0])
        if not way.imported and way.root in variables:  # an object of a class of a package's
            modules.add(str(type(variables[way.root]).__module__))
    return modules - {""}


@contextmanager
def libraries_kept() -> Iterator[None]:
    """Put back, at the end, what the code of models that are unpacked in the block set.

    There may be such a block within another: each puts back what was unpacked in it.

    Raises
    ------
    NotPutBackError
        If a library does not take back what it had.
    """
    within = _Changes.watched
    if not within:
        _put_back()  # what an interruption left
    start = len(_Changes.before)
    _Changes.watched = True
    try:
        yield
    finally:
        _Changes.watched = within
        _put_back(start)


def read_places(places: Iterable[Place]) -> None:
    """Read what is there now, to put it back; called where a model is unpacked."""
    for place in map(Place._make, places):
        _read_place(place)


def set_places(own: Iterable[tuple[Place, Any]]) -> None:
    """Put what was found in libraries where it is in the kernel; called where it is unpacked."""
    filled: dict[int, Any] = {}  # objects that are one here may be two in the kernel
    for place, thing in own:
        if is_path(thing) and is_away():
            continue
        if place.name == CONTENTS:
            owner = _read_place(place)
            if type(owner) is type(thing) and filled.setdefault(id(owner), thing) is thing:
                if not is_alike(owner, thing):
                    _put_contents_back(owner, vars(thing) if is_record(thing) else thing)
                continue
            *attributes, name = place.attributes
            place = Place(place.module, tuple(attributes), name)  # noqa: PLW2901 - as it is here
        owner = _read_place(place)
        if owner is not None and not is_alike(_attribute(owner, place.name), thing):
            setattr(owner, place.name, thing)


def object_in_library(module: str, way: tuple[str, ...], thing: Any) -> Any:
    """Give what a library has where the kernel's has this thing; else the thing itself."""
    with suppress(Exception):  # as in `_read_place`
        there = thing_at(module, way)
        if type(there) is type(thing):
            return there
    return thing


def _read_place(place: Place) -> Any:
    """Read what is there now, to put it back; give what has it, None if nothing is put back."""
    if not _Changes.watched:
        return None
    # What is not there, or cannot be read, is the model's own matter.
    with suppress(Exception):
        owner = thing_at(place.module, place.attributes)
        there = _read(owner, place.name)
        if place.name not in {CONTENTS, _SETTINGS} and not _is_kept(owner, place.name):
            setattr(owner, place.name, there)  # which fails if nobody can set it
        _Changes.before.append((owner, place.name, there))
        return owner
    return None


def _put_back(start: int = 0) -> None:
    failed: list[str] = []
    while len(_Changes.before) > start:
        owner, name, before = _Changes.before[-1]
        try:
            if name == _SETTINGS:
                write_settings(owner, before)
            elif name == CONTENTS:
                _put_contents_back(owner, before)
            else:
                _put_attribute_back(owner, name, before)
        except Exception as error:  # noqa: BLE001 - whatever a library says
            failed.append(f"{name or 'contents'} of {owner!r} ({error})")
        _Changes.before.pop()
    if failed:
        msg = (
            f"the model sets {', '.join(failed)}, which cannot be set to what it was, so it would "
            "hold for other simulations: do not set it inside the function"
        )
        raise NotPutBackError(msg)


def _read(owner: Any, name: str) -> Any:
    if name == _SETTINGS:
        return read_settings(owner)
    if name == CONTENTS:
        return dict(vars(owner)) if is_record(owner) else owner.copy()
    return _attribute(owner, name)


def _put_attribute_back(owner: Any, name: str, before: Any) -> None:
    now = _attribute(owner, name)
    if now is before:
        return
    if before is _ABSENT:
        if is_module(now) and sys.modules.get(now.__name__) is now:
            return  # it was loaded meanwhile, and to import it again would not put it there
        delattr(owner, name)
    else:
        setattr(owner, name, before)


def _put_contents_back(owner: Any, before: Any) -> None:
    if owner is sys.modules:  # what was loaded meanwhile stays
        owner.update(before)
    elif isinstance(owner, list):
        owner[:] = before
    elif is_record(owner):
        vars(owner).clear()
        vars(owner).update(before)
    else:
        owner.clear()
        owner.update(before)


def _attribute(owner: Any, name: str) -> Any:
    """Read an attribute as it is kept; of other objects than modules, as they tell it."""
    if _is_kept(owner, name):
        return vars(owner).get(name, _ABSENT)
    return getattr(owner, name, _ABSENT)


def _is_kept(owner: Any, name: str) -> bool:
    return isinstance(owner, ModuleType | type) or name in getattr(owner, "__dict__", ())


def _in_library(way: Way, variables: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Give a way from a module of a library; no name of a module if it leads elsewhere."""
    if way.imported:
        return (way.root if _is_library(way.root) else ""), way.attributes
    root = variables.get(way.root)
    if is_module(root):
        return ("" if is_users_scope(vars(root)) else root.__name__), way.attributes
    module = sys.modules.get(str(getattr(root, "__module__", None)))
    if isinstance(root, _NAMED) and module is not None:
        attributes = tuple(root.__qualname__.split("."))
        if not is_users_scope(vars(module)) and _known(module.__name__, attributes) is root:
            return module.__name__, (*attributes, *way.attributes)
    return "", way.attributes


def _is_library(name: str) -> bool:
    module = sys.modules.get(name)
    if module is not None:
        return is_module(module) and not is_users_scope(vars(module))
    # Of one that is not loaded, its package must be an installed one.
    try:
        spec = find_spec(name.partition(".")[0])
    except (ImportError, ValueError):
        return False
    places = [] if spec is None else [spec.origin, *(spec.submodule_search_locations or ())]
    return any(place is not None and is_installed_file(place) for place in places)


def _known(module: str, attributes: tuple[str, ...]) -> Any:
    """Find something in a module that is loaded, without having anything loaded or computed."""
    found: Any = sys.modules.get(module, _ABSENT)
    for attribute in attributes:
        found = getattr(found, "__dict__", {}).get(attribute, _ABSENT)
    return found


def _is_constant_of(module: str, attributes: tuple[str, ...]) -> bool:
    """Whether data that is found there may be a constant, and not a library's own state."""
    holder = _known(module, attributes)
    known = is_module(holder) and not is_ours(vars(holder))
    return known and holder.__name__.partition(".")[0] not in sys.stdlib_module_names


def _own(owner: Any) -> set[str]:
    """Name the attributes that may be set of something, as far as they are there."""
    if isinstance(owner, ModuleType | type):
        return set(vars(owner))
    kind = type(owner)
    if is_users_scope(vars(sys.modules.get(kind.__module__, sys))):
        return set()
    settable = {
        name for base in kind.__mro__ for name, one in vars(base).items() if hasattr(one, "__set__")
    }
    return {*getattr(owner, "__dict__", ()), *settable}


def _is_of_context(place: Place) -> bool:
    way = (*place.attributes, place.name)
    return place.module.partition(".")[0] == "brian2" and not _OF_CONTEXT.isdisjoint(way)
