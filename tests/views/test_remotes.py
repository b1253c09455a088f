"""Remotes and transfers as text and HTML."""

from __future__ import annotations

from nbmodelver import views
from nbmodelver.model.events import RefMove
from nbmodelver.model.ids import VersionId
from nbmodelver.model.remotes import BranchStanding, Collected, Fetched, Pulled, Pushed, RefChange

ID = VersionId("a" * 40)
ROW = views.RemoteRow(
    "origin", "s3://team/study", "swap", "read and write", True,
    (("main", "diverged", 2, 1, True), ("side", "new", 0, 3, False), ("old", "same", 0, 0, False)), 2,
)  # fmt: skip


def text(shown: views.Shown) -> str:
    """The text without line breaks."""
    return " ".join(str(shown).split())


def test_a_remote_is_listed_with_its_branches() -> None:
    said = text(views.remotes([ROW], [1]))
    assert "origin s3://team/study · read and write · lazy · 2 versions not pushed" in said
    assert "2 ahead · 1 behind" in said
    assert "only there: %mv_pull --branch side" in said
    assert "up to date" in said


def test_names_of_a_remote_appear_as_text_only() -> None:
    shown = views.remotes([views.RemoteRow("<b>", "s3://<i>", "swap", "", False)], [])
    assert "<b>" not in shown._repr_html_()
    assert "&lt;b&gt;" in shown._repr_html_()


def test_a_place_for_one_writer_only_says_so_loudly() -> None:
    row = views.RemoteRow("origin", "s3://x", "single writer", "read and write", False)
    assert "ONE writer only" in text(views.remote_added(row, None))


def test_a_copy_that_is_incomplete_names_the_way_out() -> None:
    row = views.RemoteRow(
        "origin", "s3://x", "swap", "", False, problem="its copy here is incomplete: %mv_fetch origin"
    )
    assert "%mv_fetch origin" in text(views.remotes([row], []))


def test_many_versions_are_counted() -> None:
    done = Pushed("origin", "s3://x", (ID,) * 9, 3, 2_000_000, 1, (RefChange("heads/main", None, ID),), seconds=1.5)
    said = text(views.pushed(done, [f"v{n}" for n in range(1, 10)]))
    assert said == (
        "to origin: 9 versions (v1, v2, v3, v4, v5, v6 and 3 more) · 2.0 MB in 3 packs · branch main · 1 event · 1.5 s"
    )


def test_moves_of_tags_and_models_are_named() -> None:
    changes = (RefChange("tags/best", None, ID), RefChange("stages/churn/production", None, {}))
    said = text(views.pushed(Pushed("origin", "s3://x", changes=changes, rounds=3), []))
    assert "tag best" in said
    assert "1 move of models and stages" in said
    assert "3 rounds" in said


def test_a_fetch_names_tags_that_others_moved_and_purged_versions() -> None:
    done = Fetched(
        "origin", "s3://x", (ID,), lazy=True, moved=(RefMove("tags/best", "b" * 40, ID),), replaced=(ID, ID),
        branches={"main": (None, ID)},
    )  # fmt: skip
    said = text(views.fetched(done, ["v3"]))
    assert "from origin: v3 · without values · branch main" in said
    assert "tag best was moved by others" in said
    assert "2 versions here were purged elsewhere" in said


def test_a_pull_says_who_moved_the_branch() -> None:
    before = BranchStanding("main", "behind", ID, VersionId("b" * 40), (), (ID,))
    done = Pulled(Fetched("origin", "s3://x", (ID,)), "main", before, "moved", authors=("ana", "ben"))
    assert "main v1 → v2 by ana, ben" in text(views.pulled(done, ["v2"], ("v1", "v2")))
    merged = Pulled(Fetched("origin", "s3://x", (ID,)), "main", before, "merged")
    assert "main merged with origin" in text(views.pulled(merged, ["v2"], ("v1", "v2")))
    note = Pulled(Fetched("origin", "s3://x", (ID,)), "main", before, "fetched", note="needs trust")
    assert "needs trust" in text(views.pulled(note, ["v2"], ("v1", "v2")))


def test_a_clone_says_where_and_how_much() -> None:
    done = Fetched("origin", "s3://x", bytes=3_000, seconds=2)
    assert text(views.cloned("study", done, 12, None)) == "12 versions in study · 3.0 kB · 2.0 s"
    assert "loaded when needed" in text(views.cloned("study", Fetched("origin", "s3://x", lazy=True), 1, None))


def test_a_gc_says_what_was_marked_deleted_and_waits() -> None:
    assert "nothing to remove" in text(views.remote_collected(Collected("origin", 3)))
    done = Collected("origin", 3, 2, 5_000, 1, 7_000, 4, 1, 9_000, dry_run=True)
    said = text(views.remote_collected(done))
    assert "would delete 5.0 kB in 2 objects" in said
    assert "would mark 7.0 kB in 1 pack for deletion" in said
    assert "4 packs marked earlier wait" in said
    assert "would drop 1 version" in said
    assert "would rewrite 9.0 kB" in said


def test_a_purge_names_the_people_whose_clones_have_it() -> None:
    here = views.sentence("x was removed")
    said = text(views.purged_remote(here, None, "origin", 1_000, ["ana"]))
    assert "at origin: 1.0 kB deleted" in said
    assert "the clones of ana" in said
    assert "the same versions" in text(views.purged_remote(here, None, "origin", None, []))
