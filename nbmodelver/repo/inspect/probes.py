"""Predictions that a version keeps (`%mv_commit --probe X_test`), and the test whether a model still predicts the same.

The rows are positions in a dataset of the version, so only predictions are stored.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import session
from nbmodelver.errors import Damaged, NbmodelverError, NeedsTrust, NotPredictable, UnknownName, UsageError
from nbmodelver.model import Probed, ProbedModel
from nbmodelver.repo.core.documents import canonical_json
from nbmodelver.repo.core.environment import differences as of_environments
from nbmodelver.repo.core.environment import environment

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from nbmodelver.model import Json, Version
    from nbmodelver.repo.core.open_store import LoadingStore

NO_NUMPY = UsageError("predictions cannot be kept without NumPy", "install numpy in this environment")


@dataclass(frozen=True)
class TakenProbe:
    """Predictions for the document of a version. notes: which models could not predict which dataset."""

    document: bytes
    notes: tuple[str, ...] = ()


def taken(values: Mapping[str, Any], models: Collection[str], datasets: Sequence[str]) -> TakenProbe:
    """Return the predictions of models on some rows of datasets.

    values: live ones; nothing of them changes. Raises UnknownName, UsageError if no model can predict a dataset.
    """
    try:
        from nbmodelver.comparison.predictions import probes
    except ImportError as error:
        raise NO_NUMPY from error
    found: list[Json] = []
    notes: list[str] = []
    state = session.take()
    try:
        for name in datasets:
            if name not in values:
                raise UnknownName(f"--probe {name}: '{name}' is not among the values of this commit", f"add it: {name}")
            total = probes.length_of(values[name])
            rows = probes.rows_to_probe(total)
            kept: dict[str, Json] = {}
            failed = {}
            for model in models:
                try:
                    kept[model] = probes.probe(values[model], values[name], rows)
                except NotPredictable as error:
                    failed[model] = error.message
            if not kept:
                why = "; ".join(f"{model}: {text}" for model, text in failed.items()) or "no model is committed"
                raise UsageError(f"--probe {name}: no model predicts it ({why})", "commit a model with its test data")
            notes += [f"{model} cannot predict {name}: {text}" for model, text in failed.items()]
            found.append({"data": name, "rows": list(rows), "seed": probes.SEED, "models": kept})
    except NotPredictable as error:
        raise UsageError(f"--probe {datasets}: {error.message}", "name a table or an array") from error
    finally:
        session.restore(state)
    return TakenProbe(canonical_json(found), tuple(notes))


def tested(store: LoadingStore, version: Version) -> Probed:
    """Run the models of a version on the rows that it keeps predictions for.

    Raises UsageError if it keeps none, NeedsTrust, Damaged.
    """
    if version.probe is None:
        raise UsageError(
            f"{version.name} keeps no predictions", "keep them with the next one: %mv_commit --probe X_test"
        )
    if not store.trusts(version):
        raise NeedsTrust(
            f"{version.name} came from elsewhere, and predicting runs the code of its models",
            f"if you trust its origin: %mv_trust {version.name}",
        )
    try:
        document = json.loads(bytes(store.parts.get(version.probe)))
        pairs = [(one, model, kept) for one in document for model, kept in one["models"].items()]
        models = tuple(_tested(store, version, one, model, kept) for one, model, kept in pairs)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(f"the predictions of {version.name} are not valid", "try: %mv_verify --full") from error
    used = frozenset(k.type.partition(".")[0] for k in version.kept.values())
    return Probed(version, models, tuple(of_environments(store.environment(version), environment(), _packages(used))))


def _tested(
    store: LoadingStore, version: Version, probed: dict[str, Any], model: str, kept: dict[str, Any]
) -> ProbedModel:
    """Run one model. probed: the entry of the document, with the name of the data and the rows."""
    from nbmodelver.comparison.predictions import probes
    from nbmodelver.comparison.predictions.predicting import predicted

    data, rows = probed["data"], probed["rows"]
    state = session.take()
    try:
        values, _ = store.loaded(version, [model, data])
        different, largest = probes.differences(kept, predicted(values[model], probes.rows_of(values[data], rows)))
    except NbmodelverError as error:
        return ProbedModel(model, data, len(rows), error=error.message)
    finally:
        session.restore(state)
    return ProbedModel(model, data, len(rows), different, largest)


def _packages(modules: Collection[str]) -> frozenset[str]:
    from nbmodelver.comparison.code.used_packages import distributions_of

    return distributions_of(modules)
