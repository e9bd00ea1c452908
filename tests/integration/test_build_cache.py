"""The cache of builds and the compiler, with faults as they happen: kills, full disks, others."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from helpers import alive, run_script, script_environment, until, write_script

from brian_sweep_widget.cli import check_machine, check_python, main
from brian_sweep_widget.engines.compiled.cache import BuildCache, CacheRefusedError, key_of
from brian_sweep_widget.engines.compiled.compiler import (
    CompileError,
    CompilerMissingError,
    compile_project,
    find_compiler,
    precompiled_header,
)
from brian_sweep_widget.engines.compiled.makefile import header_flags

A, B, C, D = (key_of({"name": name}) for name in "ABCD")
ABOUT = {"model": "cuba"}
HOUR = 3600.0

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away and mounts")

# A script's start: what every process of these tests needs.
PREAMBLE = """
import os, signal, sys
from pathlib import Path
from brian_sweep_widget.engines.compiled.cache import BuildCache, CacheRefusedError, key_of
A = key_of({"name": "A"})
cache = BuildCache(Path(sys.argv[1]))
"""


@pytest.fixture
def cache(tmp_path: Path) -> BuildCache:
    return BuildCache(tmp_path / "builds")


def maker(text: str = "a program") -> Callable[[Path], None]:
    """Give what makes a build of one file."""

    def make(folder: Path) -> None:
        (folder / "main").write_text(text)

    return make


def unneeded(folder: Path) -> None:
    msg = f"made again in {folder}"
    raise AssertionError(msg)


def unused_for(cache: BuildCache, key: str, seconds: float) -> None:
    moment = time.time() - seconds
    os.utime(cache.folder / key / "build.json", (moment, moment))


def keys(cache: BuildCache) -> set[str]:
    return {build.key for build in cache.info()}


def aside(cache: BuildCache) -> list[Path]:
    return list((cache.folder / ".making").iterdir())


def start(folder: Path, code: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a script that says on its output how far it is."""
    folder.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-u", write_script(folder, PREAMBLE + code), *arguments],
        env=script_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    """Wait for a process's next line."""
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line or process.stderr is None, process.stderr.read()
    return line


PAUSED = """
def make(folder):
    (folder / "main").write_text("half of")
    print("making", flush=True)
    signal.pause()

cache.get_or_make(A, make, {"model": "cuba"})
"""


# ---------------------------------------------------------------- builds


def test_a_program_can_be_run_whatever_mask_a_model_sets_meanwhile(cache: BuildCache) -> None:
    """A model is built in one thread of a process, and a program in another."""

    def make(folder: Path) -> None:
        (folder / "sources").mkdir()
        (folder / "makefile").write_text("all:\n\tcp /bin/true main\n")
        os.umask(0o777)
        (folder / "sources" / "main.cpp").touch()
        compile_project(folder, 1)

    before = os.umask(0)
    os.umask(before)
    try:
        build = cache.get_or_make(A, make, ABOUT)
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in build.rglob("*")}
    files = dict.fromkeys(("main.cpp", "makefile", "build.json"), 0o600)
    assert modes == {"sources": 0o700, "main": 0o700, **files}
    assert subprocess.run([build / "main"], check=False).returncode == 0


def test_a_build_is_made_once_and_found(cache: BuildCache) -> None:
    assert cache.find(A) is None
    assert cache.info() == []
    made = cache.get_or_make(A, maker(), ABOUT)
    assert (made / "main").read_text() == "a program"
    assert cache.get_or_make(A, unneeded, ABOUT) == made
    assert cache.find(A) == made == cache.folder / A
    assert stat.S_IMODE(cache.folder.stat().st_mode) == 0o700
    record = json.loads((made / "build.json").read_text())
    assert record["model"] == "cuba"
    assert record["size"] == len("a program")
    (build,) = cache.info()
    assert (build.key, build.model, build.size) == (A, "cuba", len("a program"))
    assert abs((build.last_used - build.made).total_seconds()) < HOUR
    assert aside(cache) == []


def test_a_key_is_no_path(cache: BuildCache) -> None:
    for key in ("../elsewhere", "", ".locks", A.upper()):
        with pytest.raises(ValueError, match="key_of"):
            cache.find(key)


def test_eight_processes_at_once_make_one_build(cache: BuildCache, tmp_path: Path) -> None:
    code = """
def make(folder):
    with open(sys.argv[2], "a") as made:
        made.write("x")
    Path(sys.argv[3]).read_text()
    (folder / "main").write_text("a program")

print("asking", flush=True)
print((cache.get_or_make(A, make, {"model": "cuba"}) / "main").read_text(), flush=True)
"""
    script = write_script(tmp_path, PREAMBLE + code)
    makes, go = tmp_path / "makes", tmp_path / "go"
    os.mkfifo(go)
    processes = [
        subprocess.Popen(
            [sys.executable, script, str(cache.folder), str(makes), str(go)],
            env=script_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    assert [said(process) for process in processes] == ["asking"] * 8
    # The one that makes goes on only now that all the others ask.
    go.write_text("on")
    told = [process.communicate(timeout=300) for process in processes]
    assert [out for out, _ in told] == ["a program\n"] * 8
    assert makes.read_text() == "x"


def test_a_maker_that_is_killed_leaves_nothing_to_see(cache: BuildCache, tmp_path: Path) -> None:
    process = start(tmp_path, PAUSED, str(cache.folder))
    assert said(process) == "making"
    process.kill()
    process.communicate()
    assert cache.find(A) is None
    assert cache.info() == []
    assert [path.name.split(".")[1] for path in aside(cache)] == [str(process.pid)]
    made = cache.get_or_make(A, maker("all of it"), ABOUT)
    assert (made / "main").read_text() == "all of it"
    assert aside(cache) == []


def test_any_next_build_removes_what_was_left(cache: BuildCache, tmp_path: Path) -> None:
    process = start(tmp_path, PAUSED, str(cache.folder))
    assert said(process) == "making"
    cache.get_or_make(B, maker(), ABOUT)
    assert len(aside(cache)) == 1  # it is alive
    process.kill()
    process.communicate()
    cache.get_or_make(C, maker(), ABOUT)
    assert aside(cache) == []


def test_a_process_that_waits_can_be_interrupted(cache: BuildCache, tmp_path: Path) -> None:
    holder = start(tmp_path / "holder", PAUSED, str(cache.folder))
    assert said(holder) == "making"
    code = """
try:
    print("asking", flush=True)
    cache.get_or_make(A, None, {"model": "cuba"})
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    waiting = start(tmp_path / "waiting", code, str(cache.folder))
    assert said(waiting) == "asking"
    waiting.send_signal(signal.SIGINT)
    assert said(waiting) == "interrupted"
    assert waiting.wait(10) == 0
    waiting.communicate()
    holder.kill()
    holder.communicate()


def test_a_failing_maker_leaves_nothing(cache: BuildCache) -> None:
    def fails(folder: Path) -> None:
        (folder / "main").write_text("half of")
        msg = "no network"
        raise KeyError(msg)

    with pytest.raises(KeyError, match="no network"):
        cache.get_or_make(A, fails, ABOUT)
    assert (cache.find(A), cache.info(), aside(cache)) == (None, [], [])
    with pytest.raises(FileNotFoundError, match="main"):
        cache.get_or_make(A, lambda folder: None, ABOUT)
    assert cache.get_or_make(A, maker(), ABOUT).is_dir()


def test_a_damaged_build_is_made_anew(cache: BuildCache) -> None:
    made = cache.get_or_make(A, maker(), ABOUT)
    (made / "main").write_text("a progrom")
    assert cache.find(A) is None
    assert (cache.get_or_make(A, maker(), ABOUT) / "main").read_text() == "a program"
    (made / "build.json").write_text('{"model": "cu')
    assert cache.find(A) is None
    assert [build.model for build in cache.info()] == ["(damaged)"]
    cache.get_or_make(A, maker(), ABOUT)
    (made / "main").unlink()
    cache.get_or_make(A, maker(), ABOUT)
    assert cache.find(A) == made
    assert aside(cache) == []


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    hundred = maker("x" * 100)
    cache = BuildCache(tmp_path)
    for key, hours in ((A, 2), (B, 4), (C, 3)):
        cache.get_or_make(key, hundred, ABOUT)
        unused_for(cache, key, hours * HOUR)
    cache.find(B)  # the oldest, but now in use
    cache = BuildCache(tmp_path, limit=300)
    cache.get_or_make(D, hundred, ABOUT)
    assert keys(cache) == {A, B, D}
    cache = BuildCache(tmp_path, limit=150)
    cache.clear()
    for key in (A, B, D):
        cache.get_or_make(key, hundred, ABOUT)
    assert keys(cache) == {A, B, D}  # more than allowed, but all in use


def test_what_is_being_made_is_neither_evicted_nor_cleared(tmp_path: Path) -> None:
    cache = BuildCache(tmp_path, limit=1)
    cache.get_or_make(B, maker(), ABOUT)
    cache.get_or_make(A, maker(), ABOUT)
    unused_for(cache, A, 2 * HOUR)
    (cache.folder / A / "main").write_text("damaged")

    def make(folder: Path) -> None:
        os.utime(cache.folder / A / "build.json", (0, 0))
        (folder / "main").write_text("a program")
        cache.get_or_make(C, maker(), ABOUT)
        assert A in keys(cache)
        assert cache.clear() == (2, 2 * len("a program"))
        assert folder.is_dir()

    cache.get_or_make(A, make, ABOUT)
    assert keys(cache) == {A}


def test_clearing_removes_builds_and_nothing_else(cache: BuildCache) -> None:
    assert cache.clear() == (0, 0)
    cache.get_or_make(A, maker(), ABOUT)
    (cache.folder / "thesis").mkdir()
    (cache.folder / "thesis" / "main").touch()
    assert cache.clear() == (1, len("a program"))
    assert (cache.folder / "thesis" / "main").exists()
    assert cache.find(A) is None


def test_the_limit_is_a_number_of_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIAN_SWEEP_CACHE_LIMIT", "20")
    assert BuildCache().limit == 20_000_000
    for wrong in ("0", "-5", "1GB", "1.5"):
        monkeypatch.setenv("BRIAN_SWEEP_CACHE_LIMIT", wrong)
        with pytest.raises(CacheRefusedError, match=f"{wrong}.*whole MB"):
            BuildCache()
        assert main(["cache", "info"]) == 2


# ---------------------------------------------------------------- places that cannot be used


def refusal(cache: BuildCache) -> str:
    """Ask in every way; each must be refused, for the same reason."""
    asked = (
        lambda: cache.get_or_make(A, unneeded, ABOUT),
        lambda: cache.find(A),
    )
    told = set()
    for ask in asked:
        with pytest.raises(CacheRefusedError) as refused:
            ask()
        told.add(str(refused.value))
    (message,) = told
    assert "set BRIAN_SWEEP_CACHE" in message
    return message


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "goal").mkdir(mode=0o700)
    link = tmp_path / "link"
    for goal in (tmp_path / "goal", tmp_path / "nothing"):
        link.symlink_to(goal)
        assert f"{link} is refused" in refusal(BuildCache(link))
        assert "symbolic link" in refusal(BuildCache(link))
        with pytest.raises(CacheRefusedError, match="symbolic link"):
            BuildCache(link).prepare()
        link.unlink()
    cache = BuildCache(tmp_path / "goal")
    (cache.folder / A).symlink_to(tmp_path)
    assert f"{cache.folder / A} is refused" in refusal(cache)
    (tmp_path / "file").touch()
    assert "no folder" in refusal(BuildCache(tmp_path / "file"))


def test_a_folder_that_others_can_write_is_refused(cache: BuildCache) -> None:
    build = cache.get_or_make(A, maker(), ABOUT)
    for folder in (build, cache.folder):
        for mode in (0o770, 0o702, 0o1777):
            folder.chmod(mode)
            assert f"chmod 700 {folder}" in refusal(cache)
            assert f"mode {mode:o}" in refusal(cache)
        folder.chmod(0o755)
        assert cache.find(A) == build
    cache.folder.chmod(0o777)
    for ask in (cache.info, cache.clear):
        with pytest.raises(CacheRefusedError, match="run code as you"):
            ask()
    assert (build / "main").exists()


@as_root
def test_somebody_else_s_folder_is_refused(cache: BuildCache) -> None:
    build = cache.get_or_make(A, maker(), ABOUT)
    for folder in (build, cache.folder):
        os.chown(folder, 12345, -1)
        assert "belongs to user 12345, not to you" in refusal(cache)
        os.chown(folder, 0, -1)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Give a disk of 256 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ("-t", "tmpfs", "-o", "size=256k,mode=700", "none", str(folder))
    if subprocess.run(["mount", *options], capture_output=True, check=False).returncode != 0:
        pytest.skip("this container mounts nothing")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@as_root
def test_a_full_disk_is_told(disk: Path) -> None:
    cache = BuildCache(disk)
    cache.get_or_make(A, maker(), ABOUT)
    with pytest.raises(CacheRefusedError, match=f"{disk} .*No space left.*BRIAN_SWEEP_CACHE"):
        cache.get_or_make(B, maker("x" * 1_000_000), ABOUT)
    assert keys(cache) == {A}
    assert aside(cache) == []
    cache.get_or_make(B, maker(), ABOUT)


@as_root
def test_a_disk_that_became_read_only_still_serves(disk: Path) -> None:
    cache = BuildCache(disk)
    made = cache.get_or_make(A, maker(), ABOUT)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    assert cache.get_or_make(A, unneeded, ABOUT) == made
    assert len(cache.info()) == 1
    for ask in (lambda: cache.get_or_make(B, unneeded, ABOUT), cache.clear):
        with pytest.raises(CacheRefusedError, match="Read-only file system.*BRIAN_SWEEP_CACHE"):
            ask()


def test_a_folder_without_the_right_to_write_is_told(tmp_path: Path) -> None:
    """For anybody but root, who may write everywhere: root becomes nobody first."""
    code = """
os.chmod(cache.folder.parent, 0o555)
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    cache.get_or_make(A, lambda folder: print("made"), {"model": "cuba"})
except CacheRefusedError as error:
    print(error)
"""
    # Not in pytest's own folder, into which nobody else can look.
    with tempfile.TemporaryDirectory() as folder:
        told = run_script(tmp_path, PREAMBLE + code, f"{folder}/builds").stdout
    assert f"{folder}/builds cannot be used: Permission denied" in told
    assert "set BRIAN_SWEEP_CACHE" in told


def test_a_file_that_may_not_grow_is_told(tmp_path: Path) -> None:
    code = """
import resource

def make(folder):
    (folder / "main").write_bytes(bytes(1_000_000))

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    cache.get_or_make(A, make, {"model": "cuba"})
except CacheRefusedError as error:
    print(error)
print(cache.find(A), list((cache.folder / ".making").iterdir()))
"""
    told = run_script(tmp_path, PREAMBLE + code, str(tmp_path / "builds")).stdout
    assert f"{tmp_path / 'builds'} cannot be used: File too large" in told
    assert told.endswith("\nNone []\n")


# ---------------------------------------------------------------- the compiler


def project(folder: Path, code: str, recipe: str = "g++ -c main.cpp -o main") -> None:
    (folder / "main.cpp").write_text(code)
    (folder / "makefile").write_text(f"main:\n\t{recipe}\n")


def test_the_compiler_is_found_and_known() -> None:
    compiler = find_compiler()
    assert compiler.path.is_absolute()
    assert compiler.version in compiler.identity
    assert compiler.cpu in compiler.identity
    assert replace(compiler, cpu="another").identity != compiler.identity


def test_the_environment_names_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "g++ -m64")
    compiler = find_compiler()
    assert compiler.command == (shutil.which("g++"), "-m64")
    monkeypatch.delenv("CXX")
    assert find_compiler().identity != compiler.identity
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(CompilerMissingError, match="CXX = 'no-such-compiler' is not there; set"):
        find_compiler()


def test_the_compiler_is_named_as_for_a_shell(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A path with a space is one without quotes, too; a quote that is open is told."""
    path = tmp_path / "my tools" / "g++"
    path.parent.mkdir()
    path.symlink_to(str(shutil.which("g++")))
    for named in (f'"{path}"', str(path)):
        monkeypatch.setenv("CXX", named)
        assert find_compiler().command == (str(path),)
        assert check_python.compiler().found.endswith(f"({path})")
    monkeypatch.setenv("CXX", f"'{path}' \"-m64\"")
    assert find_compiler().command == (str(path), "-m64")
    monkeypatch.setenv("CXX", f'"{path}')
    with pytest.raises(CompilerMissingError, match="CXX = .* cannot be read .*write it as for a"):
        find_compiler()
    assert check_python.compiler().status == "warning"


def test_a_compiler_may_speak_any_language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the encoding of its own; only the text of its version is garbled."""
    compiler = tmp_path / "speaker"
    compiler.write_bytes(b"#!/bin/sh\necho 'g++ \xe9t\xe9 1.0'\n")
    compiler.chmod(0o700)
    monkeypatch.setenv("CXX", str(compiler))
    assert find_compiler().version == "g++ \ufffdt\ufffd 1.0"
    assert "1.0" in check_python.compiler().found


def test_a_missing_compiler_or_make_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CXX", raising=False)
    (tmp_path / "g++").symlink_to(str(shutil.which("g++")))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CompilerMissingError, match="make is not; install .*apt install g"):
        find_compiler()
    finding = check_machine.builds()
    assert finding.status == "warning"
    assert "numpy" in finding.remedy
    (tmp_path / "g++").unlink()
    with pytest.raises(CompilerMissingError, match="clang.* are not there; install .*conda"):
        find_compiler()


def test_the_compiler_s_own_words_are_shown(cache: BuildCache) -> None:
    def make(folder: Path) -> None:
        project(folder, "int unrelated;\nint main() {\n  return nonsense;\n}\n")
        compile_project(folder, 2)

    with pytest.raises(CompileError, match="'nonsense' was not declared") as failed:
        cache.get_or_make(A, make, ABOUT)
    message = str(failed.value)
    assert "In function 'int main()'" in message
    assert "main.cpp:3:10: error:" in message
    assert len(message.splitlines()) <= 13
    assert "make: *** " in failed.value.output
    travelled = pickle.loads(pickle.dumps(failed.value))
    assert (str(travelled), travelled.output) == (message, failed.value.output)
    assert (cache.find(A), aside(cache)) == (None, [])


def test_a_long_message_is_cut_and_the_linker_s_is_found() -> None:
    noise = "\n".join(f"line {number}" for number in range(100))
    told = str(CompileError(f"{noise}\nld: a.o: undefined reference to `f()'\n{noise}"))
    assert "undefined reference to `f()'" in told.splitlines()[1]
    assert len(told.splitlines()) == 13
    assert str(CompileError(noise)).endswith("line 99")
    assert str(CompileError("", "it ended")) == "it ended"


def test_a_make_outside_does_not_tell_ours_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MAKEFLAGS", "n")  # as under `make --dry-run`
    project(tmp_path, "", "touch main")
    compile_project(tmp_path, 2)
    assert (tmp_path / "main").exists()


def test_a_compiler_that_does_not_end_is_ended(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "nobody-writes")
    project(tmp_path, "", "echo here; cat nobody-writes")
    with pytest.raises(CompileError, match="did not end within 0.3 s"):
        compile_project(tmp_path, 1, time_limit=0.3)


def test_an_interrupted_compiler_ends_with_all_it_started(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "nobody-writes")
    project(tmp_path, "", "echo $$$$ > pid.new; mv pid.new pid; cat nobody-writes; true")
    code = """
from brian_sweep_widget.engines.compiled.compiler import compile_project
try:
    compile_project(Path(sys.argv[2]), 1)
except KeyboardInterrupt:
    print("interrupted")
"""
    process = start(tmp_path / "script", code, str(tmp_path / "builds"), str(tmp_path))
    until((tmp_path / "pid").exists, "make has started its shell")
    shell = int((tmp_path / "pid").read_text())
    assert alive(shell)
    process.send_signal(signal.SIGINT)
    assert said(process) == "interrupted"
    assert process.wait(10) == 0
    until(lambda: not alive(shell), "the shell has ended", 10.0)
    process.communicate()


FLAGS = ("-c", "-w", "-O1", "-std=c++11")


def _headers_read(folder: Path, *flags: str) -> str:
    """Compile a file; give what g++ says of the headers that it reads."""
    (folder / "use.cpp").write_text("#include <vector>\nstd::vector<int> numbers;\n")
    command = ["g++", *flags, "-Winvalid-pch", "-H", "use.cpp", "-o", "use.o"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stderr


def test_the_precompiled_header_is_used(
    cache: BuildCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXX", "g++")
    header = precompiled_header(cache, find_compiler(), FLAGS)
    assert header is not None
    assert precompiled_header(cache, find_compiler(), FLAGS) == header
    read = _headers_read(tmp_path, f"-include{header}", *FLAGS)
    assert f"! {header}.gch" in read
    assert "bits/" not in read  # what <vector> includes
    # With other flags it does no harm.
    assert f"x {header}.gch" in _headers_read(tmp_path, f"-include{header}", *FLAGS, "-fopenmp")
    (build,) = cache.info()
    assert build.model == "(standard headers)"
    assert build.size > 1e6


def test_the_precompiled_header_is_used_by_projects_whose_other_flags_do_not_matter(
    cache: BuildCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXX", "g++")
    project = ("-c", "-Wno-write-strings", f"-I{tmp_path}", "-w", "-O1", "-std=c++11", "-I.")
    header = precompiled_header(cache, find_compiler(), header_flags(project))
    assert header is not None
    assert f"! {header}.gch" in _headers_read(tmp_path, f"-include{header}", *project)


def test_without_a_precompiled_header_all_goes_on(
    cache: BuildCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXX", "g++")
    compiler = find_compiler()
    assert precompiled_header(cache, replace(compiler, version="clang 19"), FLAGS) is None
    assert precompiled_header(cache, compiler, ("--no-such-flag",)) is None
    cache.folder.chmod(0o777)
    assert precompiled_header(cache, compiler, FLAGS) is None
    assert precompiled_header(BuildCache(tmp_path / "a b"), compiler, ("-O0",)) is None


# ---------------------------------------------------------------- commands


def test_the_command_lists_and_removes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "builds"
    monkeypatch.setenv("BRIAN_SWEEP_CACHE", str(folder))
    monkeypatch.setenv("BRIAN_SWEEP_CACHE_LIMIT", "20")
    assert main(["cache", "info"]) == 0
    assert capsys.readouterr().out == f"no builds, 0.0 MB of at most 20.0 MB, in {folder}\n"
    assert not folder.exists()
    BuildCache().get_or_make(A, maker("x" * 1_500_000), ABOUT)
    assert main(["cache", "info"]) == 0
    head, row, total = capsys.readouterr().out.splitlines()
    assert head.split() == ["model", "size", "made", "last", "used"]
    assert row.split()[:3] == ["cuba", "1.5", "MB"]
    assert total == f"1 build, 1.5 MB of at most 20.0 MB, in {folder}"
    assert main(["cache", "clear"]) == 0
    assert capsys.readouterr().out == f"1 build removed, 1.5 MB, from {folder}\n"
    assert BuildCache().info() == []
    folder.chmod(0o777)
    assert main(["cache", "clear"]) == 1
    assert f"chmod 700 {folder}" in capsys.readouterr().err
    assert main(["cache"]) == 2
    assert main(["cache", "burn"]) == 2


def test_the_doctor_looks_at_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIAN_SWEEP_CACHE", str(tmp_path / "builds"))
    finding = check_machine.builds()
    assert str(tmp_path / "builds") in finding.found
    assert (tmp_path / "builds").is_dir()
    (tmp_path / "builds").chmod(0o777)
    finding = check_machine.builds()
    assert finding.status == "warning"
    assert "chmod 700" in finding.found
    assert "numpy" in finding.remedy
