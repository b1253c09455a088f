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
from typing import TYPE_CHECKING

from nbmodelver.errors import NbmodelverError, UsageError
from nbmodelver.model import Bisected, VersionVerdict
from nbmodelver.repo.inspect.causes import scratch
from nbmodelver.repo.inspect.causes.scratch import ScratchRun, require_trust

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from nbmodelver.model import BisectVerdict, Json, Version
    from nbmodelver.repo.core.open_store import LoadingStore
    from nbmodelver.repo.inspect.causes.scratch import ScratchResult


@dataclass(frozen=True)
class BisectCondition:
    """A condition on a version. source: an expression, or a cell. is_cell: True for a cell. names: that it reads.

    code: what is run. An expression may name values of the record as queries do, `metrics.acc` and `params.C`; each is
    replaced by a name of its own. fields: such a name -> (metrics or params, key).
    """

    source: str
    is_cell: bool
    names: frozenset[str]
    code: str
    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def parse(cls, source: str, *, is_cell: bool = False, variables: Collection[str] = ()) -> BisectCondition:
        """Return the condition. variables: of the versions; one that is called `metrics` or `params` is meant by that.

        Raises UsageError for code that is not valid.
        """
        try:
            tree = ast.parse(source.strip(), mode="exec" if is_cell else "eval")
        except SyntaxError as error:
            raise UsageError(
                f"the condition is not valid Python: {error.msg}", "write for example: acc > 0.9"
            ) from None
        recorded = _RecordedFields({"metrics", "params"}.difference(variables))
        if not is_cell:
            tree = recorded.visit(tree)
        used = [n for n in ast.walk(tree) if isinstance(n, ast.Name)]
        own = {n.id for n in used if isinstance(n.ctx, ast.Store)} | {
            a.arg for a in ast.walk(tree) if isinstance(a, ast.arg)
        }
        read = {n.id for n in used if isinstance(n.ctx, ast.Load)} - set(dir(builtins))
        code = source.strip() if is_cell else ast.unparse(tree)
        return cls(source.strip(), is_cell, frozenset(read if is_cell else read - own), code, recorded.found)

    def shown(self, name: str) -> str:
        """Return a name as the user wrote it."""
        return ".".join(self.fields[name]) if name in self.fields else name

    @property
    def left(self) -> str:
        """The left side of a comparison: "acc" of "acc > 0.9"; "" if the condition is none."""
        if self.is_cell:
            return ""
        body = ast.parse(self.code, mode="eval").body
        return ast.unparse(body.left) if isinstance(body, ast.Compare) else ""


class _RecordedFields(ast.NodeTransformer):
    """Replaces `metrics.acc` and `params.clf.C` by names. found: such a name -> (metrics or params, key)."""

    def __init__(self, groups: Collection[str]) -> None:
        self._groups = groups
        self.found: dict[str, tuple[str, str]] = {}

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        group, _, key = ast.unparse(node).partition(".")
        if group not in self._groups or not all(part.isidentifier() for part in key.split(".")):
            return self.generic_visit(node)
        name = f"{group}_{key.replace('.', '_')}_of_the_record"
        self.found[name] = group, key
        return ast.copy_location(ast.Name(name, ast.Load()), node)


@dataclass
class Bisection:
    """One search between a good and a bad version.

    on_test: called with each result, for progress. runner: runs the condition; default: in this process.
    """

    store: LoadingStore
    condition: BisectCondition
    on_test: Callable[[VersionVerdict], None] = lambda _tested: None
    runner: Callable[[LoadingStore, ScratchRun], ScratchResult] = scratch.run
    _known: dict[tuple[str, ...], VersionVerdict] = field(default_factory=dict)
    _tested: list[VersionVerdict] = field(default_factory=list)

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
    def _before_bad(results: Sequence[VersionVerdict | None], at: int) -> bool:
        """True if no version before `at` is bad: the first bad one counts."""
        return not any(r is not None and r.verdict == "bad" for r in results[:at])

    def _require(self, wanted: BisectVerdict, version: Version) -> None:
        found = self.test(version)
        if found.verdict == "skipped":
            raise UsageError(f"{version.name} cannot be tested: {found.why}", "choose another version")
        if found.verdict != wanted:
            value = f" ({found.value})" if found.value is not None else f" ({found.why})" if found.why else ""
            raise UsageError(
                f"{version.name} is {found.verdict}{value}: {self.condition.source.splitlines()[-1]}",
                "the first version must be good and the second bad: %mv_bisect GOOD BAD CONDITION",
            )

    def _halve(self, path: Sequence[Version]) -> list[VersionVerdict | None]:
        """Test the middle of what is open, or the version nearest to it that can be tested."""
        results: list[VersionVerdict | None] = [None] * len(path)
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

    def _tests(self, results: list[VersionVerdict | None], path: Sequence[Version], at: int) -> VersionVerdict:
        found = results[at]
        if found is None:
            found = results[at] = self.test(path[at])
        return found

    # -- one version

    def test(self, version: Version) -> VersionVerdict:
        """Test a version, or return what an equal one gave."""
        key = self._key(version)
        known = self._known.get(key)
        if known is not None:
            return VersionVerdict(version, known.verdict, known.value, known.why)
        found = self._evaluated(version)
        self._known[key] = found
        self._tested.append(found)
        self.on_test(found)
        return found

    def _key(self, version: Version) -> tuple[str, ...]:
        """What the condition reads of a version: equal keys give equal verdicts."""
        names = sorted(self.condition.names)
        recorded = {n: self._recorded(version, n) for n in names}
        values = [
            repr(recorded[n]) if recorded[n] is not None or n not in version.kept else version.kept[n].digest
            for n in names
        ]
        definitions = [g.recipe for g in version.definitions] if not self._is_recorded(version) else []
        return (*values, *definitions)

    def _is_recorded(self, version: Version) -> bool:
        """True if the condition reads metrics and parameters of the record only."""
        return not self.condition.is_cell and all(self._recorded(version, n) is not None for n in self.condition.names)

    def _evaluated(self, version: Version) -> VersionVerdict:
        try:
            found = self.runner(self.store, self._run(version))
        except NbmodelverError as error:
            return VersionVerdict(version, "skipped", None, error.message)
        is_cell = self.condition.is_cell
        if found.error:
            is_bad = found.failed == "assert" or (found.failed == "run" and is_cell)
            reason = "" if found.failed == "assert" else found.error
            return VersionVerdict(version, "bad" if is_bad else "skipped", None, reason)
        return VersionVerdict(version, "good" if is_cell or found.truth else "bad", found.also)

    def _run(self, version: Version) -> ScratchRun:
        """What has to be run for the condition. Raises NeedsTrust unless only the record is read, UsageError."""
        names = self.condition.names
        if not self._is_recorded(version):
            require_trust(self.store, version)
        recorded = {n: v for n in names if (v := self._recorded(version, n)) is not None}
        kept = tuple(n for n in sorted(names) if n in version.kept and n not in recorded)
        imported = {n: w for n, w in version.imports.items() if n in names and n not in recorded and n not in kept}
        missing = sorted(names - recorded.keys() - imported.keys() - set(kept))
        if missing and not self.condition.is_cell:
            raise UsageError(f"{version.name} has no '{self.condition.shown(missing[0])}'")
        return ScratchRun(
            version.id,
            ((version.id, kept),) if kept else (),
            recorded,
            imported,
            statements=(self.condition.code,) if self.condition.is_cell else (),
            result="" if self.condition.is_cell else self.condition.code,
            also=self.condition.left,
        )

    def _recorded(self, version: Version, name: str) -> Json:
        """The metric of this name, or the parameter that was given with the commit; None without one.

        Parameters of variables are shortened in the record, so the variable itself is loaded.
        """
        if name in self.condition.fields:
            group, key = self.condition.fields[name]
            return (version.metrics if group == "metrics" else version.params).get(key)
        found = version.metrics.get(name)
        return version.params.get(name) if found is None and name not in version.kept else found
