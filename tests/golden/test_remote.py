"""The golden remote stays readable: by today's code, and by a reader that was written from the description."""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.remote import clone as cloning
from nbmodelver.remote.outgoing import PushOptions
from nbmodelver.remote.remotes import RemoteConnection, Remotes
from nbmodelver.repo import open_repo
from nbmodelver.repo.core.event_check import check_events
from nbmodelver.store.objects.folder import FolderStorage
from nbmodelver.store.objects.memory import MemoryStorage
from tests.golden.make_remote import FOLDER, described, make
from tests.remote import stranger
from tests.remote.places import packs, probed, refs
from tests.remote.stranger import RemoteStranger

if TYPE_CHECKING:
    from nbmodelver.repo import Repo

EXPECTED = json.loads(FOLDER.with_suffix(".json").read_text(encoding="utf-8"))


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    shutil.copytree(FOLDER, tmp_path / "remote")
    return FolderStorage(tmp_path / "remote")


def cloned(folder: Path, storage: Any, *, lazy: bool = False) -> Repo:
    repo, _ = cloning.clone("file:///golden", folder, storage, probe=probed, lazy=lazy)
    return repo


def check(repo: Repo) -> None:
    assert repo.verify(full=True) == []
    assert check_events(repo).problems == ()
    found = {v.id: v for v in repo.history.records.all()}
    assert found.keys() == EXPECTED["versions"].keys()
    for id_, wanted in EXPECTED["versions"].items():
        version = found[id_]
        assert (version.number, version.message) == (wanted["number"], wanted["message"])
        assert {name: described(value) for name, value in repo.load(version).items()} == wanted["values"]
    assert repo.history.tags()["best"].id == EXPECTED["refs"]["tags/best"]
    assert {e.id for e in repo.moves.log.newest()} >= {id_ for id_, _ in EXPECTED["events"]}
    state = repo.moves.state("models/churn/1.0.0")
    assert state is not None
    assert {"event": state.event, "value": state.value} == EXPECTED["refs"]["models/churn/1.0.0"]


def test_the_golden_remote_can_be_cloned(tmp_path: Path, storage: FolderStorage):
    check(cloned(tmp_path / "store", storage))


def test_the_golden_remote_can_be_cloned_lazily_and_completed(tmp_path: Path, storage: FolderStorage):
    from nbmodelver.remote.attach import attach
    from nbmodelver.remote.fetch import FetchOptions, fetch

    repo = cloned(tmp_path / "store", storage, lazy=True)
    attach(repo, lambda _config: storage)
    check(repo)
    fetch(repo, RemoteConnection(repo, Remotes(repo).get(), storage), FetchOptions(lazy=False))
    check(open_repo(tmp_path / "store"))


def test_the_golden_remote_can_be_pushed_to(tmp_path: Path, storage: FolderStorage):
    from nbmodelver.remote.push import push

    repo = cloned(tmp_path / "store", storage)
    version = repo.commit({"more": 1})
    push(repo, RemoteConnection(repo, Remotes(repo).get(), storage), PushOptions())
    again = cloned(tmp_path / "again", storage)
    assert again.load(version.id[:12]) == {"more": 1}
    assert RemoteStranger(tmp_path / "remote").refs["heads/main"] == version.id


def test_a_stranger_reads_the_golden_remote():
    found = RemoteStranger(FOLDER)
    assert found.refs == EXPECTED["refs"]
    assert {id_: r["message"] for id_, r in found.records.items()} == {
        id_: v["message"] for id_, v in EXPECTED["versions"].items()
    }
    assert sorted([id_, header["kind"]] for id_, header in found.events.items()) == EXPECTED["events"]
    assert len(found.replaced) >= 1
    assert len(found.forgotten) >= 1
    parts = found.parts()
    for id_ in EXPECTED["parts"]:
        parts.part(id_)  # It compares the hash.
    known = {*found.records, *found.replaced, *found.forgotten}
    assert all(parent in known for record in found.records.values() for parent in record.get("parents", []))
    assert all(writer for writer in found.writers.values())


def test_a_stranger_reads_what_today_is_written(tmp_path: Path):
    repo, storage = make()
    for one in storage.list(""):
        place = tmp_path / one.key
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(storage.read(one.key))
    found = RemoteStranger(tmp_path)
    assert found.refs == refs(storage)
    assert found.records.keys() == {v.id for v in repo.history.records.all()}
    assert set(found.packs) <= {key.rpartition("/")[2] for key in packs(storage)}


def test_a_stranger_reads_a_remote_whose_heads_are_swapped(tmp_path: Path):
    from tests.remote.places import ALL, new_store, pushed

    repo, storage = new_store(), MemoryStorage()
    for number in range(20):
        repo.commit({"x": number})
        pushed(repo, storage, ALL)
    for one in storage.list(""):
        place = tmp_path / one.key
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(storage.read(one.key))
    found = RemoteStranger(tmp_path)
    assert len(found.records) == 20
    assert found.heads["work"]["sequence"] == 20
    assert len(found.heads["work"]["segments"]) <= 16


def test_the_golden_remote_is_small():
    assert sum(p.stat().st_size for p in FOLDER.rglob("*") if p.is_file()) < 100_000
    assert FOLDER.with_suffix(".json").stat().st_size < 20_000


def test_the_stranger_imports_nothing_of_ours():
    tree = ast.parse(Path(stranger.__file__).read_text(encoding="utf-8"))
    imported = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    imported += [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    assert not any(name.startswith("nbmodelver") for name in imported)
