"""A store that grows by versions which are deltas of each other."""

from pathlib import Path

import numpy as np


def value(n):
    """Deltas to the one before, and something of its own."""
    table = np.round(np.random.default_rng(0).gamma(2, 50, 30_000), 2)
    table[:: 500 + n] += n
    return {"table": table, "own": np.random.default_rng(n).bytes(3000), "n": n}


def grow(repo, count, start=1):
    return [
        repo.commit(value(n), f"step {n}", metrics={"acc": n % 4, "loss": n % 3}) for n in range(start, start + count)
    ]


def files(repo):
    return {p: p.read_bytes() for p in Path(repo.where).rglob("*") if p.is_file() and "locks" not in p.parts}
