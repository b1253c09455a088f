"""How the test of kept predictions is drawn."""

from __future__ import annotations

from nbmodelver import views
from nbmodelver.model import Probed, ProbedModel, Version, VersionId


def test_each_model_has_a_line_and_the_environment_follows() -> None:
    models = (
        ProbedModel("forest", "X", 500),
        ProbedModel("net", "X", 500, 3, 0.25),
        ProbedModel("old", "X", 1, error="ImportError: no module"),
    )
    found = Probed(Version(VersionId("a" * 40), 3), models, ("numpy: 1 then, 2 now",))
    assert " ".join(str(views.probed(found)).split()) == (
        "forest of v3 predicts the same on 500 rows of X "
        "net of v3 predicts something else for 3 of 500 rows of X · largest difference 0.25 "
        "old of v3 cannot be tested on X: ImportError: no module "
        "numpy: 1 then, 2 now"
    )
    assert not found.is_same
