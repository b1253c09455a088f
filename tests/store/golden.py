"""Writes the golden store of a format: `python -m tests.store.golden 2`. No test runs it.

A golden store is never written again after its release: a new format gets a new folder.
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path

import numpy as np

from nbmodelver.catalogue.records import Records
from nbmodelver.model.events import Person
from nbmodelver.repo import Repo
from nbmodelver.repo.core.moves import EventDraft, Wanted
from nbmodelver.store import layout
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.parts import PartStore
from nbmodelver.store.refs import Refs
from tests.catalogue.samples import kept, version
from tests.store.samples import mixed, put_all

FOLDER = Path(__file__).parents[1] / "golden" / "store-1"
FOLDER_2 = FOLDER.with_name("store-2")
FOLDER_3 = FOLDER.with_name("store-3")
FOLDER_ROWS = FOLDER.with_name("store-rows")


def versions():
    """Return three frames, each a change of the previous one, that together use every encoding."""
    rng = np.random.default_rng(0)
    first = {name: (layout_, array[:9001]) for name, (layout_, array) in mixed(9001).items()}
    second, third = {}, {}
    for name, (layout_, array) in first.items():
        changed = array.copy()
        changed[::300] = changed[1]
        second[name] = (layout_, changed)
        third[name] = (layout_, np.insert(changed, rng.integers(0, len(changed), 40), changed[:40]))
    base = np.random.default_rng(1).standard_normal(9001).astype("f4")
    first["step"] = ("f4", base)
    second["step"] = ("f4", base * np.float32(1.00001))
    third["step"] = second["step"]
    first["random"] = second["random"] = third["random"] = ("u1", np.frombuffer(rng.bytes(66_000), "u1"))
    return [first, second, third]


def moved():
    """Return a table, the same table with its rows in another order, and one with rows left out: encoding 10."""
    places = np.random.default_rng(2).permutation(17_000)
    first = {
        "id": ("i8", np.arange(17_000) * 7),
        "size": ("i4", np.arange(17_000, dtype="i4") % 100),
        "flag": ("b", np.arange(17_000) % 3 == 0),
        "when": ("i4", np.arange(17_000, dtype="i4") // 5),
    }
    second = {name: (layout_, array[places]) for name, (layout_, array) in first.items()}
    third = {name: (layout_, array[np.arange(17_000) % 50 != 3]) for name, (layout_, array) in second.items()}
    return [first, second, third]


def main_rows():
    """Write packs of format 2 with moved rows."""
    shutil.rmtree(FOLDER_ROWS, ignore_errors=True)
    backend = LocalBackend(FOLDER_ROWS, create=True)
    layout.create(backend)
    write_packs(backend, moved(), FOLDER_ROWS)


def main():
    """Write the golden store."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    backend = LocalBackend(FOLDER, create=True)
    backend.create("format", [b'{"format": 1, "readable_by": 1, "by": "nbmodelver 0.1"}'])
    write_packs(backend, versions(), FOLDER)


def write_packs(backend, frames, folder):
    """Write a pack and tags for each frame, and next to the folder the expected parts."""
    store, refs, ids, sums = PartStore(backend), Refs(backend), None, {}
    for number, arrays in enumerate(frames, 1):
        ids, _ = put_all(store, arrays, ids)
        refs.move(f"tags/v{number}", None, json.dumps(ids))
        sums |= {ids[name]: hashlib.sha256(array.tobytes()).hexdigest() for name, (_, array) in arrays.items()}
    swept(folder)
    folder.with_suffix(".json").write_text(json.dumps(sums, indent=1, sort_keys=True) + "\n")


def main_2():
    """Write format 2: records in two journals and in files, some forgotten, and next to it the expected content."""
    shutil.rmtree(FOLDER_2, ignore_errors=True)
    backend = LocalBackend(FOLDER_2, create=True)
    layout.create(backend)
    records, made = Records(backend), []
    for number in range(1, 301):
        parents = tuple(v.id for v in made[-1:]) if number != 200 else (made[-1].id, made[-5].id)
        draft = version(number, parents, message=f"message {number} \u00e9", note="x" * (number % 7 * 1000), kept=KEPT)
        made.append(records.read(records.write(draft)))
        if number in (250, 290):
            records.fold(more_than=0, keep=3)
    records.forgotten.add([made[9], made[10], made[294]])
    records.forgotten.add([made[11]])
    swept(FOLDER_2)
    shown = {v.id: [v.number, len(records._raw(v.id))] for v in made if v.id not in records.forgotten.all()}
    FOLDER_2.with_suffix(".json").write_text(json.dumps(shown, indent=0, sort_keys=True) + "\n")


class Golden:
    """A person who does not depend on the machine that writes the golden store."""

    def person(self, _store, _given_name=""):
        return Person("p-golden", name="Ada Lovelace", source="git config")


def main_3():
    """Write format 3: a registry with events in files and in a journal, and next to it what a reader must find."""
    shutil.rmtree(FOLDER_3, ignore_errors=True)
    backend = LocalBackend(FOLDER_3, create=True)
    layout.create(backend)
    repo = Repo(backend)
    repo.moves._identities = Golden()
    records = repo.history.records
    for number in (1, 2):  # Without parts, which would hold the environment of this machine.
        made = records.write(version(number, kept={}, groups=(), cells=None, environment=None))
        repo.history.set_branch("main", made)
    repo.history.set_tag("first", made)
    for number in range(140):
        stage = Wanted(STAGE, repo.moves.state(STAGE), {"number": f"1.{number}.0"})
        repo.moves.run(EventDraft("promote", "models/churn", f"reason {number} é"), [stage])
    swept(FOLDER_3)
    events = [[e.id, e.kind, e.why, e.order] for e in repo.moves.log.newest()]
    FOLDER_3.with_suffix(".json").write_text(json.dumps(events, indent=0) + "\n")


STAGE = "stages/churn/production"
KEPT = {"df": kept("df"), "model": kept("model", "model", "sklearn.svm.SVC")}


def swept(folder):
    """Delete files that are not data."""
    for leftover in ("tmp", "locks"):
        shutil.rmtree(folder / leftover, ignore_errors=True)
    (folder / ".gitignore").unlink(missing_ok=True)


if __name__ == "__main__":
    {"1": main, "2": main_2, "3": main_3, "rows": main_rows}[sys.argv[1]]()
