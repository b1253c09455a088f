"""What changed at each step of a name, in a few words: from the records, or from profiles at hand or cheap."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from nbmodelver import comparison
from nbmodelver.errors import NbmodelverError
from nbmodelver.repo.inspect import profiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import Json, Profile, Version
    from nbmodelver.repo.core.names import Step
    from nbmodelver.repo.core.open_store import LoadingStore

MOST_STEPS = 100
MOST_BYTES = 50_000_000
FOR_S = 0.5
"""So long are profiles computed that nobody has asked for yet; what was made is kept, and at hand the next time."""


def summarize_steps(store: LoadingStore, name: str, steps: Sequence[Step]) -> list[str]:
    """Words for each step, newest first: "rows 442 → 441, + log_bmi, age"; "" where nothing can be said."""
    ends = time.monotonic() + FOR_S
    holders = {step.kept.digest: step.version for step in reversed(steps) if step.status != "removed"}
    found = []
    for step in steps[:MOST_STEPS]:
        words = ""
        if step.status == "changed" and step.before is not None and step.before.digest in holders:
            before = holders[step.before.digest]
            words = _of_records(name, before, step.version) or _of_profiles(store, name, before, step, ends)
        found.append(words)
    return found + [""] * (len(steps) - len(found))


def _of_records(name: str, before: Version, after: Version) -> str:
    """A model's settings, a dict's entries, a number."""
    return comparison.summarize(comparison.rows_by_key(_own(name, before), _own(name, after)))


def _own(name: str, version: Version) -> dict[str, Json]:
    own = {k: v for k, v in version.params.items() if k == name or k.startswith(f"{name}.")}
    return {k.removeprefix(f"{name}."): v for k, v in own.items()}


def _of_profiles(store: LoadingStore, name: str, before: Version, step: Step, ends: float) -> str:
    sides = [_profile(store, version, name, ends) for version in (before, step.version)]
    if sides[0] is None or sides[1] is None:
        return ""
    return comparison.summarize(comparison.compare(step.kept.kind, name, sides[0], sides[1]).rows)


def _profile(store: LoadingStore, version: Version, name: str, ends: float) -> Profile | None:
    kept = version.kept[name]
    known = profiles.known(store, kept.digest)
    cheap = kept.size_bytes <= MOST_BYTES and not version.group_of(name).pickled
    if known is not None or not cheap or time.monotonic() > ends:
        return known
    with suppress(NbmodelverError):
        return profiles.profile(store, version, name)
    return None
