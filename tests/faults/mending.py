"""A repair that is killed or loses power: the next one saves as much as the first could have."""

from __future__ import annotations

from pathlib import Path

import nbmodelver as mv
from nbmodelver.repo.maintain import upkeep
from tests.faults import harm
from tests.faults.worlds import GONE, STORE, TEMPLATE, values, wrong


def damaged(folder: str) -> None:
    """Return a store with much damage that does not affect seeds 1 to 3."""
    repo = mv.open(Path(folder) / STORE)
    lost = repo.commit(values(GONE[0]), f"seed {GONE[0]}")
    upkeep.KEPT_RECORDS = 1
    upkeep.fold(repo, more_than=0)
    store = Path(repo.where)
    garbage, needed = _packs(repo)
    harm.damage(garbage, "bit", 400)
    harm.damage(needed, "bit", 13)  # The header: its table of contents can be guessed.
    harm.damage(next((store / "journals").iterdir()), "bit", 13)
    harm.damage(store / "records" / lost.id[:2] / lost.id, "half")
    harm.damage(store / repo.refs.key_of("HEAD"), "half")
    (store / "condemned").write_text("{")


def _packs(repo: mv.Repo) -> tuple[Path, Path]:
    """Return a pack that no version needs, and one that a version needs."""
    needed = {repo.parts._index.find(part).contents.pack for part in repo.live_parts()}  # type: ignore[union-attr]
    spare = sorted(set(repo.parts.pack_sizes()) - needed)
    return Path(repo.where) / spare[-1], Path(repo.where) / min(needed)


def repair(folder: str, seed: int) -> int:
    """Run the repair; return the number of lost names."""
    del seed
    return len([p for p in mv.open(Path(folder) / STORE).repair(dry_run=False).lost if p.version])


def aftermath(folder: str) -> list[str]:
    """Run the repair again and return everything that is wrong afterwards."""
    found = [] if repair(folder, 0) == 0 else ["names were lost"]
    repo = mv.open(Path(folder) / STORE)
    found += wrong(folder, TEMPLATE)
    if repo.history.head is None or repo.history.branches().keys() != {"main"}:
        found.append(f"HEAD {repo.history.head}, branches {sorted(repo.history.branches())}")
    again = repo.repair(dry_run=False)
    if again.moved or again.refs:
        found.append(f"a third repair still does something: {again}")
    repo.gc(grace_s=0)
    return found + [f"after gc: {w}" for w in wrong(folder, TEMPLATE)]
