"""The predictions of two versions of a model on the same data, and on both versions of it if the data differs too.

Nothing live changes: models and data are loaded for this, each model gets data of its own, and both start from the
random state of the session, which is restored. Each model predicts twice, the second time from another random state, so
that a model that draws random numbers, or changes its input, is noticed.
"""

from __future__ import annotations

import threading
import time
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import session
from nbmodelver.errors import NeedsTrust, NotPredictable, UnknownName, UsageError
from nbmodelver.repo.core.nearest import nearest
from nbmodelver.system import port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from nbmodelver.comparison.predictions.prediction_section import TwoByTwo
    from nbmodelver.comparison.predictions.predictions import PredictionDiff, Predictions
    from nbmodelver.model import Section, Version
    from nbmodelver.repo.core.open_store import LoadingStore


LIMIT_S = 60.0
TICK_S = 0.2
"""Seconds after which a running model is stopped at the latest once it was cancelled or took too long."""
OTHER_SEED = 20_261
"""The seed of the second run. It is fixed, so that the same comparison has the same answer."""


class _OverLimit(BaseException):
    """A model took too long. It is no Exception, so that the model's own code does not catch it."""


@dataclass(frozen=True)
class PredictRequest:
    """Which models predict which data. target: a name of the versions, or a column of the data; "" for none.

    limit_s: the seconds that one model may take to predict. It works on POSIX systems, in the main thread, and where
    the model's code returns to Python; a child process has a limit everywhere (`--safe`).
    """

    before: Version
    after: Version
    model: str
    data: str
    target: str = ""
    limit_s: float = LIMIT_S


@dataclass(frozen=True)
class PredictedBoth:
    """The predictions of the two models.

    on: the version of the data in `found`: the later one if it has the data. on_former: the same on the earlier data,
    if that differs. notes: how loaded values differ from the kept ones, and what could not be compared.
    """

    request: PredictRequest
    on: Version
    found: PredictionDiff
    on_former: PredictionDiff | None = None
    notes: tuple[str, ...] = ()

    @property
    def two_by_two(self) -> TwoByTwo | None:
        """Both models on both versions of the data, if the data differs and a target is known."""
        from nbmodelver.comparison.predictions.prediction_section import two_by_two

        return two_by_two(self.on_former, self.found) if self.on_former is not None else None

    def section(self) -> Section:
        """The result as the section "predictions.NAME" of a diff."""
        from nbmodelver.comparison.predictions.prediction_section import Evaluated, section

        request = self.request
        latter = Evaluated(f"{request.data} of {self.on.name}", self.found)
        former = None
        if self.on_former is not None:
            former = Evaluated(f"{request.data} of {request.before.name}", self.on_former)
        versions = (request.before.name, request.after.name)
        return section(request.model, versions, latter, former, self.notes)


def require_trusted(store: LoadingStore, request: PredictRequest) -> None:
    """Raise NeedsTrust if one of the versions came from elsewhere."""
    for version in (request.before, request.after):
        _require_own(store, version)


def predict_both(
    store: LoadingStore,
    request: PredictRequest,
    on_run: Callable[[str], None] = lambda _who: None,
    *,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> PredictedBoth:
    """Run both models on the data. on_run: receives "model of v2" before it predicts, and "" after it.

    is_cancelled: returns True to stop, also while a model predicts, where `limit_s` works.
    Raises UnknownName, NeedsTrust, NotLoadable, NotPredictable, UsageError without NumPy, and KeyboardInterrupt if it
    was cancelled.
    """
    try:
        import nbmodelver.comparison.predictions.predicting  # noqa: F401  # NumPy may be missing.
    except ImportError as error:
        raise UsageError("predictions cannot be compared without NumPy", "install numpy in this environment") from error
    before, after = request.before, request.after
    require_trusted(store, request)
    for version in (before, after):
        _require(version, request.model)
    having = [v for v in (before, after) if request.data in v.kept]
    if not having:
        known = [*before.kept, *after.kept]
        raise UnknownName(f"neither {before.name} nor {after.name} has '{request.data}'", nearest(request.data, known))
    on = having[-1]
    state = session.take()
    try:
        run = _Predicting(store, request, state, on_run, is_cancelled)
        found = run.on(on)
        former = None
        if len(having) == 2 and any(_differs(name, before, after) for name in (request.data, request.target)):
            run.notes[f"{request.data} differs: the metrics are measured on other rows than in {before.name}"] = None
            former = run.on(before, required=False)
        return PredictedBoth(request, on, found, former, tuple(run.notes))
    finally:
        session.restore(state)


def _differs(name: str, before: Version, after: Version) -> bool:
    return name in before.kept and name in after.kept and before.kept[name].digest != after.kept[name].digest


def _require_own(store: LoadingStore, version: Version) -> None:
    if not store.trusts(version):
        raise NeedsTrust(
            f"{version.name} came from elsewhere, and predicting runs the code of its models",
            f"if you trust its origin: %mv_trust {version.name}",
        )


def _require(version: Version, name: str) -> None:
    if name not in version.kept:
        raise UnknownName(f"{version.name} has no '{name}'", nearest(name, version.kept))


class _Predicting:
    """Loads and predicts for one request. notes: sentences about what was loaded, each once."""

    def __init__(
        self,
        store: LoadingStore,
        request: PredictRequest,
        state: dict[str, Any],
        on_run: Callable[[str], None],
        is_cancelled: Callable[[], bool],
    ) -> None:
        self._store = store
        self._request = request
        self._state = state
        self._on_run = on_run
        self._is_cancelled = is_cancelled
        self.notes: dict[str, None] = {}
        self._tried: set[str] = set()

    def on(self, version: Version, *, required: bool = True) -> PredictionDiff:
        """Compare the two models on the data of a version. required: a missing target is an error.

        Raises UnknownName, NotPredictable.
        """
        from nbmodelver.comparison.predictions import predicting
        from nbmodelver.comparison.predictions.predictions import prediction_diff

        request = self._request
        data = self._load(version, request.data)
        table, truth = predicting.row_labels(data), self._truth(version, data, required=required)
        old, new = (self._predicted(model, version) for model in (request.before, request.after))
        try:
            return predicting.labelled(prediction_diff(old, new, truth), table)
        except ValueError as error:
            what = f"{request.data} and {request.target}" if request.target else request.data
            raise NotPredictable(f"{what} of {version.name} cannot be compared: {error}", self._way_out()) from error

    def _truth(self, version: Version, data: Any, *, required: bool) -> Any:
        """The target as an array; None if none is asked for, or if it is missing and not required."""
        from nbmodelver.comparison.predictions import predicting

        target = self._request.target
        if not target:
            return None
        if target in version.kept:
            return predicting.target_of(self._load(version, target))
        if predicting.has_column(data, target):
            return predicting.target_of(None, data, target)
        if not required:
            return None
        raise UnknownName(
            f"{version.name} has no '{target}', and {self._request.data} has no such column",
            nearest(target, version.kept),
        )

    def _predicted(self, version: Version, data_of: Version) -> Predictions:
        request = self._request
        model, data = self._load(version, request.model), self._load(data_of, request.data)
        session.restore(self._state, folder=False)  # Both models start from the same random state.
        try:
            found = self._run(version, model, data)
        except NotPredictable as error:
            text = f"{request.model} of {version.name} cannot predict {request.data} of {data_of.name}: {error.message}"
            raise NotPredictable(text, error.hint or self._way_out()) from error
        if version.id not in self._tried:
            self._tried.add(version.id)
            self.notes.update(dict.fromkeys(self._behaviour(version, data_of, (model, data, found))))
        return found

    def _run(self, version: Version, model: Any, data: Any) -> Predictions:
        """Predict within the limit. Raises NotPredictable, and KeyboardInterrupt if it was cancelled."""
        from nbmodelver.comparison.predictions import predicting

        limit_s = self._request.limit_s
        is_main = threading.current_thread() is threading.main_thread()
        ends_s = time.monotonic() + limit_s

        def stop(_frame: FrameType | None) -> BaseException | None:
            if self._is_cancelled():
                return KeyboardInterrupt()
            return _OverLimit() if time.monotonic() >= ends_s else None

        if self._is_cancelled():
            raise KeyboardInterrupt
        self._on_run(f"{self._request.model} of {version.name}")
        try:
            with port.time_limit(min(TICK_S, limit_s), stop) if is_main else nullcontext():
                return predicting.predicted(model, data)
        except _OverLimit:
            message = f"it took more than {limit_s:g} s and was stopped"
            raise NotPredictable(message, f"allow more: --limit {10 * limit_s:g}") from None
        finally:
            self._on_run("")

    def _behaviour(self, version: Version, data_of: Version, ran: tuple[Any, Any, Predictions]) -> Iterator[str]:
        """Yield what a second run shows: that the first one wrote to its input, or that the model is random.

        ran: the model, its input after the first run, and what it predicted.
        """
        from nbmodelver.comparison.predictions import predicting

        model, used, first = ran
        who = f"{self._request.model} of {version.name}"
        fresh = self._load(data_of, self._request.data)
        place = predicting.changed_place(fresh, used)
        if place:
            yield f"{who} changed its input ({place}); the data of the version and live variables stay as they are"
        session.seed(OTHER_SEED)
        try:
            second = self._run(version, model, fresh)
        except NotPredictable as error:
            yield f"{who} predicts only once: {error.message}"
            return
        count = predicting.differing(first, second)
        if count:
            rows = len(first.values)
            yield f"{who} is random: {count:,} of {rows:,} rows differ in a second run; the first run is compared"

    def _way_out(self) -> str:
        before, model = self._request.before.name, self._request.model
        return f"load the earlier model and predict yourself: %mv_rollback {before} {model} --as old_"

    def _load(self, version: Version, name: str) -> Any:
        values, differences = self._store.loaded(version, [name])
        self.notes.update(dict.fromkeys(differences))
        return values[name]
