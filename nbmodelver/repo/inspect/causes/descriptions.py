"""Sentences about a change, and its kind."""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from nbmodelver import comparison as comparing
from nbmodelver.comparison.code.roles import roles_of
from nbmodelver.comparison.code.statements import RANDOM_STATE
from nbmodelver.comparison.versions import params_section
from nbmodelver.repo.inspect import findings, profiles
from nbmodelver.repo.inspect.causes.worlds import RESULT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.model import CauseKind, Row, Version
    from nbmodelver.repo.core.open_store import LoadingStore
    from nbmodelver.repo.inspect.causes.candidates import CandidateChange

MOST_SENTENCES = 3
MOST_LINES = 4
MOST_LETTERS = 100
_SEED = re.compile(r"(?:^|_)(?:seed|random_state|rng)(?:$|[\s_])", re.IGNORECASE)
OF_KINDS: dict[str, CauseKind] = {
    "dataset": "data", "hyperparameters": "parameters", "model": "model", "code": "code", "metric": "parameters",
}  # fmt: skip


def kind_of(candidate: CandidateChange, version: Version) -> CauseKind:
    """Return what a candidate is a change of."""
    name = candidate.names[0]
    if name == RANDOM_STATE or _SEED.search(name):
        return "random state"
    if candidate.literals:
        if all(_SEED.search(one.what) for one in candidate.literals):
            return "random state"
        if name in version.kept and version.kept[name].kind in ("model", "hyperparameters"):
            return "parameters"
    if candidate.how == "code" or name not in version.kept:
        return "code"
    return OF_KINDS.get(version.kept[name].kind, "data")


def role_of(candidate: CandidateChange, version: Version) -> str:
    """Return the role of the data that a candidate concerns: "train", "validation, test"; "" without one."""
    known = roles_of(version)
    return ", ".join(dict.fromkeys(r for n in candidate.names for r in known.get(n, ())))


def describe(store: LoadingStore, candidate: CandidateChange, before: Version, after: Version) -> tuple[str, ...]:
    """Return what changed, in a few sentences."""
    sentences: list[str] = []
    if candidate.how == "value":
        for name in candidate.names:
            sentences += of_value(store, name, before, after)
    if candidate.literals:
        sentences = [one.what.removeprefix(f"{candidate.names[0]} ") for one in candidate.literals[:MOST_SENTENCES]]
    elif candidate.former != candidate.latter:
        sentences = [*sentences[: MOST_SENTENCES - 1], *_of_code(candidate)]
    if candidate.is_unexplained:
        sentences.append("its code and what the code reads did not change")
    return tuple(dict.fromkeys(sentences))[: MOST_SENTENCES + MOST_LINES]


def of_value(store: LoadingStore, name: str, before: Version, after: Version) -> list[str]:
    """Return what changed in a value: rows, alarms and columns, or entries and settings."""
    sentences: list[str] = []
    if before.kept[name].kind == after.kept[name].kind == "dataset":
        sections = list(profiles.sections(store, before, after, [name]))
        rows = next((s for s in sections if s.id in (f"rows.{name}", f"slices.{name}")), None)
        if rows is not None:
            sentences = [rows.note, *_alarms(store, name, before, after)]
            sentences += [text for row in rows.rows if (text := _of_row(row))]
    else:
        own = (r for r in params_section(before, after).rows if str(r.cells[0]).partition(".")[0] == name)
        sentences.append(comparing.summarize(_without_name(name, own)))
        if not sentences[-1]:
            sections = list(profiles.sections(store, before, after, [name]))
            sentences.append(comparing.summarize(row for s in sections if not s.folded for row in s.rows))
    return [text for text in sentences if text][:MOST_SENTENCES]


def _alarms(store: LoadingStore, name: str, before: Version, after: Version) -> Iterator[str]:
    """The alarms about a name that came up after the earlier version."""
    known = findings.known_findings(store, after)
    old = findings.known_findings(store, before)
    before_ids = {f.id for f in old.found} if old is not None else set()
    for one in known.found if known is not None else ():
        if name in one.names and one.level == "alarm" and one.id not in before_ids:
            yield one.text


def _of_row(row: Row) -> str:
    """A row about a column as a sentence; "" for one that the note of the section says already."""
    what, count, how, before, after = (*row.cells, None, None)[:5]
    if not str(what).startswith("column "):
        return ""
    name = str(what).removeprefix("column ")
    if row.status != "changed":
        return f"column {name} {row.status}"
    cells = f" in {count:,} cells" if isinstance(count, int) and "(" not in str(how) else ""
    return f"{name}: {how or f'{before} → {after}'}{cells}"


def _without_name(name: str, rows: Iterator[Row]) -> Iterator[Row]:
    for row in rows:
        key = str(row.cells[0]).removeprefix(f"{name}.")
        yield replace(row, cells=(key, *row.cells[1:]))


def _of_code(candidate: CandidateChange) -> list[str]:
    """The changed lines of the statements that made a name."""
    old, new = (_lines(side, candidate.names) for side in (candidate.former, candidate.latter))
    changed = [line for line in difflib.ndiff(old, new) if line[:2] in ("- ", "+ ")]
    more = len(changed) - MOST_LINES
    shown = [_cut(line) for line in changed[:MOST_LINES]]
    return [*shown, f"{more} more {'line' if more == 1 else 'lines'}"] if more > 0 else shown


def _lines(statements: Sequence[str], names: Sequence[str]) -> list[str]:
    """The lines of statements; of the metric, its expression."""
    whole = [one.removeprefix(f"{RESULT} = ") for one in statements] if RESULT in names else statements
    return [line for one in whole for line in one.splitlines()]


def _cut(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"
