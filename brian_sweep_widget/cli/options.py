"""A model's parameters as options of the command line, and back."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from brian_sweep_widget.cli.numbers import time_limit, whole_number
from brian_sweep_widget.cli.terminal import UsageError, refuse
from brian_sweep_widget.engines.choice import ENGINES
from brian_sweep_widget.models import CATALOGUE, Model, Parameter, every_parameter
from brian_sweep_widget.models.numerals import NotAValueError
from brian_sweep_widget.models.syntax import SYNTAX
from brian_sweep_widget.models.written import read_value
from brian_sweep_widget.runs.axes import check_not_settings
from brian_sweep_widget.sweeps.seeds import SEEDINGS

DEFAULT_MODEL = "cuba"

_SWITCHES = ("--help", "--keep-going")
#: Where the texts given for parameters are kept, apart from the other options.
_TEXTS = "parameter_texts"


def model_named_in(arguments: Sequence[str]) -> str:
    """Find MODEL among the arguments of ``run``, before its options are known.

    Every option but those of ``_SWITCHES`` takes a value, either behind ``=``
    or as the next argument.
    """
    is_value = False
    for argument in arguments:
        if is_value:
            is_value = False
        elif argument.startswith("--"):
            is_value = "=" not in argument and argument not in _SWITCHES
        elif not argument.startswith("-"):
            return argument
    return DEFAULT_MODEL


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what every sweep has: model, trials, seed, workers, files."""
    parser.add_argument(
        "model",
        nargs="?",
        default=DEFAULT_MODEL,
        metavar="MODEL",
        help=f"one of {', '.join(CATALOGUE)} (default: {DEFAULT_MODEL}), MODULE:FUNCTION, "
        "or path/to/FILE.py:FUNCTION",
    )
    sweep = parser.add_argument_group("sweep")
    sweep.add_argument(
        "--trials",
        type=whole_number,
        default=1,
        metavar="N",
        help="simulations of every point (default: 1)",
    )
    sweep.add_argument(
        "--seed",
        type=whole_number,
        default=0,
        metavar="N",
        help="decides all random numbers (default: 0)",
    )
    sweep.add_argument(
        "--seeding",
        choices=SEEDINGS,
        default=SEEDINGS[0],
        help="common: all points of a trial draw the same numbers (default: independent)",
    )
    sweep.add_argument("--engine", choices=ENGINES, default=ENGINES[0], help="default: auto")
    sweep.add_argument(
        "--jobs",
        type=whole_number,
        metavar="N",
        help="simulations at once (default: all allowed cores)",
    )
    sweep.add_argument(
        "--cluster",
        metavar="HOSTS",
        help="other computers: names with commas between, tls://host:port of a scheduler, or '*' "
        "for those found on the network (default: this computer alone)",
    )
    sweep.add_argument(
        "--time-limit",
        type=time_limit,
        metavar="S",
        help="seconds that one simulation may take, or inf (default: 3600 if compiled, else inf)",
    )
    sweep.add_argument(
        "--keep-going",
        action="store_true",
        help="compute everything even if the first simulations all fail alike",
    )
    sweep.add_argument(
        "--allow-nan",
        metavar="NAMES",
        help="results of a plain function that may be NaN: names with commas between, or 'all'",
    )
    files = parser.add_argument_group("files")
    files.add_argument("--output", metavar="FILE", help="results as .csv, .json, .nc or .parquet")
    files.add_argument(
        "--store",
        metavar="FILE",
        help="where results are kept so that none is computed twice; 'none' for nowhere "
        "(default: your own, see 'brian-sweep store info')",
    )
    files.add_argument("--plot", metavar="FILE", help="a chart as .png, .svg, .pdf or .html")


def add_model_options(parser: argparse.ArgumentParser, model: Model) -> None:
    """Add one option for every parameter of a model.

    Raises
    ------
    UsageError
        If a parameter is called like a setting of sweeps.
    """
    known, required, untyped = every_parameter(model), model.required(), model.untyped()
    try:
        check_not_settings(known, model.name)
    except TypeError as error:
        refuse(str(error))
    parser.set_defaults(**{_TEXTS: {}})
    group = parser.add_argument_group(f"parameters of {model.label}", f"Values: {SYNTAX}.")
    for name, parameter in known.items():
        group.add_argument(
            _option(parser, name),
            dest=name,
            action=_Keep,
            default=argparse.SUPPRESS,
            required=name in required,
            metavar="VALUE" if parameter.sweepable else parameter.kind.upper(),
            help=_help(model, parameter, needed=name in required, known=name not in untyped),
        )


def given_values(model: Model, parsed: argparse.Namespace) -> dict[str, Any]:
    """Read the values of the parameters that the command line gives.

    Returns
    -------
    dict
        Name to value, as a notebook would hand them to `Sweep`, in the order
        of the command line: the first that is swept is the chart's x axis.
        Parameters that keep their default are left out. If nothing is swept,
        the sweep that the model suggests is added.

    Raises
    ------
    UsageError
        If a value cannot be read, naming option and value.
    """
    untyped, parameters = model.untyped(), every_parameter(model)
    given: dict[str, Any] = {}
    for name, text in getattr(parsed, _TEXTS).items():
        try:
            given[name] = read_value(text, parameters[name], declared=name not in untyped)
        except NotAValueError as error:
            msg = f"argument {_dashed(name)}: {text!r} {error}"
            raise UsageError(msg) from None
    if not any(getattr(value, "ndim", 0) for value in given.values()):
        # A single value given for a parameter counts more than the suggestion.
        given = {**model.suggested_sweep, **given}
    return given


class _Keep(argparse.Action):
    """Keeps a parameter's text; argparse itself would forget the order."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - argparse's signature
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        getattr(namespace, _TEXTS)[self.dest] = values


def _dashed(name: str) -> str:
    return "--" + name.replace("_", "-")


def _option(parser: argparse.ArgumentParser, name: str) -> str:
    """Name a parameter's option; where it is one of ours, with a prefix."""
    taken = {option for action in parser._actions for option in action.option_strings}  # noqa: SLF001 - no public reader exists
    option = _dashed(name)
    return f"--parameter-{option[2:]}" if option in taken else option


def _help(model: Model, parameter: Parameter, *, needed: bool, known: bool) -> str:
    text = parameter.label
    if not known:
        return f"{text} ({'needed' if needed else 'default: None'})".replace("%", "%%")
    if parameter.unit.symbol:
        text += f" in {parameter.unit.symbol}"
    default = parameter.default
    if default is not None:
        text += f" (default: {parameter.text(default)})"
    suggested = model.suggested_sweep.get(parameter.name)
    if suggested is not None:
        read = [float(value) for value in parameter.read_axis(suggested)]
        low, high = parameter.text(min(read)), parameter.text(max(read))
        text += f"; if nothing is swept: {len(read)} values from {low} to {high}"
    return text.replace("%", "%%")
