"""Purge, forget, verify, gc, and the settings of a store."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbmodelver.errors import UsageError
from nbmodelver.repo import Retention

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.model import GcReport, Json, Problem, Progress
    from nbmodelver.repo import Repo
    from nbmodelver.repo.maintain.forget import Forgetting
    from nbmodelver.repo.maintain.purge import Purged


@dataclass(frozen=True)
class PurgeRequest:
    """The variables to remove from all versions. confirmed: False shows what would be removed."""

    names: Sequence[str]
    confirmed: bool = False


@dataclass(frozen=True)
class ForgetRequest:
    """The versions to forget, or the rules that choose the versions to keep.

    keep: number of versions by period: last, hourly, daily, weekly, monthly; None or missing for no rule. best: metric
    -> number of versions, as text. tagged: keep only what is always kept. within: a size such as "2GB". force: forget
    named versions although a ref points to them.
    """

    revisions: Sequence[str] = ()
    keep: Mapping[str, int | None] = field(default_factory=dict)
    best: Mapping[str, str] = field(default_factory=dict)
    tagged: bool = False
    within: str | None = None
    force: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class VerifyRequest:
    """The extent of a check: the structure, every byte (full), or a sample of the parts in percent."""

    full: bool = False
    sample: float | None = None


@dataclass(frozen=True)
class Verified:
    """The problems that were found. versions: number of versions that were checked."""

    request: VerifyRequest
    problems: Sequence[Problem]
    versions: int


@dataclass(frozen=True)
class GcRequest:
    """now: also remove recent data. upgrade: raise the store to the current format first, unless dry_run."""

    dry_run: bool = False
    now: bool = False
    upgrade: bool = False


def purge(repo: Repo, request: PurgeRequest) -> Purged:
    """Remove variables from all versions. Raises UsageError without names, UnknownName, StoreError."""
    if not request.names:
        raise UsageError("purge needs the variables to remove", "try: %mv_purge NAME")
    return repo.purge(request.names, dry_run=not request.confirmed)


def forget(repo: Repo, request: ForgetRequest) -> Forgetting:
    """Forget versions. Raises UsageError for an invalid rule, UnknownVersion, StoreError."""
    return repo.forget(request.revisions, keep=retention(request), force=request.force, dry_run=request.dry_run)


def retention(request: ForgetRequest) -> Retention:
    """The rules of a request. Raises UsageError."""
    return Retention(
        **{period: count or 0 for period, count in request.keep.items()},
        best={metric: _count(metric, text) for metric, text in request.best.items()},
        tagged=request.tagged,
        within_bytes=None if request.within is None else parsed_size(request.within),
    )


def _count(metric: str, text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise UsageError(f"--best {metric}={text}: how many?", f"for example: --best {metric}=3")
    return int(text)


def parsed_size(text: str) -> int:
    """The number of bytes that "500 MB", "2GiB" or "10000" stands for. Raises UsageError."""
    found = re.fullmatch(r"(\d{1,12}(?:\.\d{1,6})?)\s*([kmgtp]?)(i?)b?", text.strip().lower())
    if not found:
        raise UsageError(f"'{text}' is not a size", "write a size such as 500MB or 1.5GB")
    step = 1024 if found[3] else 1000
    return int(float(found[1]) * step ** " kmgtp".index(found[2] or " "))


def verify(repo: Repo, request: VerifyRequest, progress: Progress | None = None) -> Verified:
    """Check the store. Raises UsageError if the sample is not between 0 and 100."""
    versions = len(repo.history.records.readable_ids()[0])
    problems = repo.verify(full=request.full, sample=request.sample, progress=progress)
    return Verified(request, problems, versions)


def gc(repo: Repo, request: GcRequest) -> GcReport:
    """Remove data that no version needs. Raises StoreError."""
    if request.upgrade and not request.dry_run:
        repo.upgrade()
    return repo.gc(dry_run=request.dry_run, **({"grace_s": 0} if request.now else {}))


def settings(repo: Repo, key: str | None = None) -> dict[str, Json]:
    """One setting with its value, or all settings. Raises UsageError for an unknown key."""
    return {key: repo.settings[key]} if key else repo.settings.all()


def set_setting(repo: Repo, key: str, value: object) -> str:
    """Change a setting and return its new value as text: "on" and "off" for a bool. Raises UsageError."""
    if not isinstance(value, (bool, int, float, str)):
        raise UsageError(f"the setting '{key}' cannot be {value!r}", "give a text, a number, or true or false")
    text = ("on" if value else "off") if isinstance(value, bool) else str(value)
    repo.settings.set(key, text)
    return text
