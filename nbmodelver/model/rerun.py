"""What a re-run of a version is, and what it found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from nbmodelver.model.versions import Json, Version

Agreed = Literal["bit-identical", "numerically equal", "cannot tell", "different", "missing"]
"""How a result of a re-run agrees with the record, best first."""

AGREED: tuple[Agreed, ...] = ("bit-identical", "numerically equal", "cannot tell", "different", "missing")


@dataclass(frozen=True)
class RerunItem:
    """One result of a re-run beside the record.

    what: "output" of a cell, "metric" or "variable". name: of the metric or variable; the number of the cell.
    detail: what differs, such as the largest difference. cause: the likely cause of the difference, "" without one.
    is_tested: the cause was tested by running again.
    """

    what: Literal["output", "metric", "variable"]
    name: str
    agreed: Agreed
    detail: str = ""
    cause: str = ""
    is_tested: bool = False


@dataclass(frozen=True)
class RerunPlan:
    """What a re-run would do.

    cells: the number of cells, in the order in which they ran. python: the release that is used, "" if it is not
    installed. environment: the origin of the packages. packages: distribution -> release, as recorded and pinned.
    differences: of the environment, known before anything runs. lacks: noun phrases for what the record does not have.
    files: paths of files that are used as they are now, because the version has not their content. recorded_files:
    paths of files with the recorded content.
    """

    version: Version
    cells: int
    python: str
    environment: str
    packages: dict[str, str] = field(default_factory=dict)
    differences: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    recorded_files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rerun:
    """The result of a re-run. items: the most important first. plan: as it was carried out. runs: how often it ran.

    ended: why the first run ended before its last cell, "" if it did not. duration_s: of the first run.
    """

    plan: RerunPlan
    items: tuple[RerunItem, ...] = ()
    runs: int = 0
    ended: str = ""
    duration_s: float = 0.0

    @property
    def agreed(self) -> Agreed:
        """The worst verdict of metrics and variables; that of the outputs if there are neither."""
        counted = [i.agreed for i in self.items if i.what != "output"] or [i.agreed for i in self.items]
        found: Agreed = max(counted, key=AGREED.index, default="cannot tell")
        return "missing" if self.ended and AGREED.index(found) < AGREED.index("different") else found

    @property
    def is_reproduced(self) -> bool:
        """True if every metric and variable is bit-identical or numerically equal, and every cell ran."""
        return not self.ended and self.agreed in ("bit-identical", "numerically equal")

    @property
    def has_failed(self) -> bool:
        """True if it ran and was not reproduced."""
        return bool(self.runs) and not self.is_reproduced

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form, without texts for people only."""
        return {
            "version": {"id": self.plan.version.id, "name": self.plan.version.name},
            "verdict": self.agreed,
            "reproduced": self.is_reproduced,
            "runs": self.runs,
            "ended": self.ended,
            "duration_s": round(self.duration_s, 3),
            "python": self.plan.python,
            "environment": self.plan.environment,
            "differences": [*self.plan.differences],
            "lacks": [*self.plan.lacks],
            "items": [
                {"what": i.what, "name": i.name, "verdict": i.agreed, "detail": i.detail, "cause": i.cause,
                 "tested": i.is_tested}
                for i in self.items
            ],
        }  # fmt: skip
