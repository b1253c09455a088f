"""Layers and optimizers of Keras compare like those of torch, on the backend of torch."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest

from nbmodelver.comparison import Side, sections_of
from nbmodelver.comparison.models.layer_diff import layer_diff, tensors_of
from nbmodelver.comparison.models.training_state import training_states
from nbmodelver.kinds.classify import classify
from tests.kinds.samples import profiled

pytest.importorskip("torch")
os.environ.setdefault("KERAS_BACKEND", "torch")  # Read once, when Keras is imported.
keras = pytest.importorskip("keras")
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Of Keras itself.

X = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
Y = X.sum(axis=1)


def model(seed: int = 0, **compiled: Any) -> Any:
    keras.utils.set_random_seed(seed)
    layers = [
        keras.Input((4,)),
        keras.layers.Dense(8, activation="relu", name="hidden"),
        keras.layers.BatchNormalization(name="norm"),
        keras.layers.Dropout(0.1),
        keras.layers.Dense(1, name="head"),
    ]
    made = keras.Sequential(layers)
    made.compile(**{"optimizer": keras.optimizers.Adam(1e-3), "loss": "mse", **compiled})
    return made


def copied(value: Any) -> Any:
    """A model with the weights of another one, and an optimizer of its own."""
    made = model()
    made.set_weights(value.get_weights())
    return made


def side(value: Any) -> Side:
    return Side("model", lambda: profiled(value), lambda: value, "v1")


def verdicts(before: Any, after: Any) -> dict[str, str]:
    old, new = tensors_of(before), tensors_of(after)
    assert old is not None
    assert new is not None
    return {p.name: p.verdict for p in layer_diff(old, new).pairs}


def test_variables_are_named_by_layer_and_have_roles() -> None:
    found = tensors_of(model())
    assert found is not None
    assert {name: (t.role, t.shape) for name, t in found.items()} == {
        "hidden/kernel": ("weight", (4, 8)), "hidden/bias": ("weight", (8,)),
        "norm/gamma": ("weight", (8,)), "norm/beta": ("weight", (8,)),
        "norm/moving_mean": ("buffer", (8,)), "norm/moving_variance": ("buffer", (8,)),
        "head/kernel": ("weight", (8, 1)), "head/bias": ("weight", (1,)),
    }  # fmt: skip
    assert {t.dtype for t in found.values()} == {"float32"}


def test_a_frozen_layer_is_told_from_a_fine_tuned_one() -> None:
    before = model()
    after = copied(before)
    after.get_layer("hidden").trainable = False
    after.compile(optimizer=keras.optimizers.SGD(0.01), loss="mse")
    after.fit(X, Y, epochs=1, verbose=0)
    found = verdicts(before, after)
    assert found["hidden/kernel"] == found["hidden/bias"] == "frozen"
    assert found["head/kernel"] in ("fine-tuned", "touched", "changed")
    sections = {s.id: s for s in sections_of("net", side(before), side(after))}
    rows = {r.cells[0]: r for r in sections["layers.net"].rows}
    assert rows["hidden/kernel"].cells[1:4] == ("frozen", "trainable", "not trainable")
    assert rows["head/kernel"].cells[4] > 0


def test_another_seed_is_retrained() -> None:
    nets = []
    for seed in (0, 1):
        keras.utils.set_random_seed(seed)
        net = keras.Sequential([keras.Input((32,)), keras.layers.Dense(64), keras.layers.Dense(32)])
        nets.append(tensors_of(net))
    assert layer_diff(nets[0] or {}, nets[1] or {}).is_retrained


def test_another_precision_is_told() -> None:
    before = model()
    after = copied(before)
    half = keras.layers.Dense(8, dtype="float16", name="hidden")
    half.build((None, 4))
    half.set_weights(before.get_layer("hidden").get_weights())
    found = layer_diff(tensors_of(after.get_layer("hidden")) or {}, tensors_of(half) or {})
    assert {p.name: p.placed for p in found.pairs}["kernel"] == ("float32", "float16")


def test_settings_and_steps_of_an_optimizer_are_compared() -> None:
    before, after = model(), model(optimizer=keras.optimizers.Adam(5e-4, beta_1=0.8))
    for one, epochs in ((before, 1), (after, 2)):
        one.fit(X, Y, epochs=epochs, batch_size=32, verbose=0)
    (section,) = [s for s in sections_of("net", side(before), side(after)) if s.id == "training.net"]
    changed = {r.cells[0]: r.cells[1:3] for r in section.rows if r.status != "same"}
    assert changed == {
        "optimizer.learning_rate": (0.001, 0.0005), "optimizer.beta_1": (0.9, 0.8), "optimizer.steps": (2, 4),
    }  # fmt: skip
    assert classify("opt", before.optimizer) == "model"
    found = {s.id for s in sections_of("opt", side(before.optimizer), side(after.optimizer))}
    assert {"training.opt", "optimizer-state.opt"} <= found


def test_the_schedule_of_a_learning_rate_is_compared() -> None:
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=100, decay_rate=0.9)
    (state,) = training_states(keras.optimizers.SGD(schedule, momentum=0.9)).values()
    assert state.facts["schedule"] == "ExponentialDecay"
    assert (state.facts["schedule.initial_learning_rate"], state.facts["schedule.decay_steps"]) == (0.1, 100)
    assert (state.facts["type"], state.facts["momentum"]) == ("SGD", 0.9)


def test_the_state_of_an_optimizer_has_a_role_of_its_own() -> None:
    trained = model()
    trained.fit(X, Y, verbose=0)
    found = tensors_of(trained.optimizer)
    assert found is not None
    assert {t.role for t in found.values()} == {"optimizer"}
    assert len(found) == 2 * len(trained.trainable_variables)


def test_a_model_within_a_model_and_a_shared_layer_count_once() -> None:
    inputs = keras.Input((4,))
    shared = keras.layers.Dense(4, name="shared")
    inner = keras.Model(inputs, shared(shared(inputs)), name="inner")
    outer = keras.Sequential([keras.Input((4,)), inner, keras.layers.Dense(1, name="head")])
    found = tensors_of(outer)
    assert found is not None
    assert [t.shape for t in found.values()] == [(4, 4), (4,), (4, 1), (1,)]


def test_a_value_without_variables_has_no_tensors() -> None:
    assert tensors_of(keras.layers.Dropout(0.5)) is None
    assert training_states(keras.layers.Dropout(0.5)) == {}
