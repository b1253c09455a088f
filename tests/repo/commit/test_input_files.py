"""Input files of a commit: what is stored, what is only hashed, and what is kept of the parent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.model import ReadFile, Version
from nbmodelver.repo import CommitContext
from nbmodelver.repo.commit import input_files

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


def read(file: Path, path: str = "", changed: str = "") -> ReadFile:
    found = file.stat()
    return ReadFile(path or file.name, str(file), found.st_size, found.st_mtime_ns, changed)


def committed(repo: Repo, *files: ReadFile) -> Version:
    return repo.commit({"a": 1}, around=CommitContext(read=files))


def test_a_file_is_stored_once_and_verified(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"a\n1\n" * 5000)
    version = committed(repo, read(tmp_path / "x.csv"))
    (file,) = version.inputs
    assert file.is_kept
    assert bytes(repo.parts.get(file.digest)) == b"a\n1\n" * 5000  # type: ignore[arg-type]
    assert committed(repo, read(tmp_path / "x.csv")).new_bytes < 2000
    assert not repo.verify(full=True)


def test_gc_keeps_the_files_of_versions(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"abc")
    version = committed(repo, read(tmp_path / "x.csv"))
    repo.gc(grace_s=0)
    assert bytes(repo.parts.get(version.inputs[0].digest)) == b"abc"  # type: ignore[arg-type]


def test_a_file_that_changes_before_it_is_stored_has_no_content(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"abc")
    seen = read(tmp_path / "x.csv")
    (tmp_path / "x.csv").write_bytes(b"abcd")
    (file,) = committed(repo, seen).inputs
    assert (file.is_kept, file.digest, file.reason) == (False, "", "it was changed after a cell read it")


def test_a_file_that_cannot_be_read_is_named_and_the_commit_goes_on(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"abc")
    seen = read(tmp_path / "x.csv")
    (tmp_path / "x.csv").unlink()
    (file,) = committed(repo, seen).inputs
    assert "could not be read" in file.reason


def test_the_content_of_one_commit_is_limited(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_files, "MOST_KEPT_BYTES", 10)
    for name in "ab":
        (tmp_path / name).write_bytes(b"12345678" + name.encode())
    kept = {i.path: i.is_kept for i in committed(repo, read(tmp_path / "a"), read(tmp_path / "b")).inputs}
    assert kept == {"a": True, "b": False}


def test_the_number_of_files_is_limited_to_those_read_last(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(input_files, "MOST_FILES", 2)
    for name in "abc":
        (tmp_path / name).write_bytes(name.encode())
    assert [i.path for i in committed(repo, *(read(tmp_path / n) for n in "abc")).inputs] == ["b", "c"]


@pytest.mark.parametrize("name", [".env", "id_rsa", "server.pem", "config/credentials.json", "secrets.toml"])
def test_a_name_of_a_file_with_secrets_is_never_stored(repo: Repo, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (file,) = committed(repo, read(tmp_path / "file", name)).inputs
    assert (file.is_kept, file.digest) == (False, "")


def test_the_setting_switches_it_off(repo: Repo, tmp_path: Path) -> None:
    repo.settings.set("input_files_mb", "0")
    (tmp_path / "x.csv").write_bytes(b"abc")
    (file,) = committed(repo, read(tmp_path / "x.csv")).inputs
    assert not file.is_kept
    assert file.digest


def test_a_secret_is_not_hashed_either_when_no_content_is_stored(repo: Repo, tmp_path: Path) -> None:
    repo.settings.set("input_files_mb", "0")
    (tmp_path / "x.txt").write_text("AKIA" + "ABCDEFGHIJKLMNOP")
    (file,) = committed(repo, read(tmp_path / "x.txt")).inputs
    assert (file.digest, file.is_kept) == ("", False)
    assert "may hold a secret" in file.reason
