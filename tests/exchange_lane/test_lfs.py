"""Git LFS checks and clones what we export, and we read what it wrote."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from tests.exchange.git.samples import Stranger, exported, git, imported, new_repo, study

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.exchange_clients
CSV = b"a,b\n1,2\n3,4\n"


def test_every_commit_passes_the_check(tmp_path: Path, client: Callable[..., str]) -> None:
    folder = tmp_path / "r"
    exported(study(), "git-lfs", folder)
    commits = git(folder, "rev-list", "nbmodelver").split()
    assert len(commits) == 3
    for commit in commits:
        assert "OK" in client(folder, "git", "lfs", "fsck", "--dry-run", commit)
    listed = client(folder, "git", "lfs", "ls-files", "--all").splitlines()
    assert len(listed) >= 5
    (tmp_path / "pointer").write_text(git(folder, "cat-file", "blob", "v1:data/df.parquet") + "\n")
    client(tmp_path, "git", "lfs", "pointer", "--check", "--strict", "--file", "pointer")


def test_a_clone_has_the_content(tmp_path: Path, client: Callable[..., str]) -> None:
    folder = tmp_path / "r"
    exported(study(), "git-lfs", folder)
    client(tmp_path, "git", "lfs", "install", "--skip-repo")
    client(tmp_path, "git", "clone", "-q", str(folder), "clone")
    for name in ("v1", "v3"):
        client(tmp_path / "clone", "git", "checkout", "-q", name)
        for member in json.loads((tmp_path / "clone/nbmodelver.json").read_text())["members"]:
            content = (tmp_path / "clone" / member["path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == member["sha256"]
        assert client(tmp_path / "clone", "git", "status", "--porcelain") == ""


def test_the_content_is_checked_out_where_we_exported(tmp_path: Path, client: Callable[..., str]) -> None:
    folder = tmp_path / "r"
    exported(study(), "git-lfs", folder)
    client(folder, "git", "lfs", "install", "--local")
    client(folder, "git", "lfs", "checkout")
    assert (folder / "data/df.parquet").read_bytes()[:4] == b"PAR1"
    assert client(folder, "git", "status", "--porcelain") == ""


def test_what_git_lfs_wrote_comes_in(tmp_path: Path, client: Callable[..., str]) -> None:
    other, back = Stranger(tmp_path / "r"), new_repo()
    client(other.folder, "git", "lfs", "install", "--local")
    client(other.folder, "git", "lfs", "track", "*.csv")
    other.write("train.csv", CSV)
    client(other.folder, "git", "add", "-A")
    client(other.folder, "git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-q", "-m", "one")
    assert git(other.folder, "cat-file", "blob", "HEAD:train.csv").startswith("version https://git-lfs")
    imported(back, "git-lfs", other.folder)
    assert list(back.loaded(back["v1"], ["train"])[0]["train"]["b"]) == [2, 4]
