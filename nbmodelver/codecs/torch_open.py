"""torch in open formats: tensors by safetensors; modules as pickle, with their tensors by safetensors beside it."""

from __future__ import annotations

import io
from collections import OrderedDict
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import torch

from nbmodelver.codecs.open_models import OpenModel
from nbmodelver.codecs.tensors_open import FILE, MISSING, loaded_by, order_of

if TYPE_CHECKING:
    from collections.abc import Mapping

WEIGHTS = "weights.safetensors"
LOAD = ("import torch", 'model = torch.load(HERE / "model.pt", map_location="cpu", weights_only=False)')


def to_open_model(value: Any) -> OpenModel | str:
    """Return a module as `model.pt`, a pickle of torch, with `weights.safetensors` beside it; a reason for others.

    torch writes equal modules as equal bytes, which a plain pickle does not. Raises what pickle raises for a module
    that it cannot write.
    """
    if not isinstance(value, torch.nn.Module):
        return ""
    data = _pickled(value)
    again = torch.load(io.BytesIO(data), map_location="cpu", weights_only=False)
    is_same = True if _pickled(again) == data else None  # Not the same bytes: it was on another device, for example.
    weights = _saved(value.state_dict())
    reason = "torch writes a module as a pickle of its class"
    if isinstance(weights, str):
        return OpenModel("pickle", {"model.pt": data}, LOAD, again, is_same, reason=reason, no_copy=weights)
    files = {"model.pt": data, WEIGHTS: weights}
    return OpenModel("pickle", files, LOAD, again, is_same, reason=reason, copies=(WEIGHTS,))


def _pickled(module: Any) -> bytes:
    file = io.BytesIO()
    torch.save(module, file)
    return file.getvalue()


def dict_to_open_model(value: dict[str, Any]) -> OpenModel | str:
    """Return a dict of tensors, such as a state_dict, as `model.safetensors`; a reason if that does not hold it."""
    for name, tensor in value.items():
        if type(tensor) is not torch.Tensor or tensor.requires_grad or tensor.device.type != "cpu":
            return f"safetensors holds plain tensors of the CPU without gradients only: {name}"
    layers = getattr(value, "_metadata", None)
    if not _is_plain(layers):
        return "its _metadata has more than the versions of layers"
    data = _saved(value)
    if isinstance(data, str):
        return data
    from safetensors.torch import load

    read = load(data)
    again = type(value)((name, read[name]) for name in value)
    lines = loaded_by("pt", value)
    if layers is not None:
        again._metadata = type(layers)(layers)  # type: ignore[attr-defined]
        lines = (*lines, f"model._metadata = OrderedDict({[*layers.items()]!r})")
    needs = ("numpy", "safetensors", "torch")
    return OpenModel("safetensors", {FILE: data}, lines, again, is_same=True, needs=needs)


def _is_plain(layers: Any) -> bool:
    """Whether the `_metadata` of a state_dict is None, or an OrderedDict of texts to versions, as torch makes it."""
    return layers is None or (
        type(layers) is OrderedDict
        and all(type(name) is str and type(known) is dict for name, known in layers.items())
        and all(type(key) is str and type(item) is int for known in layers.values() for key, item in known.items())
    )


def _saved(tensors: Mapping[str, Any]) -> bytes | str:
    """Return tensors as a file of safetensors that was read back with equal dtypes, shapes and bytes; else a reason."""
    if find_spec("safetensors") is None:
        return MISSING
    from safetensors.torch import load, save

    if not tensors:
        return "it has no tensors"
    if not all(isinstance(tensor, torch.Tensor) for tensor in tensors.values()):
        return "its state_dict has more than tensors"
    shared = _shared(tensors)
    if shared:
        return f"safetensors does not hold shared memory: {', '.join(shared)}"
    try:
        plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
        data: bytes = save(plain, order_of(tensors))
        read = load(data)
    except Exception as error:  # A layout or dtype that the format does not know: the types of the exceptions vary.
        return f"safetensors does not hold it ({type(error).__name__})"
    changed = [name for name, tensor in plain.items() if not _is_equal(tensor, read[name])]
    return f"safetensors changes it: {', '.join(changed[:3])}" if changed else data


def _shared(tensors: Mapping[str, Any]) -> list[str]:
    """Return the names of the first tensors that share a storage, [] without any."""
    owners: dict[int, list[str]] = {}
    for name, tensor in tensors.items():
        if tensor.layout is torch.strided and tensor.numel():
            owners.setdefault(tensor.untyped_storage().data_ptr(), []).append(name)
    return next((names for names in owners.values() if len(names) > 1), [])


def _is_equal(one: Any, other: Any) -> bool:
    """Whether two tensors have one dtype, one shape and the same bytes."""
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    a, b = (tensor.reshape(-1).view(torch.uint8) for tensor in (one, other))
    return bool(torch.equal(a, b))
