"""Small stores, operations on them, and the invariants that must hold afterwards.

A version's message says the seed of its values, so whoever finds a version knows what it has to hold.
"""

from __future__ import annotations

import shutil
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.errors import NbmodelverError
from nbmodelver.repo.maintain import upkeep
from nbmodelver.store import merging
from tests.faults import calls

if TYPE_CHECKING:
    from nbmodelver.repo import Repo

STORE = ".nbmodelver"
OUT = "out.nbmv.zip"
COPY = "copy"
ALL = "number >= 0"
"""A condition that holds for every version: such a log is answered by the index, not by the records."""


def values(seed: int) -> dict[str, Any]:
    """Return a few variables; much is equal for all seeds, so that deltas and known parts occur."""
    rng = np.random.default_rng(0)
    table = np.round(rng.gamma(2, 50, 4000), 2)
    table[::50] += seed
    shared = [seed, "text"]
    return {
        "table": table,
        "noise": np.random.default_rng(seed).standard_normal(1500),
        "text": f"seed {seed} " * 400,
        "plain": {"n": seed, "list": list(range(50)), "shared": shared},
        "twin": shared,
        "generator": np.random.default_rng(seed),
        "pickled": Namespace(seed=seed),
    }


def alike(a: Any, b: Any) -> bool:
    """Return True if two values are bit-identical."""
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    if isinstance(a, np.random.Generator):
        return isinstance(b, np.random.Generator) and a.bit_generator.state == b.bit_generator.state
    return type(a) is type(b) and bool(a == b)


def commit(folder: str, seed: int) -> int:
    """Commit one more version."""
    mv.open(Path(folder) / STORE).commit(values(seed), f"seed {seed}")
    return seed


def commits(folder: str, seed: int) -> None:
    """Three more versions in one process, each said to the log of calls as soon as there is an id."""
    repo = mv.open(Path(folder) / STORE)
    for number in range(seed, seed + 3):
        repo.commit(values(number), f"seed {number}")
        calls.acknowledge(number)


def first(folder: str, seed: int) -> int:
    """A new store and its first version."""
    mv.open(Path(folder) / STORE, create=True).commit(values(seed), f"seed {seed}")
    return seed


def rollback(folder: str, seed: int) -> None:
    """Roll back: restore values, move HEAD, write the undo history."""
    repo = mv.open(Path(folder) / STORE)
    target = repo["v1"]
    live = repo.load("HEAD")
    found = repo.rollback(target, live).load()
    assert all(alike(found[n], v) for n, v in values(1).items() if n in found)
    head = repo.history.head
    assert head is not None
    repo.history.set_head(target.id)
    repo.journals.write(repo.journals.read().jumped(head.id, target.id))


def gc(folder: str, seed: int) -> None:
    """Collect garbage without a grace period."""
    mv.open(Path(folder) / STORE).gc(grace_s=0)


def merge(folder: str, seed: int) -> None:
    """Merge small packs, from two on."""
    merging.MANY_PACKS = 1
    mv.open(Path(folder) / STORE).parts.merge_small()


def export(folder: str, seed: int) -> None:
    """Export the oldest version."""
    repo = mv.open(Path(folder) / STORE)
    bundle.write(repo, repo["v1"], Path(folder) / OUT)


def bring_in(folder: str, seed: int) -> int:
    """Import the bundle of the template."""
    repo = mv.open(Path(folder) / STORE)
    bundle.open_into(repo, Path(folder) / "in.nbmv.zip")
    return seed


def rebuild(folder: str, seed: int) -> None:
    """Rebuild the catalogue."""
    shutil.rmtree(Path(folder) / STORE / "catalogue", ignore_errors=True)
    mv.open(Path(folder) / STORE).log(ALL)


def fold(folder: str, seed: int) -> None:
    """Fold records into a journal, and merge journals."""
    upkeep.KEPT_RECORDS = 1
    upkeep.fold(mv.open(Path(folder) / STORE), more_than=0)


def tend(folder: str, seed: int) -> int:
    """One more version, and what is done after some of them: packs merged, records folded."""
    upkeep.EVERY, upkeep.MANY_RECORDS, upkeep.KEPT_RECORDS, merging.MANY_PACKS = 1, 0, 1, 1
    return commit(folder, seed)


def forget(folder: str, seed: int) -> None:
    """The versions of seeds 90 and 91, in one go; a tag goes and a branch moves."""
    repo = mv.open(Path(folder) / STORE)
    gone = [v.name for v in repo.log() if seed_of(v.message) in GONE]
    if gone:
        repo.forget(gone, force=True)
    assert not any(seed_of(v.message) in GONE for v in repo.log())


def back_up(folder: str, seed: int) -> None:
    """A copy beside the store, brought up to date when there is one."""
    mv.open(Path(folder) / STORE).backup(Path(folder) / COPY)


OPERATIONS = {
    "commit": commit, "first commit": first, "rollback": rollback, "gc": gc, "merge": merge, "export": export,
    "import": bring_in, "rebuild": rebuild, "fold": fold, "fold again": fold, "tend": tend, "forget": forget,
    "gc of forgotten": gc, "backup": back_up, "backup again": back_up,
}  # fmt: skip
SEED = {"commit": 50, "first commit": 50, "import": 60, "tend": 51}
"""The seed of the version that an operation adds."""

GONE = (90, 91)
"""Seeds of versions that are there to be forgotten."""

TEMPLATE = (1, 2, 3)


def two_more(folder: str) -> None:
    """Versions that may go: the base of a delta and a branch's tip with a tag. Half of the records in a journal."""
    repo = mv.open(Path(folder) / STORE)
    head = repo.history.head
    assert head is not None
    repo.commit(values(GONE[0]), f"seed {GONE[0]}")
    repo.branch("side")
    repo.history.set_head(repo.history.head_id, "side")
    repo.commit(values(GONE[1]), f"seed {GONE[1]}", tags=["late"])
    repo.history.set_head(head.id, "main")
    repo.commit(values(3), "seed 3")
    upkeep.KEPT_RECORDS = 3
    upkeep.fold(repo, more_than=0)


def two_gone(folder: str) -> None:
    """The same, and they are forgotten."""
    two_more(folder)
    forget(folder, 0)


def half_copied(folder: str) -> None:
    """A backup from before two versions."""
    back_up(folder, 0)
    two_more(folder)


def folded(folder: str) -> None:
    """A journal, and records that are files again."""
    fold(folder, 0)
    two_more(folder)


PREPARED = {"forget": two_more, "gc of forgotten": two_gone, "backup again": half_copied, "fold again": folded}
"""What is done to the template before an operation, without faults."""


def template(folder: str) -> None:
    """A store with three versions, garbage of every sort, many packs, and a bundle beside it."""
    root = Path(folder)
    repo = mv.open(root / STORE, create=True)
    repo.commit(values(1), "seed 1")
    gone = repo.commit({**values(99), "dead": np.random.default_rng(9).standard_normal(9000)}, "seed 99")
    repo.commit(values(2), "seed 2")
    repo.commit(values(3), "seed 3")
    repo.refs.move(f"forgotten/{gone.id}", None, gone.parents[0])
    repo.history.records.delete(gone.id)
    with repo.parts.writing() as pack:
        pack.put_many([(b"garbage" * 1000, None, ""), (np.random.default_rng(5).bytes(20_000), None, "")])
    other = mv.open(root / "other", create=True)
    bundle.write(other, other.commit(values(60), "seed 60"), root / "in.nbmv.zip")
    shutil.rmtree(root / "other")


def empty(folder: str) -> None:
    """A folder without a store."""


# -- what must be true


def seed_of(message: str) -> int:
    return int(message.removeprefix("seed "))


def wrong(folder: str, acknowledged: tuple[int, ...]) -> list[str]:
    """Return the problems: missing acknowledged versions, and listed versions that are not intact. Reads only."""
    if not (Path(folder) / STORE / "format").exists() and not acknowledged:
        return []
    repo = mv.open(Path(folder) / STORE)
    found: list[str] = []
    listed = {seed_of(v.message): v for v in repo.log()}
    if [v.id for v in repo.log()] != [v.id for v in repo.log(ALL)]:
        found.append("the index lists other versions than the records")
    found += [f"seed {s} was acknowledged and is not listed" for s in acknowledged if s not in listed]
    for seed, version in listed.items():
        repo.trusted = True
        back = repo.load(version)
        found += [f"seed {seed}: {n} is not what it was" for n, v in values(seed).items() if not alike(v, back.get(n))]
    found += [f"verify: {p}" for p in repo.verify(full=True)]
    if (Path(folder) / COPY / "format").exists():
        found += [f"copy: {w}" for w in _copy_is_wrong(folder)]
    if (Path(folder) / OUT).exists():
        bundle.inspect(Path(folder) / OUT)
    return found


def _copy_is_wrong(folder: str) -> list[str]:
    copy = mv.open(Path(folder) / COPY, trusted=True)
    found = [f"verify: {p}" for p in copy.verify(full=True)]
    for version in copy.log():
        back, seed = copy.load(version), seed_of(version.message)
        found += [f"seed {seed}: {n}" for n, v in values(seed).items() if not alike(v, back.get(n))]
    return found


def aftermath(folder: str, acknowledged: tuple[int, ...], operation: str) -> list[str]:
    """Verify after a fault: nothing is lost, the operation can be repeated, and gc removes leftovers."""
    found = wrong(folder, acknowledged)
    made = OPERATIONS[operation](folder, SEED.get(operation, 0))
    now = acknowledged if made is None else (*acknowledged, made)
    found += [f"again: {w}" for w in wrong(folder, now)]
    repo = mv.open(Path(folder) / STORE)
    repo.gc(grace_s=0)
    left = list((Path(folder) / STORE / "tmp").glob("*"))
    found += [f"left over: {p.name}" for p in left]
    if repo.gc(grace_s=0, dry_run=True).parts:
        found.append("gc left garbage")
    return found + [f"after gc: {w}" for w in wrong(folder, now)]


def said(error: BaseException) -> str:
    """An error as a line; "bug:" before one that is not ours."""
    if isinstance(error, NbmodelverError):
        return f"{type(error).__name__}: {error.message}"
    return f"bug: {type(error).__name__}: {error}"


def opened(folder: str) -> Repo:
    return mv.open(Path(folder) / STORE)
