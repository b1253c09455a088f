"""Writes the golden store of format 1: `python -m tests.store.golden`. Never run by a test.

Once released, a golden store is never written again: a new format gets a new folder beside it.
"""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np

from nbmodelver.store import layout
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.parts import PartStore
from nbmodelver.store.refs import Refs
from tests.store.samples import mixed, put_all

FOLDER = Path(__file__).parents[1] / "golden" / "store-1"


def versions():
    """Three frames, each a change of the one before, such that every encoding is used."""
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


def main():
    """Write it."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    backend = LocalBackend(FOLDER, create=True)
    layout.create(backend)
    store, refs, ids, sums = PartStore(backend), Refs(backend), None, {}
    for number, arrays in enumerate(versions(), 1):
        ids, _ = put_all(store, arrays, ids)
        refs.move(f"tags/v{number}", None, json.dumps(ids))
        sums |= {ids[name]: hashlib.sha256(array.tobytes()).hexdigest() for name, (_, array) in arrays.items()}
    for leftover in ("tmp", "locks"):
        shutil.rmtree(FOLDER / leftover, ignore_errors=True)
    (FOLDER / ".gitignore").unlink()
    FOLDER.with_suffix(".json").write_text(json.dumps(sums, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
