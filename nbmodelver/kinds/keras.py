"""Kinds and profiles of Keras and TensorFlow: models, layers and optimizers are models.

Tensors and tf.data are datasets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.names import type_name

if TYPE_CHECKING:
    from nbmodelver.model import Json, Kind

CLASSES: dict[str, Kind] = {
    "Model": "model",
    "Layer": "model",
    "Optimizer": "model",
    "BaseOptimizer": "model",
    "Module": "model",
    "Tensor": "dataset",
    "EagerTensor": "dataset",
    "DatasetV2": "dataset",
}
MAX_LAYERS = 200


def profile(kind: Kind, value: Any) -> dict[str, Json]:
    """Layers and parameter counts of a model."""
    if kind == "dataset":
        return {"shape": [int(n) for n in value.shape]} if hasattr(value, "shape") else {}
    layers = getattr(value, "layers", None)
    if layers is None:
        return {}
    described: list[Json] = [
        {"name": str(m.name), "type": type_name(m), "parameters": int(m.count_params())} for m in layers[:MAX_LAYERS]
    ]
    return {"parameters": int(value.count_params()), "layers": described}
