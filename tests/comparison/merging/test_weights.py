"""The mean of two models: networks, state dicts, linear models, and dicts and arrays of weights."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, SGDClassifier
from sklearn.svm import SVC, LinearSVC

from nbmodelver.comparison.merging.weights import average
from nbmodelver.errors import NotMergeable

torch = pytest.importorskip("torch")

X = np.random.default_rng(0).normal(size=(60, 3))
Y = (X[:, 0] > 0).astype(int)


class Tied(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm, self.last = torch.nn.Linear(3, 3), torch.nn.BatchNorm1d(3), torch.nn.Linear(3, 3)
        self.last.weight = self.first.weight


def pair() -> tuple[Tied, Tied]:
    """Two networks; each floating-point tensor of the second is larger by 1."""
    ours = Tied()
    theirs = copy.deepcopy(ours)
    with torch.no_grad():
        for tensor in (*theirs.parameters(), theirs.norm.running_mean, theirs.norm.running_var):
            assert isinstance(tensor, torch.Tensor)
            tensor.add_(1)
    theirs.norm.num_batches_tracked += 7  # type: ignore[operator]
    return ours, theirs


def test_a_network_has_the_mean_of_each_tensor_and_the_integers_of_ours() -> None:
    ours, theirs = pair()
    weight, mean = ours.first.weight.detach().clone(), theirs.norm.running_mean.clone() - 0.5  # type: ignore[operator]
    value, said = average(ours, theirs)
    assert said == "mean of ours and theirs, 7 tensors; norm.num_batches_tracked from ours"
    assert torch.allclose(value.first.weight, weight + 0.5)
    assert torch.allclose(value.norm.running_mean, mean)
    assert value.last.weight is value.first.weight
    assert int(value.norm.num_batches_tracked) == 0


def test_tensors_of_a_state_dict_that_share_memory_get_the_mean_once() -> None:
    ours, theirs = (module.state_dict() for module in pair())
    weight = ours["first.weight"].clone()
    value, said = average(copy.deepcopy(ours), theirs)
    assert list(value) == list(ours)
    assert torch.allclose(value["first.weight"], weight + 0.5)
    assert torch.allclose(value["last.weight"], weight + 0.5)
    assert value["last.weight"].data_ptr() == value["first.weight"].data_ptr()
    assert "8 tensors" in said


def test_a_mean_with_itself_is_the_same_network() -> None:
    ours = Tied()
    value, _ = average(copy.deepcopy(ours), ours)
    assert all(torch.equal(a, b) for a, b in zip(value.state_dict().values(), ours.state_dict().values(), strict=True))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.complex64])
def test_the_dtype_of_a_tensor_is_preserved(dtype: torch.dtype) -> None:
    value, _ = average(torch.tensor([1, 60_000]).to(dtype), torch.tensor([3, 60_000]).to(dtype))
    assert value.dtype == dtype
    assert value.tolist() == torch.tensor([2, 60_000]).to(dtype).tolist()


def test_a_dict_of_weights_has_the_mean_of_arrays_and_floats() -> None:
    ours = {"w": np.ones(2, "f4"), "b": 0.5, "layers": [np.zeros(1)], "epoch": 3, "name": "a", "n": np.arange(2)}
    theirs = {"w": np.zeros(2, "f4"), "b": 1.5, "layers": [np.ones(1)], "epoch": 4, "name": "a", "n": np.arange(2) + 1}
    view = ours["w"]
    value, said = average(ours, theirs)
    assert (value["w"].tolist(), value["b"], value["layers"][0].tolist()) == ([0.5, 0.5], 1.0, [0.5])
    assert (value["epoch"], value["n"].tolist()) == (3, [0, 1])
    assert value["w"] is view
    assert said == "mean of ours and theirs, 3 tensors; epoch, name and n from ours"
    fixed = np.ones(2)
    fixed.flags.writeable = False
    assert average(fixed, np.zeros(2))[0].tolist() == [0.5, 0.5]


def test_a_list_that_occurs_twice_stays_one_list() -> None:
    shared, others = [1.0], [3.0]
    value, _ = average({"a": shared, "b": shared}, {"a": others, "b": others})
    assert value == {"a": [2.0], "b": [2.0]}
    assert value["a"] is value["b"]


@pytest.mark.parametrize("cls", [LinearRegression, LogisticRegression, SGDClassifier, LinearSVC])
def test_a_linear_model_has_the_mean_of_its_coefficients(cls: Any) -> None:
    ours, theirs = cls().fit(X, Y), cls().fit(X[:30], Y[:30])
    expected = (ours.coef_ + theirs.coef_) / 2, (ours.intercept_ + theirs.intercept_) / 2
    value, said = average(ours, theirs)
    assert np.allclose(value.coef_, expected[0])
    assert np.allclose(value.intercept_, expected[1])
    assert said.endswith("2 tensors; its other attributes from ours")
    value.predict(X)


NAMED = pd.DataFrame(X, columns=list("abc"))


@pytest.mark.parametrize(
    ("ours", "theirs", "says"),
    [
        (torch.nn.Linear(2, 3), torch.nn.Linear(3, 3), r"its shape differs at weight: \[3, 2\] float32 in ours"),
        (torch.nn.Linear(2, 3), torch.nn.ReLU(), "its type differs"),
        (torch.nn.Sequential(torch.nn.ReLU()), torch.nn.Sequential(torch.nn.Tanh()), "its layers differ at 0"),
        (torch.nn.Sequential(torch.nn.ReLU()), torch.nn.Sequential(), "its layers differ at the top"),
        (torch.ones(2).to_sparse(), torch.ones(2).to_sparse(), "is sparse"),
        (torch.optim.SGD([torch.ones(1)]), torch.optim.SGD([torch.ones(1)]), "have no mean"),
        (RandomForestClassifier(3).fit(X, Y), RandomForestClassifier(3).fit(X, Y), "trees have no mean"),
        (SVC().fit(X, Y), SVC().fit(X, Y), "no linear model of scikit-learn"),
        (LogisticRegression(), LogisticRegression(), "it is not fitted: it has no coef_"),
        (LogisticRegression().fit(X, Y), LogisticRegression().fit(X, Y + 1), "its classes_ differs"),
        (LogisticRegression().fit(X, Y), LogisticRegression().fit(X[:, :2], Y), "its n_features_in_ differs"),
        (LogisticRegression().fit(X, Y), LogisticRegression().fit(NAMED, Y), "its feature_names_in_ differs"),
        (NAMED, NAMED, "objects of the class pandas.DataFrame have no mean"),
        (3, 4, "objects of the class int have no mean"),
        ({"n": 1}, {"n": 2}, "it has no floating-point weights"),
        ({"a": 1.0}, {"b": 1.0}, "only one side has a"),
        ({"w": [1.0]}, {"w": [1.0, 2.0]}, "its length differs at w"),
        ({"w": np.ones(2)}, {"w": np.ones(3)}, r"its shape differs at w: \[2\] float64 in ours"),
        ({"df": NAMED}, {"df": NAMED}, "have no mean at df"),
    ],
)  # fmt: skip
def test_models_without_a_mean_are_refused_with_the_reason(ours: Any, theirs: Any, says: str) -> None:
    with pytest.raises(NotMergeable, match=says):
        average(ours, theirs)
