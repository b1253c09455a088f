"""The test of kept predictions."""

from __future__ import annotations

import json

from nbmodelver.model import Probed, ProbedModel, Version, VersionId

V3 = Version(VersionId("a" * 40), 3)
SAME = ProbedModel("net", "X", 500)


def test_a_model_that_differs_or_cannot_run_is_not_the_same() -> None:
    assert Probed(V3, (SAME,)).is_same
    assert Probed(V3, ()).is_same
    assert not Probed(V3, (SAME, ProbedModel("old", "X", 500, 1))).is_same
    assert not Probed(V3, (SAME, ProbedModel("old", "X", 500, error="no module"))).is_same


def test_the_json_form_names_the_version() -> None:
    data = json.loads(json.dumps(Probed(V3, (SAME,), ("numpy: 1 then, 2 now",)).to_dict()))
    assert data["version"] == "v3"
    assert data["models"] == [{"model": "net", "data": "X", "rows": 500, "different": 0, "largest": 0.0, "error": ""}]
    assert data["environment"] == ["numpy: 1 then, 2 now"]
