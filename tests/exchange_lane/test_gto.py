"""GTO shows the registry of an export: models, numbers, stages, and the moves in their order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from nbmodelver.registry import promote, register
from tests.exchange.git.samples import exported, study

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.exchange_clients


def test_models_stages_and_moves_are_shown(tmp_path: Path, client: Callable[..., str]) -> None:
    repo, folder = study(), tmp_path / "r"
    register.register(repo, register.RegisterRequest("churn", "v3", "model", "1.1.0"))
    moves = []
    for number in ("1.0.0", "1.1.0", "1.0.0"):
        promote.promote(repo, promote.PromoteRequest(f"churn/{number}", "production", "better"))
        exported(repo, "dvc", f"{folder}#iris")
        moves.append(f"v{number}")
    shown = json.loads(client(folder, "gto", "show", "--json"))
    assert shown["churn"]["version"] == "v1.1.0"
    assert shown["churn"]["stage"]["production"] == "v1.0.0"
    assert shown["iris"]["version"] == "v3.0.0"
    assert client(folder, "gto", "show", "churn#production", "--version").strip() == "v1.0.0"
    history = json.loads(client(folder, "gto", "history", "churn", "--json"))
    assigned = [
        one["version"] for one in sorted(history, key=lambda one: one["timestamp"]) if one["event"] == "assignment"
    ]
    assert assigned == moves
    registered = [one for one in history if one["event"] == "registration"]
    assert {one["version"] for one in registered} == {"v1.0.0", "v1.1.0"}


def test_a_stage_that_is_empty_again_is_shown_empty(tmp_path: Path, client: Callable[..., str]) -> None:
    repo, folder = study(), tmp_path / "r"
    promote.alias(repo, "churn/1.0.0", "champion", "better")
    exported(repo, "dvc", folder)
    assert client(folder, "gto", "show", "churn#champion", "--version").strip() == "v1.0.0"
    promote.remove_alias(repo, "churn", "champion", "worse")
    exported(repo, "dvc", folder)
    assert "champion" not in json.loads(client(folder, "gto", "show", "--json"))["churn"]["stage"]
