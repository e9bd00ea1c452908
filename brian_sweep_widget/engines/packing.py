"""Models on their way to a worker: pickled by value.

Workers are warm processes that outlive an edit of the user's code. A function
sent by reference would be imported there once and stay as it was; so code that
is being worked on (notebook cells, scripts, helper modules beside them) travels
as it is now, and only installed libraries go by name.
"""

from __future__ import annotations

import io
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import cloudpickle

from brian_sweep_widget.engines.engine import Engine

_INSTALLED = tuple(
    Path(sysconfig.get_path(name)).resolve()
    for name in ("stdlib", "platstdlib", "purelib", "platlib")
)
_OURS = __name__.partition(".")[0]


def pack(engine: Engine) -> bytes:
    """Pickle an engine with its model.

    Parameters
    ----------
    engine
        The engine.

    Returns
    -------
    bytes
        To be unpickled with the standard library's pickle.

    Raises
    ------
    TypeError
        If the model holds on to something that cannot be sent to another
        process.
    """
    with _by_value(_modules_at_work()):
        try:
            return _dumps(engine)
        except Exception as error:  # noqa: BLE001 - any object may fail in any way to be pickled
            cause = error
    # A helper module may hold what cannot be pickled (a lock, a file) beside
    # what the model needs: then it must do for the workers to import it.
    try:
        return _dumps(engine)
    except Exception:  # noqa: BLE001
        msg = (
            f"the model cannot be sent to the workers: {type(cause).__name__}: {cause}. It uses "
            "an object (a file, a lock, a running network ...) that has to be made inside it"
        )
        raise TypeError(msg) from cause


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle has no types
    """Sends Brian's units by name: Brian warns when a name means a copy of its unit."""

    def reducer_override(self, obj: Any) -> Any:
        if type(obj).__module__.startswith("brian2.units"):
            symbol = str(obj) if type(obj).__name__ == "Unit" else ""
            if symbol and brian_unit(symbol) is obj:
                return brian_unit, (symbol,)
        return super().reducer_override(obj)


def brian_unit(symbol: str) -> Any:
    """Give Brian's own unit object of a name; None if there is none."""
    from brian2.core.namespace import DEFAULT_UNITS  # noqa: PLC0415 - engines load without Brian

    return DEFAULT_UNITS.get(symbol)


def _dumps(engine: Engine) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer).dump(engine)
    return buffer.getvalue()


def _modules_at_work() -> list[ModuleType]:
    """Give the loaded modules that are the user's own, not installed libraries."""
    return [
        module
        for name, module in list(sys.modules.items())
        if name != "__main__" and name.partition(".")[0] != _OURS and _is_users(module)
    ]


def _is_users(module: ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    if not file or getattr(module, "__spec__", None) is None:
        return False
    path = Path(file).resolve()
    prefixes = (Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve())
    return path.suffix == ".py" and not any(
        path.is_relative_to(folder) for folder in (*_INSTALLED, *prefixes)
    )


@contextmanager
def _by_value(modules: list[ModuleType]) -> Iterator[None]:
    registered = []
    already = cloudpickle.list_registry_pickle_by_value()
    for module in modules:
        if module.__name__ not in already:
            cloudpickle.register_pickle_by_value(module)
            registered.append(module)
    try:
        yield
    finally:
        for module in registered:
            cloudpickle.unregister_pickle_by_value(module)
