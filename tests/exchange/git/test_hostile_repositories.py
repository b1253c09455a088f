"""Repositories that want to run programs, to leave their folder, or to use up memory."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest

from nbmodelver.errors import Damaged, LimitExceeded, NbmodelverError
from nbmodelver.exchange import systems
from nbmodelver.exchange.git import commands, dvc_files, history, objects, recorded
from tests.exchange.git.samples import Stranger, exported, git, imported, new_repo, study

CSV = b"a,b\n1,2\n"


@pytest.fixture
def other(tmp_path: Path) -> Stranger:
    return Stranger(tmp_path / "r")


def names(system: str, folder: Path) -> list[tuple[str, ...]]:
    return [one.values for one in systems.importer(system, str(folder)).found()]


@pytest.mark.parametrize("system", ["dvc", "git-lfs", "git"])
def test_nothing_of_a_configuration_runs(system: str, other: Stranger, tmp_path: Path) -> None:
    """Hooks, monitors, filters, helpers of signatures and of remotes: none is started, in or out."""
    marker = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\necho "$0 $@" >> {marker}\nexit 1\n')
    program.chmod(0o755)
    other.tracked("data.csv", CSV)
    sha256 = hashlib.sha256(CSV).hexdigest()
    other.write(f".git/lfs/objects/{sha256[:2]}/{sha256[2:4]}/{sha256}", CSV)
    other.write("more.csv", f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {len(CSV)}\n")
    other.commit("one", plain_DOT_csv=CSV, _DOT_gitattributes="*.csv filter=evil diff=evil merge=evil\n")
    config = other.folder / ".git" / "config"
    with config.open("a") as file:
        file.write(
            f"[core]\n\tfsmonitor = {program}\n\thooksPath = {tmp_path}/hooks\n\tpager = {program}\n"
            f"\tsshCommand = {program}\n\teditor = {program}\n\talternateRefsCommand = {program}\n"
            f"[filter \"evil\"]\n\tclean = {program}\n\tsmudge = {program}\n\tprocess = {program}\n"
            f"[diff \"evil\"]\n\ttextconv = {program}\n\tcommand = {program}\n[diff]\n\texternal = {program}\n"
            f"[log]\n\tshowSignature = true\n[gpg]\n\tprogram = {program}\n[commit]\n\tgpgSign = true\n"
            f"[tag]\n\tgpgSign = true\n[alias]\n\trev-list = !{program}\n\tcat-file = !{program}\n"
            f"[remote \"origin\"]\n\turl = ext::{program}\n\tpromisor = true\n\tvcs = evil\n"
            f"[protocol]\n\tallow = always\n[protocol \"ext\"]\n\tallow = always\n"
            f"[extensions]\n\tpartialClone = origin\n[credential]\n\thelper = !{program}\n"
        )  # fmt: skip
    hooks = tmp_path / "hooks"
    for folder in (hooks, other.folder / ".git" / "hooks"):
        folder.mkdir(exist_ok=True)
        for name in ("reference-transaction", "post-checkout", "post-index-change", "pre-auto-gc"):
            (folder / name).write_text(program.read_text())
            (folder / name).chmod(0o755)
    assert names(system, other.folder)
    imported(new_repo(), system, other.folder)
    exported(study(), system, other.folder)
    assert not marker.exists(), marker.read_text()


def test_a_missing_object_of_a_partial_clone_is_not_fetched(other: Stranger, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    other.commit("one", a_DOT_csv=CSV)
    with (other.folder / ".git" / "config").open("a") as file:
        file.write(
            f"[remote \"origin\"]\n\turl = ext::touch {marker}\n\tpromisor = true\n"
            "[protocol \"ext\"]\n\tallow = always\n[extensions]\n\tpartialClone = origin\n[core]\n"
            "\trepositoryFormatVersion = 1\n"
        )  # fmt: skip
    blob = git(other.folder, "rev-parse", "HEAD:a.csv")
    (other.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(Damaged, match="is missing"):
        names("git", other.folder)
    assert not marker.exists()


class TestPaths:
    @pytest.mark.parametrize(
        "path", ["../secret.csv", "/etc/passwd", "a/../../secret.csv", "..", "C:/x", "a\\..\\..\\b", "~/x"]
    )
    def test_an_output_outside_of_the_repository_is_left_out(self, other: Stranger, path: str) -> None:
        md5 = other.tracked("good.csv", CSV)
        outs = {"outs": [{"path": path, "md5": md5, "hash": "md5"}]}
        other.commit("one", bad_DOT_dvc=json.dumps(outs))
        done = imported(new_repo(), "dvc", other.folder, dry_run=True)
        assert [one.values for one in done.versions] == [("good",)]
        assert [one.why for one in done.left_out] == ["its path leads out of the repository"]

    @pytest.mark.parametrize("md5", ["../../../../etc/passwd", "ab/../../../x", "zz", "A" * 32, "", "0" * 31 + "\n"])
    def test_an_md5_of_another_form_is_left_out(self, other: Stranger, md5: str) -> None:
        other.tracked("good.csv", CSV)
        other.commit("one", bad_DOT_dvc=json.dumps({"outs": [{"path": "bad.csv", "md5": md5, "hash": "md5"}]}))
        done = imported(new_repo(), "dvc", other.folder, dry_run=True)
        assert [one.values for one in done.versions] == [("good",)]

    @pytest.mark.parametrize("relpath", ["../../x.csv", "/etc/passwd", "", "."])
    def test_a_file_outside_of_its_folder_is_refused(self, relpath: str) -> None:
        out = dvc_files.DvcOut("data", "0" * 32 + ".dir", is_old=False)
        with pytest.raises(dvc_files.Malformed):
            list(dvc_files.files_of_folder(out, json.dumps([{"relpath": relpath, "md5": "0" * 32}]).encode()))

    def test_links_in_the_cache_are_not_followed(self, other: Stranger, tmp_path: Path) -> None:
        secret = tmp_path / "secret.csv"
        secret.write_bytes(CSV)
        md5 = other.tracked("data.csv", CSV)
        place = other.folder / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
        place.unlink()
        place.symlink_to(secret)
        other.commit("one")
        done = imported(new_repo(), "dvc", other.folder, dry_run=True)
        assert [one.what for one in done.left_out] == ["data.csv"]
        place.unlink()
        place.parent.rmdir()
        (tmp_path / "outside").mkdir()
        (tmp_path / "outside" / md5[2:]).write_bytes(CSV)
        place.parent.symlink_to(tmp_path / "outside")
        done = imported(new_repo(), "dvc", other.folder, dry_run=True)
        assert [one.what for one in done.left_out] == ["data.csv"]

    def test_a_pipe_in_the_cache_does_not_block(self, other: Stranger) -> None:
        md5 = other.tracked("data.csv", CSV)
        place = other.folder / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
        place.unlink()
        os.mkfifo(place)
        other.commit("one")
        assert imported(new_repo(), "dvc", other.folder, dry_run=True).left_out

    def test_links_in_commits_are_left_out(self, other: Stranger, tmp_path: Path) -> None:
        (tmp_path / "secret.csv").write_bytes(CSV)
        other.commit("one", good_DOT_csv=CSV)
        (other.folder / "link.csv").symlink_to(tmp_path / "secret.csv")
        other.commit("two")
        assert names("git", other.folder) == [("good",)]

    @pytest.mark.parametrize("name", [b"..", b".", b".git", b".GIT", b"a/b.csv", b"a\\b.csv", b"x\n.csv", b"\xff.csv"])
    def test_names_that_leave_a_folder_are_left_out(self, name: bytes) -> None:
        data = b"100644 " + name + b"\0" + bytes(20) + b"40000 " + name + b"\0" + bytes(20)
        assert objects._entries(data, 20) == []

    @pytest.mark.parametrize("data", [b"100644 a", b"100644 a\0abc", b"100644"])
    def test_a_tree_that_is_cut_is_damaged(self, data: bytes) -> None:
        with pytest.raises(Damaged):
            objects._entries(data, 20)


class TestSizes:
    def test_a_tree_that_contains_itself_many_times_is_refused(self, other: Stranger, monkeypatch) -> None:
        """Ten levels with ten folders each, in eleven objects: 10 ** 10 folders."""
        monkeypatch.setattr(objects, "MOST_TREES", 5000)
        blob = git(other.folder, "hash-object", "-w", "--stdin")
        tree, kind, name = blob, "100644 blob", "f.csv"
        for _ in range(10):
            text = "".join(f"{kind} {tree}\t{n}{name}\n" for n in range(10))
            done = subprocess.run(["git", "-C", other.folder, "mktree"], input=text, capture_output=True, text=True,
                                  check=True)  # fmt: skip
            tree, kind, name = done.stdout.strip(), "040000 tree", "d"
        head = git(other.folder, "commit-tree", tree, "-m", "bomb")
        git(other.folder, "update-ref", "refs/heads/main", head)
        with pytest.raises(LimitExceeded):
            names("git", other.folder)

    @pytest.mark.parametrize(
        "text",
        [
            "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
            "a: &a {b: *a}\n",
            "[" * 5000,
            "a: !!python/object/apply:os.system [touch /tmp/nbmodelver-ran]\n",
            "\t\0",
            "- 1\n- 2\n",
            "a: {b: [1, {c: 2}], 2024-05-01: 2024-05-01}\n",
        ],
    )
    def test_odd_parameters_are_left_out_or_plain(self, other: Stranger, text: str) -> None:
        other.tracked("data.csv", CSV)
        other.commit("one", params_DOT_yaml=text)
        (found,) = systems.importer("dvc", str(other.folder)).found()
        json.dumps(found.facts.params)
        assert not Path("/tmp/nbmodelver-ran").exists()

    def test_a_deep_mapping_ends(self) -> None:
        deep: dict[str, object] = {}
        deep["self"] = deep
        assert list(recorded._flat(deep)) == []
        wide: object = "x"
        for _ in range(15):
            wide = {str(n): wide for n in range(10)}
        assert len(list(recorded._flat(wide))) <= recorded.MOST_VALUES

    def test_a_large_file_with_parameters_is_left_out(self, other: Stranger, monkeypatch) -> None:
        monkeypatch.setattr(dvc_files, "MOST_TEXT_BYTES", 200)
        other.tracked("data.csv", CSV)
        other.commit("one", params_DOT_json=json.dumps({"a": "x" * 300}))
        done = imported(new_repo(), "dvc", other.folder, dry_run=True)
        assert [one.what for one in done.left_out] == ["params.json"]

    def test_a_commit_with_odd_people_and_dates_comes_in(self, other: Stranger) -> None:
        other.commit("one", a_DOT_csv=CSV)
        tree = git(other.folder, "rev-parse", "HEAD^{tree}")
        head = f"tree {tree}\nauthor A <B> <c> 99999999999999999 +9999\ncommitter x\n\n"
        text = head.encode() + b"\xff"
        done = subprocess.run(
            ["git", "-C", other.folder, "hash-object", "-t", "commit", "-w", "--literally", "--stdin"],
            input=text, capture_output=True, check=True,
        )  # fmt: skip
        git(other.folder, "update-ref", "refs/heads/main", done.stdout.decode().strip())
        (found,) = systems.importer("git", str(other.folder)).found()
        assert found.facts.saved_at_utc == ""
        imported(new_repo(), "git", other.folder)


class TestForgedExports:
    def test_a_changed_file_of_an_export_is_named(self, tmp_path: Path) -> None:
        exported(study(), "git", tmp_path / "r")
        folder = tmp_path / "r"
        (folder / "version.nbmv.zip").write_bytes(b"other")
        git(folder, "add", "version.nbmv.zip")
        message = git(folder, "log", "-1", "--format=%B")
        name, mail = history.WRITER[:-1].split(" <")
        git(folder, "commit", "-q", "-m", message, GIT_COMMITTER_NAME=name, GIT_COMMITTER_EMAIL=mail)
        with pytest.raises(NbmodelverError, match="another content"):
            imported(new_repo(), "git", folder)

    def test_a_sidecar_of_another_version_is_refused(self, tmp_path: Path) -> None:
        repo = study()
        exported(repo, "git", tmp_path / "r")
        folder = tmp_path / "r"
        name, mail = history.WRITER[:-1].split(" <")
        message = git(folder, "log", "-1", "--format=%B").replace(repo["v3"].id, repo["v1"].id)
        git(folder, "commit", "-q", "--allow-empty", "-m", message, GIT_COMMITTER_NAME=name, GIT_COMMITTER_EMAIL=mail)
        with pytest.raises(Damaged, match="another version"):
            imported(new_repo(), "git", folder)

    def test_a_trailer_alone_is_no_export(self, other: Stranger) -> None:
        other.commit(f"one\n\nNbmodelver-Version: {'1' * 40}", a_DOT_csv=CSV)
        (found,) = systems.importer("git", str(other.folder)).found()
        assert found.own == ""


def test_no_variable_of_the_user_for_git_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "evil")
    assert commands.environment().keys() & {"GIT_DIR", "GIT_EXTERNAL_DIFF"} == set()
