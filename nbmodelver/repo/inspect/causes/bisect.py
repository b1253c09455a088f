"""Finds the first version in which a condition does not hold any more, in scratch namespaces.

A condition is an expression, or a cell that raises where it does not hold. Versions whose values are equal, as far as
the condition reads them, are tested once. A condition over metrics and parameters alone needs no value: it is evaluated
for every version. The live kernel is never touched.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from nbmodelver.errors import NbmodelverError, UsageError
from nbmodelver.repo.inspect.causes import scratch
from nbmodelver.repo.inspect.causes.scratch import ScratchRun, require_trust

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbmodelver.model import Json, Version
    from nbmodelver.repo.core.open_store import LoadingStore
    from nbmodelver.repo.inspect.causes.scratch import ScratchResult

Verdict = Literal["good", "bad", "skipped"]


@dataclass(frozen=True)
class Tested:
    """One version that was tested. value: the left side, if the condition is a comparison. why: it was skipped."""

    version: Version
    verdict: Verdict
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
    last_good: Tested
    first_bad: Tested
    between: tuple[Tested, ...]
    tested: tuple[Tested, ...]
    versions: int
    distinct: int
    flips: tuple[Tested, ...] = ()


@dataclass(frozen=True)
class BisectCondition:
    """A condition on a version. source: an expression, or a cell. is_cell: True for a cell. names: that it reads."""

    source: str
    is_cell: bool
    names: frozenset[str]

    @classmethod
    def parse(cls, source: str, *, is_cell: bool = False) -> BisectCondition:
        """Return the condition. Raises UsageError for code that is not valid."""
        try:
            tree = ast.parse(source.strip(), mode="exec" if is_cell else "eval")
        except SyntaxError as error:
            raise UsageError(
                f"the condition is not valid Python: {error.msg}", "write for example: acc > 0.9"
            ) from None
        used = [n for n in ast.walk(tree) if isinstance(n, ast.Name)]
        own = {n.id for n in used if isinstance(n.ctx, ast.Store)} | {
            a.arg for a in ast.walk(tree) if isinstance(a, ast.arg)
        }
        read = {n.id for n in used if isinstance(n.ctx, ast.Load)} - set(dir(builtins))
        return cls(source.strip(), is_cell, frozenset(read if is_cell else read - own))

    @property
    def left(self) -> str:
        """The left side of a comparison: "acc" of "acc > 0.9"; "" if the condition is none."""
        if self.is_cell:
            return ""
        body = ast.parse(self.source, mode="eval").body
        return ast.unparse(body.left) if isinstance(body, ast.Compare) else ""


@dataclass
class Bisection:
    """One search between a good and a bad version.

    on_test: called with each result, for progress. runner: runs the condition; default: in this process.
    """

    store: LoadingStore
    condition: BisectCondition
    on_test: Callable[[Tested], None] = lambda _tested: None
    runner: Callable[[LoadingStore, ScratchRun], ScratchResult] = scratch.run
    _known: dict[tuple[str, ...], Tested] = field(default_factory=dict)
    _tested: list[Tested] = field(default_factory=list)

    def run(self, path: Sequence[Version]) -> Bisected:
        """Search a path of versions, the good one first and the bad one last.

        Raises UsageError if the first is not good, the last is not bad, or one of them cannot be tested.
        """
        self._require("good", path[0])
        self._require("bad", path[-1])
        recorded = all(self._is_recorded(version) for version in path)
        results = [self.test(version) for version in path] if recorded else self._halve(path)
        good = max(
            i for i, r in enumerate(results) if r is not None and r.verdict == "good" and self._before_bad(results, i)
        )
        bad = next(i for i, r in enumerate(results) if i > good and r is not None and r.verdict == "bad")
        last_good, first_bad = results[good], results[bad]
        assert last_good is not None
        assert first_bad is not None
        verdicts = [r for r in results if r is not None and r.verdict != "skipped"] if recorded else []
        flips = tuple(b for a, b in pairwise(verdicts) if a.verdict != b.verdict)
        between = tuple(r for r in results[good + 1 : bad] if r is not None)
        distinct = len({self._key(version) for version in path})
        return Bisected(
            self.condition.source, last_good, first_bad, between, tuple(self._tested), len(path), distinct, flips
        )

    @staticmethod
    def _before_bad(results: Sequence[Tested | None], at: int) -> bool:
        """True if no version before `at` is bad: the first bad one counts."""
        return not any(r is not None and r.verdict == "bad" for r in results[:at])

    def _require(self, wanted: Verdict, version: Version) -> None:
        found = self.test(version)
        if found.verdict == "skipped":
            raise UsageError(f"{version.name} cannot be tested: {found.why}", "choose another version")
        if found.verdict != wanted:
            value = f" ({found.value})" if found.value is not None else f" ({found.why})" if found.why else ""
            raise UsageError(
                f"{version.name} is {found.verdict}{value}: {self.condition.source.splitlines()[-1]}",
                "the first version must be good and the second bad: %mv_bisect GOOD BAD CONDITION",
            )

    def _halve(self, path: Sequence[Version]) -> list[Tested | None]:
        """Test the middle of what is open, or the version nearest to it that can be tested."""
        results: list[Tested | None] = [None] * len(path)
        results[0], results[-1] = self.test(path[0]), self.test(path[-1])
        low, high = 0, len(path) - 1
        while high - low > 1:
            open_ = sorted(range(low + 1, high), key=lambda i: abs(i - (low + high) / 2))
            at = next((i for i in open_ if self._tests(results, path, i).verdict != "skipped"), None)
            if at is None:
                break
            found = results[at]
            low, high = (at, high) if found is not None and found.verdict == "good" else (low, at)
        return results

    def _tests(self, results: list[Tested | None], path: Sequence[Version], at: int) -> Tested:
        found = results[at]
        if found is None:
            found = results[at] = self.test(path[at])
        return found

    # -- one version

    def test(self, version: Version) -> Tested:
        """Test a version, or return what an equal one gave."""
        key = self._key(version)
        known = self._known.get(key)
        if known is not None:
            return Tested(version, known.verdict, known.value, known.why)
        found = self._evaluated(version)
        self._known[key] = found
        self._tested.append(found)
        self.on_test(found)
        return found

    def _key(self, version: Version) -> tuple[str, ...]:
        """What the condition reads of a version: equal keys give equal verdicts."""
        names = sorted(self.condition.names)
        recorded = {n: _recorded(version, n) for n in names}
        values = [
            repr(recorded[n]) if recorded[n] is not None or n not in version.kept else version.kept[n].digest
            for n in names
        ]
        definitions = [g.recipe for g in version.definitions] if not self._is_recorded(version) else []
        return (*values, *definitions)

    def _is_recorded(self, version: Version) -> bool:
        """True if the condition reads metrics and parameters of the record only."""
        return not self.condition.is_cell and all(_recorded(version, n) is not None for n in self.condition.names)

    def _evaluated(self, version: Version) -> Tested:
        try:
            found = self.runner(self.store, self._run(version))
        except NbmodelverError as error:
            return Tested(version, "skipped", None, error.message)
        is_cell = self.condition.is_cell
        if found.error:
            is_bad = found.failed == "assert" or (found.failed == "run" and is_cell)
            reason = "" if found.failed == "assert" else found.error
            return Tested(version, "bad" if is_bad else "skipped", None, reason)
        return Tested(version, "good" if is_cell or found.truth else "bad", found.also)

    def _run(self, version: Version) -> ScratchRun:
        """What has to be run for the condition. Raises NeedsTrust unless only the record is read, UsageError."""
        names = self.condition.names
        if not self._is_recorded(version):
            require_trust(self.store, version)
        recorded = {n: v for n in names if (v := _recorded(version, n)) is not None}
        kept = tuple(n for n in sorted(names) if n in version.kept and n not in recorded)
        imported = {n: w for n, w in version.imports.items() if n in names and n not in recorded and n not in kept}
        missing = sorted(names - recorded.keys() - imported.keys() - set(kept))
        if missing and not self.condition.is_cell:
            raise UsageError(f"{version.name} has no '{missing[0]}'")
        return ScratchRun(
            version.id,
            ((version.id, kept),) if kept else (),
            recorded,
            imported,
            statements=(self.condition.source,) if self.condition.is_cell else (),
            result="" if self.condition.is_cell else self.condition.source,
            also=self.condition.left,
        )


def _recorded(version: Version, name: str) -> Json:
    """The metric of this name, or the parameter that was given with the commit; None if there is none.

    Parameters of variables are shortened in the record, so the variable itself is loaded.
    """
    found = version.metrics.get(name)
    return version.params.get(name) if found is None and name not in version.kept else found
