"""The file that every target gets: what it holds, and what a changed one does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import Damaged
from nbmodelver.exchange import sidecar
from tests.exchange.places import exported, imported, new_repo

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", ".hidden", "a\\..\\x"])
def test_a_sidecar_that_points_elsewhere_is_malformed(repo: Repo, tmp_path: Path, path: str) -> None:
    exported(repo, tmp_path)
    data = json.loads((tmp_path / "v1" / sidecar.NAME).read_text())
    data["members"][0]["path"] = path
    (tmp_path / "v1" / sidecar.NAME).write_text(json.dumps(data))
    with pytest.raises(Damaged, match="malformed"):
        imported(new_repo(), tmp_path)


def test_a_sidecar_holds_numbers_that_json_does_not_have(tmp_path: Path) -> None:
    repo = new_repo()
    repo.commit({"x": 1}, metrics={"loss": float("nan"), "top": float("inf")})
    exported(repo, tmp_path)
    text = (tmp_path / "v1" / sidecar.NAME).read_text()
    json.loads(text, parse_constant=pytest.fail)
    metrics = sidecar.decode(text.encode(), "it")[0].metrics
    assert str(metrics["loss"]) == "nan"
    assert metrics["top"] == float("inf")
