"""A machine that is set up by the commands of a paper, and is gone afterwards."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil
from helpers import until

ROOT = Path(__file__).parents[1]
PASSWORD = "a password for all"
CONFIG = Path("/etc/jupyterhub/jupyterhub_config.py")
PAPER = ROOT / "docs" / "administrators.md"

# What belongs to this machine alone: its users, its processes, and what is installed in /opt.
_OWN = """
set -e
cp -a /etc "$1/etc" && mount --bind "$1/etc" /etc
mkdir "$1/opt" "$1/home"
for folder in /opt/*/; do
  [ ! -d "$folder" ] || { mkdir "$1$folder"; mount --rbind "$folder" "$1$folder"; }
done
mount --rbind "$1/opt" /opt
mount -t tmpfs tmpfs /var/lib
mount -t tmpfs tmpfs /var/mail
useradd --defaults --base-dir "$1/home"
trap '' CHLD
touch "$1/ready"
exec sleep infinity
"""


class Machine:
    """This one with other users, and with what the paper for administrators has installed.

    It has mounts and processes of its own, and the network of this one.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="machine"))
        # In memory, as it is tens of thousands of files. All users may enter.
        mounted = ("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", self.folder)
        subprocess.run(mounted, check=True)
        self._holder = subprocess.Popen(
            [
                *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
                *("sh", "-c", _OWN, "sh", str(self.folder)),
            ],
            stdin=subprocess.DEVNULL,
        )
        try:
            until((self.folder / "ready").exists, "the machine is there", 60)
            self._into = [
                *("nsenter", "--mount", "--pid", "--target"),
                str(psutil.Process(self._holder.pid).children()[0].pid),
            ]
            self._install()
        except BaseException:
            self.stop()
            raise

    @property
    def users(self) -> tuple[str, ...]:
        """Those that the paper makes."""
        return tuple(re.findall(r"^passwd (\w+)$", _block("sh"), re.MULTILINE))

    def home(self, user: str) -> Path:
        """Give a user's home, as it is seen from outside."""
        return self.folder / "home" / user

    def run(self, command: Sequence[str], **options: object) -> subprocess.CompletedProcess[str]:
        """Run a command there, as root."""
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [*self._into, *command],
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
            **options,  # type: ignore[call-overload]
        )
        return done

    def start_service(
        self, *arguments: str, log: Path, config: Path = CONFIG
    ) -> subprocess.Popen[bytes]:
        """Start what the paper's unit starts, as systemd would, with further arguments.

        ``config`` stands in for the unit's own.
        """
        unit = dict(re.findall(r"^(\w+)=(.+)$", _block("ini"), re.MULTILINE))
        inside = ("env", "--ignore-environment", f"--chdir={unit['WorkingDirectory']}")
        with log.open("wb") as out:
            return subprocess.Popen(
                [
                    *self._into,
                    *inside,
                    unit["Environment"],
                    *shlex.split(unit["ExecStart"].replace(str(CONFIG), str(config))),
                    *arguments,
                ],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def end_service(self, started: subprocess.Popen[bytes]) -> None:
        """End what `start_service` started, as systemd would."""
        with suppress(psutil.NoSuchProcess, IndexError):
            psutil.Process(started.pid).children()[0].send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            started.wait(30)
        started.kill()
        started.wait()

    def stop(self) -> None:
        """End all its processes, and remove it."""
        self._holder.kill()
        self._holder.wait()
        # Lazily: its last processes may be about to end.
        subprocess.run(["umount", "--lazy", self.folder], check=True)
        self.folder.rmdir()

    def _install(self) -> None:
        """Do what the paper says, but for what is of Debian, and of a registry without us."""
        subprocess.run(
            [
                *(sys.executable, "-m", "build", "--wheel", "--no-isolation"),
                *("--outdir", self.folder, ROOT),
            ],
            check=True,
            capture_output=True,
        )
        (wheel,) = self.folder.glob("*.whl")
        uv = f"{sys.executable} -m uv pip install --python /opt/jupyterhub/bin/python"
        pip = f"{uv} --compile-bytecode --quiet --constraint {ROOT / 'constraints.txt'}"
        for said in _block("sh").splitlines():
            if said.startswith("apt-get "):
                continue
            command = re.sub(r"^/opt/jupyterhub/bin/pip install", pip, said)
            command = command.replace("[lab,plot]", f"[lab,plot] @ file://{wheel}")
            done = self.run(
                ["sh", "-c", f"cd '{ROOT}/examples' && {command}"],
                input=f"{PASSWORD}\n" * 2 if said.startswith("passwd ") else None,
                env={**os.environ, "npm_config_prefer_offline": "true"},
            )
            assert done.returncode == 0, f"{said}\n{done.stdout}\n{done.stderr}"


def _block(kind: str) -> str:
    """Give the paper's only block of a kind."""
    (found,) = re.findall(rf"```{kind}\n(.*?)```", PAPER.read_text(encoding="utf-8"), re.DOTALL)
    return str(found)
