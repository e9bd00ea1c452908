"""A sweep: a model, axes, trials, a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

from brian_sweep_widget.backends import Cluster, local_pool, roster_of
from brian_sweep_widget.engines import Engine, compiled, engine_for, prepare
from brian_sweep_widget.limits import limits
from brian_sweep_widget.models import Plain, as_model
from brian_sweep_widget.results import Inspection, Outcome, Results
from brian_sweep_widget.results.store import (
    DEFAULT_STORE,
    StoreFullError,
    StoreUnusableError,
    open_store,
)
from brian_sweep_widget.runs.allowed import check_plan
from brian_sweep_widget.runs.answers import NotCompiledError, RefusedError
from brian_sweep_widget.runs.axes import check_not_settings, read_axes
from brian_sweep_widget.runs.borrowing import Borrowing
from brian_sweep_widget.runs.compiled_source import CompiledSource
from brian_sweep_widget.runs.following import follow
from brian_sweep_widget.runs.hosting import Hosting
from brian_sweep_widget.runs.ledger import Record
from brian_sweep_widget.runs.looking import Looking
from brian_sweep_widget.runs.options import read_allow_nan, read_time_limit, read_workers
from brian_sweep_widget.runs.places import read_place
from brian_sweep_widget.runs.preparation import Preparation
from brian_sweep_widget.runs.recall import Recall
from brian_sweep_widget.runs.run import Run
from brian_sweep_widget.runs.scripting import written_script
from brian_sweep_widget.runs.sources import ReadySource, Source
from brian_sweep_widget.runs.workshop import workshop_for
from brian_sweep_widget.sweeps import Job, Plan, Seeding

#: Seconds that one compiled simulation may take, if nothing else is asked for: an hour.
TIME_LIMIT = 3600.0


class Sweep:
    """Simulate a model over a grid of parameter values, on all cores.

    Parameters
    ----------
    model
        A network model (see `network_model`), or any function that simulates
        and returns a number or a dict of numbers.
    trials
        Simulations of every point, each with a seed of its own.
    seed
        Decides, with the parameters and the trial, the seed of every job.
    seeding
        ``"independent"``: every point draws its own networks. ``"common"``:
        all points of one trial draw the same, for paired comparisons.
    engine
        ``"auto"``, ``"compiled"``, ``"numpy"`` or ``"cython"``; see
        `brian_sweep_widget.engines.choice.engine_for`.
    workers
        Worker processes; None for as many as there are cores that this
        process may use.
    cluster
        Where to run, besides this computer or instead of it; None for this
        computer alone. ``"tls://host:port"`` for a Dask scheduler,
        ``["computer1", "computer2"]`` for hosts that run ``brian-sweep cluster
        serve``, ``"*"`` for all of these that are found on the network, a
        ``distributed.Client`` or a cluster object of Dask's, or a `Cluster`
        with options.
    time_limit
        Seconds (or a time with a unit) that one simulation may take. What
        takes longer is stopped, and fails. If not given, an hour for compiled
        ones, and no limit for others.
    store
        Where results are kept, so that nothing is computed twice or lost: a
        file such as ``"course.sqlite"``; the user's own if not given
        (``BRIAN_SWEEP_STORE`` says which); None to keep nothing.
    allow_nan
        Which results of a plain function may be NaN, as there may be nothing to
        tell: True for all, or names, such as ``["cv"]``. Others that are no
        finite numbers are named as failed. Measures of network models say so
        themselves.
    keep_going
        Whether all is computed even if the first simulations all fail alike.
        If not, the run pauses there, and asks; who waits for it cannot be
        asked, and gets the rest as cancelled.
    **parameters
        A single value fixes a parameter, an array or a list sweeps it:
        ``excitatory_weight=np.linspace(0, 4, 20)*mV, size=1000``.

    Raises
    ------
    TypeError, ValueError
        If anything of this is unknown, of the wrong unit, or out of bounds, or
        more than an administrator allows.

    Examples
    --------
    >>> import numpy as np
    >>> from brian2 import mV
    >>> from brian_sweep_widget import Sweep, cuba
    >>> len(Sweep(cuba, excitatory_weight=np.linspace(0, 4, 20)*mV, trials=3))
    60
    """

    def __init__(
        self,
        model: object,
        /,
        *,
        trials: int = 1,
        seed: int = 0,
        seeding: Seeding = "independent",
        engine: str = "auto",
        workers: int | None = None,
        cluster: object = None,
        time_limit: Any = None,
        store: Any = DEFAULT_STORE,
        allow_nan: bool | str | Sequence[str] = False,
        keep_going: bool = False,
        **parameters: Any,
    ) -> None:
        self.model = as_model(model)
        self.parameters = self.model.parameters(parameters)
        check_not_settings(self.parameters, self.model.name)
        axes, fixed = read_axes(self.parameters, parameters)
        self.plan = Plan(axes, fixed, trials, seed, seeding)
        allowed_nan = read_allow_nan(allow_nan, self.model)
        self.engine = engine_for(engine, self.model, self.parameters, allow_nan=allowed_nan)
        self._keep_going = keep_going
        allowed = limits()
        check_plan(self.model, self.plan, parameters, allowed)
        self.workers = read_workers(workers, allowed)
        # Another backend of joblib's is chosen where the sweep is made, not where it runs.
        #: Where it runs, besides this computer or instead of it.
        self.cluster = read_place(cluster)
        self.store = open_store(store, allowed.store_bytes)
        self._given_limit = read_time_limit(time_limit, allowed)
        self._is_limited = time_limit is not None
        #: The run that was started last.
        self.latest: Run | None = None

    def __len__(self) -> int:
        return len(self.plan)

    def __repr__(self) -> str:
        axes = " x ".join(f"{len(axis)} {axis.name}" for axis in self.plan.axes) or "one point"
        return f"<Sweep of {self.model.name}: {axes}, {self.plan.trials} trials, {len(self)} jobs>"

    def jobs(self) -> list[Job]:
        """List the jobs in the order in which they run, coarse first."""
        return self.plan.jobs()

    def start(self, recall: Recall | None = None) -> Run:
        """Start the simulations in the background.

        Parameters
        ----------
        recall
            Remembers what compiled simulations gave: what is known is not
            computed again.

        Returns
        -------
        Run
            At once.

        Raises
        ------
        TypeError
            If the model cannot be sent to the workers.
        """
        self.latest = self._run(recall=recall, name=None if recall is not None else uuid4().bytes)
        return self.latest

    def run(self, *, progress: bool = True, say: Callable[[str], None] | None = None) -> Results:
        """Run the simulations and wait for them.

        Parameters
        ----------
        progress
            Whether to show a bar, in the terminal or the notebook.
        say
            Called, from a thread, with what the sweep waits for, such as room
            on the disk; None to have it written above the bar, if there is one.

        Returns
        -------
        Results
            Of all jobs; failed ones have a failure instead of values. If the
            first ones all failed alike, the rest is cancelled, unless the sweep
            has ``keep_going``.

        Raises
        ------
        KeyboardInterrupt
            When interrupted. The simulations are stopped, and what was
            finished is in ``sweep.latest.results``.
        """
        run = self.start()
        try:
            follow(run, len(self), self.model.label, say, bar=progress)
        except BaseException:
            run.cancel()
            raise
        return run.wait()

    def inspect(self, outcome: Outcome) -> Inspection:
        """Run a simulation of this sweep once more, and see inside.

        Parameters
        ----------
        outcome
            Of this sweep, with values.

        Returns
        -------
        Inspection
            After the simulation; what the model's monitors recorded, and its
            numbers, which are the same bit for bit unless `Inspection.different`
            says otherwise.

        Raises
        ------
        ValueError
            If the model names no monitors (see `network_model`), or the
            simulation has no result.
        """
        return Looking(self, outcome).wait()

    def script(self, outcome: Outcome) -> str:
        """Write a script that gives an outcome's numbers with Brian 2 alone.

        Parameters
        ----------
        outcome
            Of this sweep, with values.

        Returns
        -------
        str
            Source code. It simulates with the outcome's seed, as its engine
            did, and says whether its numbers are the same: bit for bit, or up to
            rounding where Brian's standalone mode cannot build what the program
            was made of, and its runtime takes the place.

        Raises
        ------
        ValueError
            If the outcome has no values, if the model refers to something that
            cannot be written, such as an open file, or cannot be built any more.
        """
        return written_script(self, outcome)

    def look(self, outcome: Outcome) -> Looking:
        """Begin what `inspect` does, and return at once."""
        return Looking(self, outcome)

    @property
    def preparation(self) -> Preparation | None:
        """How far the model's compilation is; None if it is not to be compiled."""
        if not isinstance(self.engine, compiled.Compilation):
            return None
        return workshop_for(self.engine, self.workers).preparation

    def last_pace(self) -> tuple[Plan, float] | None:
        """Say how long a simulation of this model took the last time, if the store knows.

        Returns
        -------
        plan, seconds
            See `Store.last_pace`; None if nothing is known, or the store cannot be read.
        """
        with suppress(StoreUnusableError, StoreFullError):  # which is for a run to say
            if self.store is not None:
                return self.store.last_pace(self.model.label)
        return None

    def warm_up(self) -> None:
        """Start workers, find hosts, and compile the model, so that `start` need not wait.

        Returns when that is done; what goes wrong is for `start` to say.
        """
        if isinstance(self.cluster, Cluster):
            roster_of(self.cluster)  # which connects
        if not isinstance(self.engine, compiled.Compilation):
            local_pool(self.workers, prepare).warm()
            return
        local_pool(self.workers).warm()
        first = self.plan.jobs()[0]
        with suppress(NotCompiledError, RefusedError):
            workshop_for(self.engine, self.workers).prepare(
                first.parameters, first.seed, lambda: False
            )

    def trace_ahead(self, many: Iterable[Mapping[str, Plain]]) -> None:
        """Have sets of parameters traced that may be asked for next, while nothing else runs.

        Parameters
        ----------
        many
            SI values by parameter name, over those of this sweep; the first is
            the most likely one. A later call replaces an earlier one.
        """
        if isinstance(self.engine, compiled.Compilation):
            first = self.plan.jobs()[0]
            workshop_for(self.engine, self.workers).ahead(
                ({**first.parameters, **values} for values in many), first.seed
            )

    def _run(self, *, name: bytes | None, **more: Any) -> Run:
        record = None
        if self.store is not None:
            record = Record(self.store, name, self.model.label, self.parameters, self.plan)
        return Run(
            self.plan,
            self.source(self.engine),
            self._results,
            self._given_limit,
            self._again,
            record,
            place=self._place(),
            keep_going=self._keep_going,
            **more,
        )

    def _place(self) -> Hosting | Borrowing | None:
        """Say where jobs run besides the local pool, or instead of it."""
        if isinstance(self.cluster, Cluster):
            return Hosting(self.cluster, self.model.label)
        return None if self.cluster is None else Borrowing(self.cluster)

    def _again(self, run: Run) -> Run:
        """Start a run that keeps what another one has computed; see `Run.retry`."""
        # What is partial is computed again, and is there until it comes.
        kept = [outcome for outcome in run.results.outcomes if outcome.status == "done"]
        name = None if run.record is None else run.record.sweep
        self.latest = self._run(name=name, kept=kept, read=run.files_read)
        return self.latest

    @property
    def time_limit(self) -> float:
        """Seconds that one simulation may take; infinite for no limit."""
        if self._is_limited or not isinstance(self.engine, compiled.Compilation):
            return self._given_limit
        return min(TIME_LIMIT, self._given_limit)

    def source(self, engine: Engine | compiled.Compilation) -> Source:
        """Give a source of jobs that an engine of this model computes."""
        if isinstance(engine, compiled.Compilation):
            return CompiledSource(engine, self.workers, self.time_limit)
        return ReadySource(engine, self.workers)

    def _results(self, outcomes: Sequence[Outcome], notice: str = "") -> Results:
        return Results(self.model.label, self.parameters, self.plan, outcomes, notice)
