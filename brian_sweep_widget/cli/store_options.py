"""The options of ``brian-sweep store``; apart from what it does, which takes longer to load."""

from __future__ import annotations

import argparse


def add_store_options(parser: argparse.ArgumentParser) -> None:
    """Add the actions, with their options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    info = actions.add_parser("info", help="say what a store holds")
    info.add_argument("store", nargs="?", metavar="STORE", help="(default: your own)")
    merge = actions.add_parser("merge", help="take over what other stores have")
    merge.add_argument("others", nargs="+", metavar="FROM", help="files; they are not changed")
    merge.add_argument("--into", dest="store", metavar="STORE", help="(default: your own)")
    export = actions.add_parser("export", help="write the results of a sweep to a file")
    export.add_argument("output", metavar="FILE", help="a .csv, .json, .nc or .parquet file")
    export.add_argument("--store", metavar="STORE", help="(default: your own)")
    chosen = export.add_mutually_exclusive_group()
    chosen.add_argument(
        "--sweep", type=int, default=-1, metavar="N", help="its number in 'info' (default: last)"
    )
    chosen.add_argument(
        "--all", action="store_true", help="every simulation of every model, as a .csv"
    )
