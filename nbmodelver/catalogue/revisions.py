"""Revisions: expressions that name a version (v7, HEAD~2, a tag, a branch, an id prefix, @{yesterday})."""

from __future__ import annotations

import difflib
import re
import unicodedata
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from nbmodelver.errors import UnknownVersion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.model import Version, VersionId

LEAST_PREFIX = 4
MAX_DIGITS = 18
_FULL_ID = re.compile(r"[0-9a-f]{40}")
_EXPRESSION = re.compile(r"(?P<base>[^~^@\s][^~^@]*?|@?)(?:@\{(?P<time>[^{}]*)\})?(?P<steps>(?:~\d*|\^)*)")
_AGO = re.compile(r"(?P<n>\d+|an?|one)\s+(?P<unit>second|minute|hour|day|week|month|year)s?(?:\s+ago)?")
_SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86400,
    "week": 7 * 86400,
    "month": 30 * 86400,
    "year": 365 * 86400,
}


class View(Protocol):
    """The versions and names in which a revision is resolved."""

    @property
    def head(self) -> Version | None:
        """The current version, None if there is none."""
        ...

    def version(self, version_id: VersionId) -> Version:
        """Return the version with this id. Raises UnknownVersion."""
        ...

    def numbered(self, number: int) -> Sequence[Version]:
        """Return the versions with this number."""
        ...

    def prefixed(self, hexes: str) -> Sequence[Version]:
        """Return the versions whose ids begin with these lower-case hex digits."""
        ...

    def numbers(self) -> Sequence[int]:
        """Return some numbers of versions for hints, including the lowest and the highest."""
        ...

    def branches(self) -> Mapping[str, Version]:
        """Return branch -> its newest version."""
        ...

    def tags(self) -> Mapping[str, Version]:
        """Return tag -> its version."""
        ...

    def tracked(self) -> Mapping[str, Version]:
        """Return "REMOTE/BRANCH" -> its version, as the remote was last seen."""
        ...

    def leading_to_head(self, versions: Sequence[Version]) -> Sequence[Version]:
        """Return those of the versions that are the current version or its ancestors."""
        ...


def resolve(expression: str, view: View, now: datetime | None = None) -> Version:
    """Return the version that `expression` names. docs/reference/revisions.md describes the syntax.

    now: reference time for "@{...}", local time by default. Raises UnknownVersion; the hint has the closest names.
    """
    text = unicodedata.normalize("NFC", expression.strip())
    parts = _EXPRESSION.fullmatch(text)
    if not text or not parts:
        raise UnknownVersion(
            f"{expression!r} does not name a version", "write v7, HEAD~2, a tag, a branch or @{yesterday}"
        )
    version = _base(parts["base"], view)
    if parts["time"] is not None:
        version = _at(version, parts["time"], view, now or datetime.now().astimezone(), text)
    for step in re.findall(r"~\d*|\^", parts["steps"]):
        version = _back(version, _count(step[1:] or "1"), view, text)
    return version


def _count(digits: str) -> int:
    """Return the number, or one larger than any history: Python refuses to parse thousands of digits."""
    return int(digits) if len(digits) < MAX_DIGITS else 10**MAX_DIGITS


def _base(name: str, view: View) -> Version:
    if name in ("", "@") or name.upper() == "HEAD":
        if view.head is None and view.numbers():  # The versions are those of other kernels, or imported.
            raise UnknownVersion(
                "this notebook has no current version yet", "name a version (%mv_log), or commit one: %mv_commit"
            )
        if view.head is None:
            raise UnknownVersion("there is no version yet", "commit one: %mv_commit")
        return view.head
    named = None if _FULL_ID.fullmatch(name) else _named(name, view)  # No name looks like an id, see ref_names.py.
    found = named or _numbered(name, view) or _prefixed(name, view)
    if found is None:
        raise UnknownVersion(f"no version, tag or branch '{name}'", _nearest(name, view))
    return found


def _named(name: str, view: View) -> Version | None:
    where, _, rest = name.partition("/")
    if rest and where in ("tags", "heads"):
        return (view.tags() if where == "tags" else view.branches()).get(rest)
    if rest:
        return view.tracked().get(name)
    tag, branch = view.tags().get(name), view.branches().get(name)
    if tag and branch and tag.id != branch.id:
        raise UnknownVersion(f"'{name}' is a tag and a branch", f"write tags/{name} or heads/{name}")
    return tag or branch


def _numbered(name: str, view: View) -> Version | None:
    if not re.fullmatch(r"[vV][0-9]{1,15}", name):
        return None
    found = view.numbered(int(name[1:]))
    if len(found) > 1:  # Stores that exchange versions give the same number to different ones.
        found = view.leading_to_head(found) or found
    if len(found) > 1:
        raise UnknownVersion(f"{len(found)} versions are called {name}", f"write one of {_ids(found)}")
    return found[0] if found else None


def _prefixed(name: str, view: View) -> Version | None:
    if len(name) < LEAST_PREFIX or not re.fullmatch(r"[0-9a-f]{1,40}", name.lower()):
        return None
    found = view.prefixed(name.lower())
    if len(found) > 1:
        raise UnknownVersion(f"'{name}' is the prefix of {len(found)} version ids", f"write more of it: {_ids(found)}")
    return found[0] if found else None


def _ids(versions: Sequence[Version]) -> str:
    return ", ".join(f"{v.id[:12]} ({v.name})" for v in versions[:4])


def _back(version: Version, steps: int, view: View, text: str) -> Version:
    start = version
    for done in range(steps):
        if not version.parents:
            hint = f"go back at most {done} from {start.name}" if done else f"use {start.name}, the first version"
            raise UnknownVersion(f"'{text}' goes before the first version", hint)
        version = view.version(version.parents[0])
    return version


def _at(version: Version, when: str, view: View, now: datetime, text: str) -> Version:
    if re.fullmatch(r"\d{1,4}", when.strip()):
        return _back(version, int(when), view, text)
    moment = _moment(when.strip().lower(), now)
    if moment is None:
        hint = "write @{yesterday}, @{2 hours ago}, @{2026-11-20} or @{2026-11-20 14:30}"
        raise UnknownVersion(f"'{when}' is not a time", hint)
    current: Version | None = version
    while current is not None:
        saved = _saved(current, now)
        if saved is not None and saved <= moment:
            return current
        oldest = current
        current = view.version(current.parents[0]) if current.parents else None
    hint = f"use a time after {oldest.saved_at_utc}, when the first version, {oldest.name}, was saved"
    raise UnknownVersion(f"no version is as old as '{when}'", hint)


def _saved(version: Version, now: datetime) -> datetime | None:
    try:
        saved = datetime.fromisoformat(version.saved_at_utc)
    except ValueError:
        return None
    return saved if saved.tzinfo else saved.replace(tzinfo=now.tzinfo)


def _moment(when: str, now: datetime) -> datetime | None:
    """Return the time that the text means, None if it is invalid. A date means the end of that day.

    The time zone is that of `now` unless the text has another one.
    """
    if when in ("now", "today"):
        return now
    if when == "yesterday":
        return _end_of(now - timedelta(days=1))
    ago = _AGO.fullmatch(when)
    if ago:
        number = _count(ago["n"]) if ago["n"].isdigit() else 1
        try:
            return now - timedelta(seconds=number * _SECONDS[ago["unit"]])
        except OverflowError:
            return None
    try:
        written = datetime.fromisoformat(when.upper())
    except ValueError:
        return None
    moment = written if written.tzinfo else written.replace(tzinfo=now.tzinfo)
    return _end_of(moment) if re.fullmatch(r"\d{4}-?\d\d-?\d\d", when) else moment


def _end_of(day: datetime) -> datetime:
    return day.replace(hour=23, minute=59, second=59, microsecond=999999)


def _nearest(name: str, view: View) -> str:
    numbers = view.numbers()
    if not numbers:
        return "there is no version yet: %mv_commit"
    names = [*view.tags(), *view.branches(), *(f"v{number}" for number in numbers)]
    near = difflib.get_close_matches(name, names, 3)
    if near:
        return f"did you mean {', '.join(near)}?"
    first, last = min(numbers), max(numbers)
    said = f"there are v{first} to v{last}" if last > first else f"there is v{first}"
    return f"{said}; see %mv_log"
