"""What each view says, and that nothing in it can break out of the text (P17)."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from importlib import util
from pathlib import Path

import pytest

from nbmodelver import views
from nbmodelver.model import (
    Cell,
    Change,
    Diff,
    Finding,
    Findings,
    GcReport,
    Kept,
    Plan,
    Problem,
    Row,
    Section,
    Skipped,
    VersionId,
)
from nbmodelver.views.log import lanes
from nbmodelver.views.progress import drawn
from nbmodelver.views.text import text_width

spec = util.spec_from_file_location("view_samples", Path(__file__).with_name("samples.py"))
assert spec
assert spec.loader
samples = util.module_from_spec(spec)
sys.modules[spec.name] = samples
spec.loader.exec_module(samples)
version = samples.version
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def terminal_of_100_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")


def everything():
    """Every view of honest samples."""
    v7 = version(7, skipped=samples.SKIPPED, note="a longer\nremark")
    return {
        "commit": views.commit(v7, version(6), ["a note"]),
        "log": views.log(samples.MERGED, samples.REFS, graph=True, more=3, now=NOW),
        "show": views.show(v7, samples.REFS, parent=version(6), cells=samples.CELLS, environment=samples.ENVIRONMENT),
        "profiles": views.show(v7, samples.REFS, profiles={"df": samples.DATASET, "model": samples.MODEL}),
        "diff": views.diff(samples.DIFF),
        "plan": views.plan(samples.PLAN),
        "status": views.status(views.State("study", "main", v7, 7, 99_000_000, True, samples.PLAN.changes)),
        "verify": views.verify(samples.PROBLEMS, "every byte"),
        "gc": views.gc(GcReport(12, 3, 44_000_000, 99_000_000, True)),
        "compare": views.compare(samples.VERSIONS[:3]),
        "branches": views.branches({"main": v7}, "main"),
        "tags": views.tags({"best": v7}),
        "best": views.best(v7, "acc", version(6), 0.01),
        "blame": views.blame(samples.BLAME, NOW),
        "cell blame": views.cell_blame(samples.CELL_BLAME, NOW),
        "history": views.name_history(samples.HISTORY, v7.id, NOW),
        "note": views.note(v7, "two\nlines"),
        "noted": views.note(v7, "used in the report", "a longer text"),
        "config": views.config({"author": "Ada", "limit": 3}),
        "exported": views.exported("out.nbmv.zip", 1000, "v3"),
    }


def test_a_commit_answers_in_one_line():
    said = str(views.commit(version(7), version(6)))
    assert said == "v7 · 4 variables · 1.2 MB new of 556 MB · 0.08 s · acc 0.96 (+0.01) · loss 0.2921 (-0.02)"


def test_a_commit_names_what_was_not_kept_with_path_and_reason():
    said = str(views.commit(version(7, skipped=samples.SKIPPED))).splitlines()
    assert said[1] == "  not kept: rows at rows[3]: a generator cannot be kept: it would have to be run again"
    assert said[2].startswith("  not kept: con: an open database")


def test_a_commit_and_a_version_say_what_comes_back_differently():
    rows = Kept("rows", 0, "dataset", "numpy.memmap", samples.PART, 80, notes=("comes back as a plain array",))
    kept = version(7, kept={"rows": rows})
    assert "  rows: comes back as a plain array" in str(views.commit(kept))
    assert "comes back as a plain array" in str(views.show(kept))


def test_the_log_marks_head_and_shows_refs_and_metrics():
    said = str(views.log(samples.MERGED, samples.REFS, now=NOW)).splitlines()
    assert re.match(r"\* v6  22 h ago +main .*merge trees.* 0.95", said[1])
    assert "1.0.0" in said[5]
    assert "(before rollback" in said[4]


def test_the_graph_shows_where_lines_fork_and_meet():
    assert [d.rstrip() for d in lanes(samples.MERGED)] == ["●─╮", "● │", "│ ●", "● │", "●─╯", "●"]
    assert [d.rstrip() for d in lanes(samples.VERSIONS)] == ["●"] * 7
    assert lanes([]) == []


def test_the_history_of_a_name_marks_head_and_says_what_changed():
    said = [
        re.sub("  +", "  ", text) for text in str(views.name_history(samples.HISTORY, version(7).id, NOW)).splitlines()
    ]
    assert said[1:] == [
        "~ v7 (HEAD)  22 h ago  rows 442 → 441  540 MB  deeper trees",
        "~ v5  22 h ago  changed (equal to v1)  540 MB  deeper trees",
        "- v4  22 h ago  removed  deeper trees",
        "+ v1  22 h ago  new  540 MB  deeper trees",
        "2 older versions not shown: --limit N shows more",
    ]


def test_the_best_version_says_how_much_better_it_is():
    v7, v6 = version(7), version(6)
    said = str(views.best(v7, "acc", v6, 0.01)).splitlines()
    assert said == [
        "v7 · acc 0.96 · 0.01 better than the current version v6",
        "  %mv_diff v7 v6 compares them, %mv_rollback v7 restores it",
    ]
    assert str(views.best(v7, "acc", v7, 0.0)) == "v7 · acc 0.96 · the current version"
    assert str(views.best(v7, "acc", None, None)) == "v7 · acc 0.96"
    assert "as good as the current version v6" in str(views.best(v7, "acc", v6, 0.0))
    assert "v6 does not have it" in str(views.best(v7, "acc", v6, None))


def test_a_blame_says_what_each_cell_did_and_read():
    assert [text.rstrip() for text in str(views.blame(samples.BLAME, NOW)).splitlines()] == [
        "df · pandas.DataFrame · since v5 (22 h ago) · deeper trees",
        "[3] assigned it (recorded in v4) · reads raw (since v2), rate (not saved)",
        "df = raw * rate",
        "[4] can have changed it",
        "clean(df)",
    ]
    assert "the same value as in v2, where" in str(views.blame(replace(samples.BLAME, equal_to=version(2))))
    assert "no cell is recorded" in str(views.blame(replace(samples.BLAME, cells=())))


def test_a_blame_of_a_cell_says_how_the_row_is_found_and_what_was_before():
    found = samples.CELL_BLAME
    assert [text.rstrip() for text in str(views.cell_blame(found, NOW)).splitlines()][:3] == [
        "df[ann, age] = 31 · since v5 (22 h ago) · deeper trees",
        "  the row is found by its label in the index",
        "  in v4 it was 30",
    ]
    assert "df[0, age]" in str(views.cell_blame(replace(found, label=None)))
    assert "v4 has no such row or column" in str(views.cell_blame(replace(found, had_cell=False)))
    assert "v4 could not be read: no library" in str(views.cell_blame(replace(found, ended="no library")))


def test_a_graph_of_a_filtered_history_draws_no_endless_lanes():
    assert [d.rstrip() for d in lanes(samples.VERSIONS[::2])] == ["● …", "● …", "● …", "●"]


def test_versions_whose_fork_is_not_listed_are_not_drawn_as_one_line():
    """v4 and v3 both continue v2. With `--limit 2` they looked like parent and child."""
    left = version(3, parents=(version(2).id,))
    right = version(4, parents=(version(2).id,))
    assert [d.rstrip() for d in lanes([right, left, version(2), version(1)])] == ["●", "│ ●", "●─╯", "●"]
    assert [d.rstrip() for d in lanes([right, left])] == ["● …", "● …"]
    said = str(views.log([right, left], graph=True, more=2, now=NOW)).splitlines()
    assert ["…" in row for row in said[1:3]] == [True, True]
    assert said[3].strip() == "… a parent of this version is not shown"
    assert "… a parent" not in str(views.log([right, left, version(2), version(1)], graph=True, now=NOW))
    assert "…" not in str(views.log([right, left], now=NOW))


def test_a_merge_keeps_its_listed_parent_and_marks_the_other():
    merge = version(7, parents=(version(6).id, version(3).id))
    assert [d.rstrip() for d in lanes([merge, version(6)])] == ["● …", "● …"]
    child = version(6, parents=())
    assert [d.rstrip() for d in lanes([merge, child])] == ["● …", "●"]


def test_a_version_shows_names_parameters_metrics_cells_and_environment():
    said = views.to_text(everything()["show"].document, 140)
    for piece in (
        "sklearn.ensemble.RandomForestClassifier", "shares objects with pipe", "needs pickle",
        "model.n_estimators  200", "acc 0.96 (+0.01)",
        "[13] 8.3 s failed", "df.head()", "Python 3.11.7", "git 0123456789", "2 packages", "remark",
        "rows at rows[3]",
    ):  # fmt: skip
        assert piece in said


def test_a_profile_shows_columns_and_says_what_is_missing():
    said = views.to_text(everything()["profiles"].document, 140)
    assert re.search(r"age +float64 +12 +78 +0.42 +29.69 ± 14.52 +80  ▁▂", said)
    assert "yes (1,200,000)" in said
    assert "no statistics: TypeError" in said
    assert "a sample of 1,000,000 rows" in said


def test_a_diff_shows_what_differs_and_names_what_does_not():
    said = str(views.diff(samples.DIFF))
    assert re.search(r"\+ scaler +sklearn.preprocessing.StandardScaler +1.2 kB", said)
    assert "-model = RF(100)\n+model = RF(200)" in said
    assert "unchanged: Packages" in said
    assert "no differences" in str(views.diff(Diff(version(1), version(2), ())))


def test_a_plan_says_what_changes_vanishes_stays_and_is_lost():
    said = str(views.plan(samples.PLAN))
    assert re.search(r"- scaler +will be removed", said)
    assert "1 will be removed" in said
    assert re.search(r"! net +cannot be restored", said)
    assert "unchanged: LR" in said
    assert "556 MB to load" in said
    assert "%mv_undo" in said
    assert "nothing will change" in str(views.plan(Plan(version(1), ())))


def test_status_says_what_to_do_without_a_version():
    assert "%mv_commit creates the first" in str(views.status(views.State("s", "main")))
    assert "nothing has changed" in str(views.status(views.State("s", "main", version(1))))


def test_verify_and_gc_say_when_all_is_well():
    assert str(views.verify([], "structure")) == "no problems · checked: structure"
    assert str(views.gc(GcReport(kept_bytes=5_000))) == "nothing to remove · 5.0 kB in use"
    assert str(views.gc(GcReport(2, 1, -6_000, 9_000, True, 1, exact=False))) == (
        "would remove 2 parts in 1 pack; deltas that used them as base take about 6.0 kB more · 9.0 kB stay"
    )


def test_a_result_is_the_object_it_shows():
    shown = views.log(samples.VERSIONS)
    assert [v.name for v in shown] == ["v7", "v6", "v5", "v4", "v3", "v2", "v1"]
    assert shown[0].metrics["acc"] == pytest.approx(0.96)
    assert len(shown) == 7
    assert views.commit(version(7)).name == "v7"
    assert not views.verify([])
    with pytest.raises(AttributeError):
        _ = views.commit(version(7))._ipython_display_


@pytest.mark.parametrize("name", everything())
@pytest.mark.parametrize("width", [20, 40, 80, 100])
def test_text_is_never_wider_than_the_terminal(name, width):
    text = views.to_text(everything()[name].document, width)
    assert max(text_width(row) for row in text.splitlines()) <= width


def test_wide_characters_keep_columns_aligned():
    rows = str(views.log(samples.MERGED, samples.REFS, now=NOW)).splitlines()
    ends = {text_width(row.split(" 1.2 MB")[0]) for row in rows if " 1.2 MB" in row}
    assert len(ends) == 1


def test_colour_comes_only_on_request():
    document = everything()["plan"].document
    assert "\x1b" not in views.to_text(document)
    assert "\x1b[31m" in views.to_text(document, colour=True)


EVIL = "<script>alert(1)</script>&\"'\u202e\u2066\x1b[31m\x00\r\n\u200b\ud800]]>--><img src=x onerror=y>"


class Reader(HTMLParser):
    """Every tag, attribute name and text of a fragment."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {n for n, _ in attrs}
        if tag != "rect":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def evil_views():
    """Every view with hostile text in every field that holds text."""
    kept = {EVIL: Kept(EVIL, 0, "dataset", EVIL, samples.PART, 5, notes=(EVIL,))}
    group = replace(version(1).groups[0], names=(EVIL, EVIL + "2"))
    bad = version(
        3, message=EVIL, note=EVIL, author=EVIL, auto=EVIL, kept=kept, groups=(group,), saved_at_utc=EVIL,
        skipped=(Skipped(EVIL, EVIL, EVIL),), params={EVIL: EVIL, "d": {EVIL: [EVIL]}}, metrics={EVIL: 1.0},
        notebook_path=EVIL, git=samples.GitState(EVIL, EVIL, True), session=samples.PART,
    )  # fmt: skip
    refs = views.RefLabels(bad.id, EVIL, {EVIL: bad.id}, {EVIL: bad.id})
    cells = (Cell(EVIL, 1, 0.1),)
    profile = {
        EVIL: EVIL, "shape": [EVIL], "note": EVIL, "params": {EVIL: EVIL}, "fitted": {EVIL: EVIL},
        "importances": [[EVIL, EVIL]], "layers": [{"name": EVIL, "type": EVIL, "weights": {EVIL: EVIL}}],
        "columns": [
            {"name": EVIL, "dtype": EVIL, "min": EVIL, "max": EVIL, "mean": EVIL, "top": [[EVIL, EVIL]], "note": EVIL},
            {"name": EVIL, "histogram": {"low": EVIL, "high": EVIL, "counts": [1, EVIL]}},
        ],
    }  # fmt: skip
    rows = (Row((EVIL, {"counts": [1], "low": EVIL, "high": EVIL}, {EVIL: EVIL})),)
    section = Section(EVIL, EVIL, (EVIL, EVIL, EVIL), rows, (f"+{EVIL}",), EVIL)
    plan = Plan(bad, (Change(EVIL, "lost", "model", EVIL, 1, EVIL),), 1, (EVIL,), (EVIL,), True)
    environment = {"python": EVIL, "platform": EVIL, "packages": {EVIL: EVIL}}
    return [
        views.commit(bad, bad, [EVIL]),
        views.log([bad], refs, graph=True),
        views.show(bad, refs, parent=bad, cells=cells, environment=environment),
        views.show(bad, refs, profiles={EVIL: profile}),
        views.diff(Diff(bad, bad, (section,))),
        views.plan(plan),
        views.status(views.State(EVIL, EVIL, bad, 1, 1, True, plan.changes, (EVIL,))),
        views.verify([Problem(EVIL, EVIL, EVIL, EVIL)], EVIL),
        views.compare([bad, replace(bad, params={EVIL: "x"})]),
        views.branches({EVIL: bad}, EVIL),
        views.tags({EVIL: bad}),
        views.name_history(samples.name_history(EVIL, (bad, "changed", EVIL, bad))),
        views.blame(samples.blame(EVIL, bad, EVIL)),
        views.cell_blame(samples.cell_blame(EVIL, bad, EVIL)),
        views.best(replace(bad, metrics={EVIL: 1.0}), EVIL, replace(bad, id=VersionId("f" * 40)), None),
        views.note(bad, EVIL),
        views.note(bad, EVIL, EVIL),
        views.config({EVIL: EVIL}),
        views.exported(EVIL, 1, EVIL),
        views.sentence(EVIL),
    ]


ALLOWED_TAGS = {
    "style", "div", "span", "table", "thead", "tbody", "tr", "th", "td", "pre", "details", "summary", "svg", "title",
    "rect", "progress",
}  # fmt: skip
ALLOWED_ATTRIBUTES = {
    "class", "role", "aria-label", "aria-level", "title", "width", "height", "value", "max", "style", "x", "y", "open",
}  # fmt: skip


def test_hostile_text_in_any_field_stays_text():
    fragments = [shown._repr_html_() for shown in evil_views()] + [drawn(1, 2, EVIL, 2.0)[1]]
    for fragment in fragments:
        reader = Reader()
        reader.feed(fragment)
        reader.close()
        assert not reader.open
        assert set(reader.tags) <= ALLOWED_TAGS
        assert reader.tags.count("style") == 1
        assert reader.attributes <= ALLOWED_ATTRIBUTES
        assert not re.search("[\u202e\u2066\x1b\x00\r\u200b\ud800]", fragment)
        assert "\\u202e" in fragment


def test_hostile_text_cannot_steer_a_terminal():
    for shown in evil_views():
        text = str(shown)
        assert not re.search("[\u202e\u2066\x1b\x00\r\u200b\ud800]", text)
        text.encode()


def test_an_odd_profile_is_shown_as_far_as_it_goes():
    odd = {"columns": "none", "layers": [1, None], "importances": [], "params": [], "shape": 3}
    assert "shape 3" in str(views.show(version(1), profiles={"df": odd}))


def test_versions_without_anything_are_shown():
    bare = samples.Version(VersionId("0" * 40), 1)
    for shown in (views.commit(bare), views.log([bare]), views.show(bare), views.compare([bare]), views.log([])):
        assert str(shown)
        assert shown._repr_mimebundle_()["text/html"].startswith("<style>")


def test_a_long_table_is_cut_and_the_rest_is_folded():
    changes = tuple(Change(f"var_{i}", "appears", "other", "int", 8) for i in range(300))
    shown = views.plan(Plan(version(7), (*changes, Change("fig", "lost", "other", "Figure", 8, "needs its package"))))
    said = str(shown).splitlines()
    assert len(said) < 50
    assert said[1].split()[:2] == ["!", "fig"]
    assert "and 261 more" in said
    assert "var_299" in shown._repr_mimebundle_()["text/html"]


def test_a_plan_without_changes_is_one_line_beside_its_title():
    still = Plan(version(7), (Change("df", "stays", "dataset", "DataFrame", 8),))
    assert len(str(views.plan(still, done=True)).splitlines()) == 2
    assert str(views.plan(still, done=True, branch="trees")).startswith("On trees at v7")


def test_a_parameter_that_is_none_is_shown_and_one_that_is_not_there_is_not():
    rows = (Row(("m.depth", None, 3, None), "changed"), Row(("m.seed", None, None, None), "added"))
    section = Section("params", "Hyperparameters", ("name", "before", "after", "change"), rows)
    said = [line.split() for line in str(views.diff(Diff(version(1), version(2), (section,)))).splitlines()]
    assert ["~", "m.depth", "None", "3"] in said
    assert ["+", "m.seed", "None"] in said


def test_parameters_of_a_model_differ_only_among_versions_that_have_it():
    tree = Kept("tree", 0, "model", "Tree", samples.PART, 80)
    first = version(1, kept={"tree": tree}, params={"tree.depth": 3, "tree.leaves": 9, "seed": 1})
    second = version(2, kept={"tree": tree}, params={"tree.depth": 4, "tree.leaves": 9, "seed": 1})
    third = version(3, kept={}, params={})
    said = str(views.compare([first, second, third]))
    assert "tree.depth" in said
    assert "seed" in said
    assert "tree.leaves" not in said


def test_a_value_whose_profile_says_nothing_of_its_change_is_not_called_the_same():
    names = Section("names", "Variables", ("variable",), (Row(("net",), "changed"), Row(("df",), "same")))
    rows = (Row(("type", "Net", "Net", None), "same"),)
    quiet = [Section(f"profile.{n}", n, ("what", "before", "after", "change"), rows) for n in ("net", "df")]
    said = str(views.diff(Diff(version(1), version(2), (names, *quiet)))).splitlines()
    assert "changed, but the profile shows no difference: net" in said
    assert "unchanged: df" in said


def test_a_diff_gives_steps_a_sign_and_sizes_a_unit():
    """As the panel does: "acc 0.5 0.55 0.05" looked like a third value, and 11,360,274 like a number of rows."""
    steps = (Row(("acc", 0.5, 0.55, 0.05), "changed"), Row(("loss", 3, 1, -2), "changed"))
    metrics = Section("metrics", "Metrics", ("name", "before", "after", "change"), steps)
    sizes = (Row(("df", "dataset", "DataFrame", None, 11_360_274), "added"),)
    names = Section("names", "Variables", ("variable", "kind", "type", "bytes before", "bytes after"), sizes)
    said = [line.split() for line in str(views.diff(Diff(version(1), version(2), (names, metrics)))).splitlines()]
    assert ["~", "acc", "0.5", "0.55", "+0.05"] in said
    assert ["~", "loss", "3", "1", "-2"] in said
    assert ["+", "df", "dataset", "DataFrame", "11", "MB"] in said


def test_a_profile_of_many_parameters_is_cut():
    shown = views.show(version(1), profiles={"nested": {"params": {str(i): i for i in range(300)}}})
    assert len(str(shown).splitlines()) < 50
    assert "and 260 more" in str(shown)
    assert "299" in shown._repr_mimebundle_()["text/html"]


def test_a_plan_that_takes_something_away_says_how_it_comes_back():
    plan = Plan(version(7), (Change("df", "vanishes"),))
    assert "the current state is saved already: %mv_undo restores it" in str(views.plan(plan))
    assert "the previous state was saved: %mv_redo restores it" in str(views.plan(plan, done=True, back="%mv_redo"))
    harmless = Plan(version(7), (Change("df", "appears"),))
    assert "%mv_undo" not in str(views.plan(harmless, done=True))


def test_a_version_shows_what_its_checks_found():
    from nbmodelver.model import Finding, Findings, Version, VersionId

    version = Version(VersionId("a" * 40), 2, parents=(VersionId("b" * 40),))
    found = (
        Finding("scored:X", "note", "X was fitted and scored", since="v2"),
        Finding("leak:a,b", "alarm", "3 rows of b stand in a", since="v1"),
        Finding("leak:c,d", "alarm", "9 rows of d stand in c", since="v1", accepted="on purpose"),
    )
    lines = str(views.show(version, findings=Findings(found, unchecked=("leak:e,f",)))).splitlines()
    assert "! 3 rows of b stand in a · since v1" in lines
    assert "note: X was fitted and scored" in lines
    assert "accepted: 9 rows of d stand in c · on purpose" in lines
    assert [line.strip() for line in lines if "not checked" in line] == [
        "not checked yet: leak:e,f · %mv_diff HEAD~1 HEAD"
    ]
    first = Version(VersionId("a" * 40), 1)
    assert "%mv_diff v1 v1" in str(views.show(first, findings=Findings(unchecked=("leak:e,f",))))


LONG = "53 of the 143 rows of test also stand in train with another mean area only, 12 with another mean radius"


def test_an_alarm_of_a_comparison_is_not_cut():
    rows = (Row(("alarm", LONG, "v2", "column:train,test"), "added"), Row(("accepted: known", "b", "v1", "i"), "added"))
    section = Section("alarms", "Alarms", ("level", "finding", "since", "id"), rows, note="not looked for: --time")
    text = " ".join(str(views.diff(Diff(version(1), version(2), (section,)))).split())
    assert f"! {LONG} · since v2 · column:train,test" in text
    assert "accepted: known: b · since v1 · i" in text
    assert "not looked for: --time" in text


def test_what_was_found_since_comes_before_the_answer_and_its_warning():
    late = Finding("leak:a,b", "alarm", "rows of b stand in a", ("a", "b"), "v6", "%mv_diff v5 v6 a")
    shown = views.commit(version(7), late=[late])
    first = "v6, checked since: ! rows of b stand in a  → %mv_diff v5 v6 a"
    assert str(shown).splitlines()[0] == first
    assert shown.warnings is not None
    assert "v6, checked since" not in str(views.commit(version(7)))


def test_the_status_lists_open_findings_and_what_is_left_to_check():
    known = Finding("leak:a,b", "alarm", "rows of b stand in a", ("a", "b"), "v7")
    accepted = replace(known, text="on purpose", accepted="known")
    state = views.State("store", "main", version(7), findings=Findings((known, accepted), ("fitted:s,b",)))
    text = str(views.status(state))
    assert "! rows of b stand in a" in text
    assert "not checked yet: fitted:s,b" in text
    assert "on purpose" not in text
