"""numpy's random generators come back by name and state: same numbers, same sharing, same children; no pickle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nbmodelver.codecs import graph, registry
from nbmodelver.repo import open_repo

if TYPE_CHECKING:
    from pathlib import Path

KINDS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")


def back(tmp_path: Path, value: Any, *, pickled: bool = False) -> Any:
    repo = open_repo(tmp_path, create=True)
    version = repo.commit({"x": value})
    assert version.group_of("x").pickled is pickled
    return repo.load("HEAD")["x"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_generator_goes_on_where_it_was(tmp_path: Path, kind: str) -> None:
    rng = np.random.Generator(getattr(np.random, kind)(7))
    rng.integers(0, 10, 3, dtype=np.int32)  # Leaves half of a number for the next one.
    again = back(tmp_path, rng)
    assert type(again.bit_generator) is getattr(np.random, kind)
    assert again.integers(0, 1000, 5, dtype=np.int32).tolist() == rng.integers(0, 1000, 5, dtype=np.int32).tolist()
    assert again.standard_normal(3).tolist() == rng.standard_normal(3).tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_a_generator_spawns_the_same_children(tmp_path: Path, kind: str) -> None:
    rng = np.random.Generator(getattr(np.random, kind)(7))
    rng.spawn(2)
    again = back(tmp_path, rng)
    assert again.spawn(1)[0].random() == rng.spawn(1)[0].random()


def test_a_bit_generator_that_two_share_is_shared_again(tmp_path: Path) -> None:
    bits = np.random.PCG64(5)
    one, two, own = back(tmp_path, [np.random.Generator(bits), np.random.Generator(bits), bits])
    assert one.bit_generator is two.bit_generator
    assert one.bit_generator is own


def test_a_seed_that_names_share_is_shared_again(tmp_path: Path) -> None:
    seed = np.random.SeedSequence(5)
    repo = open_repo(tmp_path, create=True)
    version = repo.commit({"rng": np.random.default_rng(seed), "seed": seed})
    assert version.group_of("rng") == version.group_of("seed")
    found = repo.load("HEAD")
    assert found["rng"].bit_generator.seed_seq is found["seed"]


def test_an_old_random_state_goes_on_with_its_spare_normal(tmp_path: Path) -> None:
    state = np.random.RandomState(3)
    state.standard_normal(3)
    again = back(tmp_path, state)
    assert again.standard_normal(4).tolist() == state.standard_normal(4).tolist()
    assert again.randint(0, 10, 5).tolist() == state.randint(0, 10, 5).tolist()


def test_an_old_random_state_over_another_bit_generator(tmp_path: Path) -> None:
    state = np.random.RandomState(np.random.PCG64(4))
    state.standard_normal(1)
    again = back(tmp_path, state)
    assert again.get_state(legacy=False)["bit_generator"] == "PCG64"
    assert again.standard_normal(4).tolist() == state.standard_normal(4).tolist()


def test_equal_old_random_states_have_equal_bytes() -> None:
    drafts = [graph.capture({"x": np.random.RandomState(3)}).groups[0] for _ in range(2)]
    first, second = ((d.skeleton, [bytes(b.raw) for b in d.buffers]) for d in drafts)
    assert first == second


def test_a_seed_sequence_comes_back_whole(tmp_path: Path) -> None:
    seed = np.random.SeedSequence([1, 2**70], pool_size=8).spawn(3)[2]
    seed.spawn(2)
    again = back(tmp_path, seed)
    assert again.state == seed.state
    assert again.generate_state(3).tolist() == seed.generate_state(3).tolist()
    assert again.spawn(1)[0].spawn_key == seed.spawn(1)[0].spawn_key


class Seed(np.random.SeedSequence):
    pass


def test_a_seed_of_another_class_is_left_to_pickle(tmp_path: Path) -> None:
    rng = np.random.Generator(np.random.PCG64(Seed(3)))
    again = back(tmp_path, rng, pickled=True)
    assert again.random() == rng.random()


@pytest.mark.parametrize("name", ["seed", "Generator", "default_rng", "__doc__", "missing"])
def test_a_name_that_is_no_bit_generator_is_refused(name: str) -> None:
    with pytest.raises((TypeError, AttributeError)):
        registry.by_tag("numpy.bits").restore((name, None, "bit_generator", name))


def test_a_state_of_numpy_1_is_read_by_every_numpy() -> None:
    """Both write the same: the names and the state that `BitGenerator.state` gives."""
    state = ("PCG64", None, "bit_generator", "PCG64", "state", ("state", 5, "inc", 3), "has_uint32", 0, "uinteger", 0)
    bits = registry.by_tag("numpy.bits").restore(state)
    assert bits.state["state"] == {"state": 5, "inc": 3}
