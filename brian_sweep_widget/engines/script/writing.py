"""A simulation as a script: imports, numbers, the model, what is measured, a comparison."""

from __future__ import annotations

import importlib
import itertools
import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any

from brian_sweep_widget.engines.compiled.engine import LABEL
from brian_sweep_widget.engines.compiled.seeds import measures_seed, simulation_seed
from brian_sweep_widget.engines.context import BrianContext
from brian_sweep_widget.engines.data_set import DataSet
from brian_sweep_widget.engines.global_generators import LIBRARIES
from brian_sweep_widget.engines.process_settings import Computing, ProcessSettings
from brian_sweep_widget.engines.script.collecting import Collection
from brian_sweep_widget.engines.script.comparison import comparison, expected_text
from brian_sweep_widget.engines.script.errors import ScriptError
from brian_sweep_widget.engines.script.layout import Layout
from brian_sweep_widget.engines.script.library_lines import lines_setting
from brian_sweep_widget.engines.script.seeding import (
    MODULES,
    asking_the_system,
    may_ask,
    seeding,
)
from brian_sweep_widget.engines.script.sources import returning
from brian_sweep_widget.engines.variables_read import variables_among
from brian_sweep_widget.engines.versions import library_versions
from brian_sweep_widget.models import FunctionModel, Model, NetworkModel, Parameter
from brian_sweep_widget.models.function_model import SEED
from brian_sweep_widget.models.network_model import DURATION
from brian_sweep_widget.models.units import quantity
from brian_sweep_widget.results import Value
from brian_sweep_widget.sweeps import Job

_MODULES = {
    "brian2": "brian2",
    "np": "numpy",
    "platform": "platform",
    "random": "random",
    "hashlib": "hashlib",
}
_OWN = (
    "SEED", "SIMULATION_SEED", "MEASURES_SEED", "PARAMETERS", "EXPECTED", "VERSIONS", "RUN_FOR",
    "MEASURES", "seed_numba", "seed_everything", "give_entropy", "network", "results",
)  # fmt: skip


def script_of(
    model: Model,
    parameters: Mapping[str, Parameter],
    job: Job,
    engine: str,
    context: BrianContext | None,
    settings: ProcessSettings,
    expected: Mapping[str, Value],
    read: Iterable[str] = (),
    *,
    departs: bool = False,
    draws: bool = False,
    data: DataSet = DataSet(),  # noqa: B008 - it is not changed
) -> str:
    """Write a script that simulates one job with Brian 2, and nothing of ours.

    Parameters
    ----------
    model, parameters
        The model and its parameters.
    job
        The simulation.
    engine
        Label of the engine that computed it: the script computes in the same way.
    context
        Brian's settings where the sweep was made.
    settings
        Those of the process.
    expected
        What came out; the script says whether it got the same.
    read
        What was read meanwhile (`Origin.files`), environment variables among it.
    departs
        Whether a program was made of what Brian's own standalone mode builds
        otherwise, or not at all: its runtime computes the same up to rounding.
    draws
        Whether a program was made of what the builder drew in Python.
    data
        What cells have set in installed packages.

    Returns
    -------
    str
        Source code.

    Raises
    ------
    ScriptError
        If the model refers to something that cannot be written.
    """
    if departs:
        engine = _RUNTIME
    collection = Collection(data.objects)
    arguments = {
        name: quantity(value, parameters[name].unit) for name, value in job.parameters.items()
    }
    constants = [f"\1SEED = {job.seed}"]
    write = collection.expression
    if isinstance(model, NetworkModel):
        compiled = engine == LABEL
        seeds = _seeds(job, simulation=compiled and draws, measures=compiled or departs)
        constants += [f"{name} = {line}" for name, line in seeds.items()]
        calls = _network(model, collection, expected, seeds, compiled=compiled)
        if DURATION not in model.builder_parameters:
            constants.append(f"\1RUN_FOR = {write(arguments.pop(DURATION), DURATION)}")
    else:
        calls = _function(model, collection)
    constants.append(
        _table(
            "\1PARAMETERS",
            {name: write(value, name) for name, value in arguments.items()},
            {name: parameters[name].text(job.parameters[name]) for name in arguments},
        )
    )
    constants += [
        _table(
            "\1EXPECTED",
            {name: expected_text(value, rounded=departs) for name, value in expected.items()},
            {name: value.label for name, value in expected.items()},
        ),
        _table("\1VERSIONS", {name: _quoted(version) for name, version in _versions().items()}),
    ]
    told = _settings(
        context or BrianContext(), engine, write, network=isinstance(model, NetworkModel)
    )
    imported = [part.name for part in collection.parts if part.kind == "import"]
    names = collection.identifiers | {*imported}
    computing = settings.beside_defaults(names, collection.words, variables_among(read))
    before, needed = _computing(computing)
    set_there = [*lines_setting(data, collection.module, write)]
    told_first = ["", "# As cells have set it in installed packages."] if set_there else []
    head = "\n".join([*constants, *before, *told_first, *set_there])
    tail = "\n".join([*told, "", *calls])
    asking = may_ask(collection.identifiers, imported)
    libraries = sorted(LIBRARIES & {name.partition(".")[0] for name in imported})
    needed |= _MODULES | (MODULES if asking else {}) | {name: name for name in libraries}
    modules = {name: importlib.import_module(module) for name, module in needed.items()}
    layout = Layout(collection, [head, tail], modules, _OWN)
    written = [
        layout.resolve(head),
        *_together(layout.blocks),
        layout.resolve(seeding(libraries, asking=asking)),
        layout.resolve(tail),
        layout.resolve(
            comparison(asking_the_system(collection.identifiers, imported), rounded=departs)
        ),
    ]
    text = "\n\n".join(
        part.strip("\n") + "\n"
        for part in (
            _docstring(model, parameters, job, computing, departs=departs)
            + "\nfrom __future__ import annotations",
            "\n".join(layout.imports),  # of all that was resolved
            *written,
        )
    )
    try:
        compile(text, "script", "exec", dont_inherit=True)
    except SyntaxError as error:
        line = text.splitlines()[(error.lineno or 1) - 1].strip()
        msg = (
            f"a function of the model cannot stand by itself in a script: {error.msg} in {line!r}. "
            "Define it at the top level of a file or of a cell"
        )
        raise ScriptError(msg) from None
    return text


def _seeds(job: Job, *, simulation: bool, measures: bool) -> dict[str, str]:
    """Write the seeds beside the job's, each with why it is another one."""
    seeds = {}
    if simulation:
        seeds[_OF_SIMULATION] = f"{simulation_seed(job.seed)}  # {_APART}"
    if measures:
        seeds[_OF_MEASURES] = f"{measures_seed(job.seed)}  # {_MEASURES_APART}"
    return seeds


def _network(
    model: NetworkModel,
    collection: Collection,
    expected: Mapping[str, Value],
    seeds: Container[str],
    *,
    compiled: bool,
) -> list[str]:
    """Write the model so that it runs where it is built: there its names mean what they do."""
    duration = DURATION if DURATION in model.builder_parameters else "\1RUN_FOR"
    run = [f"network.run({duration})"]
    name = collection.model(
        model.builder, model.name, lambda source, text: returning(source, text, run)
    )
    measures = {
        key: collection.expression(one.function, key)
        for key, one in model.measures.items()
        if key in expected
    }
    failed = [key for key in model.measures if key not in expected]
    return [
        *(f"# Left out, as it failed: {key}" for key in failed),
        _table("\1MEASURES", measures),
        "",
        "\1seed_everything(\1SEED)",
        *([f"\1brian2.seed({_OF_SIMULATION})"] if _OF_SIMULATION in seeds else []),
        f"\1network = {name}(**\1PARAMETERS)",
        *([_BUILD] if compiled else []),
        *([f"\1seed_everything({_OF_MEASURES})"] if _OF_MEASURES in seeds else []),
        "\1results = {name: measure(\1network) for name, measure in \1MEASURES.items()}",
    ]


def _function(model: FunctionModel, collection: Collection) -> list[str]:
    name = collection.expression(model.function, model.name)
    seed = f", {SEED}=\1SEED" if model.takes_seed else ""
    return [
        "\1seed_everything(\1SEED)",
        f"\1results = {name}(**\1PARAMETERS{seed})",
        "if not isinstance(\1results, dict):",
        f"    \1results = {{{_quoted(model.name)}: \1results}}",
    ]


def _together(blocks: Iterable[str]) -> Iterator[str]:
    """Put constants that follow each other into lines that do."""
    for short, group in itertools.groupby(blocks, lambda one: one.count("\n") <= 1):
        if short:
            yield "".join(group)
        else:
            yield from group


def _settings(
    context: BrianContext, engine: str, write: Callable[[Any, str], str], *, network: bool
) -> list[str]:
    """Write what Brian was told before the model was built."""
    preferences = dict(context.preferences)
    if network:  # the engine says how it computes, whatever the user prefers
        preferences.pop("codegen.target", None)
        if engine != LABEL:
            preferences["codegen.target"] = engine.partition("(")[2].rstrip(")")
    lines = [
        f"\1brian2.prefs[{_quoted(name)}] = "
        + (_quoted(value) if isinstance(value, str) else write(value, f"the preference {name}"))
        for name, value in preferences.items()
    ]
    if engine == LABEL:
        lines.append('\1brian2.set_device("cpp_standalone", build_on_run=False)')
    lines.append(f"\1brian2.defaultclock.dt = {context.time_step!r} * \1brian2.second")
    return lines


def _computing(settings: Computing) -> tuple[list[str], dict[str, str]]:
    """Write what decides how Python and numpy compute, and say which modules that needs."""
    lines = [
        f"\1os.environ[{_quoted(name)}] = {_quoted(value)}"
        if value is not None
        else f"\1os.environ.pop({_quoted(name)}, None)"
        for name, value in settings.environment.items()
    ]
    needed = {"os": "os"} if lines else {}
    if settings.numpy:
        errors = ", ".join(f"{kind}={_quoted(how)}" for kind, how in settings.numpy.items())
        lines.append(f"\1np.seterr({errors})")
    if settings.decimal:
        *numbers, traps = settings.decimal
        traps = "".join(f"\1decimal.{one}, " for one in traps)
        arguments = ", ".join([*map(repr, numbers), "[]", f"[{traps.rstrip(', ')}]"])
        lines.append(f"\1decimal.setcontext(\1decimal.Context({arguments}))")
        needed["decimal"] = "decimal"
    if settings.mpmath:
        precision, complex_trapped, of_intervals = settings.mpmath
        lines.append(f"\1mpmath.mp.prec = {precision!r}")
        lines.append(f"\1mpmath.mp.trap_complex = {complex_trapped!r}")
        lines.append(f"\1mpmath.iv.prec = {of_intervals!r}")
        needed["mpmath"] = "mpmath"
    return lines, needed


def _docstring(
    model: Model,
    parameters: Mapping[str, Parameter],
    job: Job,
    computing: Computing,
    *,
    departs: bool,
) -> str:
    lines = [
        f"{model.label}: one simulation, in plain Brian 2.",
        "",
        *(f"    {parameters[n].label}: {parameters[n].text(v)}" for n, v in job.parameters.items()),
        f"    Seed: {job.seed}",
        "",
        "Run it to get the same numbers: it says whether they are.",
    ]
    if departs:
        lines += ["", _INSTEAD]
    if computing.environment:
        names = ", ".join(computing.environment)
        lines.append(f"Environment variables of the sweep that it sets: {names}.")
    if computing.of_the_computer:
        names = ", ".join(computing.of_the_computer)
        lines.append(f"Environment variables of your computer that the model may read: {names}.")
    text = "\n".join(lines).replace("\\", "\\\\").replace('"""', "'''")
    return f'"""{text}\n"""\n'


def _versions() -> dict[str, str]:
    known = library_versions()
    return {name: known[name] for name in ("python", "brian2", "numpy")}


def _table(name: str, items: Mapping[str, str], remarks: Mapping[str, str] | None = None) -> str:
    lines = [f"{name} = {{"]
    for key, value in items.items():
        remark = " ".join((remarks or {}).get(key, "").split())
        lines.append(f"    {_quoted(key)}: {value}," + (f"  # {remark}" if remark else ""))
    return "\n".join([*lines, "}"])


def _quoted(text: str) -> str:
    return json.dumps(text)


# Of Brian, whose standalone mode refuses what the model does, or takes it otherwise.
_RUNTIME = "runtime (numpy)"
_INSTEAD = """\
The sweep simulated it with a compiled program. Brian's standalone mode, which makes such
programs, would refuse what the model does while it is built, or build another network; so
Brian's runtime simulates it here: with the same numbers up to rounding, but for those that
are drawn at random during the simulation."""

# Names of seeds, and why they are.
_OF_SIMULATION = "\1SIMULATION_SEED"
_OF_MEASURES = "\1MEASURES_SEED"
_APART = "as the model draws in Python: from one seed both would get the same numbers"
_MEASURES_APART = "else they would draw the same numbers as the simulation"

_BUILD = "\1brian2.device.build(directory=None)  # in a folder that is removed"
