"""Exports to Git repositories: one commit for each version, on an own branch that only grows."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from nbmodelver.errors import Damaged, NotPushed, StoreError, UsageError
from nbmodelver.exchange.git import exporter, lfs, plain, stream
from nbmodelver.registry import promote, register
from tests.exchange.git.samples import SYSTEMS, Stranger, commit, exported, git, new_repo, statuses, study

SECRET = "AKIA" + "IOSFODNN7EXAMPLE"


@pytest.mark.parametrize("system", SYSTEMS)
class TestEverySystem:
    def test_there_is_a_commit_and_a_tag_for_each_version(self, system, tmp_path: Path) -> None:
        repo = study()
        done = exported(repo, system, tmp_path / "r")
        listed = git(tmp_path / "r", "log", "--reverse", "--format=%H %s", "nbmodelver").splitlines()
        assert listed == [f"{one.native} version {n}" for n, one in enumerate(done.versions, 1)]
        assert (
            git(tmp_path / "r", "rev-parse", "v2^{commit}", "best^{commit}", "churn@v1.0.0^{commit}").split()
            == [done.versions[1].native] * 3
        )
        assert git(tmp_path / "r", "cat-file", "-t", "v3") == "tag"
        assert git(tmp_path / "r", "status", "--porcelain") == ""
        git(tmp_path / "r", "fsck", "--strict")

    def test_author_and_time_are_those_of_the_version(self, system, tmp_path: Path) -> None:
        repo = study()
        exported(repo, system, tmp_path / "r")
        version = repo["v1"]
        assert git(tmp_path / "r", "log", "-1", "--format=%an", "v1") == (version.author or "unknown")
        assert git(tmp_path / "r", "log", "-1", "--format=%ad", "--date=format-local:%Y-%m-%dT%H:%M:%S", "v1",
                   TZ="UTC0") == version.saved_at_utc[:19]  # fmt: skip

    def test_the_same_store_gives_the_same_commits(self, system, tmp_path: Path) -> None:
        repo = study()
        first, second = exported(repo, system, tmp_path / "a/r"), exported(repo, system, tmp_path / "b/r")
        assert [v.native for v in first.versions] == [v.native for v in second.versions]

    def test_again_only_new_versions_are_written(self, system, tmp_path: Path) -> None:
        repo = study()
        exported(repo, system, tmp_path / "r")
        before = git(tmp_path / "r", "for-each-ref")
        assert statuses(exported(repo, system, tmp_path / "r")) == ["again"] * 3
        assert git(tmp_path / "r", "for-each-ref") == before
        commit(repo, 4)
        assert statuses(exported(repo, system, tmp_path / "r")) == ["again"] * 3 + ["written"]
        assert git(tmp_path / "r", "rev-list", "--count", "nbmodelver") == "4"

    def test_a_dry_run_writes_nothing(self, system, tmp_path: Path) -> None:
        done = exported(study(), system, tmp_path / "r", dry_run=True)
        assert statuses(done) == ["would write"] * 3
        assert not (tmp_path / "r").exists()

    def test_a_commit_of_somebody_on_the_branch_stops_the_export(self, system, tmp_path: Path) -> None:
        repo, folder = study(), tmp_path / "r"
        exported(repo, system, folder)
        git(folder, "checkout", "-q", "nbmodelver")
        (folder / "README").write_text("mine")
        git(folder, "add", "README")
        git(folder, "commit", "-q", "-m", "mine")
        git(folder, "checkout", "-q", "--detach")
        before = git(folder, "for-each-ref")
        commit(repo, 4)
        with pytest.raises(NotPushed, match="which no export wrote"):
            exported(repo, system, folder)
        assert git(folder, "for-each-ref") == before

    def test_an_amended_commit_stops_the_export(self, system, tmp_path: Path) -> None:
        repo, folder = study(), tmp_path / "r"
        exported(repo, system, folder)
        git(folder, "checkout", "-q", "nbmodelver")
        git(folder, "commit", "-q", "--amend", "--no-edit")
        git(folder, "checkout", "-q", "--detach")
        with pytest.raises(NotPushed):
            exported(repo, system, folder)

    def test_the_branch_of_the_user_stays_as_it_is(self, system, tmp_path: Path) -> None:
        other = Stranger(tmp_path / "r")
        head = other.commit("mine", README="mine")
        exported(study(), system, other.folder)
        assert git(other.folder, "rev-parse", "HEAD", "main").split() == [head, head]
        assert git(other.folder, "symbolic-ref", "HEAD") == "refs/heads/main"
        assert git(other.folder, "status", "--porcelain") == ""
        assert sorted(p.name for p in other.folder.iterdir() if p.name not in (".git", ".dvc")) == ["README"]

    def test_a_branch_that_is_checked_out_is_refused(self, system, tmp_path: Path) -> None:
        repo, folder = study(), tmp_path / "r"
        exported(repo, system, folder)
        git(folder, "checkout", "-q", "nbmodelver")
        with pytest.raises(UsageError, match="is checked out"):
            exported(repo, system, folder)

    def test_a_tag_of_somebody_else_stays(self, system, tmp_path: Path) -> None:
        other = Stranger(tmp_path / "r")
        head = other.commit("mine", README="mine")
        git(other.folder, "tag", "best")
        git(other.folder, "tag", "-a", "v3", "-m", "mine")
        done = exported(study(), system, other.folder)
        assert git(other.folder, "rev-parse", "best", "v3^{commit}").split() == [head, head]
        assert [text.split(" was there")[0] for text in done.labels] == ["tag best", "tag v3"]

    def test_a_tag_that_moved_here_moves_there(self, system, tmp_path: Path) -> None:
        repo = study()
        exported(repo, system, tmp_path / "r")
        repo.tag("best", repo["v3"], move=True)
        done = exported(repo, system, tmp_path / "r")
        assert "tag best was moved" in done.labels
        assert git(tmp_path / "r", "rev-parse", "best^{commit}") == git(tmp_path / "r", "rev-parse", "v3^{commit}")

    def test_a_stage_move_adds_tags_only(self, system, tmp_path: Path) -> None:
        repo = study()
        register.register(repo, register.RegisterRequest("churn", "v3", "model", "1.1.0"))
        promote.promote(repo, promote.PromoteRequest("churn/1.0.0", "production", "better"))
        exported(repo, system, tmp_path / "r")
        tip = git(tmp_path / "r", "rev-parse", "nbmodelver")
        promote.promote(repo, promote.PromoteRequest("churn/1.1.0", "production", "better"))
        exported(repo, system, tmp_path / "r")
        exported(repo, system, tmp_path / "r")
        tags = git(tmp_path / "r", "tag", "-l", "churn#*").split()
        assert tags == ["churn#production#1", "churn#production#2"]
        assert git(tmp_path / "r", "rev-parse", "churn#production#2^{commit}", "nbmodelver").split() == [tip, tip]

    def test_a_killed_export_goes_on(self, system, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It stops before a commit, between the commits and the tags, and in the middle of the stream."""
        repo, folder = study(), tmp_path / "r"
        real, calls = stream.write_commit, []

        def killed(*args: object) -> str:
            calls.append(1)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return real(*args)  # type: ignore[arg-type]

        with monkeypatch.context() as patched:
            patched.setattr(exporter, "write_commit", killed)
            with pytest.raises(KeyboardInterrupt):
                exported(repo, system, folder)
        assert git(folder, "rev-list", "--count", "nbmodelver") == "1"
        with monkeypatch.context() as patched:
            patched.setattr(stream, "_pieces", self.cut)
            with pytest.raises(KeyboardInterrupt):
                exported(repo, system, folder)
        assert git(folder, "rev-list", "--count", "nbmodelver") == "1"
        with monkeypatch.context() as patched:
            patched.setattr(exporter, "write_labels", self.killed)
            with pytest.raises(KeyboardInterrupt):
                exported(repo, system, folder)
        assert statuses(exported(repo, system, folder)) == ["again"] * 3
        clean = exported(repo, system, tmp_path / "clean/r")
        assert git(folder, "rev-parse", "nbmodelver") == clean.versions[-1].native
        assert git(folder, "tag").split() == git(tmp_path / "clean/r", "tag").split()
        assert git(folder, "status", "--porcelain") == ""

    @staticmethod
    def cut(branch, new):
        pieces = list(PIECES(branch, new))
        yield from pieces[: len(pieces) // 2]
        raise KeyboardInterrupt

    @staticmethod
    def killed(*_: object):
        raise KeyboardInterrupt

    def test_a_secret_stops_the_export(self, system, tmp_path: Path) -> None:
        repo = new_repo()
        repo.commit({"note": [SECRET]}, "one", allow_secrets=["note"])
        with pytest.raises(UsageError, match="secret"):
            exported(repo, system, tmp_path / "r")

    def test_nothing_of_the_user_configuration_runs(self, system, tmp_path: Path, monkeypatch) -> None:
        marker, hooks = tmp_path / "ran", tmp_path / "hooks"
        hooks.mkdir()
        for name in ("reference-transaction", "post-checkout", "pre-commit", "post-index-change"):
            (hooks / name).write_text(f"#!/bin/sh\ntouch {marker}\n")
            (hooks / name).chmod(0o755)
        (tmp_path / "config").write_text(f"[core]\nhooksPath = {hooks}\nfsmonitor = {hooks}/pre-commit\n")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
        monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
        other = Stranger.__new__(Stranger)
        other.folder = tmp_path / "r"
        exported(study(), system, other.folder)
        assert not marker.exists()
        assert not (tmp_path / "elsewhere").exists()


PIECES = stream._pieces


class TestParents:
    def test_a_version_that_continues_from_an_older_one_has_it_as_first_parent(self, tmp_path: Path) -> None:
        repo = new_repo()
        commit(repo, 1)
        commit(repo, 2)
        repo.history.set_head(repo["v1"].id)
        commit(repo, 3)
        done = exported(repo, "git", tmp_path / "r")
        commits = [one.native for one in done.versions]
        assert repo["v3"].parents == (repo["v1"].id,)
        assert git(tmp_path / "r", "log", "-1", "--format=%P", "v3").split() == commits[:2]

    def test_versions_without_their_parents_follow_the_newest(self, tmp_path: Path) -> None:
        repo = study()
        exported(repo, "git", tmp_path / "r", revisions=("v1",))
        done = exported(repo, "git", tmp_path / "r", revisions=("v3",))
        exported(repo, "git", tmp_path / "r", revisions=("v2",))
        assert git(tmp_path / "r", "rev-parse", "v3^") == git(tmp_path / "r", "rev-parse", "v1^{commit}")
        assert git(tmp_path / "r", "rev-list", "--count", "nbmodelver") == "3"
        assert statuses(done) == ["written"]


class TestDvc:
    def test_values_lie_in_the_cache_and_are_read_only(self, tmp_path: Path) -> None:
        exported(study(), "dvc", tmp_path / "r")
        out = json.loads(git(tmp_path / "r", "show", "v1:data/df.parquet.dvc"))["outs"][0]
        file = tmp_path / "r" / ".dvc/cache/files/md5" / out["md5"][:2] / out["md5"][2:]
        assert hashlib.md5(file.read_bytes()).hexdigest() == out["md5"]
        assert file.stat().st_mode & 0o777 == 0o444
        assert out["path"] == "df.parquet"
        assert git(tmp_path / "r", "show", "v1:data/.gitignore").split() == ["/arr.npy", "/df.parquet"]

    def test_parameters_are_read_alike_by_yaml_1_1(self, tmp_path: Path) -> None:
        import yaml

        repo = new_repo()
        given = {"lr": 1e-05, "n": 3, "name": "yes", "deep": {"a": [1, 2.5, None]}, "é": "\U0001f600", "big": 1e300}
        repo.commit({"alpha": 1}, "one", params=given)
        exported(repo, "dvc", tmp_path / "r")
        read = yaml.safe_load(git(tmp_path / "r", "show", "v1:params.yaml"))
        assert {key: read[key] for key in given} == given

    def test_the_artifact_has_the_name_of_the_target(self, tmp_path: Path) -> None:
        exported(study(), "dvc", f"{tmp_path / 'r'}#iris")
        project = json.loads(git(tmp_path / "r", "show", "v2:dvc.yaml"))
        assert set(project["artifacts"]) == {"iris", "churn"}
        assert git(tmp_path / "r", "tag", "-l", "iris@*").split() == ["iris@v1.0.0", "iris@v2.0.0", "iris@v3.0.0"]

    def test_an_invalid_name_of_an_artifact_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"try: .*#my-model"):
            exported(study(), "dvc", f"{tmp_path / 'r'}#my model")

    def test_a_bare_repository_is_refused(self, tmp_path: Path) -> None:
        git(tmp_path, "init", "-q", "--bare", "r")
        with pytest.raises(UsageError, match="no working tree"):
            exported(study(), "dvc", tmp_path / "r")

    def test_a_damaged_cache_is_named(self, tmp_path: Path) -> None:
        repo = study()
        exported(repo, "dvc", tmp_path / "a")
        for file in (tmp_path / "a/.dvc/cache/files/md5").glob("*/*"):
            file.chmod(0o644)
            file.write_bytes(bytes(file.stat().st_size))
        git(tmp_path / "a", "update-ref", "-d", "refs/heads/nbmodelver")
        with pytest.raises(Damaged, match="is damaged"):
            exported(repo, "dvc", tmp_path / "a")


class TestLfs:
    def test_pointers_are_small_and_lead_to_the_content(self, tmp_path: Path) -> None:
        exported(study(), "git-lfs", tmp_path / "r")
        text = subprocess.check_output(["git", "-C", tmp_path / "r", "cat-file", "blob", "v1:data/df.parquet"])
        pointer = lfs.pointer_of(text)
        assert pointer is not None
        content = tmp_path / "r/.git/lfs/objects" / pointer.sha256[:2] / pointer.sha256[2:4] / pointer.sha256
        assert hashlib.sha256(content.read_bytes()).hexdigest() == pointer.sha256
        assert content.stat().st_size == pointer.size_bytes

    def test_a_bare_repository_gets_objects_and_commits(self, tmp_path: Path) -> None:
        git(tmp_path, "init", "-q", "--bare", "r")
        exported(study(), "git-lfs", tmp_path / "r")
        assert (tmp_path / "r/lfs/objects").is_dir()
        assert git(tmp_path / "r", "rev-list", "--count", "nbmodelver") == "3"

    @pytest.mark.parametrize(
        ("text", "is_pointer"),
        [
            (lfs.pointer_text("a" * 64, 5), True),
            (lfs.pointer_text("a" * 64, 5).replace(b"\n", b"\r\n"), True),
            (lfs.pointer_text("a" * 64, 5).rstrip(), True),
            (lfs.pointer_text("a" * 64, 5).replace(b"oid", b"ext-0-foo sha256:1\noid"), True),
            (lfs.pointer_text("a" * 64, 5) + b"more 1\n", False),
            (b"size 5\n" + lfs.pointer_text("a" * 64, 5), False),
            (lfs.pointer_text("../../../../etc/passwd", 5), False),
            (b"", False),
        ],
    )
    def test_pointers_are_recognised(self, text: bytes, is_pointer: bool) -> None:
        assert (lfs.pointer_of(text) is not None) is is_pointer


class TestPlain:
    def test_a_large_file_is_refused_and_names_the_way_out(self, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setattr(plain, "MOST_BLOB_BYTES", 1000)
        with pytest.raises(UsageError, match="git-lfs"):
            exported(study(), "git", tmp_path / "r")


class TestTargets:
    def test_a_folder_with_other_files_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "r").mkdir()
        (tmp_path / "r" / "mine").touch()
        with pytest.raises(UsageError, match="is no Git repository"):
            exported(study(), "git", tmp_path / "r")
        (tmp_path / "r" / "mine").unlink()
        exported(study(), "git", tmp_path / "r")

    def test_a_repository_above_the_folder_does_not_count(self, tmp_path: Path) -> None:
        above = Stranger(tmp_path)
        head = above.commit("mine", README="mine")
        exported(study(), "git", tmp_path / "r")
        assert git(tmp_path, "rev-parse", "HEAD") == head
        assert git(tmp_path, "branch", "--list", "nbmodelver") == ""

    def test_a_branch_that_moves_meanwhile_stays(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        repo, other = study(), Stranger(tmp_path / "r")
        exported(repo, "git", other.folder)
        commit(repo, 4)

        def moved(branch, new):
            tree = git(other.folder, "rev-parse", "nbmodelver^{tree}")
            mine = git(other.folder, "commit-tree", tree, "-m", "mine", "-p", "nbmodelver")
            git(other.folder, "update-ref", "refs/heads/nbmodelver", mine)
            yield from PIECES(branch, new)

        monkeypatch.setattr(stream, "_pieces", moved)
        with pytest.raises(NotPushed, match="was moved by another program"):
            exported(repo, "git", other.folder)
        assert git(other.folder, "log", "-1", "--format=%s", "nbmodelver") == "mine"

    def test_two_models_with_one_name_for_gto_are_refused(self) -> None:
        from nbmodelver.exchange.git.plain import PlainLayout
        from nbmodelver.model.exchange import Facts, RegisteredAs

        facts = Facts("1" * 40, "v1", 1, registered=(RegisteredAs("a.b", "1.0.0"), RegisteredAs("a-b", "1.0.0")))
        with pytest.raises(UsageError, match="same name"):
            list(exporter.GitExporter(Path("nowhere"), PlainLayout()).losses([facts]))

    def test_a_full_disk_is_an_error_with_a_way_out(self, tmp_path: Path, monkeypatch) -> None:
        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("nbmodelver.exchange.git.dvc.place", full)
        with pytest.raises(StoreError, match="No space"):
            exported(study(), "dvc", tmp_path / "r")
