"""What a bundle contains, as JSON."""

from __future__ import annotations

import json

from nbmodelver.model import Version, VersionId
from nbmodelver.model.bundles import Inside


def test_the_content_has_a_size_and_a_json_form() -> None:
    version = Version(VersionId("a" * 40), 3, message="deeper", metrics={"acc": 0.9})
    found = Inside(version, "d" * 64, {"bundle.json": 10, "README.md": 5}, [{"name": "df", "needs_trust": False}])
    assert found.size_bytes == 15
    data = json.loads(json.dumps(found.to_dict()))
    assert (data["version"]["name"], data["version"]["metrics"]) == ("v3", {"acc": 0.9})
    assert data["variables"] == [{"name": "df", "needs_trust": False}]
