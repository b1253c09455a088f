"""A parent that is damaged on disk keeps nobody from the next commit, whatever of it would have served as a base."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import nbmodelver as mv
from nbmodelver.errors import Damaged


def values(n):
    """A changed cell and rows that moved: both would be coded against the parent."""
    rng = np.random.default_rng(0)
    big = rng.normal(size=100_000)
    big[5] = n
    frame = pd.DataFrame({"a": rng.normal(size=40_000), "b": rng.integers(0, 1 << 40, 40_000)})
    return {"n": n, "big": big, "df": frame.sample(frac=1, random_state=n)}


def hit(path, where):
    """Blocks: those of the big parts. What did not change is shared with the parent and would be lost with it."""
    data = bytearray(path.read_bytes())
    for at in range(40, len(data) - 30_000, 1000) if where == "blocks" else [len(data) - 60]:
        data[at] ^= 0x10
    path.write_bytes(data)


@pytest.mark.parametrize("where", ["blocks", "contents"])
def test_the_next_commit_holds_everything_itself(tmp_path, where):
    first_repo = mv.open(tmp_path, create=True)
    first = first_repo.commit(values(1))
    for path in [p for p in (Path(first_repo.where) / "packs").rglob("*") if p.is_file()]:
        hit(path, where)
    second = mv.open(tmp_path).commit(values(2))
    assert second.parents == (first.id,)
    back = mv.open(tmp_path).load(second)
    assert np.array_equal(back["big"], values(2)["big"])
    assert back["df"].equals(values(2)["df"])
    assert back["n"] == 2
    with pytest.raises(Damaged):
        mv.open(tmp_path).load(first)
