"""Merges of values without IPython: plans, decisions, saves and undo."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from nbmodelver.actions.commit import Committed
from nbmodelver.actions.merge import MergeRequest
from nbmodelver.actions.restore import Restores
from nbmodelver.errors import HookFailed, MergeConflict, NeedsTrust, NotLoadable, StoreError, UnknownName, UsageError
from nbmodelver.repo.restore.rollback import Rollback
from tests.actions.sessions import kept
from tests.registry.hooked import allowed, hook, own_folders

if TYPE_CHECKING:
    from pathlib import Path

    from tests.actions.sessions import DictSession


def forked(session: DictSession, base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> Restores:
    """Commit a base, `theirs` on the branch side, and `ours` on main, where the session then stands."""
    restores = Restores(session)
    kept(session, **base)
    restores.switch("side", create=True)
    kept(session, **theirs)
    restores.switch("main")
    kept(session, **ours)
    return restores


def params(restores_of: DictSession) -> Restores:
    sides: list[dict[str, Any]] = [
        {"p": {"lr": lr, "depth": depth, "name": name}, "q": q}
        for lr, depth, name, q in ((0.1, 3, "a", [1]), (0.1, 4, "b", [1]), (0.05, 3, "c", [2]))
    ]
    return forked(restores_of, *sides)


def test_a_plan_says_what_comes_from_where_and_changes_nothing(session: DictSession) -> None:
    restores = params(session)
    before = dict(session.values), session.repo().history.head_id
    planned = restores.plan_merge(MergeRequest("side"))
    assert (planned.base, planned.ours, planned.theirs) == ("v1", "v3", "v2")
    assert planned.lines() == [
        "q from v2",
        "p: lr from theirs, depth from ours; 1 conflict",
        "    name: 'a' → 'b' (ours), 'c' (theirs)",
    ]
    assert planned.conflicts == ("p",)
    assert (dict(session.values), session.repo().history.head_id) == before


def test_pickled_values_of_others_are_merged_only_with_trust(session: DictSession) -> None:
    restores = forked(session, {"a": 1, "m": Ridge()}, {"a": 2, "m": Ridge()}, {"a": 1, "m": Ridge(alpha=5)})
    repo = session.repo()
    repo.refs.move(f"origin/{repo['side'].id}", None, "bundle:0")
    before = dict(session.values)
    with pytest.raises(NeedsTrust):
        restores.merge(MergeRequest("side"))
    assert session.values == before
    done = restores.merge(MergeRequest("side", trust=True))
    assert isinstance(done, Committed)
    assert (session.values["m"].alpha, session.values["a"]) == (5, 2)


def test_a_merge_with_an_open_conflict_changes_nothing(session: DictSession) -> None:
    restores = params(session)
    before = dict(session.values)
    with pytest.raises(MergeConflict, match=r"v3 and v2 both changed: p\n  p: lr from theirs.*\n      name: 'a'"):
        restores.merge("side")
    assert session.values == before
    assert session.repo().history.head == session.repo()["v3"]


@pytest.mark.parametrize(("choice", "name"), [("ours", "b"), ("theirs", "c"), ("v1", "a")])
def test_a_choice_decides_only_what_conflicts(session: DictSession, choice: str, name: str) -> None:
    restores = params(session)
    done = restores.merge("side", {"p": choice})
    assert isinstance(done, Committed)
    assert session.values == {"p": {"lr": 0.05, "depth": 4, "name": name}, "q": [2]}
    assert f"p: lr from theirs, depth from ours; 1 conflict, all decided by {choice}" in done.notes
    assert session.repo().load(done.version)["p"] == session.values["p"]
    restores.undo()
    assert session.values == {"p": {"lr": 0.1, "depth": 4, "name": "b"}, "q": [1]}
    restores.redo()
    assert session.values["p"]["name"] == name


def test_a_choice_where_nothing_conflicts_is_said_to_decide_nothing(session: DictSession) -> None:
    restores = forked(session, {"p": {"a": 1, "b": 1}}, {"p": {"a": 2, "b": 1}}, {"p": {"a": 1, "b": 2}})
    done = restores.merge("side", {"p": "theirs"})
    assert isinstance(done, Committed)
    assert session.values == {"p": {"a": 2, "b": 2}}
    assert done.notes[0] == "p: b from theirs, a from ours; nothing conflicts, so --take p=theirs decides nothing"


def test_whole_values_are_taken_on_request(session: DictSession) -> None:
    restores = params(session)
    restores.merge(MergeRequest("side", {"p": "theirs"}, whole=True))
    assert session.values["p"] == {"lr": 0.05, "depth": 3, "name": "c"}


def test_a_value_that_does_not_merge_inside_is_taken_from_any_version(session: DictSession) -> None:
    restores = forked(session, {"x": [1]}, {"x": [2]}, {"x": [3]})
    planned = restores.plan_merge(MergeRequest("side"))
    assert planned.lines() == ["x: both sides changed it; a value of the class list is taken only as a whole"]
    done = restores.merge("side", {"x": "v1"})
    assert isinstance(done, Committed)
    assert (session.values, done.notes) == ({"x": [1]}, ["x from v1"])


@pytest.mark.parametrize(("choice", "value"), [("v2", [3]), ("v3", [2]), ("side", [3])])
def test_a_side_may_be_named_by_its_version(session: DictSession, choice: str, value: Any) -> None:
    restores = forked(session, {"x": [1]}, {"x": [2]}, {"x": [3]})
    restores.merge("side", {"x": choice})
    assert session.values == {"x": value}


def test_a_choice_that_is_none_is_named(session: DictSession) -> None:
    restores = forked(session, {"x": [1]}, {"x": [2]}, {"x": [3], "y": 1})
    with pytest.raises(UsageError, match=r"--take x cannot be 'their'\ndid you mean theirs"):
        restores.merge("side", {"x": "their"})
    with pytest.raises(UsageError, match="choose ours, theirs, average, or a version"):
        restores.merge("side", {"x": "q!"})
    with pytest.raises(UsageError, match="'z' is in neither v3 nor v2"):
        restores.merge(MergeRequest("side", key={"z": "id"}))
    with pytest.raises(UnknownName, match="v1 has no 'y'"):
        restores.merge("side", {"x": "ours", "y": "v1"})


def test_a_key_identifies_the_rows_of_a_frame(session: DictSession) -> None:
    base = pd.DataFrame({"a": [1, 2, 3], "b": [4, 5, 6]})
    ours, theirs = base.iloc[::-1].reset_index(drop=True), base.assign(b=[9, 5, 6])
    restores = forked(session, {"df": base}, {"df": ours}, {"df": theirs})
    assert (
        "name the columns that identify a row: --key NAME=COLUMN"
        in restores.plan_merge(MergeRequest("side")).lines()[0]
    )
    restores.merge(MergeRequest("side", key={"df": "a"}))
    assert session.values["df"].to_dict("list") == {"a": [3, 2, 1], "b": [6, 5, 9]}


def test_a_key_that_is_no_column_is_named(session: DictSession) -> None:
    frames = [{"df": pd.DataFrame({"a": [n, 2, 3], "b": [4, 5, 6]})} for n in (1, 7, 8)]
    lines = forked(session, *frames).plan_merge(MergeRequest("side", key={"df": "a, c"})).lines()
    assert lines == ["df: both sides changed it; base has no column 'c', which is the key"]


def test_weights_are_averaged(session: DictSession) -> None:
    restores = forked(session, {"w": np.zeros(2)}, {"w": np.ones(2)}, {"w": np.full(2, 3.0)})
    done = restores.merge("side", {"w": "average"})
    assert isinstance(done, Committed)
    assert session.values["w"].tolist() == [2, 2]
    assert done.notes == ["w: mean of ours and theirs, 1 tensor"]
    restores.undo()
    assert session.values["w"].tolist() == [1, 1]


def test_what_has_no_mean_is_refused_before_anything_changes(session: DictSession) -> None:
    restores = forked(session, {"x": "a"}, {"x": "b"}, {"x": "c"})
    with pytest.raises(MergeConflict, match="'x' cannot be averaged: objects of the class str have no mean"):
        restores.merge("side", {"x": "average"})
    assert session.values == {"x": "b"}


def test_changes_that_are_in_no_version_are_saved_before_a_merge(session: DictSession) -> None:
    restores = params(session)
    session.values["q"] = [7]
    with pytest.raises(MergeConflict):
        restores.merge("side")
    assert len(session.repo().log()) == 3
    done = restores.merge("side", {"p": "ours"})
    assert isinstance(done, Committed)
    assert session.values["q"] == [2]
    assert session.repo()["v4"].auto == "before merge of v2"
    assert done.notes[-1] == "changes that were in no version were saved as v4: %mv_undo restores them"
    restores.undo()
    assert session.values["q"] == [7]


def test_nothing_is_saved_if_a_value_cannot_be_loaded(session: DictSession, monkeypatch: pytest.MonkeyPatch) -> None:
    restores = params(session)
    session.values["q"] = [7]

    def fails(*_: object, **__: object) -> None:
        raise NotLoadable("q cannot be loaded")

    monkeypatch.setattr(Rollback, "load", fails)
    with pytest.raises(NotLoadable):
        restores.merge(MergeRequest("side", {"p": "ours"}, whole=True))
    assert (session.values["q"], len(session.repo().log())) == ([7], 3)


def test_a_value_that_shares_objects_in_a_third_version_is_not_taken_alone(session: DictSession) -> None:
    inner = [1]
    restores = forked(session, {"a": [inner], "b": [inner]}, {"a": [[2]], "b": 1}, {"a": [[3]], "b": 1})
    with pytest.raises(MergeConflict, match="in v1 'a' shares objects with b"):
        restores.merge("side", {"a": "v1"})
    done = restores.merge("side", {"a": "ours"})
    assert isinstance(done, Committed)
    assert done.notes == ["a stays as in v3"]


def test_a_name_with_changes_that_are_in_no_version_is_not_merged_inside(session: DictSession) -> None:
    restores = params(session)
    session.values["p"]["lr"] = 9
    assert "it has changes that are in no version; commit them: %mv_commit p" in restores.plan_merge(
        MergeRequest("side")
    ).lines()[-1]  # fmt: skip
    with pytest.raises(MergeConflict):
        restores.merge("side")


def test_a_merge_whose_commit_fails_leaves_the_variables(session: DictSession, monkeypatch: pytest.MonkeyPatch) -> None:
    restores = params(session)
    before = dict(session.values)

    def fails(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(session.repo(), "commit", fails)
    with pytest.raises(StoreError):
        restores.merge("side", {"p": "ours"})
    assert all(session.values[name] is value for name, value in before.items())


def test_a_name_that_shares_objects_with_a_taken_one_is_named(session: DictSession) -> None:
    def shared(a: int, b: int) -> dict[str, Any]:
        inner = [1]
        return {"a": {"inner": inner, "n": a}, "b": {"inner": inner, "n": b}}

    restores = forked(session, shared(1, 1), {**shared(1, 1), "c": 1}, shared(2, 1))
    done = restores.merge("side")
    assert isinstance(done, Committed)
    assert done.notes == ["a from v2", "b is taken as well, because it shares objects with another name"]
    assert session.values["a"]["inner"] is session.values["b"]["inner"]
    restores.switch("side")
    kept(session, **shared(3, 1))
    restores.switch("main")
    kept(session, **shared(2, 8))
    with pytest.raises(MergeConflict, match="both changed: b\n  b: in v5 it shares objects with a"):
        restores.merge("side")


def test_hooks_around_a_merge_get_both_sides_and_then_the_new_version(
    session: DictSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_folders(tmp_path, monkeypatch)
    restores = forked(session, {"a": 1}, {"a": 1, "b": 2}, {"a": 1, "c": 3})
    repo, out = session.repo(), tmp_path / "ran.json"
    ours, theirs = repo["main"], repo["side"]
    allowed(repo, hook("before", "merge", "import sys; sys.exit('not today')"))
    values = dict(session.values)
    with pytest.raises(HookFailed, match="not today"):
        restores.merge("side")
    assert (dict(session.values), repo["main"].id) == (values, ours.id)
    writes = f"import sys; open({str(out)!r}, 'a').write(sys.stdin.read() + chr(10))"
    stops = hook("before", "commit", "import sys; sys.exit(1)")  # A merge has hooks of its own.
    allowed(repo, hook("before", "merge", writes) + hook("after", "merge", writes) + stops)
    restores.merge("side")
    before, after = (json.loads(line) for line in out.read_text().splitlines())
    assert [d["from"] for d in (before, after)] == [theirs.id] * 2
    assert [d["to"] for d in (before, after)] == [ours.id] * 2
    assert (before["version"], after["version"], after["names"]) == (theirs.id, repo["main"].id, ["a", "b", "c"])
