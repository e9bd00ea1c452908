"""Brian's own texts, computed with numpy while a network is traced.

The standalone device leaves all computing to the program. What a builder asks
for before there is a program is computed here as Brian's runtime would, with
numpy: on copies, so that nothing of it gets into the program.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

import numpy as np

from brian_sweep_widget.engines.causes import causes_of
from brian_sweep_widget.engines.compiled.draws import numpy_state, written

AT_RANDOM = "they are drawn at random"


class NotComputedError(Exception):
    """What a text reads is not known, or the text is not the same every time; says why."""


class Evaluation:
    """One computation with numpy, in the midst of a trace.

    Parameters
    ----------
    device
        Brian's standalone device, which is active.
    read
        Gives what a variable holds; raises `NotComputedError`.
    written
        Variables that are computed, on copies.
    drawing
        Whether random numbers may be drawn, from numpy's global generator as in
        Brian's runtime.

    Attributes
    ----------
    drew
        Whether they were.
    """

    def __init__(
        self,
        device: Any,
        read: Callable[[Any], np.ndarray[Any, Any]],
        written: frozenset[Any],
        *,
        drawing: bool,
    ) -> None:
        from brian2.devices.device import RuntimeDevice  # noqa: PLC0415 - only traces have Brian

        self._standalone = device
        self._read = read
        self._written = written
        self._drawing = drawing
        self.drew = False
        self._lost: dict[Any, str] = {}
        self._numpy = RuntimeDevice()
        self._look, self._resize = self._numpy.get_value, self._numpy.resize
        self._make_code = self._numpy.code_object

    def run(self, compute: Callable[[], Any]) -> Any:
        """Call a function of Brian's that computes, and give what it returns.

        Raises
        ------
        NotComputedError
            If it needs something that is not known, or draws random numbers that
            it may not draw.
        """
        drawn = numpy_state()
        sizes = {variable: variable.size for variable in self._written}
        try:
            with self._active():
                result = compute()
            self.drew |= written(numpy_state()) != written(drawn)
            if self.drew and not self._drawing:
                raise NotComputedError(AT_RANDOM)  # noqa: TRY301 - as what fails below
        except Exception as error:
            np.random.set_state(drawn)  # noqa: NPY002 - the one that Brian draws from
            reason = _reason(error)
            raise NotComputedError(reason) from error
        finally:
            for variable, size in sizes.items():
                variable.size = size
        return result

    def results(self) -> Mapping[Any, np.ndarray[Any, Any] | str]:
        """Give what was computed: arrays, or why one is not known."""
        return {
            variable: self._lost.get(variable, "") or np.array(self._look(self._own(variable)))
            for variable in self._written
        }

    @contextmanager
    def _active(self) -> Iterator[None]:
        from brian2.codegen.runtime.numpy_rt import NumpyCodeObject  # noqa: PLC0415 - as above

        # Brian has an object of the same name as this module.
        devices = importlib.import_module("brian2.devices.device")
        runtime: dict[str, Any] = {
            "get_value": self._get_value,
            "resize": self._resize_copy,
            "code_object": self._code_object,
            "code_object_class": lambda *_, **__: NumpyCodeObject,
        }
        # Variables of the model belong to the standalone device and ask that one.
        standalone: dict[str, Any] = {
            "get_value": self._get_value,
            "resize": self._resize_copy,
            "fill_with_array": self._fill,
        }
        with (
            mock.patch.multiple(self._numpy, **runtime),
            mock.patch.multiple(self._standalone, **standalone),
            mock.patch.object(devices, "active_device", self._numpy),
        ):
            yield

    def _code_object(self, owner: Any, name: str, *args: Any, **options: Any) -> Any:  # noqa: ARG002
        # A name of its own: later code of the program is numbered as if this had not been.
        made = self._make_code(owner, "sweep_evaluation*", *args, **options)
        functions = [thing for thing in made.variables.values() if hasattr(thing, "stateless")]
        if not all(function.stateless for function in functions):
            self.drew = True
            if not self._drawing:
                raise NotComputedError(AT_RANDOM)
        return made

    def _own(self, variable: Any) -> Any:
        """Make sure that there is a copy of a variable that is computed."""
        if variable in self._written and variable not in self._numpy.arrays:
            before = self._read(variable)
            self._numpy.add_array(variable)
            if hasattr(variable, "resize"):
                self._resize(variable, len(before))
            self._look(variable)[:] = before
        return variable

    def _get_value(self, variable: Any, access_data: bool = True) -> Any:  # noqa: FBT001, FBT002 - Brian's
        if self._own(variable) in self._numpy.arrays:
            return self._look(variable, access_data)
        return self._read(variable)

    def _resize_copy(self, variable: Any, size: int) -> None:
        try:
            self._resize(self._own(variable), size)
        except NotComputedError as error:  # grows with the others, and stays unknown
            self._lost[variable] = str(error)

    def _fill(self, variable: Any, values: Any) -> None:
        self._get_value(variable)[:] = values


def _reason(error: BaseException) -> str:
    """Say why Brian could not compute; it wraps what its code raised."""
    for cause in causes_of(error):
        if isinstance(cause, NotComputedError):
            return str(cause)
        error = cause
    return f"computing them fails ({type(error).__name__}: {error})"
