"""Texts of a test set that are nearly equal to a text of the training data.

Two texts are near if the share of their 5-character shingles that both have (Jaccard) reaches a threshold. MinHash
signatures find the candidates (Broder 1997), in bands as Leskovec, Rajaraman and Ullman describe; then the exact
Jaccard of each candidate decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xxhash

from nbmodelver.comparison.tables.canonical import mix
from nbmodelver.comparison.time_limit import require_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SHINGLE = 5
PERMUTATIONS, BANDS = 64, 16
"""Signatures are compared in bands of four. Texts with a Jaccard of 0.8 are candidates with a probability of 0.9998."""
MAX_CHARACTERS = 2_000
"""Only the beginning of a longer text is read."""
MAX_CANDIDATES = 50
"""Candidates of a text that are compared exactly."""
BLOCK = 2_000


@dataclass(frozen=True)
class NearTexts:
    """Texts of a test set that are near to one of the training set. equal: of these, equal up to case and blanks.

    test: (n,) intp. own: texts of the test set that are near to another of the test set.
    """

    test: NDArray[np.intp]
    equal: int
    own: int
    rows: int
    threshold: float


def near_texts(train: Sequence[str | None], test: Sequence[str | None], threshold: float) -> NearTexts:
    """Find near duplicates between two lists of texts. threshold: of the Jaccard of the shingles, 0 to 1."""
    sides = [_prepared(texts) for texts in (train, test)]
    bands = [_bands(texts) for texts in sides]
    found = _near(sides[0], bands[0], sides[1], bands[1], threshold, same=False)
    own = _near(sides[1], bands[1], sides[1], bands[1], threshold, same=True) if len(found) else found
    known = set(sides[0])
    equal = sum(sides[1][row] in known for row in found.tolist())
    return NearTexts(found, equal, len(own), len(test), threshold)


def _prepared(texts: Sequence[str | None]) -> list[str]:
    """The texts in lower case and with single blanks, cut; "" for null."""
    return [" ".join(t[:MAX_CHARACTERS].lower().split()) if t else "" for t in texts]


def shingles(text: str) -> frozenset[str]:
    """The distinct runs of five characters; a shorter text is one run.

    >>> sorted(shingles("abcdef"))
    ['abcde', 'bcdef']
    """
    return frozenset(text[i : i + SHINGLE] for i in range(max(1, len(text) - SHINGLE + 1)))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the shingles of either that both have."""
    both = len(one & other)
    return both / (len(one) + len(other) - both)


def _bands(texts: Sequence[str]) -> NDArray[np.uint64]:
    """(texts, BANDS) uint64: one hash for each band of the MinHash signature. An empty text gets its own number."""
    seeds = np.arange(1, PERMUTATIONS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    out = np.empty((len(texts), BANDS), np.uint64)
    width = PERMUTATIONS // BANDS
    for start in range(0, len(texts), BLOCK):
        require_time()
        some = [shingles(text) for text in texts[start : start + BLOCK]]
        counts = np.array([len(s) for s in some])
        digest = xxhash.xxh3_64_intdigest
        hashed = (digest(s.encode("utf-8", "surrogatepass")) for one in some for s in one)
        hashes = np.fromiter(hashed, np.uint64, int(counts.sum()))
        begins = np.concatenate([[0], np.cumsum(counts)[:-1]])
        signatures = np.empty((len(some), PERMUTATIONS), np.uint64)
        scratch = np.empty_like(hashes)
        for k, seed in enumerate(seeds):
            permuted = hashes ^ seed
            mix(permuted, scratch)
            signatures[:, k] = np.minimum.reduceat(permuted, begins)
        banded = np.ascontiguousarray(signatures).reshape(-1, BANDS, width)
        out[start : start + len(some)] = _folded(banded)
    return out


def _folded(banded: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """(texts, BANDS) uint64 of (texts, BANDS, width): one hash for the values of each band."""
    total = np.zeros(banded.shape[:2], np.uint64)
    for i in range(banded.shape[2]):
        total ^= banded[:, :, i]
        mix(total, np.empty_like(total))
    return total


def _near(
    texts: Sequence[str], bands: NDArray[np.uint64], others: Sequence[str], of_others: NDArray[np.uint64],
    threshold: float, *, same: bool,
) -> NDArray[np.intp]:  # fmt: skip
    """The rows of `others` with a near text in `texts`. same: both are one list; a text is not its own match."""
    candidates: dict[int, dict[int, None]] = {}
    for band in range(bands.shape[1]):
        require_time()
        for row, other in _matches(bands[:, band], of_others[:, band]):
            listed = candidates.setdefault(other, {})
            if len(listed) < MAX_CANDIDATES and not (same and row == other):
                listed[row] = None
    found = []
    for other, listed in candidates.items():
        require_time()
        own = shingles(others[other])
        if others[other] and any(jaccard(own, shingles(texts[row])) >= threshold for row in listed):
            found.append(other)
    return np.array(sorted(found), np.intp)


def _matches(keys: NDArray[np.uint64], wanted: NDArray[np.uint64]) -> list[tuple[int, int]]:
    """Pairs of a row of `keys` and one of `wanted` with equal keys, at most MAX_CANDIDATES for each wanted row."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first, last = (np.searchsorted(ordered, wanted, side) for side in ("left", "right"))
    rows = np.flatnonzero(last > first)
    return [
        (int(order[at]), int(row))
        for row in rows
        for at in range(first[row], min(last[row], first[row] + MAX_CANDIDATES + 1))
    ]
