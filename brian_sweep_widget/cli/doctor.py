"""``brian-sweep doctor``: looks at everything that can be wrong with an installation."""

from __future__ import annotations

import argparse

from brian_sweep_widget.cli import (
    check_hosts,
    check_jupyter,
    check_machine,
    check_python,
    check_results,
)
from brian_sweep_widget.cli.findings import Finding, looked_at
from brian_sweep_widget.cli.terminal import DONE, INCOMPLETE, say

#: In the order in which one depends on the other.
CHECKS = {
    "Python": check_python.python,
    "Brian 2": check_python.brian,
    "C++ compiler": check_python.compiler,
    "JupyterLab": check_jupyter.jupyterlab,
    "widget extensions": check_jupyter.extensions,
    "ipykernel": check_jupyter.ipykernel,
    "cores": check_machine.cores,
    "compiler cache": check_machine.cache,
    "build cache": check_machine.builds,
    "temporary files": check_machine.temporary_files,
    "shared memory": check_machine.shared_memory,
    "limits": check_results.allowed,
    "store of results": check_results.store,
    "other computers": check_hosts.hosts,
    "a simulation": check_machine.simulation,
}


def doctor(_parsed: argparse.Namespace) -> int:
    """Make all checks and show each as it comes.

    Returns
    -------
    int
        1 if there is a problem, otherwise 0; warnings are no problems.
    """
    width = max(len(name) for name in CHECKS)
    findings = []
    for name, check in CHECKS.items():
        finding = looked_at(check)
        findings.append(finding)
        say(line(name.ljust(width), finding))
    problems = sum(finding.status == "problem" for finding in findings)
    warnings = sum(finding.status == "warning" for finding in findings)
    say(f"{_counted(problems, 'problem')}, {_counted(warnings, 'warning')}")
    return INCOMPLETE if problems else DONE


def line(name: str, finding: Finding) -> str:
    """Write a finding and, if it is not well, what to do."""
    text = f"{finding.status:8} {name}  {finding.found}"
    return f"{text} -> {finding.remedy}" if finding.remedy else text


def _counted(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
