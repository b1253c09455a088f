"""Damage to stores, and what a child process then reads from them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import nbmodelver as mv
from nbmodelver.errors import NbmodelverError
from tests.faults import worlds


def damage(path: Path, how: str, at: int = 0) -> None:
    """Damage a file: "bit", "half", "zeros" or "gone"."""
    data = bytearray(path.read_bytes())
    if how == "gone":
        path.unlink()
        return
    if how == "bit":
        data[at % len(data)] ^= 1 << (at % 8)
    path.write_bytes(bytes(len(data)) if how == "zeros" else data[: len(data) // 2] if how == "half" else data)


def looked_at(folder: str) -> dict[str, Any]:
    """Return what can be read from a damaged store: intact seeds, errors by seed, problems of verify."""
    found: dict[str, Any] = {"whole": [], "errors": {}, "wrong": [], "verify": [], "opens": False}
    try:
        repo = mv.open(Path(folder) / worlds.STORE)
    except NbmodelverError as error:
        found["errors"]["open"] = error.message
        found["verify"] = [error.message]
        return found
    found["opens"], repo.trusted = True, True
    try:
        found["verify"] = [f"{p.object} {p.version} {p.what}" for p in repo.verify(full=True)]
    except NbmodelverError as error:
        found["verify"] = [error.message]
    versions, problems = repo.history.readable()
    found["errors"] = {f"record {n}": p.message for n, p in enumerate(problems)}
    for version in versions:
        seed = worlds.seed_of(version.message)
        try:
            back = repo.load(version)
        except NbmodelverError as error:
            found["errors"][seed] = error.message
            continue
        same = all(worlds.alike(v, back.get(n)) for n, v in worlds.values(seed).items())
        found["whole" if same else "wrong"].append(seed)
    return found


def crowd(folder: str, writers: int, each: int) -> list[int]:
    """Several processes commit and fold at once while this one collects, merges, backs up and forgets its own.

    Return the acknowledged seeds.
    """
    from nbmodelver.repo.maintain import upkeep
    from nbmodelver.store import merging

    merging.MANY_PACKS, upkeep.EVERY, upkeep.MANY_RECORDS, upkeep.KEPT_RECORDS = 2, 3, 2, 1
    children = []
    for number in range(writers):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                repo = mv.open(Path(folder) / worlds.STORE)
                for seed in range(1000 * (number + 1), 1000 * (number + 1) + each):
                    repo.commit(worlds.values(seed), f"seed {seed}")
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    repo, codes = mv.open(Path(folder) / worlds.STORE), []
    while children:
        repo.gc(grace_s=0)
        repo.parts.merge_small()
        upkeep.fold(repo, more_than=0)
        repo.backup(Path(folder) / worlds.COPY)
        gone = repo.commit(worlds.values(worlds.GONE[0]), f"seed {worlds.GONE[0]}")
        repo.forget([gone.name], force=True)
        fewest = repo.history.records.count()  # The others commit meanwhile, and nobody else forgets.
        ids = [v.id for v in repo.log()]
        assert fewest <= len(set(ids)) == len(ids) <= repo.history.records.count()
        ended, status = os.waitpid(children[0], os.WNOHANG)
        if ended:
            children.pop(0)
            codes.append(status)
    assert codes == [0] * writers, codes
    assert len({v.id for v in repo.log()}) == repo.history.records.count()
    return [1000 * (n + 1) + k for n in range(writers) for k in range(each)]


def read_only(folder: str) -> list[str]:
    """Run all reading operations and a commit; return the problems: of verify, or a commit without StoreReadOnly."""
    assert os.geteuid() != 0
    repo = mv.open(Path(folder) / worlds.STORE)
    repo.trusted = True
    for seed, version in {worlds.seed_of(v.message): v for v in repo.log()}.items():
        back = repo.load(version)
        assert all(worlds.alike(v, back[n]) for n, v in worlds.values(seed).items())
    found = [str(p) for p in repo.verify(full=True)]
    repo.gc(dry_run=True, grace_s=0)
    repo.diff("v1", "HEAD")
    repo.plan("v1", {"text": 1})
    repo.stats()
    repo.forget(["v1"], dry_run=True)
    repo.repair()
    with tempfile.TemporaryDirectory() as elsewhere:
        repo.backup(Path(elsewhere) / "copy")
        found += [str(p) for p in mv.open(Path(elsewhere) / "copy").verify(full=True)]
    try:
        repo.commit(worlds.values(50), "seed 50")
        found.append("it was committed")
    except NbmodelverError as error:
        found += [] if folder in error.message else [error.message]
        found += [] if type(error).__name__ == "StoreReadOnly" else [type(error).__name__]
    return found


def order(folder: str) -> list[int]:
    """Return the seeds in the order of the log; assert that numbers fall."""
    repo = mv.open(Path(folder) / worlds.STORE)
    shown = [worlds.seed_of(v.message) for v in repo.log()]
    numbers = [v.number for v in repo.log()]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == len(numbers)
    return shown


def young(folder: str) -> int:
    """Return the number of parts that a gc with the default grace period removes."""
    return mv.open(Path(folder) / worlds.STORE).gc().parts


def log_ids(folder: str) -> list[str]:
    return [v.id for v in mv.open(Path(folder) / worlds.STORE).log(worlds.ALL)]


def fill(folder: str) -> tuple[list[int], str]:
    """Commit until the disk is full; return the acknowledged seeds and the class of the error."""
    repo, done = mv.open(Path(folder) / worlds.STORE), []
    for seed in range(200, 700):
        try:
            repo.commit(worlds.values(seed), f"seed {seed}")
        except NbmodelverError as error:
            return done, type(error).__name__
        done.append(seed)
    return done, "never full"
