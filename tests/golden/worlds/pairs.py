"""Which data comes back from one environment in another: a table, one row for each pair.

`python tests/golden/worlds/pairs.py PYTHON ...` runs each interpreter as a writer and as a reader of every other one's
store (PYTHONPATH must lead to nbmodelver). Each value is the same, changed with a note, refused by name, or WRONG.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import traceback
import warnings
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from data_values import values  # noqa: E402
from fingerprints import describe  # noqa: E402


def write(folder: str) -> None:
    """Commit every value into a store in `folder`, with a fingerprint of each beside it."""
    import nbmodelver as mv
    from nbmodelver.repo import CommitContext

    made = values()
    told = {name: [describe(value), describe(value, zones=True)] for name, value in made.items()}
    os.chdir(folder)
    repo = mv.open(folder, create=True)
    version = repo.commit(made, "data", around=CommitContext(session=True))
    pickled = sorted(n for n in version.kept if version.group_of(n).pickled)
    lost = {s.name: s.reason for s in version.skipped}
    Path(folder, "told.json").write_text(json.dumps({"told": told, "pickled": pickled, "lost": lost}))


def read(folder: str, same: str) -> None:
    """Load every value by itself and say what became of it. same: "same" when this environment wrote the store."""
    import nbmodelver as mv

    told = json.loads(Path(folder, "told.json").read_text())
    repo = mv.open(folder, trusted=True)
    found: dict[str, list[str]] = {}
    for name, before in told["told"].items():
        if name in told["lost"]:
            found[name] = ["lost", told["lost"][name]]
            continue
        found[name] = _read_one(repo, name, before, same == "same")
    try:
        repo.restore_session(repo.session(repo["HEAD"]))
        found["(session)"] = ["same", ""]
    except Exception as error:
        found["(session)"] = ["refused", str(error)]
    print(json.dumps(found))


def _read_one(repo: Any, name: str, before: list[str], same: bool) -> list[str]:
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            value = repo.load("HEAD", [name])[name]
            notes = [str(w.message) for w in heard if "LoadedDifferently" in type(w.message).__name__]
        now = describe(value, zones=same)
    except Exception as error:
        kind = "refused" if type(error).__name__ in ("NotLoadable", "NeedsTrust") else "WRONG"
        return [kind, f"{type(error).__name__}: {error}" if kind == "refused" else traceback.format_exc()]
    if now == before[same]:
        return ["same", "; ".join(notes)]
    return ["noted", "; ".join(notes)] if notes else ["WRONG", f"\n   was {before[same]}\n   now {now}"]


def table(interpreters: list[str], loud: bool) -> None:
    """Write and read with each of them."""
    with tempfile.TemporaryDirectory() as folder:
        for writer in interpreters:
            place = Path(folder, _short(writer))
            place.mkdir()
            subprocess.run([writer, __file__, "write", str(place)], check=True)
            told = json.loads((place / "told.json").read_text())
            print(f"{_short(writer)}: {len(told['told'])} values, {len(told['lost'])} lost, pickled: {told['pickled']}")
            for reader in interpreters:
                _row(writer, reader, place, loud)


def _row(writer: str, reader: str, place: Path, loud: bool) -> None:
    same = "same" if writer == reader else "other"
    done = subprocess.run([reader, __file__, "read", str(place), same], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{_short(writer)} -> {_short(reader)}: crashed {done.returncode}\n{done.stderr[-3000:]}")
        return
    found = json.loads(done.stdout.splitlines()[-1])
    counts = {
        kind: sum(1 for k, _ in found.values() if k == kind) for kind in ("same", "noted", "refused", "lost", "WRONG")
    }
    print(f"{_short(writer)} -> {_short(reader)}: {counts}", flush=True)
    for name, (kind, why) in found.items() if loud else ():
        if kind != "same":
            print(f"    {kind} {name}: {why[-900:]}")


def _short(interpreter: str) -> str:
    return Path(interpreter).parent.parent.name if "bin" in interpreter else interpreter


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2])
    elif sys.argv[1] == "read":
        read(*sys.argv[2:4])
    else:
        table([a for a in sys.argv[1:] if a != "-v"], "-v" in sys.argv)
