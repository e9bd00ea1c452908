"""Why a model could not be compiled, remembered for just what that was found out with.

What a person looked at before must not decide which engine computes what is
asked for now: a reason holds for one set of values, for one project, or, where
there is no compiler, for everything.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager

from brian_sweep_widget.engines import compiled
from brian_sweep_widget.engines.file_states import is_current
from brian_sweep_widget.models import Plain
from brian_sweep_widget.runs.answers import NotCompiledError

_MOST = 256  # sets of values, and projects; a trace or a build tells the others again


class Reasons:
    """Remembers why sets of values, and projects, could not be compiled."""

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, NotCompiledError] = OrderedDict()
        self._of_all: NotCompiledError | None = None

    @contextmanager
    def of_values(self, values: Mapping[str, Plain], seed: int) -> Iterator[None]:
        """Remember what is raised meanwhile; raise it at once if it was before.

        Raises
        ------
        NotCompiledError
        """
        with self._of((tuple(values.items()), seed)):
            yield

    @contextmanager
    def of_project(self, blueprint: compiled.Blueprint) -> Iterator[None]:
        """Remember what is raised while a project is compiled; see `of_values`.

        Raises
        ------
        NotCompiledError
        """
        with self._of((blueprint.base.parsed.skeleton, tuple(blueprint.values.items()))):
            yield

    @contextmanager
    def _of(self, key: Hashable) -> Iterator[None]:
        if self._of_all is not None:
            raise self._of_all
        known = self._known.get(key)
        if known is not None and is_current(known.read):
            raise known
        try:
            yield
        except NotCompiledError as error:
            if error.of_all:
                self._of_all = error
            self._known[key] = error
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
            raise
