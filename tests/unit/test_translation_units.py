"""Files are compiled together only where they mean the same as alone."""

from __future__ import annotations

import pytest

from brian_sweep_widget.engines.compiled.translation_units import Project, file_by_file, in_units

CODE = """#include "code_objects/{name}.h"
#include "objects.h"
#include<cmath>
{extra}
////// SUPPORT CODE ///////
namespace {{
    static int calls = 0;
#ifdef _MSC_VER
    int more;
#endif

    {support}
}}

////// HASH DEFINES ///////


void _run_{name}()
{{
    using namespace brian;
    calls++;
}}

void _debugmsg_{name}()
{{
    using namespace brian;
}}
"""


def code(name: str, *, extra: str = "", support: str = "") -> dict[str, str]:
    """Write a code object as Brian does."""
    return {f"code_objects/{name}.cpp": CODE.format(name=name, extra=extra, support=support)}


def together(files: dict[str, str]) -> Project:
    """Compile as much at once as can be."""
    return in_units(file_by_file(files, files))


def test_empty_files_are_not_compiled_and_the_longest_comes_first() -> None:
    files = {"a.cpp": "int a;", "b.cpp": "", "c.cpp": "int a, b, c;"}
    project = file_by_file(files, [*files, "/outside/d.cpp"])
    assert project.files == files
    assert project.sources == ("c.cpp", "a.cpp", "/outside/d.cpp")


def test_code_objects_share_units() -> None:
    """Each file is in one of them, what each defines is in a namespace of its own."""
    files = {path: text for number in range(9) for path, text in code(f"c{number}").items()}
    others = {"objects.cpp": "int o;" * 999, "main.cpp": "int m;", "run.cpp": "int r;"}
    project = together(files | others)
    assert project.sources[0] == "objects.cpp"
    assert len(project.sources) == 4
    included = [line for name in project.sources[1:] for line in project.files[name].splitlines()]
    wanted = [path for path in (*files, *others) if path != "objects.cpp"]
    assert sorted(included) == sorted(f'#include "{path}"' for path in wanted)
    namespaces = set()
    for path, text in files.items():
        lines, before = project.files[path].splitlines(), text.splitlines()
        changed = [(now, then) for now, then in zip(lines, before, strict=True) if now != then]
        opened, closed, *used = changed
        namespace = opened[0].split()[1]
        namespaces.add(namespace)
        assert opened == (f"namespace {namespace} {{ namespace {{", "namespace {")
        assert closed == ("} }", "}")
        assert (
            used
            == [
                (
                    f"    using namespace brian; using namespace {namespace};",
                    "    using namespace brian;",
                )
            ]
            * 2
        )
    assert len(namespaces) == len(files)


@pytest.mark.parametrize(
    "unusual",
    [
        code("odd", extra='#include "mine.h"'),
        code("odd", extra='#include "/home/me/mine.h"'),
        code("odd", extra="#include <gsl/gsl_rng.h>"),
        code("odd", support="#define N 5"),
        code("odd", support="#  define N 5"),
        code("odd", support="double f(double x) { return ::fabs(x); }"),
        code("odd", support="\n} int outside; namespace {"),
        {"code_objects/odd.cpp": "void _run_odd() {}"},
    ],
)
def test_what_is_unusual_is_compiled_alone(unusual: dict[str, str]) -> None:
    """A user's headers and macros could change what another file means."""
    project = together(code("a") | code("b") | unusual)
    assert sorted(project.sources) == ["code_objects/odd.cpp", "sweep_unit_0.cpp"]
    assert project.files["code_objects/odd.cpp"] == unusual["code_objects/odd.cpp"]
    assert "odd" not in project.files["sweep_unit_0.cpp"]


def test_the_source_of_a_user_elsewhere_is_compiled_alone() -> None:
    files = code("a") | code("b")
    project = in_units(file_by_file(files, [*files, "/home/me/mine.cpp"]))
    assert sorted(project.sources) == ["/home/me/mine.cpp", "sweep_unit_0.cpp"]


def test_one_file_is_no_unit() -> None:
    project = together(code("a") | {"objects.cpp": "int o;"})
    assert sorted(project.sources) == ["code_objects/a.cpp", "objects.cpp"]
