"""What values are: profiles, computed once per content and kept beside the store's data; and what differs by kind."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from nbmodelver import kinds
from nbmodelver.errors import Damaged, NbmodelverError, NeedsTrust, NotLoadable, UnknownName
from nbmodelver.repo.core.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.model import ObjectId, Profile, Section, Version
    from nbmodelver.repo.repo import Repo


def profile(repo: Repo, version: Version, name: str) -> Profile:
    """Shape, schema, statistics, parameters of one value. Raises UnknownName."""
    kept = version.kept.get(name)
    if kept is None:
        raise UnknownName(f"{version.name} has no '{name}'", nearest(name, version.kept))
    cached = known(repo, kept.digest)
    if cached is not None:
        return cached
    try:
        value = repo.loaded(version, [name])[0][name]
    except (NeedsTrust, NotLoadable, Damaged) as error:
        return {"type": kept.type, "size_bytes": kept.size_bytes, "note": error.message}
    data = json.dumps(kinds.profile(kept.kind, value, kept.size_bytes))
    if repo.refs.get(f"origin/{version.id}") is None:  # A stranger's record may give any digest.
        with suppress(NbmodelverError):  # A cache only: a read-only or full store still shows the profile.
            repo.backend.create(f"profiles/{kept.digest}", [data.encode()])
    found: Profile = json.loads(data)  # The same the first time and from then on.
    return found


def known(repo: Repo, digest: ObjectId) -> Profile | None:
    """The profile of a value that somebody has asked for before."""
    try:
        cached: Profile = json.loads(bytes(repo.backend.read(f"profiles/{digest}")))
    except (KeyError, ValueError):
        return None
    return cached


def sections(repo: Repo, before: Version, after: Version, names: Sequence[str] = ()) -> Iterator[Section]:
    """What the kinds have to say of each value that both versions have and that differs. names: of these only."""
    for name, new in after.kept.items():
        old = before.kept.get(name)
        if old is None or old.digest == new.digest or (names and name not in names) or new.kind == "code":
            continue
        yield from kinds.sections_of(name, _side(repo, before, name), _side(repo, after, name))


def _side(repo: Repo, version: Version, name: str) -> kinds.Side:
    return kinds.Side(
        version.kept[name].kind,
        lambda: profile(repo, version, name),
        lambda: repo.loaded(version, [name])[0][name],
        version.name,
    )
