"""Model objects as a real study would make them, for the tests of views and for looking at pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from nbmodelver import views
from nbmodelver.model import (
    Blame,
    Cell,
    CellInput,
    Change,
    Diff,
    GcReport,
    GitState,
    Group,
    Kept,
    MakingCell,
    NameHistory,
    NameStep,
    ObjectId,
    Plan,
    Problem,
    Row,
    Section,
    Skipped,
    Status,
    TableCellBlame,
    Version,
    VersionId,
)
from nbmodelver.views import RefLabels

PART = ObjectId("ab" * 20)


def version(number: int, **more: object) -> Version:
    known: dict[str, object] = {
        "id": VersionId(f"{number:02d}" * 20),
        "number": number,
        "parents": (VersionId(f"{number - 1:02d}" * 20),) if number > 1 else (),
        "message": "deeper trees",
        "author": "Ada",
        "saved_at_utc": f"2026-11-20T10:{number:02d}:00Z",
        "kept": {
            "df": Kept("df", 0, "dataset", "pandas.DataFrame", PART, 540_000_000),
            "model": Kept("model", 1, "model", "sklearn.ensemble.RandomForestClassifier", PART, 16_200_000),
            "pipe": Kept("pipe", 1, "model", "sklearn.pipeline.Pipeline", PART, 16_300_000),
            "LR": Kept("LR", 2, "hyperparameters", "float", PART, 24),
        },
        "groups": (
            Group(("df",), PART, 540_000_000),
            Group(("model", "pipe"), PART, 16_300_000, pickled=True),
            Group(("LR",), PART, 24),
        ),
        "params": {"LR": 0.1, "model.n_estimators": 200, "model.max_depth": None},
        "metrics": {"acc": 0.89 + number / 100, "loss": 0.4321 - number / 50},
        "raw_bytes": 556_300_024,
        "new_bytes": 1_234_567,
        "duration_s": 0.0812,
        "notebook_path": "study.ipynb",
        "git": GitState("0123456789abcdef", "main", dirty=True),
    }
    return Version(**(known | more))  # type: ignore[arg-type]


SKIPPED = (
    Skipped("rows", "rows[3]", "a generator cannot be kept: it would have to be run again"),
    Skipped("con", "con", "an open database connection belongs to this process"),
)
VERSIONS = [version(n) for n in range(7, 0, -1)]
MERGED = [
    version(6, parents=(VersionId("05" * 20), VersionId("04" * 20)), message="merge trees"),
    version(5, parents=(VersionId("03" * 20),), message="clean outliers"),
    version(4, parents=(VersionId("02" * 20),), message="200 trees", skipped=SKIPPED[:1]),
    version(3, parents=(VersionId("02" * 20),), message="", auto="before rollback to v2"),
    version(2, message="数据清洗 🧹 first cleaning"),
    version(1, message="as loaded"),
]
REFS = RefLabels(
    VersionId("06" * 20),
    "main",
    {"main": VersionId("06" * 20), "trees": VersionId("04" * 20)},
    {"best": VersionId("05" * 20), "1.0.0": VersionId("02" * 20)},
)
CELLS = (
    Cell("df = pd.read_csv('data.csv')\ndf.head()", 12, 0.52),
    Cell("model = RandomForestClassifier(200).fit(X, y)", 13, 8.31, ok=False),
)
ENVIRONMENT = {"python": "3.11.7", "platform": "Linux x86_64", "packages": {"numpy": "2.4.6", "pandas": "3.1.1"}}
HISTOGRAM = {"low": 0, "high": 80, "counts": [1, 4, 9, 14, 20, 31, 22, 15, 8, 5, 3, 2, 1, 0, 0, 1]}
LATER = {"low": 0, "high": 80, "counts": [0, 2, 5, 10, 19, 33, 25, 18, 10, 6, 3, 1, 0, 0, 0, 0]}
DATASET = {
    "kind": "dataset",
    "type": "pandas.DataFrame",
    "shape": [2_000_000, 3],
    "memory_bytes": 540_000_000,
    "index": "RangeIndex",
    "sampled_rows": 1_000_000,
    "columns": [
        {
            "name": "age", "dtype": "float64", "nulls": 12, "distinct": 78, "min": 0.42, "max": 80.0, "mean": 29.69,
            "std": 14.52, "histogram": HISTOGRAM,
        },
        {"name": "label", "dtype": "str", "nulls": 0, "distinct": 2, "top": [["yes", 1_200_000], ["no", 800_000]]},
        {"name": "odd", "dtype": "object", "nulls": 0, "note": "no statistics: TypeError"},
    ],
}  # fmt: skip
MODEL = {
    "kind": "model",
    "type": "sklearn.ensemble.RandomForestClassifier",
    "is_fitted": True,
    "trees": 200,
    "params": {"n_estimators": 200, "max_depth": None, "criterion": "gini"},
    "fitted": {"classes_": "int64 [2]", "n_features_in_": 30},
    "importances": [["worst perimeter", 0.141], ["mean radius", 0.092]],
}
DIFF = Diff(
    version(5),
    version(6, message="clean outliers"),
    (
        Section(
            "names",
            "Variables",
            ("variable", "type", "before", "after"),
            (
                Row(("df", "pandas.DataFrame", "540 MB", "538 MB"), "changed"),
                Row(("scaler", "sklearn.preprocessing.StandardScaler", None, "1.2 kB"), "added"),
                Row(("tmp", "numpy.ndarray", "8.0 MB", None), "removed"),
                Row(("LR", "float", "24 B", "24 B"), "same"),
            ),
        ),
        Section("params", "Parameters", ("key", "before", "after"), (Row(("model.n_estimators", 100, 200)),)),
        Section("metrics", "Metrics", ("metric", "before", "after", "change"), (Row(("acc", 0.91, 0.93, "+0.02")),)),
        Section(
            "profile.df",
            "df",
            ("what", "before", "after", "change"),
            (Row(("rows", 2_000_000, 1_998_800, "-0.06 %")), Row(("age · histogram", HISTOGRAM, LATER, ""))),
        ),
        Section("code", "Code", lines=("@@ -1,3 +1,3 @@", " import x", "-model = RF(100)", "+model = RF(200)")),
        Section("packages", "Packages", ("package", "before", "after"), (Row(("numpy", "2.4", "2.4"), "same"),)),
    ),
)
PLAN = Plan(
    version(3),
    (
        Change("df", "changes", "dataset", "pandas.DataFrame", 540_000_000),
        Change("model", "appears", "model", "sklearn.ensemble.RandomForestClassifier", 16_200_000),
        Change("scaler", "vanishes", "model", "sklearn.preprocessing.StandardScaler", 1_200),
        Change("LR", "stays", "hyperparameters", "float", 24),
        Change("net", "lost", "model", "Net", 0, "torch is not installed here"),
    ),
    556_200_000,
    ("pandas is 3.1.1 here, 3.0.2 then",),
    ("model and pipe share objects and come back together",),
    saves_first=True,
)
PROBLEMS = [Problem("changed bytes", "pack 77ab at 4096", "v3", "df"), Problem("missing", "record 0102", "v4")]


def name_history(name: str, *steps: tuple[Version, Status, str, Version | None], more: int = 0) -> NameHistory:
    """A history of a name. steps: version, status, what changed, older version with an equal value."""
    made = tuple(NameStep(v, status, version(1).kept["df"], None, same) for v, status, _, same in steps)
    return NameHistory(name, made, tuple(change for _, _, change, _ in steps), more)


HISTORY = name_history(
    "df",
    (version(7), "changed", "rows 442 → 441", None),
    (version(5), "changed", "", version(1)),
    (version(4), "removed", "", None),
    (version(1), "added", "", None),
    more=2,
)


def blame(name: str, since: Version, text: str) -> Blame:
    """The origin of a name. text: stands wherever a user's text can stand."""
    inputs = (CellInput(text, version(2)), CellInput("rate", None, "not saved"))
    first = MakingCell(Cell(text if text != "raw" else "df = raw * rate", 3), version(4), True, inputs)
    later = MakingCell(Cell("clean(df)", 4), since, False, ())
    return Blame(name, since, since, (first, later))


def cell_blame(name: str, since: Version, text: str) -> TableCellBlame:
    """The origin of a cell whose row, column and former value are `text`."""
    cells = blame(name, since, "raw").cells
    return TableCellBlame(name, text, 0, text, text, since, since, version(4), True, text, "", cells)


BLAME = blame("df", version(5), "raw")
CELL_BLAME = replace(cell_blame("df", version(5), ""), label="ann", column="age", value=31, old=30)


NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def everything():
    """Every view of honest"""
    v7 = version(7, skipped=SKIPPED, note="a longer\nremark")
    return {
        "commit": views.commit(v7, version(6), ["a note"]),
        "log": views.log(MERGED, REFS, graph=True, more=3, now=NOW),
        "show": views.show(v7, REFS, parent=version(6), cells=CELLS, environment=ENVIRONMENT),
        "profiles": views.show(v7, REFS, profiles={"df": DATASET, "model": MODEL}),
        "diff": views.diff(DIFF),
        "plan": views.plan(PLAN),
        "status": views.status(views.State("study", "main", v7, 7, 99_000_000, True, PLAN.changes)),
        "verify": views.verify(PROBLEMS, "every byte"),
        "gc": views.gc(GcReport(12, 3, 44_000_000, 99_000_000, True)),
        "compare": views.compare(VERSIONS[:3]),
        "branches": views.branches({"main": v7}, "main"),
        "tags": views.tags({"best": v7}),
        "best": views.best(v7, "acc", version(6), 0.01),
        "blame": views.blame(BLAME, NOW),
        "cell blame": views.cell_blame(CELL_BLAME, NOW),
        "history": views.name_history(HISTORY, v7.id, NOW),
        "note": views.note(v7, "two\nlines"),
        "noted": views.note(v7, "used in the report", "a longer text"),
        "config": views.config({"author": "Ada", "limit": 3}),
        "exported": views.exported("out.nbmv.zip", 1000, "v3"),
    }


EVIL = "<script>alert(1)</script>&\"'\u202e\u2066\x1b[31m\x00\r\n\u200b\ud800]]>--><img src=x onerror=y>"


def evil_views():
    """Every view with hostile text in every field that holds text."""
    kept = {EVIL: Kept(EVIL, 0, "dataset", EVIL, PART, 5, notes=(EVIL,))}
    group = replace(version(1).groups[0], names=(EVIL, EVIL + "2"))
    bad = version(
        3, message=EVIL, note=EVIL, author=EVIL, auto=EVIL, kept=kept, groups=(group,), saved_at_utc=EVIL,
        skipped=(Skipped(EVIL, EVIL, EVIL),), params={EVIL: EVIL, "d": {EVIL: [EVIL]}}, metrics={EVIL: 1.0},
        notebook_path=EVIL, git=GitState(EVIL, EVIL, True), session=PART,
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
        views.name_history(name_history(EVIL, (bad, "changed", EVIL, bad))),
        views.blame(blame(EVIL, bad, EVIL)),
        views.cell_blame(cell_blame(EVIL, bad, EVIL)),
        views.best(replace(bad, metrics={EVIL: 1.0}), EVIL, replace(bad, id=VersionId("f" * 40)), None),
        views.note(bad, EVIL),
        views.note(bad, EVIL, EVIL),
        views.config({EVIL: EVIL}),
        views.exported(EVIL, 1, EVIL),
        views.sentence(EVIL),
    ]
