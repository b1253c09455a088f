"""A short summary of each change of a name, from the records or from profiles that are cached or cheap."""

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
"""Time limit for computing new profiles. They are cached, so a later call continues where this one stopped."""


def summarize_steps(store: LoadingStore, name: str, steps: Sequence[Step], most: int | None = None) -> list[str]:
    """Return a text for each step, newest first, such as "rows 442 → 441, + log_bmi, age"; "" if nothing is known.

    Only the first MOST_STEPS steps are summarized, and at most `most` of them.
    """
    deadline = time.monotonic() + FOR_S
    version_of = {step.kept.digest: step.version for step in reversed(steps) if step.status != "removed"}
    texts = []
    for step in steps[: MOST_STEPS if most is None else min(most, MOST_STEPS)]:
        text = ""
        if step.status == "changed" and step.before is not None and step.before.digest in version_of:
            before = version_of[step.before.digest]
            text = _of_records(name, before, step.version) or _of_profiles(store, name, before, step, deadline)
        texts.append(text)
    return texts + [""] * (len(steps) - len(texts))


def _of_records(name: str, before: Version, after: Version) -> str:
    """Summarize by the parameters in the records: settings of a model, entries of a dict, a number."""
    return comparison.summarize(comparison.rows_by_key(_own(name, before), _own(name, after)))


def _own(name: str, version: Version) -> dict[str, Json]:
    """Return the parameters of one name, without the name in their keys."""
    own = {k: v for k, v in version.params.items() if k == name or k.startswith(f"{name}.")}
    return {k.removeprefix(f"{name}."): v for k, v in own.items()}


def _of_profiles(store: LoadingStore, name: str, before: Version, step: Step, deadline: float) -> str:
    """Summarize by the profiles of both values; "" if one is not available. deadline: of `time.monotonic`."""
    sides = [_profile(store, version, name, deadline) for version in (before, step.version)]
    if sides[0] is None or sides[1] is None:
        return ""
    return comparison.summarize(comparison.compare(step.kept.kind, name, sides[0], sides[1]).rows)


def _profile(store: LoadingStore, version: Version, name: str, deadline: float) -> Profile | None:
    """Return the cached profile; else compute it if the value is small and not pickled, before the deadline."""
    kept = version.kept[name]
    known = profiles.known(store, kept.digest)
    cheap = kept.size_bytes <= MOST_BYTES and not version.group_of(name).pickled
    if known is not None or not cheap or time.monotonic() > deadline:
        return known
    with suppress(NbmodelverError):
        return profiles.profile(store, version, name)
    return None
