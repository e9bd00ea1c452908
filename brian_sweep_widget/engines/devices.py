"""Brian's device: what a model may do with it while an engine computes.

A builder's network is computed by the device of the engine: objects that are
made for another one would be computed wrongly, or by something else than the
results say. A plain function may compute with Brian's standalone device; then
every job begins with a fresh one, seeded, in a folder of its own process's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock


class DeviceSetError(RuntimeError):
    """A builder chooses the device, which is the sweep's to choose.

    Parameters
    ----------
    builder
        Its name.
    device
        The device's.
    """

    def __init__(self, builder: str, device: str) -> None:
        super().__init__(
            f"{builder} calls set_device({device!r}) or device.activate(), but a sweep chooses "
            "the device itself: remove that call, and device.build() and device.reinit() with "
            "it. Networks are computed in C++ anyway where that can be; engine='compiled' "
            "insists on it, engine='numpy' and engine='cython' choose Brian's runtime"
        )


@contextmanager
def kept_device(builder: Callable[..., Any]) -> Iterator[None]:
    """Keep Brian's device as it is while a builder runs.

    What scripts for the standalone device do besides, as there is nothing to be
    built yet, does nothing, as with Brian's runtime.

    Raises
    ------
    DeviceSetError
        Inside, where another device than Brian's runtime is set.
    """
    import brian2  # noqa: PLC0415 - engines are imported without Brian
    from brian2.devices.cpp_standalone.device import CPPStandaloneDevice  # noqa: PLC0415

    def refuse(_device: Any, *_arguments: Any, **_options: Any) -> None:
        raise DeviceSetError(builder.__name__, "cpp_standalone")

    def ignore(_device: Any, *_arguments: Any, **_options: Any) -> None:
        pass

    before = brian2.get_device()
    with ExitStack() as patches:
        for name, instead in (("activate", refuse), ("build", ignore), ("reinit", ignore)):
            patches.enter_context(mock.patch.object(CPPStandaloneDevice, name, instead))
        yield
    after = brian2.get_device()
    if after is not before and after is not brian2.all_devices["runtime"]:
        names = (name for name, device in brian2.all_devices.items() if device is after)
        raise DeviceSetError(builder.__name__, next(names, type(after).__name__))


@contextmanager
def standalone_apart(seed: int) -> Iterator[None]:
    """Have the standalone device, if it is used, draw from a seed, in a folder of this process's.

    Several workers would write into the same folder, and read each other's
    numbers.

    Parameters
    ----------
    seed
        Of its generators, from when it is set.
    """
    from brian2.devices.cpp_standalone.device import CPPStandaloneDevice  # noqa: PLC0415

    activate, build = CPPStandaloneDevice.activate, CPPStandaloneDevice.build

    def activate_seeded(device: Any, *arguments: Any, **options: Any) -> None:
        activate(device, *arguments, **options)
        device.seed(seed)

    def build_apart(device: Any, directory: Any = "output", *args: Any, **options: Any) -> None:
        if directory is not None:
            directory = str(Path(directory) / f"worker-{os.getpid()}")
        build(device, directory, *args, **options)

    with (
        mock.patch.object(CPPStandaloneDevice, "activate", activate_seeded),
        mock.patch.object(CPPStandaloneDevice, "build", build_apart),
    ):
        yield


def reset_devices() -> None:
    """Make Brian's runtime the device, and forget what the standalone device was given."""
    import brian2  # noqa: PLC0415 - as above

    brian2.all_devices["cpp_standalone"].reinit()
    if brian2.get_device() is not brian2.all_devices["runtime"]:
        brian2.set_device("runtime")
