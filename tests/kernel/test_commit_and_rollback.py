"""Commit, look, roll back, undo, as a person does it in cells."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.errors import (
    BadName,
    MergeConflict,
    NoStore,
    NothingToCommit,
    StoreError,
    StoreFull,
    StoreTooNew,
    UnknownName,
    UnknownVersion,
    UsageError,
)

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Shell

STUDY = """
import numpy as np, pandas as pd
from sklearn.linear_model import LogisticRegression
RATE = 0.5
params = {"C": 1.0}
df = pd.DataFrame({"x": np.arange(20.0), "y": [0, 1] * 10})
model = LogisticRegression(C=params["C"]).fit(df[["x"]], df["y"])
"""


def test_a_commit_answers_in_one_line(shell: Shell) -> None:
    shell.run(STUDY)
    version = shell.run("%mv_commit -m first --metric acc=model.score(df[['x']], df['y'])")
    assert version.names == ("RATE", "params", "df", "model")
    assert len(str(version).strip().splitlines()) == 1
    assert "v1 · 4 variables" in str(version)
    assert version.metrics == {"acc": shell["model"].score(shell["df"][["x"]], shell["df"]["y"])}
    assert version.params["model.C"] == 1.0


def test_a_rollback_brings_values_back_and_leaves_the_rest_alone(shell: Shell) -> None:
    shell.run(STUDY)
    shell.run("%mv_commit")
    df = shell["df"]
    shell.run("model.set_params(C=9.0); params['C'] = 9.0; scratch = 1")
    plan = shell.run("%mv_rollback v1 --yes")
    assert set(plan.named("changes")) == {"model", "params"}
    assert shell["params"] == {"C": 1.0}
    assert shell["model"].C == 1.0
    assert shell["df"] is df
    assert shell["scratch"] == 1


def test_undo_and_redo_go_any_number_of_steps_and_survive_a_restart(shell: Shell, another: Any) -> None:
    for value in (1, 2, 3):
        shell.run(f"params = {{'C': {value}}}")
        shell.run(f"%mv_commit -m {value}")
    shell.run("params = {'C': 'unsaved'}")
    shell.run("%mv_rollback v1 --yes")
    shell.run("%mv_rollback v2 --yes")
    with another() as later:
        later.run("%mv_undo")
        assert later["params"] == {"C": 1}
        later.run("%mv_undo")
        assert later["params"] == {"C": "unsaved"}
        later.run("%mv_redo")
        later.run("%mv_redo")
        assert later["params"] == {"C": 2}
        assert isinstance(later.fails("%mv_redo"), UsageError)


def test_undo_right_after_a_rollback_saves_nothing_new(shell: Shell) -> None:
    shell.run(STUDY)
    shell.run("%mv_commit")
    shell.run("model.C = 3.0")
    shell.run("%mv_commit")
    shell.run("%mv_rollback v1 --yes")
    shell.run("%mv_undo")
    assert len(shell.run("%mv_log")) == 2


def test_names_that_did_not_exist_then_vanish_and_come_back_with_undo(shell: Shell) -> None:
    shell.run("a = {'x': 1}")
    shell.run("%mv_commit")
    shell.run("b = {'y': 2}")
    shell.run("%mv_commit")
    shell.run("%mv_rollback v1 --yes")
    assert "b" not in shell
    shell.run("%mv_undo")
    assert shell["b"] == {"y": 2}


def test_names_that_were_there_but_not_kept_stay(shell: Shell) -> None:
    shell.run("a = {'x': 1}; b = {'y': 2}")
    shell.run("%mv_commit a")
    shell.run("%mv_commit a b")
    shell.run("b['y'] = 3")
    shell.run("%mv_rollback v1 --yes")
    assert shell["b"] == {"y": 3}


def test_a_new_kernel_restores_values_code_and_predictions(shell: Shell, another: Any) -> None:
    shell.run(STUDY)
    shell.run(
        "SCALE = 2\ndef helper(x):\n    return x * SCALE\n"
        "class Net:\n    def go(self):\n        return helper(4)\nnet = Net()"
    )
    shell.run("%mv_commit --all")
    want = shell["model"].predict_proba(shell["df"][["x"]])
    with another() as later:
        later.run("%mv_rollback HEAD --yes")
        assert later["net"].go() == 8
        assert type(later["net"]) is later["Net"]
        got = later["model"].predict_proba(later["df"][["x"]])
        assert (got == want).all()
        assert "SCALE" in later.run("import inspect; inspect.getsource(helper)")


def test_editing_a_class_does_not_store_its_instances_again(shell: Shell) -> None:
    shell.run("class Net:\n    n = 1\nnet = Net(); net.weights = list(range(1000))")
    first = shell.run("%mv_commit net")
    shell.run("class Net:\n    n = 2")
    shell.run("net.__class__ = Net")
    second = shell.run("%mv_commit net")
    assert first.kept["net"].digest == second.kept["net"].digest
    plan = shell.run("%mv_rollback v1 --yes")
    assert any("Net is restored from v1" in note for note in plan.notes)
    assert shell["net"].n == 1


def test_a_dry_run_changes_nothing(shell: Shell) -> None:
    shell.run("a = {'x': 1}")
    shell.run("%mv_commit")
    shell.run("a['x'] = 2")
    plan = shell.run("%mv_rollback v1 --dry-run")
    assert plan.named("changes") == ("a",)
    assert plan.saves_first
    assert shell["a"] == {"x": 2}
    assert len(shell.run("%mv_log")) == 1


def test_a_subset_takes_its_whole_group_along_and_says_so(shell: Shell) -> None:
    shell.run("a = [1]; b = {'a': a}; c = [9]")
    shell.run("%mv_commit --all")
    shell.run("a.append(2); c.append(8)")
    plan = shell.run("%mv_rollback v1 a --yes")
    assert any("restored too: b " in note for note in plan.notes)
    assert shell["b"]["a"] is shell["a"]
    assert shell["a"] == [1]
    assert shell["c"] == [9, 8]


def test_only_missing_and_as_leave_live_values_alone(shell: Shell) -> None:
    shell.run("a = {'x': 1}; b = {'x': 2}")
    shell.run("%mv_commit")
    shell.run("a = {'x': 7}; del b")
    shell.run("%mv_rollback v1 --only-missing --yes")
    assert shell["a"] == {"x": 7}
    assert shell["b"] == {"x": 2}
    shell.run("%mv_rollback v1 a --as old_ --yes")
    assert shell["old_a"] == {"x": 1}
    assert shell["a"] == {"x": 7}


def test_a_kernel_that_cannot_ask_shows_the_plan_and_does_nothing(shell: Shell) -> None:
    shell.run("x, y = 1, 2\n%mv_commit x y\nx = 5")
    text = str(shell.run("%mv_rollback v1 x y"))
    assert "nothing was changed; to do it: %mv_rollback v1 x y --yes" in text
    assert "will change" in shell.said
    assert shell["x"] == 5
    shell.run("del x, y\n%mv_rollback v1")
    assert (shell["x"], shell["y"]) == (1, 2)
    shell.run("x = 5\n%mv_config confirm_rollback off\n%mv_rollback v1")
    assert shell["x"] == 1


def test_undo_and_partial_after_a_module_is_gone(
    shell: Shell, another: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "mod_gone.py").write_text("class M:\n    def fit(self): pass\n    def predict(self): pass\n")
    shell.run("from mod_gone import M\nm = M(); x = [1]\n%mv_commit")
    (tmp_path / "mod_gone.py").unlink()
    monkeypatch.delitem(sys.modules, "mod_gone")
    with another() as later:
        planned = later.run("%mv_rollback v1 --dry-run --partial")
        done = later.run("%mv_rollback v1 --yes --partial")
        assert {c.name: c.effect for c in planned.changes} == {c.name: c.effect for c in done.changes}
        assert done.named("appears") == ("x",)
        assert "was saved" not in str(done)
        later.run("x.append(2)\n%mv_undo")
        later.run("%mv_redo")
        assert later["x"] == [1, 2]


def test_a_value_that_cannot_be_kept_is_named_and_the_others_are_kept(shell: Shell) -> None:
    shell.run("bad = {'deep': [1, (i for i in '')]}; gen = (i for i in range(3)); good = {'x': 1}")
    version = shell.run("%mv_commit --all")
    assert version.names == ("good",)
    assert {s.name: s.path for s in version.skipped} == {"bad": "bad['deep'][1]", "gen": "gen"}
    inner = shell["bad"]["deep"][1]
    shell.run("good['x'] = 2")
    shell.run("%mv_rollback v1 --yes")
    assert shell["bad"]["deep"][1] is inner


def test_what_shares_objects_with_an_unkeepable_value_is_kept_with_a_note(shell: Shell) -> None:
    shell.run("shared = [1]; bad = [(i for i in []), shared]; ok = {'s': shared}; free = {'x': 1}")
    version = shell.run("%mv_commit --all")
    assert set(version.names) == {"shared", "ok", "free"}
    assert [s.name for s in version.skipped] == ["bad"]
    lost = ("objects shared with bad, which is not kept: that sharing is lost",)
    assert {n: k.notes for n, k in version.kept.items()} == {"shared": lost, "ok": lost, "free": ()}
    assert set(shell.run("%mv_commit --all").names) == {"free", "ok", "shared"}


def test_a_load_that_fails_is_found_at_commit_or_named_at_rollback(shell: Shell) -> None:
    shell.run(
        "class Late:\n    def __init__(self):\n        self.x = 1\n"
        "    def __setstate__(self, s):\n        raise ValueError('no')"
    )
    shell.run("late = Late(); a = {'x': 1}")
    assert "late" not in shell.run("%mv_commit --all").names
    shell.run("%mv_config try_load off")
    assert "late" not in shell.run("%mv_commit --all --verify-load").names
    shell.run("%mv_commit --all")
    shell.run("a['x'] = 2; late.x = 2")
    error = shell.fails("%mv_rollback HEAD --yes")
    assert "late" in str(error)
    assert shell["a"] == {"x": 2}
    plan = shell.run("%mv_rollback v3 --partial --yes")
    assert plan.named("lost") == ("late",)
    assert plan.named("changes") == ("a",)
    assert shell["a"] == {"x": 1}
    shell.run("del a")
    assert shell.run("%mv_rollback v3 --partial --yes").named("appears") == ("a",)


def test_hooks_that_exit_or_sleep_are_named(shell: Shell) -> None:
    shell.run(
        "import time\nclass Exit:\n    def __reduce__(self):\n        raise SystemExit(3)\n"
        "class Slow:\n    def __reduce__(self):\n        time.sleep(60)\n"
        "e = Exit(); s = Slow(); a = {'x': 1}\ndeep = []\nfor _ in range(100_000):\n    deep = [deep]"
    )
    shell.run("%mv_config time_limit_s 3")
    version = shell.run("%mv_commit e s a deep")
    reasons = {s.name: s.reason for s in version.skipped}
    assert version.names == ("a",)
    assert "SystemExit" in reasons["e"]
    assert "time_limit_s" in reasons["s"]
    assert "too deep" in reasons["deep"]


def test_a_cell_commits_what_it_made_or_changed(shell: Shell) -> None:
    shell.run("a = {'x': 1}; b = {'x': 1}")
    shell.run("%mv_commit")
    version = shell.run("%%mv_commit -m cell\na['x'] = 2\nnew = {'y': 1}\nprint('hello')")
    assert set(version.names) == {"a", "new"}
    repo = shell.run("import nbmodelver as mv; mv.open()")
    cells = repo.cells(repo["HEAD"])
    assert cells[-1].source == "a['x'] = 2\nnew = {'y': 1}\nprint('hello')\n"
    assert cells[-1].outputs == "hello\n"


def test_a_failing_cell_fails_as_usual_and_commits_nothing(shell: Shell) -> None:
    shell.run("a = {'x': 1}")
    error = shell.fails("%%mv_commit\na['x'] = 2\n1 / 0")
    assert shell.said.count("ZeroDivisionError") == 2
    assert "nothing was committed" in str(error)
    assert isinstance(shell.fails("%mv_log"), NoStore)


def test_cells_since_the_parent_are_kept_with_what_they_assigned(shell: Shell) -> None:
    shell.run("a = {'x': 1}")
    shell.run("b = {'x': 2}")
    version = shell.run("%mv_commit")
    repo = shell.run("import nbmodelver as mv; mv.open()")
    sources = [c.source.strip() for c in repo.cells(repo["v1"])]
    assert sources[-3:] == ["a = {'x': 1}", "b = {'x': 2}", "%mv_commit"]
    assert repo.cells(repo["v1"])[version.kept["b"].cell].source.strip() == "b = {'x': 2}"
    shell.run("a = {'x': 3}")
    shell.run("%mv_commit")
    assert "b = {'x': 2}" not in [c.source.strip() for c in repo.cells(repo["v2"])]


def test_automatic_commits_keep_changes_only(shell: Shell) -> None:
    shell.run("%mv_auto on")
    shell.run("a = {'x': 1}")
    shell.run("1 + 1")
    shell.run("a['x'] = 2")
    shell.run("%mv_auto off")
    shell.run("a['x'] = 3")
    assert [v.auto for v in shell.run("%mv_log")] == ["auto", "auto"]


def test_branches_switch_and_merge_by_name(shell: Shell) -> None:
    shell.run("a = {'x': 1}; b = {'x': 1}")
    shell.run("%mv_commit")
    shell.run("%mv_branch trees")
    shell.run("a['x'] = 2")
    shell.run("%mv_commit -m main")
    shell.run("%mv_switch trees")
    assert shell["a"] == {"x": 1}
    shell.run("b['x'] = 9; a['x'] = 5")
    shell.run("%mv_commit -m trees")
    error = shell.fails("%mv_merge main")
    assert isinstance(error, MergeConflict)
    assert "a" in str(error)
    assert shell["a"] == {"x": 5}
    merged = shell.run("%mv_merge main --take a=theirs")
    assert shell["a"] == {"x": 2}
    assert shell["b"] == {"x": 9}
    assert len(merged.parents) == 2


def test_tags_name_versions(shell: Shell) -> None:
    shell.run("a = {'x': 1}")
    shell.run("%mv_commit --tag best")
    shell.run("a['x'] = 2")
    shell.run("%mv_commit")
    assert shell.run("%mv_show best").number == 1
    assert isinstance(shell.fails("%mv_tag best HEAD"), BadName)
    shell.run("%mv_tag best HEAD --move")
    assert shell.run("%mv_show best").number == 2
    assert isinstance(shell.fails("%mv_commit --tag best"), BadName)
    assert isinstance(shell.fails("%mv_tag ../evil HEAD"), BadName)


@pytest.mark.parametrize(
    ("cell", "kind", "hint"),
    [
        ("%mv_commit modle", UnknownName, "%mv_commit model"),
        ("%mv_commit --mesage x", UsageError, "--message"),
        ("%mv_commit --metric acc=modle.score()", UnknownName, "model"),
        ("%mv_commit --metric acc=params", UsageError, "params"),
        ("%mv_rollback v99", UnknownVersion, "v1"),
        ("%mv_rollback v1 modle", UnknownName, "model"),
        ("%mv_diff v1 bets", UnknownVersion, "best"),
        ("%mv_config authr", UsageError, "author"),
        ("%mv_switch nowhere", UnknownVersion, "main"),
        ("%mv_log --where 'metrics.acc >'", UsageError, ""),
        ("%mv_undo", UsageError, "rollback"),
    ],
)
def test_bad_input_is_two_lines_with_the_way_out(shell: Shell, cell: str, kind: type, hint: str) -> None:
    shell.run(STUDY)
    shell.run("%mv_commit --tag best")
    error = shell.fails(cell)
    assert type(error) is kind
    assert hint in error.hint  # type: ignore[attr-defined]
    assert len(error._render_traceback_()) == 2  # type: ignore[attr-defined]
    assert len(shell.run("%mv_log")) == 1


def test_nothing_to_commit_makes_no_version_and_no_store_says_how_to_get_one(shell: Shell) -> None:
    assert "nothing to commit yet" in str(shell.run("%mv_commit"))
    shell.run("%mv_init\nimport json\nfrom math import sqrt")
    for line in ("%mv_commit", "%mv_commit --all"):
        assert "the notebook has no variables of its own" in str(shell.run(line))
    assert "'g' cannot be kept: a generator" in str(shell.run("g = (i for i in [])\n%mv_commit"))
    assert isinstance(shell.fails("%mv_commit g"), NothingToCommit)
    assert list(shell.run("%mv_log")) == []


def test_without_a_store_looking_says_how_to_get_one(shell: Shell) -> None:
    for cell in ("%mv_log", "%mv_status", "%mv_rollback v1", "%mv_verify"):
        error = shell.fails(cell)
        assert isinstance(error, NoStore)
        assert "%mv_commit" in error.hint


def test_a_store_of_a_newer_format_is_refused_with_the_version_needed(
    shell: Shell, another: Any, tmp_path: Path
) -> None:
    shell.run("a = {'x': 1}")
    shell.run("%mv_commit")
    (tmp_path / ".nbmodelver" / "format").write_text('{"format": 7, "readable_by": 7}')
    with another() as later:
        later.run("a = {'x': 1}")
        error = later.fails("%mv_commit")
        assert isinstance(error, StoreTooNew)
        assert "7" in str(error)


def test_a_full_disk_is_one_error_and_the_next_commit_works(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno
    import os

    shell.run("a = {'x': 1}")
    shell.run("%mv_commit")
    shell.run("import numpy as np; big = np.random.default_rng(0).random(300_000)")
    before = sorted(p for p in os.listdir(".nbmodelver/packs"))

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        patch.setattr(os, "writev", full)
        error = shell.fails("%mv_commit")
    assert isinstance(error, StoreFull)
    assert sorted(os.listdir(".nbmodelver/packs")) == before
    assert len(shell.run("%mv_log")) == 1
    shell.run("%mv_commit")
    assert shell.run("%mv_verify --full").value == []


def test_the_store_is_found_upwards_or_chosen(
    shell: Shell, another: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.run("a = {'x': 1}")
    shell.run("%mv_commit")
    assert (tmp_path / ".nbmodelver" / ".gitignore").read_text() == "*\n"
    inner = tmp_path / "inner"
    inner.mkdir()
    with another() as later:
        monkeypatch.chdir(inner)
        assert len(later.run("%mv_log")) == 1
    with another() as later:
        monkeypatch.setenv("NBMODELVER_STORE", str(tmp_path / "other"))
        later.run("a = {'x': 5}")
        later.run("%mv_commit")
        assert (tmp_path / "other" / ".nbmodelver" / "format").is_file()
    with another() as later:
        later.run("%mv_init third")
        later.run("a = {'x': 5}")
        assert later.run("%mv_commit").number == 1


def test_two_notebooks_commit_to_one_store(shell: Shell, another: Any) -> None:
    shell.run("a = {'x': 1}")
    shell.run("%mv_commit")
    with another() as second:
        second.run("b = {'y': 1}")
        second.run("%mv_commit")
        shell.run("a['x'] = 2")
        shell.run("%mv_commit")
        numbers = [v.number for v in second.run("%mv_log")]
    assert numbers == [3, 2, 1]


def test_deleting_the_catalogue_changes_nothing_that_is_shown(shell: Shell, tmp_path: Path) -> None:
    import shutil

    shell.run(STUDY)
    shell.run("%mv_commit -m one --metric acc=0.5 --tag best")
    shell.run("params['C'] = 2.0")
    shell.run("%mv_commit -m two")
    cells = [
        "%mv_log --graph",
        "%mv_show best",
        "%mv_diff v1 v2",
        "%mv_compare v1 v2",
        "%mv_log --where 'metrics.acc > 0.4'",
    ]
    before = [str(shell.run(cell)) for cell in cells]
    shutil.rmtree(tmp_path / ".nbmodelver" / "catalogue")
    assert [str(shell.run(cell)) for cell in cells] == before


def test_a_commit_calls_nothing_but_the_pickling_protocol(shell: Shell) -> None:
    shell.run(
        "class Touchy:\n"
        "    def __init__(self):\n        self.calls = []\n"
        "    def _no(self, *a):\n        raise RuntimeError('called')\n"
        "    __eq__ = __bool__ = __len__ = __hash__ = __repr__ = __iter__ = _no\n"
        "    def fit(self):\n        pass\n    def predict(self):\n        pass\n"
        "t = Touchy()"
    )
    version = shell.run("%mv_commit t")
    assert version.names == ("t", "Touchy")


def test_help_is_complete(shell: Shell) -> None:
    from nbmodelver.verbs import VERBS

    for name in VERBS:
        shell.run(f"%mv_{name} --help")
        assert f"%mv_{name}" in shell.said
        assert shell.shell.find_line_magic(f"mv_{name}").__doc__


def test_functions_do_what_magics_do(shell: Shell) -> None:
    shell.run("a = {'x': 1}; import nbmodelver as mv")
    version = shell.run("mv.commit('a', message='by function', metric={'acc': '0.5'})")
    assert (version.message, version.metrics) == ("by function", {"acc": 0.5})
    shell.run("a['x'] = 2")
    shell.run("mv.rollback('v1', yes=True)")
    assert shell["a"] == {"x": 1}


def test_store_errors_share_one_root() -> None:
    assert all(issubclass(kind, StoreError) for kind in (NoStore, StoreFull, StoreTooNew))
