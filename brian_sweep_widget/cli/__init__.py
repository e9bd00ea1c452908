"""The same from a terminal: ``brian-sweep run``, ``lab`` and ``doctor``.

Importing this room costs what argparse costs; Brian 2 and the rest are loaded
by the command that needs them.
"""

from brian_sweep_widget.cli.command_line import main

__all__ = ["main"]
