"""Random generators of numpy: the name of the bit generator, its state and its seed, through public names only.

A bit generator that several generators share is shared after a load. Bit generators of other libraries, subclasses, and
seeds that are not a SeedSequence are pickled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.codecs.codec import Codec, State

if TYPE_CHECKING:
    from nbmodelver.codecs.memory import Memory


def _flat(state: dict[str, Any], memory: Memory) -> State:
    """A state dict of numpy (numbers, arrays and dicts) as nested tuples of keys and values."""
    found: list[Any] = []
    for name, item in state.items():
        found += (name, _flat(item, memory) if isinstance(item, dict) else memory.keep(item))
    return tuple(found)


def _nested(flat: State) -> dict[str, Any]:
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return {name: _nested(item) if isinstance(item, tuple) else item for name, item in pairs}


def _take_bits(bits: Any, memory: Memory) -> State | None:
    seed = bits.seed_seq
    if seed is not None and type(seed) is not np.random.SeedSequence:
        return None
    return type(bits).__name__, seed, *_flat(bits.state, memory)


def _build_bits(state: State) -> Any:
    name, seed, *flat = state
    cls = getattr(np.random, name)
    if not (isinstance(cls, type) and issubclass(cls, np.random.BitGenerator)):
        raise TypeError("not a bit generator")
    bits: Any = _legacy_bits() if seed is None and name == "MT19937" else cls(seed)
    bits.state = _nested(tuple(flat))
    return bits


def _legacy_bits() -> Any:
    """The bit generator of a `RandomState(n)`, which has no seed; numpy 1.26 does not expose it."""
    found: Any = np.random.RandomState(0).__reduce__()[1][0]
    return found if isinstance(found, np.random.BitGenerator) else np.random.MT19937(0)


def _take_generator(rng: Any, memory: Memory) -> State:
    return (memory.keep(rng.bit_generator),)


def _build_generator(state: State) -> Any:
    (bits,) = state
    return np.random.Generator(bits)


def _take_random_state(value: Any, memory: Memory) -> State:
    whole = value.get_state(legacy=False)
    bits = value.__reduce__()[1][0]  # The bit generator; before numpy 2 its name.
    if not isinstance(bits, np.random.BitGenerator):
        bits = _build_bits((whole["bit_generator"], None, *_flat(whole, memory)))
    return memory.keep(bits), whole["has_gauss"], whole["gauss"]


def _build_random_state(state: State) -> Any:
    bits, has_gauss, gauss = state
    made = np.random.RandomState(bits)
    made.set_state({**bits.state, "has_gauss": has_gauss, "gauss": gauss})
    return made


def _take_seed(seed: Any, _memory: Memory) -> State:
    own = seed.state
    return own["entropy"], own["spawn_key"], own["pool_size"], own["n_children_spawned"]


def _build_seed(state: State) -> Any:
    entropy, spawn_key, pool_size, spawned = state
    return np.random.SeedSequence(entropy, spawn_key=spawn_key, pool_size=pool_size, n_children_spawned=spawned)


_BITS = Codec("numpy.bits", _take_bits, _build_bits)
_GENERATOR = Codec("numpy.generator", _take_generator, _build_generator)
_RANDOM_STATE = Codec("numpy.random_state", _take_random_state, _build_random_state)
_SEED = Codec("numpy.seed", _take_seed, _build_seed)

CODECS = (_BITS, _GENERATOR, _RANDOM_STATE, _SEED)


def find(kind: type) -> Codec | None:
    """The codec for exactly this type of numpy.random, or None."""
    if getattr(np.random, kind.__name__, None) is not kind:
        return None
    if issubclass(kind, np.random.BitGenerator):
        return _BITS
    return {
        np.random.Generator: _GENERATOR,
        np.random.RandomState: _RANDOM_STATE,
        np.random.SeedSequence: _SEED,
    }.get(kind)
