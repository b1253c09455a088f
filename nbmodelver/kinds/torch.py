"""Kinds and profiles of torch.

Tensors and Dataset objects are datasets; modules, optimizers and schedulers are models.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.jsonable import finite
from nbmodelver.kinds.names import type_name
from nbmodelver.kinds.numpy import statistics
from nbmodelver.kinds.static import attribute

if TYPE_CHECKING:
    from nbmodelver.model import Json, Kind

CLASSES: dict[str, Kind] = {
    "Tensor": "dataset",
    "Parameter": "model",
    "Module": "model",
    "Optimizer": "model",
    "LRScheduler": "model",
    "ReduceLROnPlateau": "model",
    "GradScaler": "model",
    "Dataset": "dataset",
    "DataLoader": "dataset",
}
MAX_LAYERS = 200


def parts(value: Any) -> Any:
    """The values for a comparison element by element: the elements of a tensor, the state of a module."""
    import torch

    if isinstance(value, torch.Tensor):
        plain = value.detach().cpu()
        return (plain.float() if plain.dtype == torch.bfloat16 else plain).numpy()
    return dict(value.state_dict()) if callable(getattr(value, "state_dict", None)) else {}


def interface(value: Any) -> dict[str, list[str] | int]:
    """The number of inputs and outputs of a module, from its first and last weight matrix; {} for anything else."""
    import torch

    if not isinstance(value, torch.nn.Module):
        return {}
    shapes = [tuple(p.shape) for p in value.parameters() if p.ndim >= 2]
    return {"inputs": int(shapes[0][1]), "outputs": int(shapes[-1][0])} if shapes else {}


def profile(kind: Kind, value: Any) -> dict[str, Json]:
    """Shape and statistics of a tensor; layers and parameter counts of a module; settings of an optimizer."""
    del kind
    import torch

    if isinstance(value, torch.Tensor):
        return _tensor(value)
    if isinstance(value, torch.nn.Module):
        return _module(value)
    if isinstance(value, torch.utils.data.TensorDataset):
        return {"tensors": [f"{_dtype(t)} {list(t.shape)}" for t in value.tensors], "shape": [len(value.tensors[0])]}
    if isinstance(value, torch.optim.Optimizer):
        return {"groups": len(value.param_groups), "steps": _steps(value)}
    if isinstance(value, torch.optim.lr_scheduler.LRScheduler):
        return {"steps": value.last_epoch, "learning_rate": _rates(value.optimizer.param_groups)}
    return {}


def _rates(groups: list[dict[str, Any]]) -> Json:
    """The learning rate, or a list of them for several parameter groups."""
    found: list[Json] = [finite(float(group["lr"])) for group in groups if "lr" in group]
    return found[0] if len(found) == 1 else found


def _tensor(value: Any) -> dict[str, Json]:
    import torch

    found: dict[str, Json] = {
        "shape": list(value.shape),
        "dtype": _dtype(value),
        "device": str(value.device),
        "memory_bytes": int(value.nelement() * value.element_size()),
    }
    if value.layout != torch.strided or value.is_quantized or value.is_meta:
        return found | {"note": "no statistics for this layout"}
    plain = value.detach().cpu()
    return found | statistics((plain.float() if plain.dtype == torch.bfloat16 else plain).resolve_conj().numpy())


def _module(value: Any) -> dict[str, Json]:
    parameters = list(value.parameters())
    tensors = [*parameters, *value.buffers()]
    layers = [(name, m) for name, m in value.named_modules() if not list(m.children())]
    found: dict[str, Json] = {
        "parameters": sum(p.numel() for p in parameters),
        "trainable": sum(p.numel() for p in parameters if p.requires_grad),
        "memory_bytes": sum(t.nelement() * t.element_size() for t in tensors),
        "device": ", ".join(sorted({str(t.device) for t in tensors})),
        "dtype": ", ".join(sorted({_dtype(t) for t in tensors})),
        "training": bool(attribute(value, "training")),
        "layers": [_layer(name, m) for name, m in layers[:MAX_LAYERS]],
    }
    return found if len(layers) <= MAX_LAYERS else found | {"note": f"the first {MAX_LAYERS} of {len(layers)} layers"}


def _layer(name: str, module: Any) -> Json:
    weights: dict[str, Json] = {n: list(p.shape) for n, p in module.named_parameters(recurse=False)}
    count = sum(p.numel() for p in module.parameters(recurse=False))
    found: dict[str, Json] = {"name": name, "type": type_name(module), "weights": weights, "parameters": count}
    norm = _norm([p.detach() for p in module.parameters(recurse=False)])
    return found if norm is None else found | {"norm": norm}


def _norm(weights: list[Any]) -> Json:
    """The Euclidean norm of all weights; None without weights or if they cannot be read."""
    import torch

    if not weights or any(w.layout != torch.strided or w.is_meta or not w.is_floating_point() for w in weights):
        return None
    return finite(math.hypot(*(float(torch.linalg.vector_norm(w, dtype=torch.float64)) for w in weights)))


def _steps(optimizer: Any) -> int:
    return max((int(s["step"]) for s in optimizer.state.values() if "step" in s), default=0)


def _dtype(tensor: Any) -> str:
    return str(tensor.dtype).removeprefix("torch.")
