"""Imports from Git repositories: exports of ours come back, and histories of others become versions."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from nbmodelver.actions import exchange
from nbmodelver.errors import Damaged, UsageError
from nbmodelver.exchange import systems, yaml_files
from nbmodelver.exchange.git import lfs
from nbmodelver.registry import reading
from tests.exchange.git.samples import (
    FRAME,
    SYSTEMS,
    Stranger,
    commit,
    exported,
    git,
    imported,
    new_repo,
    statuses,
    study,
)

if TYPE_CHECKING:
    from nbmodelver.model.exchange import Facts

CSV = b"a,b\n1,2\n3,4\n"


def facts_of(system: str, folder: Path) -> list[Facts]:
    return [one.facts for one in systems.importer(system, str(folder)).found()]


@pytest.mark.parametrize("system", SYSTEMS)
class TestRoundTrip:
    def test_versions_come_back_exactly(self, system, tmp_path: Path) -> None:
        repo, back = study(), new_repo()
        exported(repo, system, f"{tmp_path / 'r'}#iris")
        assert statuses(imported(back, system, tmp_path / "r")) == ["new"] * 3
        for name in ("v1", "v2", "v3"):
            assert back[name].kept == repo[name].kept
            assert (back[name].message, back[name].saved_at_utc) == (repo[name].message, repo[name].saved_at_utc)
        assert back["best"].number == 2
        assert [(v.number, v.version) for v in reading.versions(back, "churn")] == [("1.0.0", back["v2"].id)]
        assert reading.names(back) == ["churn"]
        assert statuses(imported(back, system, tmp_path / "r")) == ["again"] * 3

    def test_the_store_that_exported_knows_its_versions(self, system, tmp_path: Path) -> None:
        repo = study()
        exported(repo, system, tmp_path / "r")
        assert statuses(imported(repo, system, tmp_path / "r")) == ["again"] * 3
        assert len(repo.log()) == 3

    def test_without_the_bundle_values_come_back_equal(self, system, tmp_path: Path) -> None:
        repo, back = study(), new_repo()
        exported(repo, system, tmp_path / "r", names=frozenset({"df"}))
        found = systems.importer(system, str(tmp_path / "r"))
        first = next(iter(found.found()))
        (tmp_path / "w").mkdir()
        arrival = found.read(first, tmp_path / "w")
        assert arrival.bundle is not None
        imported(back, system, tmp_path / "r")
        pd.testing.assert_frame_equal(back.loaded(back["v1"], ["df"])[0]["df"], FRAME)

    def test_commits_of_others_after_ours_come_in_with_their_parents(self, system, tmp_path: Path) -> None:
        repo, folder = study(), tmp_path / "r"
        exported(repo, system, folder)
        git(folder, "checkout", "-q", "-b", "mine")
        stranger = Stranger.__new__(Stranger)
        stranger.folder, stranger._hour = folder, 1
        if system == "dvc":
            stranger.tracked("extra.csv", CSV)
        elif system == "git":
            stranger.write("extra.csv", CSV)
        else:
            sha256 = hashlib.sha256(CSV).hexdigest()
            stranger.write("extra.csv", lfs.pointer_text(sha256, len(CSV)))
            stranger.write(f".git/lfs/objects/{sha256[:2]}/{sha256[2:4]}/{sha256}", CSV)
        head = stranger.commit("more")
        facts = facts_of(system, folder)
        assert [one.id for one in facts] == [repo["v1"].id, repo["v2"].id, repo["v3"].id, head]
        assert facts[-1].parents == (repo["v3"].id,)
        back = new_repo()
        imported(back, system, folder)
        assert "extra" in back["v4"].kept
        assert back["v4"].parents == (back["v3"].id,)

    def test_a_killed_import_goes_on(self, system, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        repo, back = study(), new_repo()
        exported(repo, system, tmp_path / "r")
        calls = []
        real = exchange._bundle

        def killed(*args: object) -> object:
            calls.append(1)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return real(*args)  # type: ignore[arg-type]

        with monkeypatch.context() as patched:
            patched.setattr(exchange, "_bundle", killed)
            with pytest.raises(KeyboardInterrupt):
                imported(back, system, tmp_path / "r")
        assert statuses(imported(back, system, tmp_path / "r")) == ["again", "new", "new"]

    def test_an_empty_repository_is_an_error(self, system, tmp_path: Path) -> None:
        Stranger(tmp_path / "r")
        with pytest.raises(UsageError, match="has no commit"):
            imported(new_repo(), system, tmp_path / "r")
        with pytest.raises(UsageError, match="is no Git repository"):
            imported(new_repo(), system, tmp_path)

    def test_a_history_without_values_is_an_error(self, system, tmp_path: Path) -> None:
        other = Stranger(tmp_path / "r")
        other.commit("one", README="mine")
        with pytest.raises(UsageError, match="no commit of"):
            imported(new_repo(), system, other.folder)


def dvc_history(folder: Path) -> Stranger:
    """Four commits: two with data, one that changes a text only, and one on a branch."""
    other = Stranger(folder)
    other.tracked("data/train.csv", CSV)
    other.tracked("model.pkl", pickle.dumps({"k": 1}))
    other.commit("first\n\nwith a body", params_DOT_yaml="lr: 1e-05\ntrain:\n  depth: 3\n  names: [a, b]\n",
                 metrics_DOT_json='{"acc": 0.5, "deep": {"f1": 1}}')  # fmt: skip
    other.commit("a text", README="text")
    other.tracked("model.pkl", pickle.dumps({"k": 2}))
    other.commit("second", dvclive__metrics_DOT_json='{"acc": 0.75, "step": 2}',
                 dvclive__plots__metrics__train__loss_DOT_tsv="step\tloss\n0\t1.5\n1\t0.5\n")  # fmt: skip
    git(folder, "checkout", "-q", "-b", "side", "HEAD~1")
    other.tracked("model.pkl", pickle.dumps({"k": 3}))
    other.commit("third")
    git(folder, "checkout", "-q", "main")
    return other


class TestDvc:
    def test_a_commit_that_changes_data_is_a_version(self, tmp_path: Path) -> None:
        other = dvc_history(tmp_path / "r")
        git(other.folder, "tag", "-a", "churn@v1.2.0", "-m", "one", "main")
        git(other.folder, "tag", "-a", "churn#prod#1", "-m", "one", "main")
        git(other.folder, "tag", "good", "main~1")
        facts = facts_of("dvc", other.folder)
        by_message = {one.message.split("\n")[0]: one for one in facts}
        assert set(by_message) == {"first", "second", "third"}
        first, second, third = (by_message[name] for name in ("first", "second", "third"))
        assert first.author == "Ada <ada@example.org>"
        assert first.saved_at_utc == "2024-05-01T01:00:00Z"
        assert first.message == "first\n\nwith a body"
        assert first.params == {"lr": 1e-05, "train.depth": 3, "train.names": ["a", "b"]}
        assert first.metrics == {"acc": 0.5, "deep.f1": 1.0}
        assert second.parents == third.parents == (first.id,)
        assert [p.value for p in second.curves["train/loss"]] == [1.5, 0.5]
        assert (second.branch, third.branch) == ("main", "side")
        assert [(r.model, r.number, r.stages) for r in second.registered] == [("churn", "1.2.0", ("prod",))]
        assert git(other.folder, "rev-parse", "HEAD") == second.id

    def test_values_come_in_without_being_loaded(self, tmp_path: Path) -> None:
        other, back = dvc_history(tmp_path / "r"), new_repo()
        done = imported(back, "dvc", other.folder)
        assert statuses(done) == ["new"] * 3
        assert set(back["v1"].kept) == {"train", "model"}
        assert back.loaded(back["v1"], ["train"])[0]["train"].to_csv(index=False).encode() == CSV
        assert done.versions[0].untrusted == ("model",)
        assert statuses(imported(back, "dvc", other.folder)) == ["again"] * 3
        other.tracked("model.pkl", pickle.dumps({"k": 9}))
        other.commit("fourth")
        assert sorted(statuses(imported(back, "dvc", other.folder))) == ["again"] * 3 + ["new"]

    def test_a_moved_repository_is_the_same_source(self, tmp_path: Path) -> None:
        other, back = dvc_history(tmp_path / "r"), new_repo()
        imported(back, "dvc", other.folder)
        shutil.move(other.folder, tmp_path / "moved")
        assert statuses(imported(back, "dvc", tmp_path / "moved")) == ["again"] * 3

    def test_dvc_2_with_crlf_is_accepted(self, tmp_path: Path) -> None:
        other = Stranger(tmp_path / "r")
        text = CSV.replace(b"\n", b"\r\n")
        other.tracked("train.csv", text, old=True)
        other.commit("old")
        back = new_repo()
        assert statuses(imported(back, "dvc", other.folder)) == ["new"]
        assert list(back.loaded(back["v1"], ["train"])[0]["train"]["a"]) == [1, 3]

    def test_a_crlf_between_two_reads_is_one_line_end(self, tmp_path: Path, monkeypatch) -> None:
        from nbmodelver.exchange.git import dvc_cache

        file = tmp_path / "f"
        for text in (b"ab\r\ncd\r\n\r", b"\r\r\n\n\r\n", b"\r"):
            file.write_bytes(text)
            for size in (1, 2, 3, 5):
                monkeypatch.setattr(dvc_cache, "_CHUNK_BYTES", size)
                assert dvc_cache._md5_of_text(file) == hashlib.md5(text.replace(b"\r\n", b"\n")).hexdigest()

    def test_a_folder_gives_a_value_for_each_known_file(self, tmp_path: Path) -> None:
        other = Stranger(tmp_path / "r")
        files = {"a.csv": CSV, "sub/b.csv": CSV + b"5,6\n", "note.txt": b"hello"}
        listed = []
        for path, content in files.items():
            md5 = hashlib.md5(content).hexdigest()
            other.write(f".dvc/cache/files/md5/{md5[:2]}/{md5[2:]}", content)
            listed.append({"md5": md5, "relpath": path})
        text = json.dumps(listed).encode()
        md5 = hashlib.md5(text).hexdigest()
        other.write(f".dvc/cache/files/md5/{md5[:2]}/{md5[2:]}.dir", text)
        other.write(".gitignore", ".dvc/cache\n")
        other.commit("a folder", data_DOT_dvc=f"outs:\n- {{md5: {md5}.dir, hash: md5, path: data}}\n")
        back = new_repo()
        done = imported(back, "dvc", other.folder)
        assert set(back["v1"].kept) == {"a", "b"}
        assert [one.what for one in done.left_out] == ["data"]

    def test_content_that_is_missing_is_named_and_comes_later(self, tmp_path: Path) -> None:
        other, back = Stranger(tmp_path / "r"), new_repo()
        md5 = other.tracked("train.csv", CSV, cached=False)
        other.tracked("model.csv", CSV + b"5,6\n")
        other.commit("one")
        done = imported(back, "dvc", other.folder)
        assert [(one.what, "dvc fetch" in one.why) for one in done.left_out] == [("train.csv", True)]
        other.write(f".dvc/cache/files/md5/{md5[:2]}/{md5[2:]}", CSV)
        assert statuses(imported(back, "dvc", other.folder)) == ["changed"]
        assert set(back["v2"].kept) == {"train", "model"}

    def test_a_damaged_object_is_named(self, tmp_path: Path) -> None:
        other = Stranger(tmp_path / "r")
        md5 = other.tracked("train.csv", CSV)
        other.commit("one")
        other.write(f".dvc/cache/files/md5/{md5[:2]}/{md5[2:]}", CSV.replace(b"1", b"7"))
        with pytest.raises(Damaged, match=md5[2:]):
            imported(new_repo(), "dvc", other.folder)

    @pytest.mark.parametrize("url", ["absolute", "../../remote"])
    def test_a_remote_that_is_a_folder_is_read(self, tmp_path: Path, url: str) -> None:
        other = Stranger(tmp_path / "r")
        other.tracked("train.csv", CSV)
        shutil.move(other.folder / ".dvc/cache", tmp_path / "remote")
        place = str(tmp_path / "remote") if url == "absolute" else url
        other.write(".dvc/config", f"[core]\n    remote = up\n['remote \"up\"']\n    url = {place}\n")
        other.commit("one")
        assert statuses(imported(new_repo(), "dvc", other.folder)) == ["new"]

    def test_stages_of_dvc_lock_give_values_and_parameters(self, tmp_path: Path) -> None:
        other = Stranger(tmp_path / "r")
        md5 = other.tracked("out.csv", CSV)
        (other.folder / "out.csv.dvc").unlink()
        lock = {"schema": "2.0", "stages": {"train": {
            "cmd": "x", "params": {"other.yaml": {"lr": 0.5}},
            "outs": [{"path": "out.csv", "md5": md5, "hash": "md5"}]}}}  # fmt: skip
        other.commit("one", dvc_DOT_lock=json.dumps(lock),
                     dvc_DOT_yaml="stages:\n  train:\n    cmd: x\n    metrics:\n    - eval/scores.json:\n"
                     "        cache: false\n", eval__scores_DOT_json='{"auc": 0.9}')  # fmt: skip
        (facts,) = facts_of("dvc", other.folder)
        assert (facts.params, facts.metrics) == ({"lr": 0.5}, {"auc": 0.9})

    def test_a_file_without_cache_comes_from_git(self, tmp_path: Path) -> None:
        other = Stranger(tmp_path / "r")
        md5 = hashlib.md5(CSV).hexdigest()
        lock = {"schema": "2.0", "stages": {"fit": {"cmd": "x", "outs": [
            {"path": "out/small.csv", "md5": md5, "hash": "md5"}, {"path": "scores.json", "md5": md5, "hash": "md5"},
            {"path": "gone.csv", "md5": md5, "hash": "md5"}]}}}  # fmt: skip
        other.commit("one", dvc_DOT_lock=json.dumps(lock), out__small_DOT_csv=CSV, scores_DOT_json="{}")
        back = new_repo()
        done = imported(back, "dvc", other.folder)
        assert set(back["v1"].kept) == {"small"}
        assert [one.what for one in done.left_out] == ["gone.csv"]

    def test_experiments_of_dvc_come_in(self, tmp_path: Path) -> None:
        other = Stranger(tmp_path / "r")
        other.tracked("train.csv", CSV)
        base = other.commit("one")
        other.tracked("train.csv", CSV + b"5,6\n")
        tip = other.commit("experiment")
        git(other.folder, "update-ref", f"refs/exps/{base[:2]}/{base[2:]}/tidy-fox", tip)
        git(other.folder, "reset", "-q", "--hard", base)
        assert [(one.id, one.branch) for one in facts_of("dvc", other.folder)] == [
            (base, "main"),
            (tip, "exp-tidy-fox"),
        ]

    def test_without_pyyaml_the_error_names_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        other = Stranger(tmp_path / "r")
        other.tracked("train.csv", CSV)
        other.commit("one")
        exported(study(), "dvc", tmp_path / "ours", names=frozenset({"df"}))
        monkeypatch.setitem(__import__("sys").modules, "yaml", None)
        with pytest.raises(yaml_files.MissingLibrary, match="PyYAML"):
            imported(new_repo(), "dvc", other.folder)
        assert statuses(imported(new_repo(), "dvc", tmp_path / "ours")) == ["new"] * 3


class TestLfs:
    def test_pointers_become_values_and_their_text_never_does(self, tmp_path: Path) -> None:
        other, back = Stranger(tmp_path / "r"), new_repo()
        sha256 = hashlib.sha256(CSV).hexdigest()
        other.write(f".git/lfs/objects/{sha256[:2]}/{sha256[2:4]}/{sha256}", CSV)
        other.commit("one", train_DOT_csv=lfs.pointer_text(sha256, len(CSV)),
                     missing_DOT_csv=lfs.pointer_text("a" * 64, 9), plain_DOT_csv=CSV)  # fmt: skip
        done = imported(back, "git-lfs", other.folder)
        assert set(back["v1"].kept) == {"train"}
        assert [(one.what, "lfs fetch" in one.why) for one in done.left_out] == [("missing.csv", True)]
        both = new_repo()
        imported(both, "git", other.folder)
        assert set(both["v1"].kept) == {"train", "plain"}

    def test_a_damaged_object_is_named(self, tmp_path: Path) -> None:
        other = Stranger(tmp_path / "r")
        sha256 = hashlib.sha256(CSV).hexdigest()
        other.write(f".git/lfs/objects/{sha256[:2]}/{sha256[2:4]}/{sha256}", CSV.replace(b"1", b"7"))
        other.commit("one", train_DOT_csv=lfs.pointer_text(sha256, len(CSV)))
        with pytest.raises(Damaged, match=sha256):
            imported(new_repo(), "git-lfs", other.folder)


class TestPlain:
    def test_tracked_files_are_versions_of_their_variable(self, tmp_path: Path) -> None:
        other, back = Stranger(tmp_path / "r"), new_repo()
        other.commit("one", data__train_DOT_csv=CSV, other__train_DOT_csv=CSV + b"7,8\n", code_DOT_py="x = 1")
        other.commit("two", code_DOT_py="x = 2")
        other.commit("three", data__train_DOT_csv=CSV + b"5,6\n")
        git(other.folder, "tag", "release", "HEAD")
        assert statuses(imported(back, "git", other.folder)) == ["new", "new"]
        assert set(back["v2"].kept) == {"train", "other_train"}
        assert back["release"].number == 2
        assert back["v2"].parents == (back["v1"].id,)

    def test_merges_have_two_parents(self, tmp_path: Path) -> None:
        other = Stranger(tmp_path / "r")
        other.commit("one", a_DOT_csv=CSV)
        git(other.folder, "checkout", "-q", "-b", "side")
        side = other.commit("two", b_DOT_csv=CSV)
        git(other.folder, "checkout", "-q", "main")
        main = other.commit("three", c_DOT_csv=CSV)
        git(other.folder, "merge", "-q", "-m", "four", "side")
        assert facts_of("git", other.folder)[-1].parents == (main, side)

    def test_a_shallow_clone_is_read(self, tmp_path: Path) -> None:
        other = Stranger(tmp_path / "r")
        for number in range(3):
            other.commit(str(number), a_DOT_csv=CSV + f"{number},0\n".encode())
        git(tmp_path, "clone", "-q", "--depth", "2", other.folder.as_uri(), "clone")
        assert [one.message for one in facts_of("git", tmp_path / "clone")] == ["1", "2"]

    def test_a_name_that_pickle_gives_is_not_imported(self, tmp_path: Path) -> None:
        other, back = Stranger(tmp_path / "r"), new_repo()
        marker = tmp_path / "ran"

        class Evil:
            def __reduce__(self):
                return Path.touch, (marker,)

        other.commit("one", model_DOT_pkl=pickle.dumps(OrderedDict(a=Evil())))
        done = imported(back, "git", other.folder)
        assert done.versions[0].untrusted == ("model",)
        assert not marker.exists()


def test_a_second_store_gets_later_versions_too(tmp_path: Path) -> None:
    repo, back = study(), new_repo()
    exported(repo, "dvc", tmp_path / "r")
    imported(back, "dvc", tmp_path / "r")
    commit(repo, 4)
    exported(repo, "dvc", tmp_path / "r")
    assert statuses(imported(back, "dvc", tmp_path / "r")) == ["again"] * 3 + ["new"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001), ("1.5", 1.5), (".5", 0.5), (".5e1", 5.0), ("5.", 5.0), ("-2e3", -2000.0),
        (".inf", float("inf")),
        ("12", 12), ("0x1F", 31), ("010", 10), ("1:30", "1:30"), ("yes", "yes"), ("on", "on"), ("true", True),
        ("False", False), ("null", None), ("~", None), ("", None), ("'1e-3'", "1e-3"), ("2024-05-01", "2024-05-01"),
        ("e3", "e3"), ("1_000", "1_000"),
    ],
)  # fmt: skip
def test_plain_texts_have_the_types_that_dvc_reads(text: str, value: object) -> None:
    assert yaml_files.parse_yaml_1_2(f"a: {text}\n".encode(), "it") == {"a": value}
