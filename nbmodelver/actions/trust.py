"""Trust in the origins of versions that came from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.model import Version
    from nbmodelver.repo import Repo


@dataclass(frozen=True)
class Trusted:
    """The origins of a version, and what loading it runs. A version that was created here has no origin.

    runs: names of a group that needs pickle -> what its load imports and may call. imports: modules that its code
    imports. modules: paths of modules that a rollback may write.
    """

    version: Version
    origins: tuple[str, ...]
    runs: Mapping[tuple[str, ...], Sequence[str]]
    imports: Sequence[str]
    modules: Sequence[str]


def give(repo: Repo, revision: str) -> Trusted:
    """Trust every origin of a version."""
    version = repo[revision]
    origins = repo.origins(version)
    for origin in origins:
        repo.trust.add(origin)
    groups = (*version.groups, *version.definitions) if origins else ()
    runs = {group.names: repo.group_store.what_it_runs(group) for group in groups if group.pickled}
    imports = sorted(set(repo.imports_needed(version).values()))
    return Trusted(version, origins, runs, imports, list(repo.modules(version)) if origins else [])


def revoke(repo: Repo, revision: str) -> Trusted:
    """Stop trusting every origin of a version."""
    version = repo[revision]
    origins = repo.origins(version)
    for origin in origins:
        repo.trust.remove(origin)
    return Trusted(version, origins, {}, (), ())
