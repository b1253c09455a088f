"""Queries: which versions %mv_log shows."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from nbmodelver.catalogue.conditions import Condition, look_up, name_in
from nbmodelver.catalogue.documents import document, newest_first
from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nbmodelver.catalogue.documents import Document
    from nbmodelver.model import Version, VersionId

MOST_OFFERED = 8
_SEARCHED = ("message", "note", "author", "branch", "auto", "notebook", "names", "types", "tags")


@dataclass(frozen=True)
class Query:
    """A filter of versions. All given criteria must hold. Results are ordered newest first.

    where: a condition (see conditions.py). branch, tag: exact name. text: a substring of message, note, author, branch,
    notebook, names, types or tags, ignoring case. limit: most results. auto: include automatic versions.
    """

    where: str | None = None
    branch: str | None = None
    tag: str | None = None
    text: str | None = None
    limit: int | None = None
    auto: bool = True

    def __post_init__(self) -> None:
        """Raise UsageError for an invalid condition or limit."""
        for what in ("where", "branch", "tag", "text"):
            if not isinstance(getattr(self, what), str | None):
                raise UsageError(f"{what} is a {type(getattr(self, what)).__name__}", "give a string")
        if self.limit is not None and (type(self.limit) is not int or self.limit < 0):
            raise UsageError(f"a limit of {self.limit} is not possible", "give 0 or more")
        _ = self.condition

    @property
    def asks(self) -> bool:
        """False if the query matches every version."""
        return not self.auto or bool(self.branch is not None or self.tag is not None or self.text or self.condition)

    @cached_property
    def condition(self) -> Condition | None:
        """The parsed condition, None if there is none. Raises UsageError."""
        return Condition(self.where) if self.where and self.where.strip() else None

    def run(self, versions: Iterable[Version], tags: Mapping[VersionId, Sequence[str]] | None = None) -> list[Version]:
        """Return the matching versions, newest first. tags: version -> its tags. Raises UsageError (check_fields)."""
        ordered = newest_first(versions)
        documents = [document(v, (tags or {}).get(v.id, ())) for v in ordered]
        found = [v for v, d in zip(ordered, documents, strict=True) if self.fits(d)]
        self.check_fields(documents)
        return found if self.limit is None else found[: self.limit]

    def fits(self, found: Document) -> bool:
        """Return True if the version with this document matches."""
        if found["auto"] and not self.auto:
            return False
        if self.branch is not None and found["branch"] != self.branch:
            return False
        if self.tag is not None and self.tag not in found["tags"]:
            return False
        if self.text and not _contains(found, self.text.casefold()):
            return False
        return self.condition is None or self.condition(found)

    def check_fields(self, documents: Sequence[Document]) -> None:
        """Raise UsageError if the condition uses a metric or parameter that no version has."""
        for path in self.condition.fields if self.condition and documents else ():
            if len(path) > 1 and not any(look_up(d, path) is not None or _has(d, path) for d in documents):
                raise _unknown(path, documents)


def _has(found: Document, path: tuple[str, ...]) -> bool:
    """Return True if the version has this metric or parameter, even if its value is None."""
    return ".".join(path[1:]) in found[path[0]]


def _unknown(path: tuple[str, ...], documents: Sequence[Document]) -> UsageError:
    """Return the error for an unknown metric or parameter. The hint has the closest name, or the existing ones."""
    word, other = ".".join(path[1:]), "params" if path[0] == "metrics" else "metrics"
    known = sorted({name for d in documents for name in d[path[0]]})
    elsewhere = sorted({name for d in documents for name in d[other]})
    near = difflib.get_close_matches(word, known, 1) or [n for n in known if n.lower() == word.lower()]
    if near:
        hint = f"did you mean {_written(path[0], near[0])}?"
    elif word in elsewhere or (close := difflib.get_close_matches(word, elsewhere, 1)):
        hint = f"did you mean {_written(other, word if word in elsewhere else close[0])}?"
    else:
        few = ", ".join(known[:MOST_OFFERED]) + (
            f" and {len(known) - MOST_OFFERED} more" if known[MOST_OFFERED:] else ""
        )
        hint = f"use one of these {path[0]}: {few}" if known else f"no version has any {path[0]}"
    return UsageError(f"no version has {_written(path[0], word)}", hint)


def _written(table: str, name: str) -> str:
    """Return the name in the syntax of conditions."""
    probe = f"{table}.{name}"
    return probe if name_in(probe) == name else f"{table}[{name!r}]"


def _contains(found: Document, text: str) -> bool:
    for field in _SEARCHED:
        value = found[field]
        if any(text in item.casefold() for item in ([value] if isinstance(value, str) else value)):
            return True
    return False
