"""The compiled engine: trace, lift, build once, run for every number."""

from brian_sweep_widget.engines.compiled.binary import ProgramFailedError, write_inputs
from brian_sweep_widget.engines.compiled.blueprint import Blueprint
from brian_sweep_widget.engines.compiled.build import make_header
from brian_sweep_widget.engines.compiled.cache import CacheRefusedError
from brian_sweep_widget.engines.compiled.compilation import (
    Compilation,
    Reason,
    Refusal,
    explore_model,
    make_program,
    prepare_tracing,
    trace_model,
)
from brian_sweep_widget.engines.compiled.compiler import CompilerMissingError, find_compiler
from brian_sweep_widget.engines.compiled.contents import Contents
from brian_sweep_widget.engines.compiled.engine import LABEL, Recipe
from brian_sweep_widget.engines.compiled.exploring import ANOTHER_EACH_TIME
from brian_sweep_widget.engines.compiled.lifting import OtherShapeError
from brian_sweep_widget.engines.compiled.priority import give_way
from brian_sweep_widget.engines.compiled.probing import Probe, probe_here
from brian_sweep_widget.engines.compiled.program import Cost, Program, Variant
from brian_sweep_widget.engines.compiled.recording import UnreadableError
from brian_sweep_widget.engines.compiled.tracing import Trace
from brian_sweep_widget.engines.compiled.twin import same_digits
from brian_sweep_widget.scratch import new_folder

__all__ = [
    "ANOTHER_EACH_TIME",
    "LABEL",
    "Blueprint",
    "CacheRefusedError",
    "Compilation",
    "CompilerMissingError",
    "Contents",
    "Cost",
    "OtherShapeError",
    "Probe",
    "Program",
    "ProgramFailedError",
    "Reason",
    "Recipe",
    "Refusal",
    "Trace",
    "UnreadableError",
    "Variant",
    "explore_model",
    "find_compiler",
    "give_way",
    "make_header",
    "make_program",
    "new_folder",
    "prepare_tracing",
    "probe_here",
    "same_digits",
    "trace_model",
    "write_inputs",
]
