"""Runs ``python -m brian_sweep_widget.cli``, where the script is not on the path."""

from __future__ import annotations

import sys

from brian_sweep_widget.cli import main

# Worker processes import the main module again, under another name.
if __name__ == "__main__":
    sys.exit(main())
