"""Traces: what Brian would compile for one set of parameters, without compiling it.

Runs in a process of its own, as it changes Brian's device and leaves networks
behind; never in the kernel.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from brian_sweep_widget.engines.brian_objects import is_brians
from brian_sweep_widget.engines.causes import causes_of
from brian_sweep_widget.engines.compiled.construction import Construction
from brian_sweep_widget.engines.compiled.draws import Draws
from brian_sweep_widget.engines.compiled.inventory import ResultFiles, take_inventory
from brian_sweep_widget.engines.compiled.literals import Parsed, parse
from brian_sweep_widget.engines.compiled.makefile import Toolchain, read_makefile
from brian_sweep_widget.engines.compiled.owners_kept import are_kept
from brian_sweep_widget.engines.compiled.remembering import (
    remember_solutions,
    watched_solutions,
)
from brian_sweep_widget.engines.compiled.reserved_names import reserved_name
from brian_sweep_widget.engines.compiled.seeds import simulation_seed
from brian_sweep_widget.engines.compiled.sets_in_order import sets_in_order
from brian_sweep_widget.engines.compiled.structure import Structure, watched_connections
from brian_sweep_widget.engines.compiled.unknown_values import unknown_value
from brian_sweep_widget.engines.context import BrianContext
from brian_sweep_widget.engines.file_states import FileStates, states_of
from brian_sweep_widget.engines.files_read import files_read
from brian_sweep_widget.engines.process_settings import ProcessSettings
from brian_sweep_widget.engines.process_state import state_kept_within
from brian_sweep_widget.engines.runtime import build
from brian_sweep_widget.engines.sent_modules import modules_not_sent
from brian_sweep_widget.models import NetworkModel, Parameter, Plain
from brian_sweep_widget.models.network_model import DURATION
from brian_sweep_widget.models.units import quantity
from brian_sweep_widget.scratch import new_folder

_SOURCES = (".cpp", ".h")
# Brian's generators seed themselves from the system; this goes before all that
# the model does, so that the first number drawn is already of this job's seed.
_SEEDING = """
for (size_t generator = 0; generator < brian::_random_generators.size(); generator++)
    brian::_random_generators[generator].seed(sweep_seed() + generator);
"""

# In place of report="text" and the like: nobody reads what a program prints, and what it
# prints is taken for a complaint.
_NO_REPORT = "void report_progress(const double, const double, const double, const double) {}"


class UnsupportedError(Exception):
    """The standalone device cannot do what the model does; says what and why."""


class AsksForDrawnError(UnsupportedError):
    """The builder asks for what the program would draw: it has to be drawn before."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What Brian would compile for one set of parameters.

    Parameters
    ----------
    parsed
        The generated sources, taken apart.
    static_arrays
        Contents of the files that the binary reads when it starts, by name.
    files
        Which files the binary will leave, and what they hold.
    end
        The network's time after the run, in seconds.
    structure
        How much memory it takes, and on which names that depends.
    draws
        Whether the builder drew from Python's or numpy's generator: then the
        trace belongs to its values and its seed alone.
    seeds
        Whether the builder seeds Brian's generators itself.
    toolchain
        How Brian would compile it.
    equations
        Those of all groups, without the numbers in them.
    seconds
        That it took.
    departs
        Whether Brian's own standalone device would have made another network,
        or none, of what the builder does.
    read
        What was in the files that were read: the trace holds no longer than
        that is so.
    sources, library
        Text by path of what Brian generated, and of what it ships along.
        Empty unless asked for.
    """

    parsed: Parsed
    static_arrays: Mapping[str, bytes]
    files: ResultFiles
    end: float
    structure: Structure
    draws: bool
    seeds: bool
    toolchain: Toolchain
    equations: frozenset[str]
    seconds: float
    departs: bool
    read: FileStates = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    library: Mapping[str, str] = field(default_factory=dict)


class Tracer:
    """Traces one model. Travels to the tracing process like an engine.

    Parameters
    ----------
    model
        The network model.
    parameters
        Its parameters by name, for their units.
    context
        Brian's settings where the sweep was made.

    Attributes
    ----------
    read
        What was in the files that it has read.
    drew
        Whether the latest trace drew random numbers in Python.
    """

    def __init__(
        self, model: NetworkModel, parameters: Mapping[str, Parameter], context: BrianContext
    ) -> None:
        self.functions = [model.builder]
        self.settings = ProcessSettings.here()
        self.name = model.label
        self.read: FileStates = {}
        self._builder = model.builder
        self._names = [name for name in model.builder_parameters if name in parameters]
        self._parameters = parameters
        # Which of Brian's runtime targets the user prefers is of no matter here.
        preferences = {**context.preferences, "codegen.target": "auto"}
        self._context = BrianContext(preferences, context.time_step)
        self.drew = False

    def trace(
        self,
        values: Mapping[str, Plain],
        *,
        equations: frozenset[str] | None,
        with_sources: bool,
        drawing: bool,
    ) -> Trace:
        """Trace once: what the builder leaves in its globals stays there; see `ModelTraces`.

        Raises
        ------
        AsksForDrawnError
            If random numbers are to be drawn here, which `drawing` would do.
        UnsupportedError
            If it cannot be traced at all.
        """
        import brian2  # noqa: PLC0415 - the tracing process alone needs it
        from brian2.devices.device import reset_device  # noqa: PLC0415

        remember_solutions()
        self._context.apply()
        draws = Draws()
        brian2.set_device("cpp_standalone", build_on_run=False)
        device = brian2.get_device()
        device.reinit()
        device.activate(build_on_run=False)
        brian2.defaultclock.dt = self._context.time_step * brian2.second
        folder = new_folder("trace")
        construction = Construction(device, drawing=drawing)
        try:
            with (
                state_kept_within(),
                sets_in_order(),
                watched_solutions(equations) as solved,
            ):
                return self._generate(
                    construction,
                    device,
                    values,
                    folder,
                    draws,
                    solved,
                    with_sources=with_sources,
                )
        except Exception as error:
            missing = construction.unanswered or _not_implemented(error)
            if missing is None:
                raise
            unknown = unknown_value(missing)
            if unknown is None:
                raise UnsupportedError(_first_line(missing)) from error
            refused = AsksForDrawnError if unknown.drawn else UnsupportedError
            raise refused(str(unknown)) from error
        finally:
            self.drew = draws.made
            device.reinit()
            reset_device()
            shutil.rmtree(folder, ignore_errors=True)

    def _generate(
        self,
        construction: Construction,
        device: Any,
        values: Mapping[str, Plain],
        folder: Path,
        draws: Draws,
        solved: set[str],
        *,
        with_sources: bool,
    ) -> Trace:
        import brian2  # noqa: PLC0415 - as above

        began = time.monotonic()
        quantities = {
            name: quantity(value, self._parameters[name].unit) for name, value in values.items()
        }
        device.insert_code("main", _SEEDING)
        read: FileStates = {}
        try:
            with (
                watched_connections() as connections,
                construction.followed(),
                draws.watched(device),
                files_read() as read,
            ):
                network, names = build(
                    self._builder, {name: quantities[name] for name in self._names}
                )
                if (unanswered := construction.unanswered) is not None:
                    raise unanswered
                if brian2.get_device() is not device:
                    msg = "it calls set_device, and so leaves the device that writes the program"
                    raise UnsupportedError(msg)
                _refuse_python_code(network)
                construction.take_in_changes()
                network.run(quantities[DURATION], namespace=names)
        finally:
            # A module that this process found on its own is a file that was read, too.
            read = {**states_of(modules_not_sent()), **read}
            self.read = read
        drawn = draws.made
        if ("seed", None) in [one for one in device.main_queue if one[0] == "seed"]:
            msg = "it calls seed() without a number: the program would seed itself as it likes"
            raise UnsupportedError(msg)
        if draws.made_after_own_seed:
            device.main_queue[:] = [
                (kind, simulation_seed(argument) if kind == "seed" else argument)
                for kind, argument in device.main_queue
            ]
        if device.report_func:
            device.report_func = _NO_REPORT
        files = take_inventory(network, device)
        device.insert_code("before_end", files.code())
        device.insert_code("after_end", "sweep_finish(brian::results_dir.c_str());")
        device.build(directory=str(folder), compile=False, run=False)
        texts = _texts(folder)
        sources = {path: text for path, text in texts.items() if not path.startswith("brianlib/")}
        library = {path: text for path, text in texts.items() if path.startswith("brianlib/")}
        _refuse_reserved_name(sources)
        return Trace(
            parse(sources),
            _contents(folder / "static_arrays"),
            files.without_code(),
            float(network.t_),
            connections.structure(network, device, names),
            drawn,
            any(kind == "seed" for kind, _ in device.main_queue),
            read_makefile((folder / "makefile").read_text(encoding="utf-8"), sources.values()),
            frozenset(solved),
            time.monotonic() - began,
            construction.departs
            or draws.made_after_own_seed
            or not are_kept(construction.settable, network),
            read,
            sources if with_sources else {},
            library if with_sources else {},
        )


def _refuse_python_code(network: Any) -> None:
    """Refuse what the standalone device would leave out without a word."""
    from brian2 import NetworkOperation  # noqa: PLC0415

    for thing in network.sorted_objects:
        if isinstance(thing, NetworkOperation):
            msg = f"{thing.name} is a network operation, which is Python code"
            raise UnsupportedError(msg)
        for method in ("run", "before_run", "after_run"):
            defined = getattr(type(thing), method, None)
            if not is_brians(getattr(defined, "__module__", "brian2")):
                msg = f"{thing.name} does something in Python ({method} of {type(thing).__name__})"
                raise UnsupportedError(msg)


def _refuse_reserved_name(sources: Mapping[str, str]) -> None:
    """Refuse, before a compiler does in its own words, what cannot be compiled."""
    name = reserved_name(sources)
    if name:
        msg = (
            f"{name!r} is the name of something else in C++, which the model is translated into: "
            "give that parameter, variable or constant of the model another name, such as "
            f"{name.lower()}_value"
        )
        raise UnsupportedError(msg)


def _texts(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name.endswith(_SOURCES)
    }


def _contents(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        return {}
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def _not_implemented(error: BaseException) -> NotImplementedError | None:
    """Find what the device cannot do among an error's causes: Brian wraps it into others."""
    return next((one for one in causes_of(error) if isinstance(one, NotImplementedError)), None)


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
