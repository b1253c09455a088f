"""Tensors of Keras 3 models, layers and optimizers, whatever backend holds them.

Keras is not imported, and no method of a user's layer runs: variables are read through the lists that Keras keeps.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.comparison.models.layer_diff import Role, TensorData
from nbmodelver.kinds.static import attribute, root_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

OF_LAYERS: tuple[tuple[str, Role], ...] = (("_trainable_variables", "weight"), ("_non_trainable_variables", "buffer"))
SETTINGS = frozenset({"iteration", "learning_rate"})
"""Variables of an optimizer that are settings; the section about the training shows them."""


def tensors(value: Any) -> dict[str, TensorData] | None:
    """The variables of a model or layer, or the state of an optimizer; None for other values.

    Names are paths without the name of the model, which Keras numbers: "dense/kernel".
    """
    if attribute(value, "_iterations") is not None:
        return dict(_of_optimizer(value))
    own = str(attribute(value, "name") or "")
    found = {_path(variable, own): _tensor(variable, role) for variable, role in _of_layer(value, set())}
    return found or None


def _of_layer(layer: Any, seen: set[int]) -> Iterator[tuple[Any, Role]]:
    """Yield the variables of a layer and of the layers in it; a shared layer or variable counts once."""
    if id(layer) in seen:
        return
    seen.add(id(layer))
    for kept, role in OF_LAYERS:
        for variable in _listed(layer, kept):
            if id(variable) not in seen:
                seen.add(id(variable))
                yield variable, role
    for inner in _listed(layer, "_layers"):
        yield from _of_layer(inner, seen)


def _of_optimizer(optimizer: Any) -> Iterator[tuple[str, TensorData]]:
    own = str(attribute(optimizer, "name") or "")
    for variable in _listed(optimizer, "_variables"):
        name = _path(variable, own)
        if name not in SETTINGS:
            yield name, _tensor(variable, "optimizer")


def _listed(value: Any, name: str) -> Iterator[Any]:
    """The items of a list that Keras keeps, which is a subclass of list."""
    held = attribute(value, name)
    return list.__iter__(held) if isinstance(held, list) else iter(())


def _path(variable: Any, own: str) -> str:
    path = str(attribute(variable, "_path") or attribute(variable, "_name") or "")
    return path.removeprefix(f"{own}/")


def _tensor(variable: Any, role: Role) -> TensorData:
    held = attribute(variable, "_value")
    shape = tuple(int(n) for n in attribute(variable, "_shape") or ())
    is_trainable = attribute(variable, "_trainable") if role == "weight" else None
    device = str(getattr(held, "device", "")) if root_of(type(held)) == "torch" else ""
    return TensorData(shape, str(attribute(variable, "_dtype")), device, lambda: _elements(held), role, is_trainable)


def _elements(held: Any) -> NDArray[Any] | None:
    """The elements of what a backend holds for a variable."""
    root = root_of(type(held))
    if root == "torch":
        read: Callable[[Any], NDArray[Any] | None] = import_module("nbmodelver.comparison.models.torch").elements
        return read(held)
    return np.asarray(held) if root in ("tensorflow", "jax", "jaxlib", "numpy") else None
