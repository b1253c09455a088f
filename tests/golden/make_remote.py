"""Writes the golden remote: `python -m tests.golden.make_remote`. No test runs it.

A golden remote is never written again after its release: a new format gets a new folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from nbmodelver.repo import Repo
    from nbmodelver.store.objects.memory import MemoryStorage

FOLDER = Path(__file__).parent / "remote-1"


def values() -> list[dict[str, Any]]:
    """Return the namespaces of the versions. Tables differ a little, so that there are deltas."""
    table = np.round(np.random.default_rng(0).normal(size=3000), 3)
    changed = table.copy()
    changed[::100] += 1
    return [
        {"step": 1, "table": table, "names": ["ann", "größe", None]},
        {"step": 2, "table": changed, "names": ["ann", "größe", None]},
        {"step": 3, "table": changed, "gone": "this variable was purged later"},
        {"step": 4, "table": changed, "nested": {"a": [1.5, True], "b": (2, 3)}},
        {"step": 5, "table": table},
    ]


def make() -> tuple[Repo, MemoryStorage]:
    """Return a store and its remote: several pushes, a branch, a tag, a model, a forgotten and a purged version."""
    from nbmodelver.remote.outgoing import PushOptions
    from nbmodelver.remote.transfer import Selection
    from nbmodelver.repo.core.moves import EventDraft, Wanted
    from nbmodelver.store.objects.memory import MemoryStorage
    from tests.remote.places import ALL, new_store, pushed

    repo, storage = new_store(), MemoryStorage(swaps=False)
    repo.settings.set("author", "Ann")
    first, second, third, fourth, fifth = values()
    repo.commit(first, "first")
    repo.commit(second, "second")
    repo.forget(["v1"])
    pushed(repo, storage, PushOptions(Selection(branches=("main",))))
    repo.commit(third, "third")
    pushed(repo, storage)
    repo.purge("gone")
    repo.commit(fourth, "fourth")
    repo.tag("best", "v4")
    ref = "models/churn/1.0.0"
    repo.moves.run(EventDraft("register", ref, "good enough"), [Wanted(ref, None, {"version": repo["v4"].id})])
    repo.history.set_head(repo.branch("side").id, "side")
    repo.commit(fifth, "on another branch")
    pushed(repo, storage, ALL)
    return repo, storage


def described(value: Any) -> str:
    """Return a text that is equal for equal values."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}"
    return repr(value)


def expected(repo: Repo, storage: MemoryStorage) -> dict[str, Any]:
    """Return what a reader must find."""
    from tests.remote.places import refs

    versions = {v.id: {"number": v.number, "message": v.message} for v in repo.history.records.all()}
    for id_, found in versions.items():
        loaded = repo.load(repo.history.version(id_))
        found["values"] = {name: described(value) for name, value in sorted(loaded.items())}
    events = sorted((e.id, e.kind) for e in repo.moves.log.newest())
    parts = sorted(repo.reachability.all())
    return {"refs": refs(storage), "versions": versions, "events": events, "parts": parts}


def main() -> None:
    """Write the folder and the file beside it."""
    os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp()
    repo, storage = make()
    if FOLDER.exists():
        shutil.rmtree(FOLDER)
    for one in storage.list(""):
        place = FOLDER / one.key
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(storage.read(one.key))
    text = json.dumps(expected(repo, storage), indent=1, sort_keys=True)
    FOLDER.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
