"""The rows of docs/benchmarks.md about remotes: requests, bytes, memory, and time against a plain upload."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rows import MB, Figures, timed

import nbmodelver as mv
from nbmodelver.errors import Diverged
from nbmodelver.model.ids import VersionId
from nbmodelver.model.remotes import Abilities
from nbmodelver.remote import remotes
from nbmodelver.remote.attach import attach
from nbmodelver.remote.clone import clone
from nbmodelver.remote.fetch import fetch
from nbmodelver.remote.outgoing import PushOptions
from nbmodelver.remote.pull import remote_branches
from nbmodelver.remote.push import push
from nbmodelver.remote.transfer import Selection
from nbmodelver.store.objects.folder import FolderStorage
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.testing.object_wrappers import Counting
from tests import servers
from tests.environments import machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbmodelver.model.remotes import ObjectStorage
    from nbmodelver.repo import Repo

SWAPS = Abilities(creates=True, swaps=True, wins_once=True, ranges=True)
NUMBERED = Abilities(creates=True, swaps=False, wins_once=True, ranges=True)
EVERYTHING = PushOptions(Selection(everything=True))


def connected(repo: Repo, storage: ObjectStorage, abilities: Abilities = SWAPS) -> Any:
    """The connection of a store to a remote, which is added if it was not."""
    known = remotes.Remotes(repo).all().get("origin")
    config = known or remotes.add(repo, "origin", "memory://bench", storage, probe=lambda _storage: abilities)
    return remotes.RemoteConnection(repo, config, storage)


def requests(scale: float) -> Iterator[Figures]:
    """Requests of a small push, of a pull of it, and of a lazy clone of 10,000 versions."""
    storage = Counting(MemoryStorage())
    with tempfile.TemporaryDirectory() as folder:
        ana = mv.open(Path(folder) / "ana", create=True)
        ana.commit({"x": np.arange(1000.0)})
        push(ana, connected(ana, storage), EVERYTHING)
        ben, _ = clone("memory://bench", Path(folder) / "ben", storage, probe=lambda _storage: SWAPS)
        ana.commit({"x": np.arange(1000.0) + 1})
        found = {}
        for name, act in (
            ("push", lambda: push(ana, connected(ana, storage))),
            ("pull", lambda: fetch(ben, connected(ben, storage))),
        ):
            before = storage.total
            act()
            found[name] = float(storage.total - before)
        yield Figures("requests of a small push", "<= 6", {"requests": found["push"]}, found["push"] <= 6)
        yield Figures("requests of a pull of it", "<= 5", {"requests": found["pull"]}, found["pull"] <= 5)
        many(ana, max(int(10_000 * scale), 50))
        push(ana, connected(ana, storage), EVERYTHING)
        before = storage.total
        with timed() as clock:
            lazy, done = clone(
                "memory://bench", Path(folder) / "lazy", storage, probe=lambda _storage: SWAPS, lazy=True
            )
        values = {
            "versions": float(len(done.versions)), "requests": float(storage.total - before), "wall_s": clock.wall_s,
            "cpu_s": clock.cpu_s, "stored_bytes": float(lazy.size_bytes()),
        }  # fmt: skip
        ok = values["requests"] <= 60 if scale == 1 else None
        yield Figures("lazy clone of 10,000 versions", "<= 60 requests", values, ok)


def many(repo: Repo, count: int) -> None:
    """Add versions without values of their own: records only, as long histories have them."""
    head = repo.history.head
    assert head is not None
    for number in range(head.number + 1, head.number + 1 + count):
        made = replace(head, id=VersionId(""), number=number, parents=(head.id,), message=f"version {number}")
        head = replace(made, id=repo.history.records.write(made))
    repo.refs.move("counter", repo.refs.get("counter"), str(head.number))
    repo.history.set_branch("main", head.id)
    repo.history.set_head(head.id, "main")


def lazy_bytes(scale: float) -> Iterator[Figures]:
    """Bytes that a variable of 1 MB costs, out of a pack of 1 GB."""
    storage = Counting(MemoryStorage())
    size = max(int(1000 * MB * scale), 4 * MB)
    generator = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        ana = mv.open(Path(folder) / "ana", create=True)
        ana.commit({"large": generator.bytes(size), "one": generator.bytes(MB)})
        push(ana, connected(ana, storage), EVERYTHING)
        lazy, _ = clone("memory://bench", Path(folder) / "lazy", storage, probe=lambda _storage: SWAPS, lazy=True)
        attach(lazy, lambda _config: storage)
        before, asked = storage.received_bytes, storage.total
        lazy.load("HEAD", names=["one"])
        received = float(storage.received_bytes - before)
        values = {"received_bytes": received, "requests": float(storage.total - asked)}
        yield Figures("a variable of 1 MB out of a pack of 1 GB", "<= 1.1 MB", values, received <= 1.1 * MB)


UPLOAD = """
import json, resource, sys, time
from nbmodelver.store.objects.addresses import open_storage, parse
import nbmodelver as mv
address, options, store, how = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3], sys.argv[4]
storage = open_storage(parse(address), options=options)
repo = mv.open(store)
(pack,) = repo.parts.pack_sizes()
size = repo.parts.pack_sizes()[pack]
from nbmodelver.remote import remotes
from nbmodelver.remote.push import push
from nbmodelver.model.remotes import Abilities
SWAPS = Abilities(creates=True, swaps=True, wins_once=True, ranges=True)
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
wall, cpu = time.perf_counter(), time.process_time()
if how == "put":
    chunks = (repo.backend.read(pack, at, 8 << 20) for at in range(0, size, 8 << 20))
    storage.put("packs/plain", chunks, size)
else:
    config = remotes.add(repo, "origin", address, storage, probe=lambda _s: SWAPS)
    push(repo, remotes.RemoteConnection(repo, config, storage))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base
print(json.dumps([time.perf_counter() - wall, time.process_time() - cpu, peak * 1024]))
"""


def upload(scale: float) -> Iterator[Figures]:
    """A push of one pack of 1 GB to S3, against an upload of the same bytes, alternating."""
    if machine.S3.path is None:
        yield Figures("push of a pack of 1 GB", "<= 1.3 times a PUT; not measured without an S3 server")
        return
    size = max(int(1000 * MB * scale), 20 * MB)
    with tempfile.TemporaryDirectory() as folder, servers.s3(Path(folder)) as server:
        store = Path(folder) / "store"
        mv.open(store, create=True).commit({"large": np.random.default_rng(0).bytes(size)})
        found: dict[str, list[list[float]]] = {"put": [], "push": []}
        for number in range(3):
            for how, runs in found.items():
                address = f"{server.address}/{how}-{number}"
                environment = {**os.environ, **server.environment}
                command = [sys.executable, "-c", UPLOAD, address, json.dumps(server.options), str(store), how]
                done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
                runs.append(json.loads(done.stdout))
                if how == "push":
                    remotes.Remotes(mv.open(store)).remove("origin")
        put, sent = (sorted(found[how])[1] for how in ("put", "push"))
        values = {
            "put_s": put[0], "push_s": sent[0], "put_cpu_s": put[1], "push_cpu_s": sent[1], "ratio": sent[0] / put[0],
            "peak_mb": sent[2] / MB,
        }  # fmt: skip
        ok = values["ratio"] <= 1.3 and values["peak_mb"] <= 256 if scale == 1 else None
        yield Figures("push of a pack of 1 GB", "<= 1.3 times a PUT, peak <= 256 MB", values, ok)


def writers(scale: float) -> Iterator[Figures]:
    """Eight writers with 20 commits each on one branch, in threads, over a folder."""
    count = max(int(20 * scale), 2)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "team").mkdir()
        storage = FolderStorage(Path(folder) / "team")
        first = mv.open(Path(folder) / "first", create=True)
        first.commit({"start": 0})
        push(first, connected(first, storage, NUMBERED), EVERYTHING)

        def write(number: int) -> None:
            repo, _ = clone("memory://bench", Path(folder) / f"w{number}", storage, probe=lambda _storage: NUMBERED)
            for turn in range(count):
                repo.commit({"start": 0, f"of_{number}": turn}, f"{number}/{turn}")
                deliver(repo, storage)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        with timed() as clock:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        last, _ = clone("memory://bench", Path(folder) / "last", storage, probe=lambda _storage: NUMBERED)
        messages = {v.message for v in last.log()}
        kept = sum(f"{number}/{turn}" in messages for number in range(8) for turn in range(count))
        values = {"commits": float(8 * count), "kept": float(kept), "wall_s": clock.wall_s, "cpu_s": clock.cpu_s}
        yield Figures("eight writers on one branch", "none is lost", values, kept == 8 * count)


def deliver(repo: Repo, storage: ObjectStorage) -> None:
    """Push; where others were faster, bring their versions and commit a merge, as often as needed."""
    while True:
        connection = connected(repo, storage, NUMBERED)
        try:
            push(repo, connection)
        except Diverged:
            fetch(repo, connection)
            theirs = remote_branches(repo, connection.config)["main"]
            repo.commit({**repo.load(theirs), **repo.load("HEAD")}, "merge", merged=theirs)
        else:
            return


ROWS: dict[str, Callable[[float], Iterator[Figures]]] = {
    "remote-requests": requests, "remote-lazy": lazy_bytes, "remote-upload": upload, "remote-writers": writers,
}  # fmt: skip
