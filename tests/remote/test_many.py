"""Many versions, many writers and large packs: requests, lost versions and memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbmodelver.catalogue import folding
from nbmodelver.catalogue.journal import Record
from nbmodelver.catalogue.records import canonical, id_of
from nbmodelver.model import Version, VersionId
from nbmodelver.remote.fetch import FetchOptions
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.testing.object_wrappers import Counting
from tests.remote.places import ALL, cloned_in, connected, fetched, new_store, pulled, pushed

if TYPE_CHECKING:
    from nbmodelver.repo import Repo

ROOT = Path(__file__).parents[2]
COUNT = 10_000


def with_many_versions(count: int) -> Repo:
    """A store in which one commit and its records, made without commits, form a long history."""
    repo = new_store()
    first = repo.commit({"x": list(range(50))}, "first")
    records, parent = [], first.id
    data = {**first.to_dict()}
    for number in range(2, count + 1):
        version = Version.from_dict({**data, "number": number, "parents": [parent], "message": f"v{number}", "id": ""})
        raw = canonical(version)
        parent = id_of(raw)
        records.append(Record(parent, number, raw))
    folding.fold(repo.backend, repo.history.records.journals, records)
    repo.refs.move("heads/main", first.id, parent)
    repo.refs.move("counter", repo.refs.get("counter"), str(count))
    repo.history.set_head(VersionId(parent), "main")
    return repo


def test_a_lazy_clone_of_ten_thousand_versions_takes_few_requests(tmp_path: Path):
    repo = with_many_versions(COUNT)
    storage = MemoryStorage()
    result = pushed(repo, storage, ALL)
    assert len(result.versions) == COUNT
    counting = Counting(storage)
    clone, found = cloned_in(tmp_path, counting, lazy=True)
    assert len(found.versions) == COUNT
    assert counting.total <= 60, counting.requests
    assert clone.history.head is not None
    assert clone.history.head.number == COUNT
    repo.commit({"x": 1})
    counting.reset()
    pushed(repo, counting)
    assert counting.total <= 7, counting.calls
    counting.reset()
    fetched(clone, counting, FetchOptions(lazy=True))
    assert counting.total <= 5


WRITER = """
import sys
from pathlib import Path
from nbmodelver.errors import Diverged
from nbmodelver.store.objects.folder import FolderStorage
from nbmodelver.repo import open_repo
from tests.remote.test_push import merge_theirs
from tests.remote.places import cloned_in, pushed

folder, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
storage = FolderStorage(folder / "remote")
repo, _ = cloned_in(folder / name, storage)
for number in range(count):
    repo.commit({**repo.load("HEAD"), name: number}, f"{name} {number}")
    for _ in range(400):
        try:
            pushed(repo, storage)
            break
        except Diverged:
            merge_theirs(repo, storage)
    else:
        sys.exit("never pushed")
"""


@pytest.mark.slow
def test_eight_processes_with_a_shared_folder_lose_no_version(tmp_path: Path):
    from nbmodelver.store.objects.folder import FolderStorage

    (tmp_path / "remote").mkdir()
    storage = FolderStorage(tmp_path / "remote")
    repo = new_store()
    repo.commit({"start": 0})
    pushed(repo, storage)
    commits, names = 5, [f"w{number}" for number in range(8)]
    command = [sys.executable, "-W", "ignore", "-c", WRITER, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    running = [subprocess.Popen([*command, name, str(commits)], cwd=ROOT, env=environment) for name in names]
    assert [process.wait(timeout=400) for process in running] == [0] * 8
    pulled(repo, storage)
    end, _ = cloned_in(tmp_path / "end", storage)
    assert {v.id for v in repo.log(limit=None)} == {v.id for v in end.log(limit=None)}
    messages = {v.message for v in end.history.records.all()}
    assert messages >= {f"{name} {number}" for name in names for number in range(commits)}
    newest = end.load("HEAD")
    assert {name: newest[name] for name in names} == dict.fromkeys(names, commits - 1)
    assert end.verify(full=True) == []


MEMORY = """
import resource, sys
from pathlib import Path
import numpy as np
from nbmodelver.repo import open_repo
from nbmodelver.store.objects.folder import FolderStorage
from tests.remote.places import ALL, cloned_in, pushed

folder = Path(sys.argv[2])
(folder / "remote").mkdir(exist_ok=True)
storage = FolderStorage(folder / "remote")
if sys.argv[1] == "commit":
    random = np.random.default_rng(0)
    repo = open_repo(folder / "store" / ".nbmodelver", create=True)
    repo.commit({"big": random.integers(0, 255, 600_000_000, dtype="u1")})
elif sys.argv[1] == "base":
    small = folder / "small"
    (small / "remote").mkdir(parents=True)
    repo = open_repo(small / "store" / ".nbmodelver", create=True)
    repo.commit({"x": np.arange(10)})
    pushed(repo, FolderStorage(small / "remote"), ALL)
    cloned_in(small / "clone", FolderStorage(small / "remote"))
elif sys.argv[1] == "push":
    pushed(open_repo(folder / "store"), storage, ALL)
else:
    cloned_in(folder / "clone", storage)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform != "darwin" else 1 << 20))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no getrusage")
def test_a_push_and_a_fetch_of_a_large_pack_need_little_memory(tmp_path: Path):
    def megabytes(what: str) -> int:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-W", "ignore", "-c", MEMORY, what, str(tmp_path)]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, check=True, timeout=300, capture_output=True, text=True
        )
        return int(done.stdout)

    base = megabytes("base")
    megabytes("commit")
    assert max(p.stat().st_size for p in (tmp_path / "store").rglob("packs/*")) > 590_000_000
    assert megabytes("push") - base < 256
    assert megabytes("fetch") - base < 256


def test_nothing_is_requested_twice_by_a_clone(tmp_path: Path):
    repo = new_store()
    storage = MemoryStorage()
    for number in range(5):
        repo.commit({"x": list(range(number * 100))})
        pushed(repo, storage)
    counting = Counting(storage)
    connected(new_store(), counting)
    counting.reset()
    cloned_in(tmp_path, counting)
    reads = [call for call in counting.calls if call[0] in ("read", "read_many", "read_tagged")]
    assert len(reads) == len(set(reads)), reads
