"""Make sure that the tests can make networks of their own; install what that takes on Debian."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys


def main() -> int:
    """Look for ``ip`` and ``ss``; 1 and a message if they are not there."""
    if not _is_there() and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "--quiet"], check=False)
        subprocess.run(["apt-get", "install", "--quiet", "--yes", "iproute2"], check=False)
    if _is_there() and os.geteuid() == 0:
        return 0
    print(
        "The tests of hosts make networks of their own, and need iproute2 and the rights of root "
        "for that. Install it (Debian: sudo apt-get install iproute2) and run make test as root.",
        file=sys.stderr,
    )
    return 1


def _is_there() -> bool:
    return bool(shutil.which("ip") and shutil.which("ss"))


if __name__ == "__main__":
    sys.exit(main())
