"""The verbs of the registry: each move takes a reason, and the help names the addresses."""

from __future__ import annotations

import pytest

from nbmodelver.verbs import VERBS, help_text
from nbmodelver.verbs.definitions.registry import REGISTRY_VERBS


@pytest.mark.parametrize("name", ["register", "promote", "approve", "deprecate", "archive", "deploy", "policy"])
def test_a_verb_that_moves_something_takes_a_reason(name: str):
    assert "-m" in {flag for argument in VERBS[name].arguments for flag in argument.flags}


@pytest.mark.parametrize("name", ["promote", "approve", "deploy", "models", "audit"])
def test_the_help_shows_how_a_model_is_addressed(name: str):
    assert "churn@production" in help_text(VERBS[name])


def test_only_the_check_has_a_cell():
    assert [v.name for v in REGISTRY_VERBS if v.cell] == ["check"]
