"""The plan of a merge as text."""

from __future__ import annotations

from nbmodelver.model import CellConflict, MergePreview, NameMerge
from nbmodelver.views import merge_plan
from nbmodelver.views.text import to_text


def text(preview: MergePreview) -> list[str]:
    return [line.rstrip() for line in to_text(merge_plan(preview).document, colour=False).splitlines()]


def test_a_plan_has_a_line_for_each_name_and_its_conflicts_below() -> None:
    conflict = CellConflict("row 17, age", "30", "31", "32")
    names = (
        NameMerge("model", "theirs", "model from v2"),
        NameMerge("df", "inside", "df: 3 cells from theirs; 9 conflicts", (conflict,), 9, 9),
    )
    assert text(MergePreview("v1", "v3", "v2", names, ("a note",))) == [
        "Merge of v2 into v3  common ancestor v1",
        "model from v2",
        "df: 3 cells from theirs; 9 conflicts",
        "    row 17, age: 30 → 31 (ours), 32 (theirs)",
        "    … and 8 more",
        "a note",
        "needs a decision: df  → %mv_merge v2 --take df=ours",
    ]


def test_a_plan_without_a_change_says_so() -> None:
    assert text(MergePreview("", "v3", "v2"))[:2] == ["Merge of v2 into v3  no common ancestor", "nothing would change"]
