"""Make sure that tests can set up a hub as the paper says; install what that takes on Debian."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PYTHON = "/usr/bin/python3"


def main() -> int:
    """Look for Debian's Python with ``venv``, and for npm; 1 and a message if one is not there."""
    if not _is_there() and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "--quiet"], check=False)
        subprocess.run(["apt-get", "install", "--quiet", "--yes", "python3-venv"], check=False)
    if _is_there() and os.geteuid() == 0:
        return 0
    print(
        f"The tests of a hub set one up with {PYTHON}, which can make no environments here, and "
        "with other users, which takes the rights of root. Install what is missing (Debian: sudo "
        "apt-get install python3-venv npm) and run make test as root.",
        file=sys.stderr,
    )
    return 1


def _is_there() -> bool:
    return (
        shutil.which(PYTHON) is not None
        and shutil.which("npm") is not None
        and subprocess.run(
            [PYTHON, "-c", "import ensurepip"], check=False, capture_output=True
        ).returncode
        == 0
    )


if __name__ == "__main__":
    sys.exit(main())
