"""Branches, tags and notes."""

from __future__ import annotations

from nbmodelver import views
from nbmodelver.views.blocks import plain
from tests.views.samples import version

V7 = version(7)


def test_the_labels_of_a_version_are_its_branches_then_its_tags() -> None:
    other = version(6).id
    refs = views.RefLabels(V7.id, "main", {"main": V7.id, "old": other, "trees": V7.id}, {"best": V7.id, "1.0": other})
    labels = refs.labels(V7.id)
    assert plain(labels) == "main trees best"
    assert [s.hint for s in labels if s.hint] == ["branch", "branch", "tag"]
    assert refs.labels(version(5).id) == ()


def test_the_names_in_the_registry_follow() -> None:
    refs = views.RefLabels(tags={"best": V7.id}, registered={V7.id: ("churn/1.0.0@production",)})
    assert plain(refs.labels(V7.id)) == "best churn/1.0.0@production"


def test_the_current_branch_is_marked() -> None:
    rows = str(views.branches({"main": V7, "trees": version(6)}, "trees")).splitlines()
    assert [row[0] for row in rows] == [" ", "*"]
    assert rows[1].split()[:3] == ["*", "trees", "v6"]


def test_a_store_without_branches_or_tags_says_how_to_make_one() -> None:
    assert "the first commit creates 'main'" in str(views.branches({}, "main"))
    assert "%mv_tag NAME" in str(views.tags({}))


def test_a_list_of_refs_is_a_dict_of_versions() -> None:
    assert views.tags({"best": V7})["best"] is V7


def test_a_note_is_shown_line_by_line_below_its_version() -> None:
    assert str(views.note(V7, "one\ntwo")).splitlines() == ["v7 one", "   two"]
    assert str(views.note(V7, "")) == "v7 has no note: %mv_note v7 TEXT sets one"


def test_a_note_that_was_changed_is_shown_with_the_one_before() -> None:
    assert str(views.note(V7, "new", "old")).splitlines() == ["note of v7: new", "  before: old"]
    assert str(views.note(V7, "", "old")).splitlines() == ["removed the note of v7", "  before: old"]
    assert str(views.note(V7, "same", "same")).splitlines() == ["note of v7: same"]
    assert str(views.note(V7, "new", "")).splitlines() == ["note of v7: new"]
