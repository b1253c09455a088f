"""The mean of two networks or tensors of torch. Modules are read through the dictionaries that torch keeps in them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import torch

from nbmodelver.comparison.merging.weights import named_alike
from nbmodelver.comparison.models.torch import held_tensors
from nbmodelver.errors import NotMergeable
from nbmodelver.kinds.names import class_name
from nbmodelver.kinds.static import attribute

if TYPE_CHECKING:
    from nbmodelver.comparison.merging.weights import Averaged


def average(path: str, ours: Any, theirs: Any, found: Averaged) -> Any:
    """Return ours, and plan to set its floating-point tensors to the mean of both. Integer buffers stay as they are.

    Raises NotMergeable if the modules, names, shapes or dtypes differ, and for other classes of torch.
    """
    if isinstance(ours, torch.Tensor):
        pairs, others = {path: ours}, {path: theirs}
    elif isinstance(ours, torch.nn.Module):
        _require_equal_modules(path, ours, theirs)
        pairs, others = ({name: t for name, t, _role in held_tensors(m)} for m in (ours, theirs))
    else:
        raise NotMergeable(f"objects of the class {class_name(type(ours))} have no mean")
    only = sorted(pairs.keys() ^ others.keys())
    if only:
        raise NotMergeable(f"only one side has the tensor {only[0]}, or shares it with another layer")
    for name, tensor in pairs.items():
        _require_alike(name, tensor, others[name])
        if not (tensor.is_floating_point() or tensor.is_complex()):
            found.from_ours.append(name or "tensor")
        else:
            found.tensors += 1
            found.writes.append(partial(_write, tensor, _mean(tensor, others[name])))
    return ours


def _require_equal_modules(path: str, ours: Any, theirs: Any) -> None:
    if not named_alike(type(ours), type(theirs)):
        types = f"{class_name(type(ours))} in ours, {class_name(type(theirs))} in theirs"
        raise NotMergeable(f"its layers differ at {path or 'the top'}: {types}")
    children = [attribute(m, "_modules") or {} for m in (ours, theirs)]
    if list(children[0]) != list(children[1]):
        raise NotMergeable(f"its layers differ at {path or 'the top'}")
    for name, child in children[0].items():
        if child is not None or children[1][name] is not None:
            _require_equal_modules(f"{path}.{name}".lstrip("."), child, children[1][name])


def _require_alike(name: str, ours: torch.Tensor, theirs: torch.Tensor) -> None:
    forms = [f"{list(t.shape)} {str(t.dtype).removeprefix('torch.')}" for t in (ours, theirs)]
    if forms[0] != forms[1]:
        raise NotMergeable(
            f"its shape differs{f' at {name}' if name else ''}: {forms[0]} in ours, {forms[1]} in theirs"
        )
    if any(t.layout != torch.strided or t.is_quantized or t.is_meta for t in (ours, theirs)):
        raise NotMergeable(f"the tensor {name} is sparse, quantized or without memory")


def _mean(ours: torch.Tensor, theirs: torch.Tensor) -> torch.Tensor:
    """The mean, computed in float64 (complex128). Halves are added, so that the sum does not overflow."""
    wide = torch.complex128 if ours.is_complex() else torch.float64
    mean = ours.detach().to(wide) / 2 + theirs.detach().to(device=ours.device, dtype=wide) / 2
    return mean.to(ours.dtype)


def _write(tensor: torch.Tensor, mean: torch.Tensor) -> None:
    with torch.no_grad():
        tensor.detach().copy_(mean)
