"""The inputs and outputs of a model, and what changed between two of them."""

from __future__ import annotations

import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nbmodelver.kinds.interface import described, differences, interface

FRAME = pd.DataFrame({"age": [1.0, 2, 3, 4], "income": [4.0, 3, 2, 1]})
LABELS = ["no", "yes", "no", "yes"]


def test_names_of_inputs_and_outputs_are_read_from_the_estimator():
    model = LogisticRegression().fit(FRAME, LABELS)
    assert interface(model) == {"inputs": ["age", "income"], "outputs": ["no", "yes"]}


def test_without_names_the_inputs_are_counted():
    assert interface(LinearRegression().fit(FRAME.to_numpy(), [1, 2, 3, 4])) == {"inputs": 2}


def test_a_pipeline_has_the_inputs_of_its_first_and_the_outputs_of_its_last_step():
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(FRAME, LABELS)
    assert interface(model) == {"inputs": ["age", "income"], "outputs": ["no", "yes"]}


def test_a_network_has_the_dimensions_of_its_first_and_last_weights():
    torch = pytest.importorskip("torch")
    net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
    assert interface(net) == {"inputs": 4, "outputs": 3}
    assert interface(torch.nn.ReLU()) == {}


@pytest.mark.parametrize("value", [LogisticRegression(), 3, "text", None, [1, 2]])
def test_what_is_not_fitted_or_no_model_has_no_interface(value: object):
    assert interface(value) == {}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"inputs": ["a", "b"]}, {"inputs": ["a", "b"]}, []),
        ({"inputs": ["a", "b"]}, {"inputs": ["b", "c"]}, ["input 'a' is gone, input 'c' is new"]),
        ({"inputs": ["a", "b"]}, {"inputs": ["b", "a"]}, ["the order of the inputs changed"]),
        ({"inputs": ["a", "b"], "outputs": 2}, {"inputs": 3, "outputs": 2}, ["2 inputs became 3"]),
        ({"inputs": 2}, {"outputs": 2}, []),
        ({}, {"inputs": 2}, []),
    ],
)
def test_differences_are_phrases(before: dict[str, object], after: dict[str, object], found: list[str]):
    assert differences(before, after) == found


def test_an_interface_is_described_by_its_sizes():
    assert described({"inputs": ["a", "b"], "outputs": 3}) == "2 inputs, 3 outputs"
    assert described({}) == ""
