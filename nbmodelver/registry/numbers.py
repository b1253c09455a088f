"""Numbers of registered versions: semantic versions that are proposed from what changed, dates, hashes, or any name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbmodelver.errors import BadName
from nbmodelver.kinds import interface as of_models
from nbmodelver.store.ref_names import valid_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.model import Json, Version

FIRST = "1.0.0"
_SEMVER = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")
CONVENTIONS = ("semver", "date", "hash", "any")


@dataclass(frozen=True)
class Content:
    """What a registered version holds. interface: see `kinds.interface`; {} if it is unknown."""

    version: Version
    variable: str
    interface: Mapping[str, Json]


@dataclass(frozen=True)
class Proposal:
    """A proposed number. change: "first", "major", "minor" or "patch"; "" unless it is a semantic version."""

    number: str
    change: str
    reason: str


def proposed(convention: str, content: Content, before: Content | None, taken: Sequence[str]) -> Proposal:
    """Return a free number for a version. before: the version that it follows. taken: numbers of the model."""
    if convention == "date":
        return Proposal(_free(datetime.now(UTC).strftime("%Y.%m.%d"), taken), "", "registered on this day")
    if convention == "hash":
        return Proposal(_free(content.version.id[:12], taken), "", "the start of the version's id")
    semantic = [n for n in taken if _SEMVER.fullmatch(n)]
    if before is None or not semantic:
        return Proposal(_free_semver(FIRST, "patch", taken), "first", "the first version")
    change, reason = change_of(before, content)
    return Proposal(_free_semver(_next(max(semantic, key=sort_key), change), change, taken), change, reason)


def change_of(before: Content, after: Content) -> tuple[str, str]:
    """Return the size of a change and the reason: "major" for another interface, "minor" for other values, "patch"."""
    broken = of_models.differences(before.interface, after.interface)
    if broken:
        return "major", "; ".join(broken)
    same = of_models.described(after.interface) if before.interface and after.interface else ""
    unchanged = f", same {same}" if same else ", inputs and outputs are not known"
    old, new = (c.version.kept.get(c.variable) for c in (before, after))
    if old is None or new is None or old.type != new.type:
        return "minor", f"{_class(new)} instead of {_class(old)}{unchanged}"
    params = [_params(c) for c in (before, after)]
    if params[0] != params[1]:
        changed = sorted(n for n in params[0].keys() | params[1].keys() if params[0].get(n) != params[1].get(n))
        return "minor", f"parameters changed ({', '.join(changed[:3])}){unchanged}"
    if old.digest != new.digest:
        return "minor", f"retrained{unchanged}"
    return "patch", "the same model"


def valid(convention: str, number: str, taken: Sequence[str]) -> str:
    """Return a number that a user gave. Raises BadName if it does not follow the convention or is taken."""
    if number in taken:
        raise BadName(f"number '{number}' is taken", "a number is never given again: choose another, or leave it out")
    if convention == "semver" and not _SEMVER.fullmatch(number):
        raise BadName(f"'{number}' is no semantic version", "write MAJOR.MINOR.PATCH, such as 1.4.0, or leave it out")
    if convention == "date" and not re.fullmatch(r"\d{4}\.\d\d\.\d\d(?:\.\d+)?", number):
        raise BadName(f"'{number}' is no date", "write YYYY.MM.DD, or leave it out")
    if convention == "hash" and not re.fullmatch(r"[0-9a-f]{7,40}", number):
        raise BadName(f"'{number}' is no hash", "write 7 to 40 digits of a version id, or leave it out")
    return number if _SEMVER.fullmatch(number) else valid_name(number, taken)


def sort_key(number: str) -> tuple[int, int, int, bool, str]:
    """Return the key by which semantic versions are ordered; a pre-release comes before its release."""
    found = _SEMVER.fullmatch(number)
    if found is None:
        return (0, 0, 0, False, number)
    return (int(found[1]), int(found[2]), int(found[3]), found[4] is None, found[4] or "")


def _next(number: str, change: str) -> str:
    major, minor, patch, *_ = sort_key(number)
    if change == "major":
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if change == "minor" else f"{major}.{minor}.{patch + 1}"


def _free_semver(number: str, change: str, taken: Sequence[str]) -> str:
    while number in taken:
        number = _next(number, change)
    return number


def _free(number: str, taken: Sequence[str]) -> str:
    return number if number not in taken else next(f for n in range(2, 10**6) if (f := f"{number}.{n}") not in taken)


def _class(kept: object) -> str:
    return str(getattr(kept, "type", "another value")).rpartition(".")[2]


def _params(content: Content) -> dict[str, object]:
    prefix = f"{content.variable}."
    return {n.removeprefix(prefix): p for n, p in content.version.params.items() if n.startswith(prefix)}
