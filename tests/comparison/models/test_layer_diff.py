"""Tensor by tensor: pairing, and how much each changed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nbmodelver.comparison.models.layer_diff import TensorData, layer_diff, measured, tensors_of

RNG = np.random.default_rng(0)


def tensor(values, role="weight"):
    values = np.asarray(values)
    return TensorData(values.shape, str(values.dtype), "cpu", lambda: values, role)


def change(before, after):
    return layer_diff({"w": tensor(before)}, {"w": tensor(after)}).pairs[0]


W = RNG.normal(size=(64, 32)).astype("float32")


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        (W, "frozen"),
        (W * np.float32(1 + 2e-7), "rounding"),
        (W + 0.005 * RNG.normal(size=W.shape), "touched"),
        (W + 0.05 * RNG.normal(size=W.shape), "fine-tuned"),
        (W * 2, "scaled"),
        (RNG.normal(size=W.shape), "retrained"),
        (W + RNG.normal(size=W.shape), "changed"),
        (RNG.permutation(W), "retrained"),
        (W[:, :3], "incomparable"),
    ],
)
def test_a_change_in_one_word(after, verdict):
    assert change(W, after).verdict == verdict


def test_measures_are_those_of_the_whole_vectors(monkeypatch):
    monkeypatch.setattr("nbmodelver.comparison.models.layer_diff.BLOCK", 100)
    after = W.copy()
    after[:5] += 1
    found = measured(W, after)
    a, b = W.astype(float).ravel(), after.astype(float).ravel()
    assert found.relative == pytest.approx(np.linalg.norm(b - a) / np.linalg.norm(a))
    assert found.cosine == pytest.approx(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    assert found.share == pytest.approx(5 / 64)
    assert found.largest == pytest.approx(1, rel=1e-6)


def test_special_values():
    assert measured(np.array([np.nan, 1.0]), np.array([np.nan, 1.0])).verdict == "frozen"
    gone = measured(np.ones(3), np.array([np.nan, np.inf, 1.0]))
    assert (gone.not_finite, gone.verdict) == ((0, 2), "changed")
    from_zero = measured(np.zeros(3), np.ones(3))
    assert (from_zero.relative, math.isnan(from_zero.cosine), from_zero.verdict) == (math.inf, True, "changed")
    assert measured(np.zeros((0, 3)), np.zeros((0, 3))).verdict == "frozen"
    assert measured(np.array([1j]), np.array([2j])).relative == pytest.approx(1)
    assert measured(np.array([True, False]), np.array([True, True])).share == 0.5


def test_names_first_then_shapes_in_order():
    before = {"a": tensor(W), "head": tensor(np.ones(3)), "tail": tensor(np.zeros(3)), "old": tensor(np.ones(7))}
    after = {"a": tensor(W), "net.head": tensor(np.ones(3)), "net.tail": tensor(np.zeros(3)), "new": tensor(np.ones(8))}
    found = layer_diff(before, after)
    assert [(p.name, p.former, p.verdict) for p in found.pairs] == [
        ("a", "", "frozen"),
        ("net.head", "head", "frozen"),
        ("net.tail", "tail", "frozen"),
    ]
    assert (list(found.added), list(found.removed)) == (["new"], ["old"])


def test_a_model_is_trained_anew_if_all_its_matrices_are():
    other = RNG.normal(size=W.shape)
    ones = tensor(np.ones(32))
    anew = layer_diff({"w": tensor(W), "norm": ones}, {"w": tensor(other), "norm": ones})
    assert anew.is_retrained
    assert not layer_diff({"w": tensor(W), "v": tensor(W)}, {"w": tensor(other), "v": tensor(W)}).is_retrained
    assert not layer_diff({}, {}).is_retrained


def test_values_without_tensors():
    assert tensors_of({"a": 1, "b": {"c": [1]}}) is None
    assert tensors_of(3) is None
    loop: dict[str, object] = {}
    loop["loop"] = loop
    assert tensors_of(loop) is None
