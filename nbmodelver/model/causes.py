"""What a change of a metric comes from: the changes between two versions, each with the metric without it.

And the result of a search for the first bad version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from nbmodelver.model.versions import Json, Version

CauseKind = Literal["data", "parameters", "code", "model", "random state", "environment", "module"]
BisectVerdict = Literal["good", "bad", "skipped"]
"""A version that cannot be tested is skipped."""


@dataclass(frozen=True)
class CauseStep:
    """A version between the two in which the value of a cause changed.

    value: the metric with the value of this version. effect: on the metric, compared with the step before it.
    """

    version: Version
    what: str
    value: float
    effect: float


@dataclass(frozen=True)
class Cause:
    """One change between two versions, and what it does to a metric.

    names: the variables that it concerns. what: it, in sentences, the most important one first. role: of data. without:
    the metric of the later version without this change. alone: the metric of the earlier version with this change
    alone. effect: on the metric, the mean of what both say; None if it was not tested. why_not: why. needs_s: the
    limit with which it would be tested, if the limit is the reason. noise: the metric moves by as much when the same
    code runs again. again: names that were computed again for the test.
    """

    kind: CauseKind
    names: tuple[str, ...]
    what: tuple[str, ...]
    role: str = ""
    without: float | None = None
    alone: float | None = None
    effect: float | None = None
    why_not: str = ""
    needs_s: int = 0
    noise: float = 0.0
    again: tuple[str, ...] = ()
    steps: tuple[CauseStep, ...] = ()

    @property
    def title(self) -> str:
        """The names: "X_train", "X_train, y_train", or what the change concerns if it is no variable."""
        return ", ".join(self.names) if self.names else self.kind

    @property
    def is_noise(self) -> bool:
        """True if the effect is not larger than what a repetition changes."""
        return self.effect is not None and abs(self.effect) <= self.noise


@dataclass(frozen=True)
class Explanation:
    """Why a metric differs between two versions. causes: the one with the largest effect first.

    expression: that measures the metric, "" if it is unknown. values: recorded in both versions. repeated: the metric
    of the later version when all is computed again that the tests computed again; None if nothing was. exchanged:
    (name, metric of the later version with the earlier value of this name, nothing computed again). notes: sentences.
    """

    metric: str
    expression: str
    before: Version
    after: Version
    values: tuple[float, float]
    causes: tuple[Cause, ...] = ()
    repeated: float | None = None
    exchanged: tuple[tuple[str, float], ...] = ()
    tests: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def change(self) -> float:
        """The metric of the later version minus that of the earlier one."""
        return self.values[1] - self.values[0]

    def share(self, cause: Cause) -> float | None:
        """The share of the change that a cause explains, 1.0 for all of it; None if it is unknown."""
        return cause.effect / self.change if cause.effect is not None and self.change else None

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form."""
        return {
            "metric": self.metric,
            "expression": self.expression,
            "before": self.before.name,
            "after": self.after.name,
            "values": list(self.values),
            "repeated": self.repeated,
            "causes": [
                {
                    "kind": c.kind,
                    "names": list(c.names),
                    "what": list(c.what),
                    "role": c.role,
                    "without": c.without,
                    "alone": c.alone,
                    "effect": c.effect,
                    "share": self.share(c),
                    "noise": c.noise,
                    "why_not": c.why_not,
                    "needs_s": c.needs_s,
                    "again": list(c.again),
                    "steps": [
                        {"version": s.version.name, "what": s.what, "value": s.value, "effect": s.effect}
                        for s in c.steps
                    ],
                }
                for c in self.causes
            ],
            "exchanged": dict(self.exchanged),
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class VersionVerdict:
    """One version that was tested.

    value: the left side, if the condition is a comparison. why: it was skipped or is bad, or "".
    """

    version: Version
    verdict: BisectVerdict
    value: Json = None
    why: str = ""


@dataclass(frozen=True)
class Bisected:
    """The result of a search.

    first_bad, last_good: neighbours among the versions that could be tested. between: versions between them that could
    not be tested. tested: in the order of the tests. versions: how many were in question. distinct: how many different
    contents they had. flips: over metrics and parameters, each version in which the verdict changed.
    """

    condition: str
    last_good: VersionVerdict
    first_bad: VersionVerdict
    between: tuple[VersionVerdict, ...]
    tested: tuple[VersionVerdict, ...]
    versions: int
    distinct: int
    flips: tuple[VersionVerdict, ...] = ()
