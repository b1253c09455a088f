"""A store that cannot be written, and other kernels: no error comes after variables or the history have changed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

import nbmodelver as mv
from nbmodelver.catalogue.records import Records
from nbmodelver.errors import BadName, NoStore, StoreFull, StoreReadOnly
from nbmodelver.repo.core.history import History
from nbmodelver.store.backends.local import LocalBackend

if TYPE_CHECKING:
    from tests.shells import Shell


def read_only(*_: object) -> NoReturn:
    raise StoreReadOnly("cannot lock refs: Read-only file system", "reading still works")


def full(*_: object) -> NoReturn:
    raise StoreFull("cannot write a record: No space left on device", "free some space")


@pytest.fixture
def two(shell: Shell) -> Shell:
    """Two versions, and a branch `side` with a third; on `main` at the second."""
    shell.run("x = 1; y = 'a'\n%mv_commit x y")
    shell.run("x = 2\n%mv_commit x y\n%mv_branch side")
    shell.run("%mv_switch side\ny = 'b'; z = [3]\n%mv_commit x y z\n%mv_switch main")
    return shell


def test_d5_a_rollback_in_a_store_that_cannot_be_written_is_done(two: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(LocalBackend, "swap", read_only)
        done = two.run("%mv_rollback v1 --yes")
        assert any("not known to %mv_undo and other kernels: cannot lock refs" in note for note in done.value.notes)
        assert two["x"] == 1
        assert two.run("%mv_status").value.head.name == "v1"
        assert "nothing has changed" in str(two.run("%mv_status"))
    assert two.run("x = 9\n%mv_commit x").value.parents == (mv.open(Path.cwd())["v1"].id,)


def test_d5_a_switch_and_an_undo_in_such_a_store_are_done(two: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalBackend, "swap", read_only)
    two.run("%mv_switch side")
    assert two["y"] == "b"
    state = two.run("%mv_status").value
    assert (state.branch, state.head.name) == ("side", "v3")
    assert "not recorded in the store" in str(two.run("%mv_undo"))
    assert two["y"] == "b"  # What the journal knows last is the switch to main.
    assert two.run("%mv_status").value.head.name == "v3"


def test_d10_a_merge_whose_version_cannot_be_written_changes_no_name(
    two: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    two.run("%mv_rollback v1 --yes\nx = 5\n%mv_commit x y")
    before = {n: two.shell.user_ns.get(n, "absent") for n in "xyz"}
    with monkeypatch.context() as patch:
        patch.setattr(Records, "write", full)
        assert isinstance(two.fails("%mv_merge side --take x=ours"), StoreFull)
    assert {n: two.shell.user_ns.get(n, "absent") for n in "xyz"} == before
    two.run("%mv_merge side --take x=ours")
    assert (two["x"], two["y"], two["z"]) == (5, "b", [3])


def test_a_merge_that_the_journal_cannot_tell_of_is_done(two: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbmodelver.repo.restore.undo.UndoHistories.update", read_only)
    assert "the undo history could not be written" in str(two.run("%mv_merge side"))
    assert two["y"] == "b"


@pytest.mark.parametrize("tags", ["--tag Best", "--tag good --tag Good"])
def test_d2_a_tag_that_cannot_be_given_makes_no_version(tags: str, shell: Shell) -> None:
    shell.run("x = 1\n%mv_commit x --tag best")
    assert isinstance(shell.fails(f"x = 2\n%mv_commit x {tags}"), BadName)
    repo = mv.open(Path.cwd())
    assert ([v.name for v in repo.log()], [*repo.history.tags()]) == (["v1"], ["best"])


def test_d2_a_tag_that_another_kernel_takes_meanwhile_makes_no_version(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.run("x = 1\n%mv_commit x")
    check = History.check_tags
    asked: list[int] = []

    def slow(history: History, names: list[str]) -> None:
        check(history, names)
        asked.append(1)
        if len(asked) == 1:
            mv.open(Path.cwd()).tag("best", "v1")

    monkeypatch.setattr(History, "check_tags", slow)
    assert isinstance(shell.fails("x = 2\n%mv_commit x --tag best"), BadName)
    assert [v.name for v in mv.open(Path.cwd()).log()] == ["v1"]
    assert "v2" in str(shell.run("%mv_commit x --tag better"))


def test_a_store_that_was_made_anew_in_the_same_place_gets_no_version_without_parents(shell: Shell) -> None:
    shell.run("x = 1\n%mv_commit x")
    shell.run("x = 2\n%mv_commit x")
    shutil.rmtree(".nbmodelver")
    other = mv.open(Path.cwd(), create=True)
    first = other.commit({"x": 5})
    assert shell.run("%mv_status").value.head.id == first.id
    assert shell.run("%mv_commit x").value.parents == (first.id,)
    assert other.verify(full=True) == []


def test_a_removed_working_directory_is_said_in_words(shell: Shell, tmp_path: Path) -> None:
    shell.run("import os; os.mkdir('away'); os.chdir('away'); os.rmdir('../away'); x = 1")
    for line in ("%mv_commit x", "%mv_log", "%mv_init"):
        assert isinstance(shell.fails(line), NoStore)
    shell.run(f"os.chdir({str(tmp_path)!r})\n%mv_commit x")


def test_a_kernel_goes_on_where_another_one_has_forgotten_all_that_it_stood_on(shell: Shell) -> None:
    shell.run("x = 1\n%mv_commit x")
    other = mv.open(Path.cwd())
    other.history.set_head(None)
    other.commit({"x": 5})
    other.forget(["v1"])
    other.gc(grace_s=0)
    assert [v.name for v in shell.run("%mv_log").value] == ["v2"]
    assert shell.run("%mv_status").value.head is None
    assert [shell.run(f"{line}\nx") for line in ("%mv_rollback v2 --yes", "%mv_undo", "%mv_redo")] == [5, 1, 5]
    shell.run("x = 6\n%mv_commit x")
    assert other.verify(full=True) == []


def test_a_commit_on_nothing_but_forgotten_versions_is_a_first_one(shell: Shell) -> None:
    shell.run("x = 1\n%mv_commit x")
    other = mv.open(Path.cwd())
    other.history.set_head(None)
    other.commit({"x": 5})
    other.forget(["v1"])
    shell.run("%mv_log")
    assert shell.run("x = 2\n%mv_commit x").value.parents == ()
    assert other.verify(full=True) == []


def test_a_kernel_stays_where_it_stands_when_its_folder_is_moved(two: Shell, tmp_path: Path) -> None:
    other = mv.open(tmp_path)
    other.history.set_head(other["v1"].id)
    moved = tmp_path / "moved"
    moved.mkdir()
    (tmp_path / ".nbmodelver").rename(moved / ".nbmodelver")
    two.run(f"import os; os.chdir({str(moved)!r})")
    assert two.run("%mv_status").value.head.name == "v2"
    assert two.run("x = 7\n%mv_commit x").value.parents == (mv.open(moved)["v2"].id,)


def test_d9_a_kernel_whose_head_is_damaged_can_still_verify(two: Shell) -> None:
    repo = mv.open(Path.cwd())
    (Path(repo.where) / repo.refs.key_of("HEAD")).write_bytes(b"garbage")
    assert len(two.run("%mv_verify").value) == 1
    two.run("%unload_ext nbmodelver")
    two.run("%load_ext nbmodelver")
    assert len(two.run("%mv_verify").value) == 1


def test_a_kernel_goes_on_where_its_version_was_purged_and_then_forgotten(shell: Shell) -> None:
    shell.run("x = 1; y = 2\n%mv_commit x y")
    other = mv.open(Path.cwd())
    other.purge(["y"])
    other.history.set_head(None)
    other.commit({"x": 5})
    other.forget(["v1"])
    other.gc(grace_s=0)
    shell.run("%mv_log")
    assert shell.run("x = 2\n%mv_commit x").value.parents == ()
    assert other.verify(full=True) == []


def test_a_kernel_that_came_before_the_first_version_of_another_one_is_told_where_to_look(shell: Shell) -> None:
    shell.run("%mv_init\n%mv_status")
    mv.open(Path.cwd()).commit({"x": 5})
    assert "%mv_log" in shell.fails("%mv_rollback HEAD --yes").hint
    assert shell.run("%mv_rollback v1 --yes\nx") == 5
