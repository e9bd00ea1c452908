"""``brian-sweep doctor``: it finds what is wrong, and advises nothing that cannot help."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from helpers import script_environment
from packaging.requirements import Requirement

from brian_sweep_widget.cli import check_jupyter, check_machine, check_python, check_results
from brian_sweep_widget.cli.doctor import CHECKS, line
from brian_sweep_widget.cli.findings import Finding, looked_at, numbers
from brian_sweep_widget.cli.other_users import closed_to_others

ROOT = Path(__file__).resolve().parents[2]


def doctor(python: Path, home: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the doctor of a Python, for somebody with a new home."""
    own = {name: str(home / name) for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME")}
    return subprocess.run(
        [python, "-m", "brian_sweep_widget.cli", "doctor"],
        cwd=home,
        env=script_environment(**own, **variables),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Make an environment as of a plain ``pip install``: what the package needs, and no extra."""
    folder = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name in needed("brian-sweep-widget"):
        for file in distribution(name).files or ():
            top = file.parts[0]
            if top not in {"..", "__pycache__"} and not (packages / top).exists():
                (packages / top).symlink_to(distribution(name).locate_file(top))
    link = packages / "brian_sweep_widget"
    if not link.exists():  # installed by reference to this tree
        link.symlink_to(ROOT / "brian_sweep_widget")
    return folder / "bin" / "python"


def needed(name: str) -> set[str]:
    """Name all distributions that one needs where no extra was asked for, itself included."""
    found: set[str] = set()
    left = [name]
    while left:
        here = left.pop()
        if here in found:
            continue
        found.add(here)
        wanted = map(Requirement, distribution(here).requires or ())
        left += [
            one.name for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})
        ]
    return found


def test_a_plain_install_has_no_problem(bare: Path, tmp_path: Path) -> None:
    """Without the extras there are no notebooks, which is told with the extra that brings them."""
    finished = doctor(bare, tmp_path)
    found = {text[9:28].strip(): text for text in finished.stdout.splitlines()[:-1]}
    assert finished.returncode == 0, finished.stdout
    assert found["widget extensions"] == (
        "ok       widget extensions  none needed: no notebook runs from this environment"
    )
    for name in ("JupyterLab", "ipykernel"):
        assert found[name].startswith("warning")
        assert "pip install 'brian-sweep-widget[lab]'" in found[name]
    assert "check failed" not in finished.stdout
    assert finished.stdout.splitlines()[-1].startswith("no problems")


def test_the_doctor_finds_no_problem_here(tmp_path: Path) -> None:
    finished = doctor(Path(sys.executable), tmp_path)
    assert finished.returncode == 0, finished.stdout
    lines = finished.stdout.splitlines()
    assert len(lines) == len(CHECKS) + 1
    assert {text.split()[0] for text in lines[:-1]} <= {"ok", "warning"}
    assert lines[-1].startswith("no problems")


def test_the_supported_pythons_are_those_of_the_package() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    newer = (check_python.NEWEST[0], check_python.NEWEST[1] + 1)
    bounds = [".".join(map(str, bound)) for bound in (check_python.OLDEST, newer)]
    assert f'requires-python = ">={bounds[0]},<{bounds[1]}"' in text


def test_a_check_that_fails_is_a_problem_in_one_line() -> None:
    def broken() -> Finding:
        msg = "two\nlines"
        raise RuntimeError(msg)

    finding = looked_at(broken)
    assert finding.status == "problem"
    assert line("x", finding).count("\n") == 0
    assert "RuntimeError: two lines" in finding.found


def _with_versions(monkeypatch: pytest.MonkeyPatch, module: object, **versions: str | None) -> None:
    monkeypatch.setattr(module, "installed", versions.get)


def test_the_doctor_knows_the_pair_that_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    _with_versions(monkeypatch, check_python, brian2="2.9.0", numpy="2.4.1")
    assert check_python.brian().status == "problem"
    assert "pip install" in check_python.brian().remedy
    _with_versions(monkeypatch, check_python, brian2="2.10.1", numpy="2.4.1")
    assert check_python.brian().status == "ok"


def test_the_doctor_knows_broken_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    for version, status in {"7.0.1": "problem", "6.20": "warning", "7.1.0": "ok"}.items():
        _with_versions(monkeypatch, check_jupyter, ipykernel=version)
        assert check_jupyter.ipykernel().status == status
    _with_versions(monkeypatch, check_jupyter)
    assert check_jupyter.ipykernel().status == "warning"


def test_the_doctor_misses_extensions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *_: [str(tmp_path)])
    monkeypatch.delenv("JUPYTERHUB_SERVICE_URL", raising=False)
    finding = check_jupyter.extensions()
    assert finding.status == "problem"
    # They are installed, as pip would say of a plain install; their files are not.
    again = "pip install --force-reinstall --no-deps jupyterlab_widgets anywidget bqplot"
    assert again in finding.remedy
    # On a hub, the user's own server is asked; one that answers is in tests/browser/test_hub.py.
    monkeypatch.setenv("JUPYTERHUB_SERVICE_URL", "http://127.0.0.1:1/user/me/")
    finding = check_jupyter.extensions()
    assert finding.status == "warning"
    assert "does not say what it has" in finding.found
    assert "in its environment" in finding.remedy


def test_the_doctor_works_without_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_: None)
    assert check_python.compiler().status == "warning"


def test_the_doctor_tells_a_compiler_that_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "false")
    finding = looked_at(check_python.compiler)
    assert finding.status == "warning"
    assert finding.found.startswith(f"{shutil.which('false')} does not work")
    assert "set CXX to one that does" in finding.remedy


def test_the_doctor_tells_a_compiler_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one is not used then, though there is one."""
    monkeypatch.setenv("CXX", "/nowhere/g++ -m64")
    finding = check_python.compiler()
    assert finding.status == "warning"
    assert finding.found.startswith("CXX = '/nowhere/g++ -m64' is not there")
    assert finding.remedy.startswith("set CXX to one that is, or unset it")


def test_a_size_of_the_cache_that_is_none_is_told_in_words(tmp_path: Path) -> None:
    """And Brian's runtime simulates."""
    finished = doctor(Path(sys.executable), tmp_path, BRIAN_SWEEP_CACHE_LIMIT="1GB")
    found = {text[9:28].strip(): text for text in finished.stdout.splitlines()[:-1]}
    assert "BRIAN_SWEEP_CACHE_LIMIT = '1GB' is no limit" in found["build cache"]
    assert found["build cache"].startswith("warning")
    assert found["a simulation"].startswith("ok")
    assert "Traceback" not in finished.stderr


def test_the_doctor_names_the_variable_for_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "two")
    finding = looked_at(check_machine.cores)
    assert finding.status == "problem"
    assert "LOKY_MAX_CPU_COUNT = 'two' is no number of cores" in finding.found


def test_python_headers_are_for_the_cython_engine_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Programs are compiled without them."""
    monkeypatch.setattr(check_python, "_python_header", lambda: tmp_path / "Python.h")
    finding = check_python.compiler()
    assert finding.status == "warning"
    assert "the cython engine does not work" in finding.found
    assert "numpy engine without it" not in finding.found


def test_a_limit_is_no_fault_of_the_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does a limit that cannot be read make the last check fail by itself."""
    monkeypatch.setenv("BRIAN_SWEEP_MAX_NEURONS", "50")
    finding = looked_at(check_machine.simulation)
    assert finding.status == "warning"
    assert "allowed are 50 here (set by BRIAN_SWEEP_MAX_NEURONS)" in finding.found
    assert "raise that limit" in finding.remedy
    monkeypatch.setenv("BRIAN_SWEEP_MAX_NEURONS", "many")
    finding = looked_at(check_machine.simulation)
    assert finding.status == "problem"
    assert finding.found.startswith("BRIAN_SWEEP_MAX_NEURONS = 'many' is no limit")
    assert "no sweep starts before" in finding.remedy


@pytest.mark.parametrize(
    ("error", "helps"),
    [
        (ModuleNotFoundError("No module named 'xarray'"), "pip install --force-reinstall"),
        (
            ImportError("libgomp.so.1: cannot open shared object file: No such file"),
            "install the library of the system",
        ),
        (OSError("No space left on device"), "report it"),
    ],
)
def test_what_helps_depends_on_what_went_wrong(error: Exception, helps: str) -> None:
    """To install anew is told where something is missing or broken, and nowhere else."""

    def broken() -> Finding:
        raise error

    remedy = looked_at(broken).remedy
    assert helps in remedy
    assert ("reinstall" in remedy) == isinstance(error, ModuleNotFoundError)


def test_the_doctor_names_what_brian_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    _with_versions(monkeypatch, check_python, brian2="2.9.0")
    finding = check_python.brian()
    assert finding == Finding("problem", "numpy is not installed", finding.remedy)
    # By its name alone, the newest would come, with which this Brian 2 does not work.
    assert finding.remedy.startswith("pip install brian-sweep-widget")


def test_the_doctor_notices_a_place_that_cannot_be_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "no-folder"
    file.touch()
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(file))
    assert check_machine.temporary_files().status == "problem"


def test_the_doctor_tells_that_it_set_a_damaged_store_aside(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nobody else would: the next one finds a new store."""
    store = tmp_path / "results.sqlite"
    store.write_bytes(b"SQLite format 3\0" + bytes(5000))
    monkeypatch.setenv("BRIAN_SWEEP_STORE", str(store))
    finding = check_results.store()
    (aside,) = tmp_path.glob("results.damaged-*.sqlite")
    assert finding.status == "warning"
    assert f"{store} was damaged. It was set aside as {aside.name}" in finding.found
    assert "copy of yours" in finding.remedy
    assert check_results.store().status == "ok"


def test_the_doctor_says_why_cores_are_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 4096)
    assert " of 4096: " in check_machine.cores().found


def test_versions_compare_as_numbers() -> None:
    assert numbers("2.10.0rc1") == (2, 10, 0)
    assert numbers("2.9") < numbers("2.10")


@pytest.fixture
def for_all() -> Iterator[Path]:
    """Give a folder that everybody can enter, as pytest's own cannot be."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def enters(path: Path) -> bool:
    """Whether somebody with no rights of their own can run a file."""
    nobody = ("runuser", "-u", "nobody", "--")
    return subprocess.run([*nobody, path], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("closed", ["env", "env/bin/python", "base", "env/lib", "env/lib/brian.py"])
def test_root_is_told_of_a_python_that_others_cannot_run(for_all: Path, closed: str) -> None:
    """Also where it is a link to one in a home, as pyenv has it, or a package is closed."""
    (for_all / "base").mkdir(mode=0o755)
    shutil.copy(shutil.which("true") or "", for_all / "base" / "python3")
    (for_all / "env" / "bin").mkdir(parents=True)
    (for_all / "env" / "lib").mkdir()
    (for_all / "env" / "lib" / "brian.py").touch(mode=0o644)
    python = for_all / "env" / "bin" / "python"
    python.symlink_to(for_all / "base" / "python3")
    parts = (python, for_all / "env" / "lib" / "brian.py")
    assert closed_to_others(parts) is None
    assert enters(python)
    (for_all / closed).chmod(0o700 if (for_all / closed).is_dir() else 0o600)
    assert closed_to_others(parts) == (for_all / closed).resolve()
    if "lib" not in closed:
        assert not enters(python)


def test_the_doctor_advises_what_opens_it(for_all: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the environment to change modes; else another place, as a home is to stay closed."""
    env = for_all / "env"
    env.mkdir(mode=0o700)
    python = env / "python"
    shutil.copy(shutil.which("true") or "", python)
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setattr(sys, "prefix", str(env))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    finding = check_python.python()
    assert finding.status == "warning"
    assert f"other users cannot run it: {env} is closed to them (drwx------)" in finding.found
    assert finding.remedy == f"chmod -R a+rX {env}"
    monkeypatch.setattr(sys, "prefix", str(env / "deeper"))
    assert "such as /opt" in check_python.python().remedy
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert check_python.python().status == "ok"
