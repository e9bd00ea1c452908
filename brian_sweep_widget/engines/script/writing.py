"""A simulation as a script: imports, numbers, the model, what is measured, a comparison."""

from __future__ import annotations

import json
import platform
import random
from collections.abc import Mapping
from typing import Any

import numpy as np

from brian_sweep_widget.engines.compiled.engine import LABEL
from brian_sweep_widget.engines.context import BrianContext
from brian_sweep_widget.engines.script.collecting import Collection
from brian_sweep_widget.engines.script.sources import returning
from brian_sweep_widget.engines.script.values import source_of
from brian_sweep_widget.engines.versions import library_versions
from brian_sweep_widget.models import FunctionModel, Model, NetworkModel, Parameter
from brian_sweep_widget.models.function_model import SEED
from brian_sweep_widget.models.network_model import DURATION
from brian_sweep_widget.models.units import quantity
from brian_sweep_widget.results import Value
from brian_sweep_widget.sweeps import Job

_RESERVED = ("SEED", "PARAMETERS", "EXPECTED", "VERSIONS", "RUN_FOR", "MEASURES", "network")
_IMPORTS = ["import platform", "import random", "", "import brian2", "import numpy as np"]


def script_of(
    model: Model,
    parameters: Mapping[str, Parameter],
    job: Job,
    engine: str,
    context: BrianContext | None,
    expected: Mapping[str, Value],
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
    expected
        What came out; the script says whether it got the same.

    Returns
    -------
    str
        Source code.

    Raises
    ------
    ScriptError
        If the model refers to something that cannot be written.
    """
    import brian2  # noqa: PLC0415 - engines are imported without Brian

    modules = {"brian2": brian2, "np": np, "platform": platform, "random": random}
    collection = Collection(modules, _RESERVED)
    arguments = {
        name: quantity(value, parameters[name].unit) for name, value in job.parameters.items()
    }
    constants = [f"SEED = {job.seed}"]
    if isinstance(model, NetworkModel):
        calls = _network(model, collection, expected, compiled=engine == LABEL)
        if DURATION not in model.builder_parameters:
            constants.append(f"RUN_FOR = {source_of(arguments.pop(DURATION), DURATION)}")
    else:
        calls = _function(model, collection)
    constants.append(
        _table(
            "PARAMETERS",
            {name: source_of(value, name) for name, value in arguments.items()},
            {name: parameters[name].text(job.parameters[name]) for name in arguments},
        )
    )
    numbers = {n: source_of(float(v.si), n) for n, v in expected.items() if not v.si.ndim}
    constants += [
        _table("EXPECTED", numbers, {name: value.label for name, value in expected.items()}),
        _table("VERSIONS", {name: _quoted(version) for name, version in _versions().items()}),
    ]
    settings = _settings(context or BrianContext(), engine, network=isinstance(model, NetworkModel))
    parts = [
        _docstring(model, parameters, job) + "\nfrom __future__ import annotations",
        "\n".join(_IMPORTS + collection.imports),
        "\n".join(constants),
        *collection.blocks,
        _SEEDING,
        "\n".join([*settings, "", *calls]),
        _REPORT,
    ]
    return "\n\n".join(part.strip("\n") + "\n" for part in parts)


def _network(
    model: NetworkModel, collection: Collection, expected: Mapping[str, Value], *, compiled: bool
) -> list[str]:
    """Write the model so that it runs where it is built: there its names mean what they do."""
    duration = DURATION if DURATION in model.builder_parameters else "RUN_FOR"
    run = [f"network.run({duration})"]
    name = collection.add(model.builder, lambda source: returning(source, run))
    measures = {
        key: collection.add(one.function) for key, one in model.measures.items() if key in expected
    }
    failed = [key for key in model.measures if key not in expected]
    return [
        *(f"# Left out, as it failed: {key}" for key in failed),
        _table("MEASURES", measures),
        "",
        "seed_everything(SEED)",
        f"network = {name}(**PARAMETERS)",
        *(["brian2.device.build(directory=None)  # in a folder that is removed"] * compiled),
        "results = {name: measure(network) for name, measure in MEASURES.items()}",
    ]


def _function(model: FunctionModel, collection: Collection) -> list[str]:
    name = collection.add(model.function)
    seed = f", {SEED}=SEED" if model.takes_seed else ""
    return [
        "seed_everything(SEED)",
        f"results = {name}(**PARAMETERS{seed})",
        "if not isinstance(results, dict):",
        f"    results = {{{_quoted(model.name)}: results}}",
    ]


def _settings(context: BrianContext, engine: str, *, network: bool) -> list[str]:
    """Write what Brian was told before the model was built."""
    preferences = dict(context.preferences)
    if network:  # the engine says how it computes, whatever the user prefers
        preferences.pop("codegen.target", None)
        if engine != LABEL:
            preferences["codegen.target"] = engine.partition("(")[2].rstrip(")")
    lines = [
        f"brian2.prefs[{_quoted(name)}] = {_preference(name, value)}"
        for name, value in preferences.items()
    ]
    if engine == LABEL:
        lines.append('brian2.set_device("cpp_standalone", build_on_run=False)')
    lines.append(f"brian2.defaultclock.dt = {context.time_step!r} * brian2.second")
    return lines


def _preference(name: str, value: Any) -> str:
    if isinstance(value, type) and value.__module__ == "numpy":
        return f"np.{value.__name__}"
    if isinstance(value, str):
        return _quoted(value)
    return source_of(value, f"the preference {name}")


def _docstring(model: Model, parameters: Mapping[str, Parameter], job: Job) -> str:
    lines = [
        f"{model.label}: one simulation, in plain Brian 2.",
        "",
        *(f"    {parameters[n].label}: {parameters[n].text(v)}" for n, v in job.parameters.items()),
        f"    Seed: {job.seed}",
        "",
        "Run it to get the same numbers: it says whether they are.",
    ]
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


_SEEDING = '''\
def seed_everything(number):
    """Seed Python's, numpy's and Brian's generators."""
    random.seed(number)
    np.random.seed(number)
    brian2.seed(number)
'''

_REPORT = """\
here = {
    "python": platform.python_version(),
    "brian2": brian2.__version__,
    "numpy": np.__version__,
}
for name, version in VERSIONS.items():
    if here[name] != version:
        print(f"{name} is {here[name]} here; the numbers were computed with {version}")
same = True
for name, value in results.items():
    if name not in EXPECTED or np.ndim(value):
        print(f"{name}: {value}")
        continue
    number = np.asarray(value, dtype=float)
    wanted = EXPECTED[name]
    equal = bool(number == wanted or (np.isnan(number) and np.isnan(wanted)))
    same = same and equal
    print(f"{name}: {float(number)!r}" + ("" if equal else f" (expected: {wanted!r})"))
print("the same, bit for bit" if same else "NOT the same")
"""
