"""Checks of a version after it is durable: leaks, fitted and scored data, metrics that got worse."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from nbmodelver.comparison.code.roles import roles_of
from nbmodelver.comparison.metric_changes import fitted_and_scored, metric_findings
from nbmodelver.comparison.time_limit import OutOfTime, require_time, time_limit
from nbmodelver.errors import NbmodelverError, NotComparable, UsageError
from nbmodelver.model import Finding, Findings, LeakRequest
from nbmodelver.repo.inspect.findings import LOOK_BACK, keep, known_findings
from nbmodelver.repo.inspect.stored_columns import with_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from nbmodelver.comparison.leaks.checks import Check, Dataset, Model
    from nbmodelver.comparison.tables.tables import TableData
    from nbmodelver.model import Version
    from nbmodelver.repo.core.open_store import LoadingStore

log = logging.getLogger("nbmodelver")

Outcome = Literal["clean", "unchecked", "not comparable", "not applicable"]
"""Of a check without a finding."""
CARRIED = frozenset({"leak", "fitted", "rounded", "column", "group", "time", "text", "target"})
"""Kinds of findings about values. They hold as long as the values are the same."""


@dataclass(frozen=True)
class CheckRequest:
    """A version to check. before: the version to compare it with, or None.

    live: values that are known to be those of the version, which saves loading them. limit_s: checks that would take
    longer are named in `Findings.unchecked`. leaks: run the checks of a comparison too, and those requested in it;
    None: only those of a commit. only: run only the checks of these ids. loads_models: load models that are not live,
    which can run code of their classes.
    """

    version: Version
    before: Version | None
    live: Mapping[str, Any]
    limit_s: float = float("inf")
    leaks: LeakRequest | None = None
    only: frozenset[str] | None = None
    loads_models: bool = True


def check(store: LoadingStore, request: CheckRequest) -> Findings:
    """Run all checks that fit into the time limit, the cheapest first."""
    ends_s = time.perf_counter() + request.limit_s
    known = known_findings(store, request.before) if request.before is not None else None
    due = sorted(_checks(store, request), key=lambda c: c.cost_s)
    if request.only is not None:
        due = [one for one in due if one.id in request.only]
    outcomes = {one.id: _outcome(one, ends_s - time.perf_counter()) for one in due}
    found = [outcome for outcome in outcomes.values() if isinstance(outcome, Finding)]
    if request.only is None:
        found += _carried(request, known, set(outcomes))
        found += _of_roles_and_metrics(store, request)

    def ids(wanted: Outcome) -> tuple[str, ...]:
        return tuple(check_id for check_id, outcome in outcomes.items() if outcome == wanted)

    since = tuple(_since(f, request.version, request.before, known) for f in found)
    is_thorough = request.leaks is not None
    return Findings(since, ids("unchecked"), ids("clean"), ids("not comparable"), is_thorough=is_thorough)


def finish(
    store: LoadingStore, version: Version, before: Version | None, is_cancelled: Callable[[], bool]
) -> tuple[Finding, ...]:
    """Run the checks of a commit that are left, and keep the result. Returns what was found.

    is_cancelled: returns True to stop; what was finished by then is kept. Models are not loaded.
    """
    known = known_findings(store, version)
    if known is None or not known.unchecked:
        return ()
    request = CheckRequest(version, before, {}, only=frozenset(known.unchecked), loads_models=False)
    with time_limit(float("inf"), is_cancelled):
        made = check(store, request)
    done = frozenset(known.unchecked) - frozenset(made.unchecked)
    ids = {f.id for f in known.found}
    found = tuple(f for f in made.found if f.id in done and f.id not in ids)
    if done:
        left = tuple(one for one in known.unchecked if one not in done)
        clean, not_comparable = known.clean + made.clean, known.not_comparable + made.not_comparable
        keep(store, version, Findings(known.found + found, left, clean, not_comparable, known.is_thorough))
    return found


def _outcome(check: Check, limit_s: float) -> Finding | Outcome:
    """Run one check. A check that fails is logged, and counts as unchecked."""
    if check.cost_s > limit_s:
        return "unchecked"
    try:
        with time_limit(limit_s):
            found = check.run()
    except NotComparable:
        return "not comparable"
    except OutOfTime:
        return "unchecked"
    except Exception:
        log.warning("the check %s failed", check.id, exc_info=True)
        return "unchecked"
    return "clean" if found is None else found


def _checks(store: LoadingStore, request: CheckRequest) -> Iterator[Check]:
    """The checks that are due. NumPy is imported only where there is a training set and a test set."""
    has = {role for roles in roles_of(request.version).values() for role in roles}
    if "train" not in has or has == {"train"}:
        _require_nothing_asked(request)
        return
    try:
        from nbmodelver.comparison.leaks import checks, thorough_checks
    except ImportError:  # Without NumPy there are only lists.
        return
    parent = request.before.name if request.before is not None else ""
    datasets = list(_datasets(store, request))
    pairs = checks.pairs_of(datasets)
    yield from checks.leak_checks(pairs, parent)
    yield from checks.fitted_checks(list(_models(store, request)), datasets)
    if request.leaks is not None:
        yield from thorough_checks.thorough_checks(pairs, datasets, parent, request.leaks)


def _require_nothing_asked(request: CheckRequest) -> None:
    """Raise UsageError if a check was requested that needs a training set and a test set."""
    if request.leaks is not None and request.leaks != LeakRequest():
        name = request.version.name
        hint = "state what they are for: %mv_commit a b --role a=train --role b=test"
        raise UsageError(f"{name} has no training set with a test set", hint)


def _datasets(store: LoadingStore, request: CheckRequest) -> Iterator[Dataset]:
    """The datasets with a role, each with functions that read it and its former value as a table, once."""
    from nbmodelver.comparison.leaks.checks import Dataset

    version, before = request.version, request.before
    for name, roles in _distinct(store, request).items():
        kept = version.kept[name]
        old = before.kept.get(name) if before is not None else None
        table = _reader(store, version, name, request.live)
        earlier = _reader(store, before, name, {}) if before is not None and old is not None else lambda: None
        yield Dataset(name, roles, kept.size_bytes, old is None or old.digest != kept.digest, table, earlier)


def _distinct(store: LoadingStore, request: CheckRequest) -> dict[str, tuple[str, ...]]:
    """Return name -> roles of the datasets, without names for the same value as another one with the same roles.

    `X_train = X_train2` would report each leak twice. The name that the version before has too is the one that stays.
    """
    roles = roles_of(request.version)
    known = request.before.kept if request.before is not None else {}
    chosen: list[str] = []
    for name in sorted(roles, key=lambda n: n not in known):
        if not any(roles[n] == roles[name] and _are_one(store, request, n, name) for n in chosen):
            chosen.append(name)
    return {name: of for name, of in roles.items() if name in chosen}


def _are_one(store: LoadingStore, request: CheckRequest, one: str, other: str) -> bool:
    """True if two names of a version have equal values or are one object. Objects of one group are loaded to see it."""
    a, b = request.version.kept[one], request.version.kept[other]
    if a.digest == b.digest:
        return True
    if (a.group, a.type, a.size_bytes) != (b.group, b.type, b.size_bytes):
        return False
    if one in request.live and other in request.live:
        return request.live[one] is request.live[other]
    with suppress(NbmodelverError):
        values = store.loaded(request.version, [one, other])[0]
        return values[one] is values[other]
    return False


def _models(store: LoadingStore, request: CheckRequest) -> Iterator[Model]:
    """The values that can hold transformers, each with a function that reads it."""
    from nbmodelver.comparison.leaks.checks import Model
    from nbmodelver.comparison.leaks.fitted import may_hold_transformers

    version, before = request.version, request.before
    for name, kept in version.kept.items():
        if kept.kind == "model" and may_hold_transformers(kept.type):
            old = before.kept.get(name) if before is not None else None
            changed = old is None or old.digest != kept.digest
            is_read = request.loads_models or name in request.live
            read = _value_reader(store, version, name, request.live) if is_read else _not_now
            yield Model(name, 0 if name in request.live else kept.size_bytes, changed, bool(version.metrics), read)


def _not_now() -> Any:
    """Leave a check of a model for a comparison, in which it may be loaded."""
    raise OutOfTime


def _reader(
    store: LoadingStore, version: Version, name: str, live: Mapping[str, Any]
) -> Callable[[], TableData | None]:
    value = _value_reader(store, version, name, live)

    @cache
    def read() -> TableData | None:
        from nbmodelver.comparison.tables.tables import table_of

        found = table_of(value())
        return found if found is None else with_ids(store, version, name, found)

    return read


def _value_reader(store: LoadingStore, version: Version, name: str, live: Mapping[str, Any]) -> Callable[[], Any]:
    """A function that returns a value, loaded once; None if it needs trust, or a library that is not here."""

    @cache
    def read() -> Any:
        require_time()  # Loading cannot be stopped once it has begun.
        with suppress(NbmodelverError):
            return live[name] if name in live else store.loaded(version, [name])[0][name]
        return None

    return read


def _carried(request: CheckRequest, known: Findings | None, due: set[str]) -> Iterator[Finding]:
    """Findings of the parent about data that is unchanged, so that nothing had to be checked again."""
    version, before = request.version, request.before
    if known is None or before is None:
        return
    same_names = {n for n, k in version.kept.items() if n in before.kept and before.kept[n].digest == k.digest}
    for finding in known.found:
        same = same_names.issuperset(finding.names)
        if finding.id.partition(":")[0] in CARRIED and finding.id not in due and same:
            yield replace(finding, is_new=False)


def _of_roles_and_metrics(store: LoadingStore, request: CheckRequest) -> Iterator[Finding]:
    version, before = request.version, request.before
    yield from fitted_and_scored(roles_of(version))
    if before is not None and any(version.metrics.get(m, v) != v for m, v in before.metrics.items()):
        same = version.params == before.params and _same_code(store, version)
        rows = _test_rows(store, request)
        yield from metric_findings(version, before, store.directions([version]), rows, unexplained=same)


def _test_rows(store: LoadingStore, request: CheckRequest) -> int:
    """The rows of the only test set; 0 if there are several of different lengths, or none."""
    rows = set()
    for name, roles in roles_of(request.version).items():
        if "test" in roles and (name in request.live or request.limit_s == float("inf")):
            table = _reader(store, request.version, name, request.live)()
            rows |= {table.rows} if table is not None else set()
    return rows.pop() if len(rows) == 1 else 0


def _same_code(store: LoadingStore, version: Version) -> bool:
    """True if every cell of a version also ran on the way to one of its latest ancestors."""
    cells = {c.source.strip() for c in store.cells(version) if not c.only_looks}
    at = version
    for _ in range(LOOK_BACK):
        if not at.parents or not cells:
            break
        at = store.history.version(at.parents[0])
        cells -= {c.source.strip() for c in store.cells(at)}
    return not cells


def _since(finding: Finding, version: Version, before: Version | None, known: Findings | None) -> Finding:
    """The finding with the version that brought it in: an earlier one if the parent has the same."""
    earlier = next((f for f in known.found if f.id == finding.id), None) if known is not None else None
    if earlier is not None and not finding.is_new:
        return replace(finding, since=earlier.since, command=earlier.command)
    return replace(finding, since=version.name, command=_command(finding, version, before))


def _command(finding: Finding, version: Version, before: Version | None) -> str:
    """The command that tells more. Why a metric is worse can be tested if it is known how it is measured."""
    names = " ".join(("", *finding.names[:1]))
    if before is None:
        return f"%mv_show {version.name}{names}"
    kind, _, metric = finding.id.partition(":")
    if kind == "metric" and (version.expressions.get(metric) or before.expressions.get(metric)):
        return f"%mv_why {metric} {before.name} {version.name}"
    return f"%mv_diff {before.name} {version.name}{names}"
