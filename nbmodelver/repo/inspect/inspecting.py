"""The use cases that look at versions: differences, profiles, and checks."""

from __future__ import annotations

from abc import ABC
from functools import partial
from typing import TYPE_CHECKING, Any

from nbmodelver.comparison.versions import Alarms, Differ
from nbmodelver.errors import UnknownName
from nbmodelver.model import Findings, LeakRequest
from nbmodelver.repo.core.labels import as_names
from nbmodelver.repo.core.lineage import cells_since_ancestor
from nbmodelver.repo.core.nearest import nearest
from nbmodelver.repo.core.open_store import LoadingStore
from nbmodelver.repo.inspect import checking, findings, predicting, profiles, splits
from nbmodelver.repo.inspect.blame import blame
from nbmodelver.repo.inspect.cell_blame import cell_blame
from nbmodelver.repo.inspect.changed_rows import RowDiffs, RowPage, RowRequest, rows_section
from nbmodelver.repo.inspect.name_history import name_history
from nbmodelver.repo.inspect.row_keys import NO_KEY, remember_row_key, row_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from nbmodelver.model import Backend, Blame, Diff, Finding, NameHistory, Profile, Section, TableCellBlame, Version

NOTHING_MORE = LeakRequest()
DIFF_LIMIT_S = 30.0
"""Checks of a comparison that would take longer are run only for names that the user gives."""


class InspectingStore(LoadingStore, ABC):
    """A store whose versions can be compared and checked."""

    def __init__(self, backend: Backend, *, trusted: bool = False) -> None:
        """backend: an existing store. Raises NoStore, StoreTooNew, Damaged."""
        super().__init__(backend, trusted=trusted)
        self._row_diffs = RowDiffs(self)

    def diff(
        self,
        before: str | Version,
        after: str | Version,
        names: str | Sequence[str] = (),
        *,
        leaks: LeakRequest = NOTHING_MORE,
    ) -> Diff:
        """Compare two versions, section by section: alarms, metrics, data, models, then the rest.

        names: compare only these, in full. leaks: what to look for in training and test data besides what is always
        looked for. Raises UnknownVersion, UnknownName, UsageError for a column that they do not have.
        """
        names = as_names("names", names)
        a, b = self[before], self[after]
        for name in names:
            if name not in a.kept and name not in b.kept:
                raise UnknownName(f"neither {a.name} nor {b.name} has '{name}'", nearest(name, [*a.kept, *b.kept]))
        differ = Differ(
            partial(cells_since_ancestor, self),
            self.environment,
            self._contributed,
            directions=self.directions,
            modules=self.modules,
            notebook=self.notebook,
            alarms=partial(self._alarms, leaks),
        )
        return differ.diff(a, b, names)

    def changed_rows(
        self,
        before: str | Version,
        after: str | Version,
        name: str,
        what: str = "changed",
        *,
        start: int = 0,
        count: int = 50,
        key: str | Sequence[str] = (),
    ) -> RowPage:
        """Return rows in which a table differs between two versions, cell by cell.

        what: "changed", "added" or "removed" rows. start, count: which of them. key: names of the columns that
        identify a row; default: the one that was last given to `rows_section`, else a key is searched; "-": a key is
        searched. Raises UnknownVersion, UnknownName, UsageError if a value is no
        table.
        """
        return self._row_diffs.page(self._row_request(before, after, name, key), what, start, count)

    def rows_section(
        self,
        before: str | Version,
        after: str | Version,
        name: str,
        *,
        key: str | Sequence[str] = (),
        exact: bool = False,
    ) -> Section:
        """Return the section of a diff about the rows of one table. key: as in `changed_rows`; it is remembered.

        Later comparisons of the name use the key, until another one is given, or "-" for none.
        exact: count cells that are equal but for the sign of zero, too. Raises as `changed_rows`.
        """
        request = self._row_request(before, after, name, key)
        found = self._row_diffs.of(request)
        if key:
            remember_row_key(self, name, request.key)
        return rows_section(name, found, exact=exact)

    def _row_request(
        self, before: str | Version, after: str | Version, name: str, key: str | Sequence[str]
    ) -> RowRequest:
        """The rows to compare, by the given key, else by the one that is remembered with the name."""
        given = as_names("key", key)
        if given:
            return RowRequest(self[before], self[after], name, () if given == NO_KEY else given)
        remembered = row_key(self, name)
        return RowRequest(self[before], self[after], name, remembered, is_remembered=bool(remembered))

    def predict_both(
        self,
        before: str | Version,
        after: str | Version,
        model: str,
        data: str,
        target: str = "",
        *,
        limit_s: float = predicting.LIMIT_S,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> predicting.PredictedBoth:
        """Run both versions of a model on the same data, and compare what they predict.

        data: a name of either version; that of `after` if both have it, and both if they differ. target: the name of
        the right answers, or a column of the data. limit_s: the seconds that one model may take to predict; in the main
        thread only, and not on Windows. The models run on loaded copies; nothing live changes. is_cancelled: returns
        True to stop with KeyboardInterrupt, also while a model predicts.
        Raises UnknownVersion, UnknownName, NeedsTrust for a version from elsewhere, NotLoadable, NotPredictable.
        """
        request = predicting.PredictRequest(self[before], self[after], model, data, target, limit_s)
        return predicting.predict_both(self, request, is_cancelled=is_cancelled)

    def name_history(self, name: str, *, limit: int | None = None) -> NameHistory:
        """Return the versions in which a name is new, changed or removed, newest first, with what changed.

        limit: the largest number of them; None for all. Raises UnknownName, Damaged.
        """
        return name_history(self, name, limit)

    def blame(self, name: str, revision: str | Version = "HEAD") -> Blame:
        """Return since which version a name has its value, the cells that made it, and what these cells read.

        It is read from the code of the cells, so changes through an alias, exec or a called function are not seen.
        Raises UnknownVersion, UnknownName, Damaged.
        """
        return blame(self, self[revision], name)

    def cell_blame(
        self, name: str, row: str, column: str | None = None, revision: str | Version = "HEAD"
    ) -> TableCellBlame:
        """Return since which version one cell of a table has its value.

        row: a label of the index, else a position. column: None for the only column. Raises UnknownVersion,
        UnknownName, UsageError if there is no such cell, NeedsTrust, NotLoadable, Damaged.
        """
        return cell_blame(self, self[revision], name, row, column)

    def profile(self, version: Version, name: str) -> Profile:
        """Return shape, schema, statistics and parameters of a value. Computed once per content. Raises UnknownName."""
        return profiles.profile(self, version, name)

    def check(
        self,
        revision: str | Version = "HEAD",
        before: str | Version | None = None,
        *,
        live: Mapping[str, Any] | None = None,
        limit_s: float = float("inf"),
        leaks: LeakRequest | None = None,
        load_models: bool = True,
    ) -> Findings:
        """Check a version for leaks and silent regressions, judged against `before` (default: its parent).

        live: values that are those of the version, so that they need not be loaded. limit_s: checks that would take
        longer are only named, in `Findings.unchecked`. leaks: run the checks of a comparison too, and those that it
        asks for; None: only those of a commit. load_models: load models that are not live, which can run code of their
        classes; without it their checks are only named. The findings against the parent are kept with the store. Raises
        UsageError for a column that training and test set do not have.
        """
        version = self[revision]
        parent = self.history.version(version.parents[0]) if version.parents else None
        against = parent if before is None else self[before]
        request = checking.CheckRequest(version, against, live or {}, limit_s, leaks, loads_models=load_models)
        found = checking.check(self, request)
        if against is parent:
            findings.keep(self, version, found)
        return findings.with_reasons(self, version, found)

    def finish_checks(
        self, revision: str | Version = "HEAD", *, is_cancelled: Callable[[], bool] = lambda: False
    ) -> tuple[Finding, ...]:
        """Run the checks of a commit that did not fit into its time limit, and return what they found.

        is_cancelled: returns True to stop; what was finished by then is kept. Models are not loaded for it.
        """
        version = self[revision]
        parent = self.history.version(version.parents[0]) if version.parents else None
        return checking.finish(self, version, parent, is_cancelled)

    def findings(self, revision: str | Version = "HEAD") -> Findings:
        """Return what was found when a version was checked; nothing if it was not. Reads no data."""
        return findings.known_findings(self, self[revision]) or Findings()

    def alarm_of(self, revision: str | Version) -> str:
        """Return the sentence of an alarm that a version brought in and that is not accepted, else ""."""
        return findings.alarm_of(self, self[revision])

    def accept(self, finding: str, reason: str) -> None:
        """Accept a finding ("leak:X_train,X_test") with a reason: it is no alarm any more. Raises UsageError."""
        findings.accept(self, finding, reason)

    def _contributed(self, before: Version, after: Version, names: Sequence[str]) -> Iterator[Section]:
        yield from profiles.sections(self, before, after, names)
        yield from splits.sections(self, before, after, names)

    def _alarms(self, leaks: LeakRequest, before: Version, after: Version, names: Sequence[str]) -> Alarms:
        """Return the findings about `after`, judged against `before`, and what was checked without a finding.

        Findings that are kept are used if nothing is missing.

        Without names, checks that would take long are only named.
        """
        known = findings.known_findings(self, after) if after.parents[:1] == (before.id,) else None
        is_complete = known is not None and known.is_thorough and not known.unchecked
        if known is None or not is_complete or leaks != NOTHING_MORE:
            limit_s = float("inf") if names else DIFF_LIMIT_S
            known = self.check(after, None if before.id == after.id else before, limit_s=limit_s, leaks=leaks)
        return findings.alarms_section(known, names), findings.checks_section(known, names)
