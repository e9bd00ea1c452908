"""The commands and their options; which function answers which command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from brian_sweep_widget.cli.cluster_options import add_cluster_options
from brian_sweep_widget.cli.negative import keep_negative_numbers
from brian_sweep_widget.cli.store_options import add_store_options
from brian_sweep_widget.cli.terminal import DONE, INCOMPLETE, MISUSED, UsageError, outputs, say
from brian_sweep_widget.stop_signals import StopRequested, StopSignals

_EXIT_STATUS = (
    "exit status: 0 all simulations done; 1 some failed; 2 wrong usage; 130 interrupted by Ctrl-C, "
    "143 by SIGTERM, 129 by SIGHUP"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    argv
        What follows the program's name; None for what the shell gave.

    Returns
    -------
    int
        The exit status: 0 if all went well, 1 if some of it did not, or could
        not be said, 2 for wrong usage, 128 and the number of the signal that
        ended it (130 for Ctrl-C).
    """
    with StopSignals("SIGINT", "SIGTERM", "SIGHUP", raises=True) as signals:
        try:
            with outputs() as losses:
                status = _run(list(sys.argv[1:] if argv is None else argv), signals)
        except StopRequested as request:  # while it began, or ended
            return request.status
    return status or (INCOMPLETE if losses else DONE)


def _run(arguments: list[str], signals: StopSignals) -> int:
    parser, commands = _parsers()
    command = commands.get(arguments[0], parser) if arguments else parser
    try:
        if arguments[:1] == ["run"]:
            # The model's parameters are options, so it is found before parsing.
            from brian_sweep_widget.cli.run import add_parameters  # noqa: PLC0415 - loads the model

            add_parameters(command, arguments[1:])
        parsed = parser.parse_args(keep_negative_numbers(arguments))
        answer = _command(parsed.command)
        signals.raise_what_was_lost()
        return int(answer(parsed))
    except UsageError as error:
        command.print_usage(sys.stderr)
        say(f"{command.prog}: error: {error}", error=True)
        return MISUSED
    except StopRequested as request:
        say("\ninterrupted", error=True)
        return request.status
    except SystemExit as end:  # argparse ends this way, after --help too
        return end.code if isinstance(end.code, int) else MISUSED


def _command(name: str) -> Any:
    """Load the function that answers a command, and nothing of the others."""
    if name == "run":
        from brian_sweep_widget.cli.run import run  # noqa: PLC0415 - loads numpy and joblib

        return run
    if name == "lab":
        from brian_sweep_widget.cli.lab import lab  # noqa: PLC0415 - loads psutil

        return lab
    if name == "cache":
        from brian_sweep_widget.cli.cache import cache  # noqa: PLC0415 - loads the engines

        return cache
    if name == "cluster":
        from brian_sweep_widget.cli.cluster import cluster  # noqa: PLC0415 - loads the backends

        return cluster
    if name == "store":
        from brian_sweep_widget.cli.store import store  # noqa: PLC0415 - loads the results

        return store
    from brian_sweep_widget.cli.doctor import doctor  # noqa: PLC0415 - loads the checks

    return doctor


def _parsers() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    parser = _Parser(
        prog="brian-sweep",
        description="Sweep the parameters of spiking networks over all your cores.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and end")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser(
        "run",
        help="run a sweep (`run MODEL --help` lists the model's parameters)",
        description="Run a sweep. Every parameter of the model is an option.",
        epilog=_EXIT_STATUS,
        allow_abbrev=False,
    )
    lab = commands.add_parser(
        "lab",
        help="open JupyterLab on a notebook",
        description="Open JupyterLab on a notebook, on this computer only. Ctrl-C ends it.",
        allow_abbrev=False,
    )
    lab.add_argument("notebook", nargs="?", metavar="NOTEBOOK", help="default: the quickstart")
    lab.add_argument("--no-browser", action="store_true", help="only show the address")
    doctor = commands.add_parser(
        "doctor",
        help="check the installation",
        description="Check the installation. Exit status 1 if there is a problem.",
        allow_abbrev=False,
    )
    cache = commands.add_parser(
        "cache",
        help="show or remove what is kept of compiled networks",
        description="Show (info) or remove (clear) what is kept of compiled networks.",
        allow_abbrev=False,
    )
    cache.add_argument("action", choices=("info", "clear"), help="what to do")
    store = commands.add_parser(
        "store",
        help="show, merge or take out what is kept of results",
        description="Show (info), merge or take out (export) what is kept of results.",
        allow_abbrev=False,
    )
    add_store_options(store)
    cluster = commands.add_parser(
        "cluster",
        help="use other computers, or let them use this one",
        description="Use other computers, or let them use this one.",
        allow_abbrev=False,
    )
    add_cluster_options(cluster)
    return parser, {
        "run": run,
        "lab": lab,
        "doctor": doctor,
        "cache": cache,
        "store": store,
        "cluster": cluster,
    }


class _Parser(argparse.ArgumentParser):
    """Writes as everything else does: argparse says nothing of an output that is closed."""

    def _print_message(self, message: str, file: Any = None) -> None:
        say(message.removesuffix("\n"), error=file is not sys.stdout)


class _Version(argparse.Action):
    """Reads the version when asked for, as that costs more than all the rest of a start."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        import brian_sweep_widget  # noqa: PLC0415 - loaded already; its version is not

        say(f"brian-sweep {brian_sweep_widget.__version__}")
        parser.exit()
