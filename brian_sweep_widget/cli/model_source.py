"""Finds the model that the command line names."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from brian_sweep_widget import models
from brian_sweep_widget.cli.terminal import UsageError, refuse
from brian_sweep_widget.models import CATALOGUE, FunctionModel, Model, NetworkModel, as_model
from brian_sweep_widget.stop_signals import StopRequested

_FORMS = "MODULE:FUNCTION or path/to/FILE.py:FUNCTION"


def find_model(source: str) -> Model:
    """Find a model by what the command line calls it.

    Parameters
    ----------
    source
        A name of the catalogue, ``module:function`` or
        ``path/file.py:function``.

    Raises
    ------
    UsageError
        If there is no such model, or what was named is none.
    """
    if source in CATALOGUE:
        try:
            return as_model(getattr(models, source))
        except Exception as error:
            msg = f"{_cannot_import(source, error)}; `brian-sweep doctor` looks for what is wrong"
            raise UsageError(msg) from error
    # From the right: Windows paths have a colon of their own.
    place, colon, name = source.rpartition(":")
    if not colon or name.endswith(".py") or "/" in name or "\\" in name:
        _refuse_place(source)
    module = _load_file(Path(place)) if place.endswith(".py") else _load_module(place)
    if not hasattr(module, name):
        refuse(f"{place} has no {name!r} ({_offer(module)})")
    try:
        return as_model(getattr(module, name))
    except (TypeError, ValueError) as error:  # ValueError: built-ins without a signature
        refuse(f"{source} cannot be swept: {error} ({_offer(module)})")


def _refuse_place(source: str) -> None:
    if source.endswith(".py"):
        offer = _offer(_load_file(Path(source)))
        refuse(f"{source} is a file: say which model in it, as {source}:FUNCTION ({offer})")
    known = ", ".join(CATALOGUE)
    refuse(f"there is no model {source!r} (allowed: {known}; or {_FORMS})")


def _load_file(path: Path) -> ModuleType:
    """Run a file as a module that is in ``sys.modules``, as an import would be.

    Workers get its functions by value, which needs them to know their module
    (see `brian_sweep_widget.engines.packing`).
    """
    if not path.is_file():
        refuse(f"there is no file {str(path)!r} (allowed: {_FORMS}); check the path")
    path = path.resolve()
    name = path.stem
    if name in sys.modules or name in sys.stdlib_module_names or not name.isidentifier():
        # A file called random.py must not take the place of the library.
        name = f"_brian_sweep_model_{abs(hash(path))}"
    _search_here_first(path.parent)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        refuse(f"{path} cannot be read as Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except StopRequested:
        raise
    except BaseException as error:  # any code may be in the file
        del sys.modules[name]
        raise _cannot_import(str(path), error) from error
    return module


def _load_module(name: str) -> ModuleType:
    # The script's own folder is first on the path; people mean theirs.
    _search_here_first(Path.cwd())
    try:
        return importlib.import_module(name)
    except StopRequested:
        raise
    except BaseException as error:  # any code may be in the module
        raise _cannot_import(repr(name), error) from error


def _search_here_first(folder: Path) -> None:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def _cannot_import(what: str, error: BaseException) -> UsageError:
    """Show the error's own message and the user's line that raised it."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "importlib" not in frame.filename and frame.filename != __file__
    ]
    where = f" ({frames[-1].filename}, line {frames[-1].lineno})" if frames else ""
    told = f"{type(error).__name__}: {error}".removesuffix(": ")
    return UsageError(f"{what} cannot be imported: {told}{where}")


def _offer(module: ModuleType) -> str:
    """List what could have been meant: models, and the functions defined there."""
    names = [name for name, value in vars(module).items() if _could_be_meant(module, name, value)]
    return f"it has: {', '.join(names)}" if names else "it has no functions"


def _could_be_meant(module: ModuleType, name: str, value: Any) -> bool:
    if isinstance(value, NetworkModel | FunctionModel):
        return True
    return (
        inspect.isfunction(value)
        and value.__module__ == module.__name__
        and not name.startswith("_")
    )
