"""What a merge does, line by line."""

from __future__ import annotations

from nbmodelver.model import CellConflict, MergePreview, NameMerge

CONFLICT = CellConflict("row 17, age", "30", "31", "32")
INSIDE = NameMerge("df", "inside", "df: 3 cells from theirs", (CONFLICT,), 1_002, 1)


def test_a_conflict_is_one_line_with_its_three_values() -> None:
    assert CONFLICT.sentence() == "row 17, age: 30 → 31 (ours), 32 (theirs)"


def test_conflicts_beyond_those_shown_are_counted() -> None:
    assert INSIDE.lines() == ["df: 3 cells from theirs", f"    {CONFLICT.sentence()}", "    … and 1,001 more"]
    assert NameMerge("df", "theirs", "df: theirs", (), 7).lines() == ["df: theirs"]
    assert NameMerge("df", "inside", "df", (CONFLICT,), 1).lines() == ["df", f"    {CONFLICT.sentence()}"]


def test_names_with_unresolved_conflicts_need_a_decision() -> None:
    preview = MergePreview("v1", "v2", "v3", (INSIDE, NameMerge("x", "theirs", "x: theirs")), ("a note",))
    assert preview.conflicts == ("df",)
    assert preview.lines() == [*INSIDE.lines(), "x: theirs", "a note"]
