"""Tensors of torch modules, optimizers and state dicts, for the comparison of layers.

Modules are read through the dictionaries that torch keeps in them, so no method of a user's module runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.comparison.models.layer_diff import Role, TensorData
from nbmodelver.kinds.static import attribute

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray


def tensors(value: Any) -> dict[str, TensorData] | None:
    """The parameters and buffers of a module, the state of an optimizer, or a single tensor with the name ""."""
    import torch

    if isinstance(value, torch.Tensor):
        return {"": _tensor(value, "weight")}
    if isinstance(value, torch.nn.Module):
        return {name: _tensor(tensor, role) for name, tensor, role in held_tensors(value)}
    if isinstance(value, torch.optim.Optimizer):
        return dict(_of_optimizer(value))
    return None


def held_tensors(module: Any, prefix: str = "", seen: set[int] | None = None) -> Iterator[tuple[str, Any, Role]]:
    """Yield name, tensor and role of each parameter and buffer, by the names of `named_parameters`.

    A shared module or tensor counts once. seen: the ids of modules and tensors that were found already.
    """
    seen = set() if seen is None else seen
    if id(module) in seen:
        return
    seen.add(id(module))
    held: tuple[tuple[str, Role], ...] = (("_parameters", "weight"), ("_buffers", "buffer"))
    for kept, role in held:
        for name, tensor in (attribute(module, kept) or {}).items():
            if tensor is not None and id(tensor) not in seen:
                seen.add(id(tensor))
                yield prefix + name, tensor, role
    for name, child in (attribute(module, "_modules") or {}).items():
        if child is not None:
            yield from held_tensors(child, f"{prefix}{name}.", seen)


def _of_optimizer(optimizer: Any) -> Iterator[tuple[str, TensorData]]:
    """Yield the state of each parameter, by the number of the parameter: "0.exp_avg"."""
    import torch

    state = attribute(optimizer, "state") or {}
    parameters = (p for group in attribute(optimizer, "param_groups") or () for p in group["params"])
    for i, parameter in enumerate(parameters):
        for name, held in state.get(parameter, {}).items():
            if isinstance(held, torch.Tensor):
                yield f"{i}.{name}", _tensor(held, "optimizer")


def _tensor(value: Any, role: Role) -> TensorData:
    import torch

    dtype = str(value.dtype).removeprefix("torch.")
    is_trainable = bool(value.requires_grad) if role == "weight" and isinstance(value, torch.nn.Parameter) else None
    return TensorData(tuple(value.shape), dtype, str(value.device), lambda: elements(value), role, is_trainable)


def elements(value: Any) -> NDArray[np.generic] | None:
    """The elements of a tensor as an array; None if it is sparse, quantized or without memory."""
    import torch

    if value.layout != torch.strided or value.is_quantized or value.is_meta:
        return None
    plain = value.detach().cpu().resolve_conj().resolve_neg()
    narrow = plain.dtype.is_floating_point and plain.dtype not in (torch.float16, torch.float32, torch.float64)
    found: NDArray[np.generic] = (plain.float() if narrow else plain).numpy()  # NumPy has no bfloat16 and float8.
    return found


def predict(module: Any, rows: Any) -> NDArray[np.generic]:
    """What a network returns for rows, in evaluation mode: (rows,) the class with the largest output, or a number.

    rows: a tensor, or anything that NumPy converts to an array. The module is left in evaluation mode.
    """
    import numpy as np
    import torch

    first = next(iter(module.parameters()), torch.empty(0))
    inputs = rows if isinstance(rows, torch.Tensor) else torch.as_tensor(np.array(rows))
    inputs = inputs.to(first.device)
    module.eval()
    with torch.no_grad():
        outputs = module(inputs.to(first.dtype) if inputs.is_floating_point() else inputs)
    if outputs.ndim == 2 and outputs.shape[1] > 1:
        outputs = outputs.argmax(dim=1)
    found: NDArray[np.generic] = (outputs.float() if outputs.is_floating_point() else outputs).cpu().numpy()
    return found
