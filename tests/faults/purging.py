"""A purge that is killed: the next one removes the name completely and loses nothing else."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import nbmodelver as mv
from nbmodelver.errors import UnknownName
from tests.faults.worlds import STORE, alike, seed_of, values

NAME = min(values(1))


def purge(folder: str, seed: int) -> None:
    """Remove one name from every version."""
    del seed
    mv.open(Path(folder) / STORE).purge([NAME])


def aftermath(folder: str, seeds: tuple[int, ...] = (3, 2, 1)) -> list[str]:
    """Run the purge again and return everything that is wrong afterwards."""
    with suppress(UnknownName):  # The killed one had come to its end.
        purge(folder, 0)
    repo = mv.open(Path(folder) / STORE)
    versions = repo.log()
    found = [f"verify: {p}" for p in repo.verify(full=True)]
    if [seed_of(v.message) for v in versions] != list(seeds):
        found.append(f"listed: {[v.message for v in versions]}")
    records = repo.history.records
    left = [v.message for v in map(records.read, records.present()) if NAME in v.kept]
    found += [f"a record still has {NAME}: {message}" for message in left]
    for version in versions:
        back = repo.load(version)
        found += [
            f"{version.name}: {n}"
            for n, v in values(seed_of(version.message)).items()
            if n != NAME and not alike(v, back[n])
        ]
        if NAME in back:
            found.append(f"{version.name} still has {NAME}")
    return found
