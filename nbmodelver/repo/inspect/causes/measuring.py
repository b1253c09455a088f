"""Measures a metric in trials, with repetitions where the result depends on the random state."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nbmodelver.repo.inspect.causes.trials import Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from nbmodelver.model import Progress
    from nbmodelver.repo.core.open_store import LoadingStore
    from nbmodelver.repo.inspect.causes.scratch import ScratchResult, ScratchRun
    from nbmodelver.repo.inspect.causes.worlds import World, Worlds

FAILED = "computing"
"""How the reason begins why a change could not be tested, if its code raised an error."""
REPEATS = 3
"""Runs with different random states, if computing a version again does not give the recorded metric."""
ALMOST = 1e-9
"""Relative difference of two metrics that are called equal."""


@dataclass(frozen=True)
class Measured:
    """The metric of a world with a change, and without it when the same names are computed again.

    noise: the range of `control` over several random states. error: the reason if there is no value.
    """

    changed: float = math.nan
    control: float = math.nan
    noise: float = 0.0
    error: str = ""


@dataclass
class Measuring:
    """The measurements of one metric in two worlds. Equal trials run once.

    notes: sentences about the measurements. repeated: the metric of the later version when something is computed again.
    planned: the number of measurements that is expected, for progress.
    """

    store: LoadingStore
    worlds: Worlds
    metric: str
    runner: Callable[[LoadingStore, ScratchRun], ScratchResult]
    progress: Progress | None = None
    planned: int = 1
    notes: dict[str, None] = field(default_factory=dict)
    repeated: float | None = None
    _results: dict[str, ScratchResult] = field(default_factory=dict)
    _started_s: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        """The time since the first measurement could start."""
        return time.perf_counter() - self._started_s

    @property
    def count(self) -> int:
        """The number of measurements so far."""
        return len(self._results)

    def recorded(self, world: World) -> float:
        """Return the metric that a version recorded."""
        return world.version.metrics[self.metric]

    def value(self, trial: Trial) -> float | str:
        """Return the metric of a trial, or why it cannot be measured."""
        run = trial.run
        key = repr(run)
        if key not in self._results:
            if self.progress is not None:
                what = f"computing {', '.join(trial.ran)}" if trial.ran else "measuring"
                self.progress(min(self.count, self.planned), self.planned, what)
            self._results[key] = self.runner(self.store, run)
        found = self._results[key]
        self.notes.update(dict.fromkeys(found.differences))
        if found.error:
            return found.error
        if isinstance(found.value, str) or not isinstance(found.value, (int, float)):
            return f"{trial.world.expression} gives no number"
        return float(found.value)

    def compare(self, trial: Trial, also_again: Collection[str] = ()) -> Measured:
        """Return the metric of a trial, and without its change when the same names are computed again.

        also_again: names that the trial computes in another way. If computing the version again does not give the
        recorded metric, both are the means of REPEATS random states.
        """
        same = Trial(trial.world, again=trial.again | frozenset(also_again), other=trial.other)
        pairs = []
        for seed in range(REPEATS):
            control, changed = (self.value(replace(one, seed=seed)) for one in (same, trial))
            if isinstance(control, str) or isinstance(changed, str):
                why = control if isinstance(control, str) else changed
                return Measured(error=f"{FAILED} {', '.join(trial.ran) or 'the metric'} again failed: {why}")
            pairs.append((changed, control))
            if seed == 0 and (not trial.ran or equal(control, self.recorded(trial.world))):
                break
        controls = [control for _, control in pairs]
        if trial.world is self.worlds.after and trial.ran:
            self._note_repeated(controls, trial)
        mean = [sum(side) / len(pairs) for side in zip(*pairs, strict=True)]
        return Measured(mean[0], mean[1], max(controls) - min(controls))

    def _note_repeated(self, controls: list[float], trial: Trial) -> None:
        """Note that computing the later version again does not give the recorded metric."""
        recorded = self.recorded(trial.world)
        is_known, self.repeated = self.repeated is not None, controls[0] if self.repeated is None else self.repeated
        if is_known or equal(controls[0], recorded):
            return
        values, why = f"{controls[0]:.4g}", "packages, files or the order of the cells differ"
        if max(controls) > min(controls):
            values, why = f"{min(controls):.4g} to {max(controls):.4g}", "it depends on the random state"
        what = f"computing {', '.join(trial.ran)} of {trial.world.version.name} again"
        self.notes[f"{what} gives {values}, recorded: {recorded:.4g}: {why}"] = None


def step(before: float, after: float) -> float:
    """Return the difference of two metrics, 0.0 if it comes from rounding."""
    return 0.0 if equal(before, after) else after - before


def equal(a: float, b: float) -> bool:
    """Return True for metrics that differ by rounding at most. NaN equals NaN."""
    return a == b or math.isclose(a, b, rel_tol=ALMOST, abs_tol=1e-12) or (math.isnan(a) and math.isnan(b))
