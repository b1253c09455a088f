"""A store that several processes use, some of which are killed."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.parts import PartStore
from nbmodelver.store.refs import Refs

ROOT = Path(__file__).parents[2]


def arrays(seed):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(rng.integers(10, 60_000)) for _ in range(6)]


def commit_many(root, seeds, acknowledged=None):
    """Commit `arrays(seed)` for every seed, and write a line for each one that is durable."""
    store = PartStore(LocalBackend(root), threads=2)
    refs = Refs(LocalBackend(root))
    near = [None] * 6
    for seed in seeds:
        with store.lease():
            with store.writing() as pack:
                near = pack.put_many([(a, n, "f8") for a, n in zip(arrays(seed), near, strict=True)])
            refs.move(f"v{seed}", refs.get(f"v{seed}"), ",".join(near))
        if acknowledged:
            os.write(acknowledged, b"%d\n" % seed)


def check(root, seeds):
    store, refs = PartStore(LocalBackend(root)), Refs(LocalBackend(root))
    for seed in seeds:
        ids = refs.get(f"v{seed}").split(",")
        assert [bytes(store.get(i)) for i in ids] == [a.tobytes() for a in arrays(seed)]
    assert store.verify(full=True) == []


def start(root, seeds, *, acknowledge=None):
    """Start a process that commits. Not with multiprocessing, which depends on `__main__`."""
    command = [sys.executable, "-m", "tests.store.test_parts_in_processes", str(root), str(acknowledge or 0)]
    command += [str(x) for x in (seeds.start, seeds.stop, seeds.step)]
    return subprocess.Popen(command, cwd=ROOT, pass_fds=[acknowledge] if acknowledge else [])


def test_d6_two_processes_write_at_once(tmp_path):
    LocalBackend(tmp_path, create=True)
    writers = [start(tmp_path, range(k, 16, 2)) for k in range(2)]
    assert [writer.wait(120) for writer in writers] == [0, 0]
    check(tmp_path, range(16))


def test_d6_gc_and_merge_run_beside_commits(tmp_path, monkeypatch):
    LocalBackend(tmp_path, create=True)
    monkeypatch.setattr("nbmodelver.store.merging.MANY_PACKS", 2)
    writer = start(tmp_path, range(20))
    store, refs = PartStore(LocalBackend(tmp_path)), Refs(LocalBackend(tmp_path))

    def live():
        return {i for ids in refs.all("v").values() for i in ids.split(",")}

    while writer.poll() is None:
        store.collect(live, grace_s=0, allow_empty=True)
        store.merge_small()
        time.sleep(0.01)
    assert writer.returncode == 0
    check(tmp_path, range(20))


@pytest.mark.slow
def test_d1_d2_killed_at_any_moment_what_was_acknowledged_is_there(tmp_path):
    LocalBackend(tmp_path, create=True)
    rng = random.Random(0)
    done = []
    for attempt in range(30):
        seeds = range(100 * attempt, 100 * attempt + 100)
        reading, writing = os.pipe()
        writer = start(tmp_path, seeds, acknowledge=writing)
        os.close(writing)
        with os.fdopen(reading) as lines:
            first = lines.readline()
            time.sleep(rng.random() * 0.06)
            writer.kill()
            writer.wait()
            acknowledged = [int(line) for line in (first + lines.read()).split()]
        done += acknowledged
        check(tmp_path, acknowledged)
    check(tmp_path, done)
    LocalBackend(tmp_path).sweep()
    assert list((tmp_path / "tmp").iterdir()) == []


if __name__ == "__main__":
    place, acknowledge, *numbers = sys.argv[1:]
    commit_many(place, range(*map(int, numbers)), int(acknowledge))
