"""One version in full."""

from __future__ import annotations

from nbmodelver import views
from nbmodelver.model import (
    Finding,
    Findings,
    VersionId,
)
from tests.views.samples import everything


def test_a_version_shows_names_parameters_metrics_cells_and_environment():
    said = views.to_text(everything()["show"].document, 140)
    for piece in (
        "sklearn.ensemble.RandomForestClassifier", "shares objects with pipe", "needs pickle",
        "model.n_estimators  200", "acc 0.96 (+0.01)",
        "[13] 8.3 s failed", "df.head()", "Python 3.11.7", "git 0123456789", "2 packages", "remark",
        "rows at rows[3]",
    ):  # fmt: skip
        assert piece in said


def test_a_version_shows_what_its_checks_found():
    from nbmodelver.model import Version

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
