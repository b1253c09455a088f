"""`%mv_diff v1 v2 model --on X_test`: what two versions of a model predict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from tests.shells import Shell

STUDY = """\
import numpy as np, pandas as pd
from sklearn.ensemble import RandomForestClassifier
rng = np.random.default_rng(0)
X = pd.DataFrame(rng.normal(size=(300, 3)), columns=list("abc"))
y = (X.a + X.b > 0).astype(int)
X_test, y_test = X.tail(100), y.tail(100)
model = RandomForestClassifier(10, random_state=0).fit(X.head(200), y.head(200))
%mv_commit model X_test y_test --metric acc=0.9
model = RandomForestClassifier(10, random_state=0).fit(X.head(200), 1 - y.head(200))
%mv_commit model X_test y_test --metric acc=0.1"""


@pytest.fixture
def study(shell: Shell) -> Shell:
    pytest.importorskip("sklearn")
    shell.run(STUDY)
    return shell


def test_predictions_follow_the_metrics(study: Shell) -> None:
    found = study.run("%mv_diff v1 v2 model --on X_test --target y_test")
    assert [s.id for s in found.sections if s.id != "alarms"][:3] == ["metrics", "predictions.model", "names"]
    said = " ".join(str(found).split())
    assert "model · predictions" in said
    assert "turned wrong" in said
    assert "accuracy worse beyond noise" in said
    assert "model · trees" in said
    assert "none equal" in said
    assert "predictions" in found._repr_html_()


def test_live_values_stay_as_they_are(study: Shell) -> None:
    before = study["X_test"].copy(), study["model"]
    study.run("%mv_diff v1 v2 model --on X_test")
    assert study["X_test"].equals(before[0])
    assert study["model"] is before[1]
    assert "variables" not in str(study.run("%mv_diff v1 v2 model --on X_test"))


@pytest.mark.parametrize(
    ("line", "says", "hint"),
    [
        ("%mv_diff v1 v2 --on X_test", "--on X_test needs one model", "try: %mv_diff v1 v2 MODEL --on X_test"),
        ("%mv_diff v1 v2 model --target y_test", "--target needs a dataset", "try: --on X_test --target y_test"),
    ],
)
def test_a_line_that_says_too_little(study: Shell, line: str, says: str, hint: str) -> None:
    error = study.fails(line)
    assert isinstance(error, UsageError)
    assert (error.message, error.hint) == (says, hint)


def test_predictions_are_kept_with_a_commit_and_tested(study: Shell) -> None:
    study.run("%mv_commit model X_test y_test --probe X_test")
    assert str(study.run("%mv_probe")) == "model of v3 predicts the same on 100 rows of X_test"
    assert study.fails("%mv_probe v1").args[0] == "v1 keeps no predictions"
    assert '"different": 0' in str(study.run("%mv_probe --json"))


def test_a_purge_of_the_data_takes_the_predictions_along(study: Shell) -> None:
    study.run("%mv_commit model X_test y_test --probe X_test")
    study.run("%mv_purge X_test --yes")
    assert study.fails("%mv_probe v3").args[0] == "v3 keeps no predictions"


def test_predictions_travel_with_a_bundle(study: Shell) -> None:
    study.run("%mv_commit model X_test y_test --probe X_test --metric acc=model.score(X_test,y_test)")
    study.run("%mv_export v3 -o best.nbmv.zip")
    study.run("%mv_init elsewhere")
    study.run("%mv_import best.nbmv.zip")
    assert study.run("%mv_show v1").expressions == {"acc": "model.score(X_test,y_test)"}
    assert study.fails("%mv_probe v1").args[0] == "v1 came from elsewhere, and predicting runs the code of its models"
    study.run("%mv_trust v1")
    assert str(study.run("%mv_probe v1")) == "model of v1 predicts the same on 100 rows of X_test"
