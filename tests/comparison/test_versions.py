"""What two versions differ in is said once, for the text and for the panel alike."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge

import nbmodelver as mv
from nbmodelver import views


@pytest.fixture
def repo(tmp_path):
    return mv.open(tmp_path, create=True)


def sections(repo):
    return {s.id: s for s in repo.diff("v1", "v2").sections}


def changed(section):
    return {r.cells[0] for r in section.rows if r.status != "same"}


def test_a_parameter_stands_among_the_hyperparameters_and_not_in_its_value_too(repo):
    for lr in (1, 2):
        repo.commit({"params": {"lr": lr, "k": 1}})
    found = sections(repo)
    assert changed(found["params"]) == {"params.lr"}
    assert "profile.params" not in found
    assert "lr" not in {r.cells[0] for s in found.values() for r in s.rows}


def test_what_else_differs_in_a_model_stays(repo):
    x = np.random.default_rng(0).normal(size=(50, 3))
    for alpha, y in ((0.5, x[:, 0]), (1.0, x[:, 1])):
        repo.commit({"model": Ridge(alpha=alpha).fit(x, y), "y": y})
    found = sections(repo)
    assert changed(found["params"]) == {"model.alpha"}
    assert "alpha" not in changed(found["profile.model"])
    assert changed(found["profile.model"])


def test_the_text_lists_no_value_as_unseen_whose_parameters_it_shows(repo):
    for lr in (1, 2):
        repo.commit({"params": {"lr": lr, "k": 1}})
    said = str(views.diff(repo.diff("v1", "v2")))
    assert "in nothing that a profile shows" not in said
    assert said.count("lr") == 1
