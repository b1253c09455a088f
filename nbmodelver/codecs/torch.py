"""torch: storages as raw memory without a copy, so that tensors, modules and optimizers share the same memory again.

Tensors are pickled by torch around the storage, and what torch drops (gradients) is added. A tensor without gradient
history or hooks is plain data. What cannot be restored (the autograd graph of a result) is noted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from nbmodelver.codecs.arrays import ADOPTERS, ALLOCATORS
from nbmodelver.codecs.codec import Codec, Helper, State
from nbmodelver.codecs.memory import at_address

if TYPE_CHECKING:
    from nbmodelver.codecs.memory import Memory


def _memory_of(storage: Any, memory: Memory) -> Any:
    """The memory of a storage as a uint8 array of shape (bytes,).

    It is read by address, because `numpy()` would make the storage non-resizable.
    """
    if storage.device.type != "cpu":
        memory.note(
            f"a tensor on {storage.device} is kept as its values and comes back on the same device if it is there"
        )
        storage = memory.keep(storage.cpu())
    return memory.keep(at_address(storage.data_ptr(), storage.nbytes(), [storage]))


def _take_storage(storage: Any, memory: Memory) -> State:
    return str(storage.device), memory.add(_memory_of(storage, memory), allocator="torch")


def _build_storage(state: State) -> Any:
    device, storage = state
    if device == "cpu":
        return storage
    if device.startswith("cuda") and not torch.cuda.is_available():
        return storage
    return storage.to(device=device) if hasattr(storage, "to") else storage.cuda()


def _allocate(size: int) -> tuple[Any, Any]:
    storage = torch.empty(size, dtype=torch.uint8).untyped_storage()
    return at_address(storage.data_ptr(), size, [storage], writeable=True), storage


ALLOCATORS["torch"] = _allocate
ADOPTERS["torch"] = lambda raw: torch.from_numpy(raw).untyped_storage()


def _is_plain(tensor: Any) -> bool:
    return (
        tensor.layout is torch.strided
        and tensor.grad_fn is None
        and tensor.grad is None
        and not tensor.is_quantized
        and not tensor._backward_hooks
        and not tensor.is_conj()
        and not tensor.is_neg()
        and not tensor.__dict__
        and tensor.device.type == "cpu"
    )


def _take_tensor(tensor: Any, _memory: Memory) -> State | None:
    if not _is_plain(tensor):
        return None
    kind = str(tensor.dtype).removeprefix("torch.")
    where = (tuple(tensor.size()), tuple(tensor.stride()), tensor.storage_offset())
    return tensor.untyped_storage(), kind, *where, tensor.requires_grad


def _build_tensor(state: State) -> Any:
    storage, kind, size, stride, offset, requires_grad = state
    dtype = getattr(torch, kind)
    if not isinstance(dtype, torch.dtype):
        raise TypeError("not a dtype")
    made = torch.empty(0, dtype=dtype).set_(storage, offset, size, stride)
    return made.requires_grad_(requires_grad)


_STORAGE = Codec("torch.storage", _take_storage, _build_storage)
_TENSOR = Codec("torch.tensor", _take_tensor, _build_tensor)
_SIZE = Codec("torch.size", lambda v, _m: tuple(v), torch.Size, identity=False)
_DTYPE = Codec("torch.dtype", lambda v, _m: (str(v).removeprefix("torch."),), lambda s: _dtype(s[0]), identity=False)
_DEVICE = Codec("torch.device", lambda v, _m: (str(v),), lambda s: torch.device(s[0]), identity=False)


def _named(kind: Any) -> Codec:
    """A codec for the constants in `torch` of this type."""

    def build(state: State) -> Any:
        found = getattr(torch, state[0])
        if not isinstance(found, kind):
            raise TypeError(f"not a {kind.__name__}")
        return found

    tag = f"torch.{kind.__name__}"
    return Codec(tag, lambda v, _m: (str(v).removeprefix("torch."),), build, identity=False)


def _dtype(name: str) -> Any:
    dtype = getattr(torch, name)
    if not isinstance(dtype, torch.dtype):
        raise TypeError("not a dtype")
    return dtype


_EXACT: dict[type, Codec] = {
    torch.UntypedStorage: _STORAGE,
    torch.Tensor: _TENSOR,
    torch.Size: _SIZE,
    torch.dtype: _DTYPE,
    torch.device: _DEVICE,
    torch.layout: _named(torch.layout),
    torch.memory_format: _named(torch.memory_format),
}

BY_TAG = {c.tag: c for c in _EXACT.values()}


def find(kind: type) -> Codec | None:
    """The codec for exactly this type, or None."""
    return _EXACT.get(kind)


def helper(kind: type) -> Helper | None:
    """The reduction for typed storages, tensors with a gradient, optimizers and generators."""
    if issubclass(kind, torch.TypedStorage):
        return lambda value, _memory: (typed_storage, (value._untyped_storage, value.dtype))
    if issubclass(kind, torch.Tensor):
        return _reduce_tensor
    if kind is torch.Generator:
        return lambda value, _memory: (generator, (str(value.device), value.get_state()))
    if issubclass(kind, torch.optim.Optimizer):
        cls: Any = kind
        plain = cls.__getstate__ is torch.optim.Optimizer.__getstate__ and cls.__reduce_ex__ is object.__reduce_ex__
        return _reduce_optimizer if plain else None
    return None


def _reduce_optimizer(optimizer: Any, _memory: Memory) -> Any:
    """With the attributes that its own pickling drops: the marks of schedulers on `step`, and hooks."""
    return new, (type(optimizer),), dict(vars(optimizer)), None, None, set_optimizer


def new(cls: Any) -> Any:
    """An optimizer without a state.

    torch wraps the `step` method of the class when the first optimizer is created. Objects unpickled later may refer to
    it by name and have to find it wrapped.
    """
    made = cls.__new__(cls)
    made._patch_step_function()
    return made


def set_optimizer(optimizer: Any, state: dict[str, Any]) -> None:
    """Set the state of an optimizer, and then the attributes that its `__setstate__` ignores."""
    optimizer.__setstate__({name: state[name] for name in ("defaults", "state", "param_groups")})
    vars(optimizer).update(state)


def typed_storage(storage: Any, dtype: Any) -> Any:
    """A typed storage around a restored storage."""
    return torch.storage.TypedStorage(wrap_storage=storage, dtype=dtype, _internal=True)


def generator(device: str, state: Any) -> Any:
    """A random generator with its state."""
    made = torch.Generator(device)
    made.set_state(state)
    return made


def _reduce_tensor(tensor: Any, memory: Memory) -> Any:
    if tensor.grad_fn is not None:
        memory.note("a tensor with a gradient history comes back as its values, without the graph behind it")
    if tensor._backward_hooks:
        memory.note("hooks on a tensor's gradient are not kept")
        hooks, tensor._backward_hooks = tensor._backward_hooks, None
        try:
            reduced = tensor.__reduce_ex__(5)
        finally:
            tensor._backward_hooks = hooks
    else:
        reduced = tensor.__reduce_ex__(5)
    if tensor.grad_fn is None and tensor.grad is not None and isinstance(reduced, tuple):
        return with_grad, (tensor.grad, *reduced[:2]), *reduced[2:]
    return reduced


def with_grad(grad: Any, function: Any, args: tuple[Any, ...]) -> Any:
    """A tensor with its gradient."""
    made = function(*args)
    made.grad = grad
    return made


def take_session() -> dict[str, Any]:
    """The state of the global random generator of the CPU."""
    return {"random": torch.get_rng_state().numpy().tobytes()}


def seed_session(number: int) -> None:
    """Seed the global random generators, those of GPUs included."""
    torch.manual_seed(number)


def restore_session(state: dict[str, Any]) -> None:
    """Restore the state of `take_session`."""
    torch.set_rng_state(torch.frombuffer(bytearray(state["random"]), dtype=torch.uint8))
