"""Operations of a user through the port to Windows, while other programs have files open."""

from __future__ import annotations

import numpy as np
import pytest

import nbmodelver as mv
from nbmodelver import bundle, system
from nbmodelver.errors import InUse
from nbmodelver.model import Cell
from nbmodelver.repo import CommitContext
from nbmodelver.repo.core.trust import Trust, strangers
from nbmodelver.store import condemned
from nbmodelver.system.windows import SHARE_READ, SHARE_WRITE, Windows
from tests.system.windows_disk import WindowsDisk

SECRET = b"a secret that must go"


@pytest.fixture(autouse=True)
def _on_windows(disk):
    return disk


@pytest.fixture
def repo(tmp_path, disk):
    return mv.open(tmp_path / "study" / ".nbmodelver", create=True)


def values(seed):
    rng = np.random.default_rng(seed)
    return {"table": rng.normal(size=30_000), "n": seed, "secret": rng.bytes(40_000) + SECRET}


def packs(repo):
    return sorted((repo.backend.root / "packs").iterdir())


def test_versions_can_be_loaded(repo):
    for seed in range(3):
        repo.commit(values(seed), f"seed {seed}")
    again = mv.open(repo.where)
    assert [v.message for v in again.log()] == ["seed 2", "seed 1", "seed 0"]
    for seed in range(3):
        loaded = again.load(f"v{seed + 1}")
        assert loaded["table"].tobytes() == values(seed)["table"].tobytes()
        assert loaded["secret"] == values(seed)["secret"]
    assert repo.verify(full=True) == []


def test_d7_a_pack_that_another_program_has_open_is_deleted_by_a_later_gc(repo, disk):
    for seed in range(3):
        repo.commit(values(seed))
    repo.forget("v1")
    opened = [disk.open_elsewhere(path) for path in packs(repo)]
    report = repo.gc(grace_s=0)
    assert report.left_packs
    assert report.freed_bytes <= 0
    left = condemned.read(repo.backend)
    assert len(left) == report.left_packs
    fresh = mv.open(repo.where)
    assert fresh.verify(full=True) == []
    for seed in (1, 2):
        assert fresh.load(f"v{seed + 1}")["secret"] == values(seed)["secret"]
    fresh.commit(values(5))
    for other in opened:
        disk.close_elsewhere(other)
    assert repo.gc(grace_s=0).left_packs == 0
    assert condemned.read(repo.backend) == set()
    assert not left & set(repo.backend.list("packs/"))
    assert mv.open(repo.where).verify(full=True) == []


def test_a_mapped_pack_is_deleted_by_a_later_gc(repo, disk):
    for seed in range(2):
        repo.commit(values(seed))
    repo.forget("v1")
    disk.mapped.update(map(str, packs(repo)))
    assert repo.gc(grace_s=0).left_packs
    disk.mapped.clear()
    assert repo.gc(grace_s=0).left_packs == 0


def test_p15_a_purge_reports_bytes_that_had_to_stay_and_completes_on_the_next_run(repo, disk):
    for seed in range(2):
        repo.commit(values(seed))
    opened = [disk.open_elsewhere(path) for path in packs(repo)]
    with pytest.raises(InUse, match="bytes remain in the files of the store") as caught:
        repo.purge(["secret"])
    assert "then run the same purge again" in caught.value.hint
    for other in opened:
        disk.close_elsewhere(other)
    assert repo.purge(["secret"]).report.left_packs == 0
    assert condemned.read(repo.backend) == set()
    assert mv.open(repo.where).verify(full=True) == []


def test_d7_a_backup_is_refused_while_a_condemned_pack_is_open(repo, disk, tmp_path):
    for seed in range(2):
        repo.commit(values(seed))
    place = tmp_path / "copy"
    repo.backup(place)
    copy, old = mv.open(place), f"packs/{'0' * 32}"
    copy.backend.create(old, [b"what a gc could not delete"])
    copy.backend.swap(condemned.KEY, None, condemned._form([old]))
    other = disk.open_elsewhere(place / old)
    repo.commit(values(2))
    with pytest.raises(InUse, match="must be deleted"):
        repo.backup(place)
    disk.close_elsewhere(other)
    repo.backup(place)
    assert mv.open(place).verify(full=True) == []


def test_a_bundle_can_be_exported_and_imported(repo, tmp_path):
    version = repo.commit({"table": np.arange(100), "n": 3}, "out")
    path = bundle.write(repo, version, tmp_path / "out.nbmv.zip")
    other = mv.open(tmp_path / "other" / ".nbmodelver", create=True)
    assert other.load(bundle.open_into(other, path))["n"] == 3
    assert [p.name for p in tmp_path.glob("*out.nbmv*")] == ["out.nbmv.zip"]


def test_cells_with_windows_line_ends_are_kept(repo):
    source, out = "a = 1\r\nb = '''x\r\ny'''\r\n", "first\r\nsecond\r\n"
    notebook = b'{"cells": [],\r\n "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\r\n'
    around = CommitContext(cells=[Cell(source, outputs=out)], notebook=notebook)
    version = repo.commit({"a": 1, "text": "x\r\ny\n"}, around=around)
    again = mv.open(repo.where)
    assert again.cells(again[version.id])[0].source == source
    assert again.notebook(again[version.id]) == notebook
    assert again.load(version.id)["text"] == "x\r\ny\n"


def test_text_files_have_unix_line_ends(repo, tmp_path):
    repo.commit({"n": 1})
    Trust(tmp_path / "config").add("bundle:x")
    files = [p for p in repo.backend.root.iterdir() if p.is_file()] + [tmp_path / "config" / "trust.json"]
    assert len(files) == 3
    assert not [p for p in files if b"\r" in p.read_bytes()]


def test_changed_line_ends_in_a_store_are_detected(repo):
    """Git, an archiver or a synchronization tool may convert files as text."""
    repo.commit(values(0))
    files = {p: p.read_bytes() for p in repo.backend.root.rglob("*") if p.is_file()}
    for path, raw in files.items():
        path.write_bytes(raw.replace(b"\n", b"\r\n"))
    assert any("damaged" in problem.what for problem in mv.open(repo.where).verify(full=True))
    changed = {path.relative_to(repo.backend.root).parts[0] for path, raw in files.items() if b"\n" in raw}
    assert changed <= {"packs", "records", "profiles", ".gitignore"}  # Refs and the format file have no line ends.
    for path, raw in files.items():
        path.write_bytes(raw)
    assert mv.open(repo.where).verify(full=True) == []


def test_p9_a_junction_in_the_place_of_a_folder_and_a_foreign_place_are_not_trusted(repo, tmp_path, monkeypatch):
    root = repo.backend.root
    assert strangers(root) == ""
    (tmp_path / "elsewhere").mkdir()
    (root / "packs").symlink_to(tmp_path / "elsewhere")
    assert "link" in strangers(root)
    monkeypatch.setattr(system, "port", Windows(WindowsDisk(profile=str(tmp_path / "me"))))
    assert "outside your user profile" in strangers(root)


def test_a_pack_that_is_read_elsewhere_does_not_block_commits(repo, disk):
    repo.commit(values(0))
    others = [disk.open_elsewhere(p, SHARE_READ | SHARE_WRITE) for p in packs(repo)]
    repo.commit(values(1))
    assert mv.open(repo.where).load("v1")["n"] == 0
    for other in others:
        disk.close_elsewhere(other)
