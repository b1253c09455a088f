"""Keras: layers and parameter counts of a model, read by the names that Keras gives them."""

from __future__ import annotations

from types import SimpleNamespace

from nbmodelver.kinds import keras, libraries


class Layer:
    """As a layer of Keras: the tests do not need the library, which the profile only reads."""

    name = "dense"

    def count_params(self) -> int:
        return 12


class Model(Layer):
    def __init__(self, count: int) -> None:
        self.layers = [Layer() for _ in range(count)]

    def count_params(self) -> int:
        return 12 * len(self.layers)


def test_a_model_shows_its_layers_up_to_a_limit() -> None:
    found = keras.profile("model", Model(2))
    assert found["parameters"] == 24
    assert [(layer["name"], layer["parameters"]) for layer in found["layers"]] == [("dense", 12)] * 2
    assert len(keras.profile("model", Model(keras.MAX_LAYERS + 5))["layers"]) == keras.MAX_LAYERS
    assert keras.profile("model", Layer()) == {}


def test_a_tensor_shows_its_shape() -> None:
    assert keras.profile("dataset", SimpleNamespace(shape=(2, 3))) == {"shape": [2, 3]}
    assert keras.profile("dataset", object()) == {}


def test_tensorflow_and_keras_share_the_file() -> None:
    assert {root for root, file in libraries.OWN.items() if file == "keras"} == {"keras", "tensorflow", "tf_keras"}
    assert {keras.CLASSES[name] for name in ("Model", "Layer", "Optimizer")} == {"model"}
    assert {keras.CLASSES[name] for name in ("Tensor", "EagerTensor", "DatasetV2")} == {"dataset"}
