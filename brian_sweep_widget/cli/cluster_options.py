"""The options of ``brian-sweep cluster``; apart from what it does, which takes longer to load."""

from __future__ import annotations

import argparse

WARNING = (
    "Who has this file can run any code on every computer that serves with it, as the user who "
    "does. Copy it to your own computers only (scp keeps it secret on the way), to the same place, "
    "readable by you alone."
)


def add_cluster_options(parser: argparse.ArgumentParser) -> None:
    """Add the commands' own commands and options."""
    given = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    given.add_argument(
        "--credentials",
        metavar="FILE",
        help="the secret that your computers share (default: BRIAN_SWEEP_CREDENTIALS, or your own)",
    )
    commands = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    serve = commands.add_parser(
        "serve",
        parents=[given],
        help="let others use this computer",
        description="Let holders of your credentials simulate on this computer. Ctrl-C ends it.",
        allow_abbrev=False,
    )
    serve.add_argument(
        "--workers", type=int, metavar="N", help="simulations at once (default: allowed cores)"
    )
    serve.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="IP",
        help="the address to listen at (default: 127.0.0.1, which only this computer reaches)",
    )
    serve.add_argument("--port", type=int, metavar="P", help="default: 8786")
    serve.add_argument(
        "--announce", action="store_true", help="tell the local network, for cluster='*'"
    )
    credentials = commands.add_parser(
        "credentials",
        parents=[given],
        help="make or show the secret that your computers share",
        description=f"Make (new) or describe (show) what your computers share. {WARNING}",
        allow_abbrev=False,
    )
    credentials.add_argument("action", choices=("new", "show"), help="what to do")
    listed = commands.add_parser(
        "list",
        parents=[given],
        help="show hosts, and why one cannot be used",
        description="Show the hosts that are found on the local network, or those named.",
        allow_abbrev=False,
    )
    listed.add_argument(
        "hosts", nargs="*", metavar="HOST", help="such as computer1 or 10.0.0.7:9000"
    )
