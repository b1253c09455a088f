"""Writing of bundles."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.errors import UsageError
from nbmodelver.repo.transfer import portable


def test_the_same_version_gives_the_same_bytes_in_another_process(made, tmp_path: Path) -> None:
    repo, _, path = made
    code = (
        "import sys, pathlib, nbmodelver as mv; from nbmodelver import bundle;"
        "repo = mv.open(sys.argv[1]); bundle.write(repo, repo['v1'], pathlib.Path(sys.argv[2]))"
    )
    twin = tmp_path / "twin.nbmv.zip"
    environment = {**os.environ, "PYTHONHASHSEED": "5", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code, repo.where, twin], check=True, cwd=tmp_path, env=environment)
    assert twin.read_bytes() == path.read_bytes()


def test_a_bundle_contains_no_path_of_the_machine(made, unzipped: Path) -> None:
    repo, version, _ = made
    leaving = portable.taken_out(repo, version)
    inside = [bytes(portable.raw(repo, leaving, part)) for part in leaving.parts]
    inside += [file.read_bytes() for file in unzipped.rglob("*") if file.is_file()]
    for place in (Path.cwd(), Path(repo.where).parent, Path(sys.prefix), Path.home() / "x"):
        assert not any(str(place).encode() in data for data in inside), place


def test_sha256sum_alone_verifies_a_bundle(unzipped: Path) -> None:
    done = subprocess.run(
        ["sha256sum", "-c", "manifest-sha256.txt"], cwd=unzipped, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stdout.count(": OK") == sum(f.is_file() for f in unzipped.rglob("*")) - 1


def test_names_that_differ_in_case_or_are_not_ascii_get_files_of_their_own(made) -> None:
    files = [v["file"].lower() for v in bundle.inspect(made[2]).variables if "file" in v]
    assert len(set(files)) == len(files) == 8


def test_another_file_is_replaced_only_on_request(made, tmp_path: Path) -> None:
    repo, version, path = made
    (tmp_path / "precious").write_text("mine")
    with pytest.raises(UsageError, match="already exists"):
        bundle.write(repo, version, tmp_path / "precious")
    assert (tmp_path / "precious").read_text() == "mine"
    assert bundle.write(repo, version, path) == path
    (tmp_path / "old").write_text("old")
    assert bundle.write(repo, version, tmp_path / "old", overwrite=True).read_bytes() == path.read_bytes()
    (tmp_path / "old").unlink()
    with pytest.raises(UsageError, match="no folder"):
        bundle.write(repo, version, tmp_path / "none" / "x.nbmv.zip")
    with pytest.raises(UsageError, match="is a folder"):
        bundle.write(repo, version, tmp_path)
    assert os.listdir(tmp_path) == ["precious"]


def test_p14_a_secret_is_exported_only_if_it_is_allowed_by_name(tmp_path: Path, monkeypatch) -> None:
    repo = mv.open(tmp_path / "store", create=True)
    version = repo.commit({"config": {"user": "ada", "note": "correct-horse-battery"}, "x": 1})
    monkeypatch.setenv("DB_PASSWORD", "correct-horse-battery")
    with pytest.raises(UsageError, match=r"'config' may hold a secret.*DB_PASSWORD"):
        bundle.write(repo, version, tmp_path / "a.nbmv.zip")
    assert os.listdir(tmp_path) == ["store"]
    assert bundle.write(repo, version, tmp_path / "a.nbmv.zip", allow_secrets=["config"]).exists()


def test_an_interrupted_export_leaves_nothing(made, tmp_path: Path) -> None:
    def stop(done: int, _total: int, _what: str) -> None:
        if done > 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bundle.write(made[0], made[1], tmp_path / "x.nbmv.zip", stop)
    assert os.listdir(tmp_path) == []
