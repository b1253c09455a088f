"""What the stores of MLflow have in common: runs, logged models and versions of registered models, and who reads them.

A store is a database, a folder `mlruns`, or a server.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from nbmodelver.model.exchange import Point

PREFIX = "nbmodelver."
"""Our tags begin with it."""
ID, DIGEST = f"{PREFIX}id", f"{PREFIX}digest"
"""Tags of a run of ours: the id of the version, and the digest of its sidecar, which is written last."""
MOST_POINTS = 100_000
"""A run with more points of metrics comes in without its curves."""
LARGEST = 1.7976931348623157e308
"""MLflow stores infinity as this number."""


@dataclass(frozen=True)
class MlflowRunKey:
    """A run that is not deleted. parent: id of its parent run, "" without one."""

    id: str
    experiment: str
    started_ms: int = 0
    parent: str = ""


@dataclass(frozen=True)
class MlflowDataset:
    """A dataset that a run used. source: JSON text, as MLflow has it."""

    name: str
    digest: str
    source: str = ""
    context: str = ""


@dataclass(frozen=True)
class LoggedMlflowModel:
    """A model of MLflow 3 that a run logged."""

    id: str
    name: str
    location: str


@dataclass(frozen=True)
class MlflowRun:
    """A run. metrics: their last values. curves: metric -> its points by step, where it has more than one.

    artifacts: URI of its folder. is_cut: it has too many points, so curves is empty.
    """

    key: MlflowRunKey
    name: str
    status: str = ""
    user: str = ""
    ended_ms: int = 0
    artifacts: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    curves: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    datasets: tuple[MlflowDataset, ...] = ()
    models: tuple[LoggedMlflowModel, ...] = ()
    is_cut: bool = False


@dataclass(frozen=True)
class MlflowModelVersion:
    """A version of a registered model that is not deleted. location: URI of its folder. run: "" without a run."""

    model: str
    number: int
    run: str = ""
    location: str = ""
    source: str = ""
    stage: str = ""
    description: str = ""
    user: str = ""
    created_ms: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()


class MlflowStore(Protocol):
    """Reads a store, which stays as it is."""

    def experiments(self) -> Mapping[str, str]:
        """Return id -> name of the experiments that are not deleted."""
        ...

    def run_keys(self, experiments: Collection[str] | None = None) -> Sequence[MlflowRunKey]:
        """Return the runs of experiments, None for all, in no order. Raises Damaged."""
        ...

    def run(self, key: MlflowRunKey) -> MlflowRun:
        """Return a run. Raises Damaged."""
        ...

    def model_versions(self) -> Sequence[MlflowModelVersion]:
        """Return the versions of all registered models, by model and number. Raises Damaged."""
        ...

    def own_tags(self, experiment: str) -> Mapping[str, Mapping[str, str]]:
        """Return run -> its tags that begin with "nbmodelver.", for the runs that have such tags."""
        ...

    def folder(self, uri: str, owner: str, scratch: Path) -> Path | None:
        """Return the local folder of artifacts; None if it is elsewhere or missing.

        owner: id of the run or the logged model, which has to be a part of the path; "" if there is no such id.
        scratch: a folder for files that have the names and sizes of a server's artifacts.
        """
        ...

    def complete(self, file: Path) -> None:
        """Write the content of a file that `folder` gave, if it lacks it. Raises Damaged."""
        ...


def number_of(value: Any) -> int:
    """Return a whole number of a column, 0 for anything else."""
    return value if isinstance(value, int) and 0 <= value < 1 << 62 else 0


def text_of(value: Any) -> str:
    """Return a text of a column, "" for NULL."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else "" if value is None else str(value)


def metric_of(value: Any, is_nan: Any = 0) -> float:
    """Return a metric. Databases have NaN beside the value, and the largest number instead of infinity."""
    number = float(value) if isinstance(value, int | float) and not is_nan else math.nan
    return math.copysign(LARGEST, number) if math.isinf(number) else number
