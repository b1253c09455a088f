"""What a report does not know: counted where it can be, with the way to state it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nbmodelver.errors import NbmodelverError
from nbmodelver.model.cards import NOT_STATED
from nbmodelver.model.reports import Unknown
from nbmodelver.registry import card_evidence, statements
from nbmodelver.registry.report_tables import datasets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.model.reports import ReportTable
    from nbmodelver.registry.report_facts import ReportFacts

UNCOUNTED = (
    Unknown("what was predicted, for whom, and by which program", None, "keep the stamp beside each prediction"),
    Unknown("reads and copies of the files by other software", None, "restrict the rights of the folder"),
    Unknown("copies of removed data in backups, bundles and clones", None, "purge there too, or delete them"),
    Unknown("what a model remembers of purged rows", None, "train it again without them"),
    Unknown(
        "whether the log was replaced as a whole by an older or a rewritten one", None,
        "compare with a checkpoint that was kept elsewhere: %mv_audit --against FILE",
    ),
)  # fmt: skip
"""What no store can know."""


def unknown(facts: ReportFacts, tables: Sequence[ReportTable]) -> tuple[Unknown, ...]:
    """Return what is not known, most important first; kinds of which there is nothing are left out."""
    kinds = _of_the_log(facts, tables), _stated(facts), _of_versions(facts), _of_decisions(facts)
    found = [one for kind in kinds for one in _as_far_as_read(kind)]
    return (*(u for u in found if u.count != 0), *UNCOUNTED)


def _as_far_as_read(kinds: Iterator[Unknown]) -> Iterator[Unknown]:
    """Yield what can be counted; after an error, that the rest cannot."""
    try:
        yield from kinds
    except NbmodelverError as error:
        yield Unknown(f"further kinds of facts: {error.message}", None, "%mv_verify, %mv_repair")


def _of_the_log(facts: ReportFacts, tables: Sequence[ReportTable]) -> Iterator[Unknown]:
    yield Unknown("tables that are incomplete, as something cannot be read", sum(bool(t.problem) for t in tables),
                  "%mv_verify, %mv_repair")  # fmt: skip
    if not facts.repo.moves.has_events:
        yield Unknown("who changed what: the store has no audit log", None, "%mv_gc --upgrade")
    yield Unknown("texts that were erased from events", sum(e.erased for e in facts.in_scope))
    yield Unknown("events whose clock contradicts their order", _clocks(facts))
    people = {e.by.pseudonym for e in facts.in_scope}
    yield Unknown("people whose names are claims of their machine, not verified", len(people))


def _clocks(facts: ReportFacts) -> int:
    times = [e.at_utc for e in facts.every_event]
    return sum(older > newer for newer, older in pairwise(times))


def _stated(facts: ReportFacts) -> Iterator[Unknown]:
    models = sum(
        len(statements.MODEL.keys() - statements.of_model(facts.repo, name).keys())
        for name in facts.models
    )  # fmt: skip
    yield Unknown("rows of model cards that nobody stated", models, "%mv_card MODEL --set KEY=TEXT")
    stated = {name: statements.of_data(facts.repo, name) for name in datasets(facts)}
    rows = sum(len(statements.DATA.keys() - texts.keys()) for texts in stated.values())
    yield Unknown("rows of data cards that nobody stated", rows, "%mv_card --data NAME --set KEY=TEXT")
    personal = sum(texts.get("personal_data", "unknown") == "unknown" for texts in stated.values())
    way_out = "%mv_card --data NAME --set personal_data=yes"
    yield Unknown("datasets of which nobody stated whether they hold personal data", personal, way_out)


def _of_versions(facts: ReportFacts) -> Iterator[Unknown]:
    versions = facts.versions.values()
    gone = len(facts.registered) - len(facts.versions)
    yield Unknown("registered versions whose data is gone or cannot be read", gone)
    unobserved = sum(len(found.unknown) for found in facts.lineages.values())
    unobserved += len(facts.versions) - len(facts.lineages)
    yield Unknown("origins of values and inputs of cells that no cell shows", unobserved, "%mv_lineage VERSION")
    checks = [facts.repo.findings(v) for v in versions]
    unchecked = sum(not (f.found or f.clean or f.unchecked or f.not_comparable) for f in checks)
    yield Unknown("versions that were not checked for leaks", unchecked, "state roles: %mv_commit --role NAME=test")
    open_checks = sum(len(f.unchecked) + len(f.not_comparable) for f in checks)
    yield Unknown("checks for leaks that did not run or could not compare", open_checks, "%mv_diff VERSION VERSION")
    metrics = [(v, m) for v in versions for m in v.metrics]
    without = sum(NOT_STATED in card_evidence.measured_on(facts.repo, v, m) for v, m in metrics)
    yield Unknown("metrics of which the test rows are not stated", without, "%mv_commit --metric NAME=EXPRESSION")
    yield Unknown("versions without metrics", sum(not v.metrics for v in versions))
    left_out = sum(len(v.skipped) for v in versions)
    yield Unknown("values that existed and could not be kept", left_out, "%mv_show VERSION")
    yield Unknown("versions without a Git commit", sum(v.git is None for v in versions))
    dirty = sum(v.git is not None and v.git.dirty for v in versions)
    yield Unknown("versions made from uncommitted code", dirty)
    packages = sum(not facts.repo.environment(v).get("packages") for v in versions)
    yield Unknown("versions whose packages are not known", packages)


def _of_decisions(facts: ReportFacts) -> Iterator[Unknown]:
    promotions = facts.of_kinds("promote")
    yield Unknown("promotions without any gate", sum(not e.data.get("gates") for e in promotions), "%mv_policy adopt")
    no_reason = sum(not e.why and not e.erased for e in facts.of_kinds("register", "deploy", "alias", "tag"))
    yield Unknown("registrations, deployments, aliases and tags without a reason", no_reason, "-m WHY")
