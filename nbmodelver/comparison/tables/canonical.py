"""64-bit hashes of cells and rows: equal values have equal hashes, whatever their dtype, library or process.

The hash of a row is the sum of the hashes of its cells, each mixed with its column's name (modulo 2**64). So a column
is left out, added or renamed by one subtraction or addition, and the order of the columns does not matter. Any
two different rows of a million by a million have the same hash with a probability of 5e-8. Rows of a leak are compared
cell by cell as well. These are not security hashes: the ids of parts are blake3.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import xxhash

from nbmodelver.comparison.time_limit import require_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from nbmodelver.comparison.tables.tables import ColumnData

BLOCK_ROWS = 32_768
"""Rows that are hashed at a time, so that the scratch buffers stay in the cache of the processor."""
NULL = np.uint64(0xA5B35705F31FD2A1)
"""The hash of every null: NaN, None, NaT, NA."""
TIME, SPAN, BYTES = np.uint64(0xD6E8FEB86659FD93), np.uint64(0xC2B2AE3D27D4EB4F), 0x27D4EB2F165667C5
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
_FACTORS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_EXACT = 2**53
"""Integers up to this size are hashed as floats, so that 1 equals 1.0."""
NS_PER = {"D": 86_400_000_000_000, "h": 3_600_000_000_000, "m": 60_000_000_000, "s": 10**9, "ms": 10**6, "us": 10**3,
          "ns": 1}  # fmt: skip
HASHABLE = frozenset({"number", "time", "span", "category", "text", "mixed", "block"})


def mix(x: NDArray[np.uint64], scratch: NDArray[np.uint64]) -> None:
    """Mix the bits of each element in place. Source: the finalizer of splitmix64, Steele et al. 2014."""
    for shift, factor in zip(_SHIFTS, (*_FACTORS, None), strict=True):
        np.right_shift(x, shift, out=scratch)
        np.bitwise_xor(x, scratch, out=x)
        if factor is not None:
            np.multiply(x, factor, out=x)


def seed_of(name: str) -> np.uint64:
    """The number that is mixed into the hashes of a column of this name."""
    return np.uint64(xxhash.xxh3_64_intdigest(name.encode("utf-8", "surrogatepass")))


class CellHasher:
    """Hashes the cells of one column, without the column's name. Raises ValueError for an opaque column.

    narrow: hash floats as float32, for a comparison with a float32 column.
    """

    def __init__(self, column: ColumnData, *, narrow: bool = False) -> None:
        if column.kind not in HASHABLE:
            raise ValueError(f"{column.dtype} cells cannot be compared")
        self._column = column
        self._narrow = narrow
        self._codes: NDArray[np.uint64] | None = None
        if column.categories is not None:
            self._codes = np.append(cell_hashes(column.categories, narrow=narrow), NULL)

    def __call__(self, rows: slice | NDArray[np.intp]) -> NDArray[np.uint64]:
        """(n,) uint64, writable: the hash of each of these cells."""
        column = self._column.take(rows)
        found = self._hashed(column)
        if column.nulls is not None:
            found[column.nulls] = NULL
        return found

    def _hashed(self, column: ColumnData) -> NDArray[np.uint64]:
        if self._codes is not None:
            return self._codes[np.where(column.values < 0, len(self._codes) - 1, column.values)]
        if column.kind == "number":
            return _of_numbers(column.values, narrow=self._narrow)
        if column.kind in ("time", "span"):
            tag = TIME if column.kind == "time" else SPAN
            return np.asarray(column.values.astype(np.uint64) * np.uint64(NS_PER.get(column.unit, 1)) ^ tag)
        if column.kind == "block":
            return _of_block(column.values)
        if column.kind == "text":
            return _of_texts(column.values)
        return np.fromiter(map(_of_object, column.values), np.uint64, len(column.values))


def cell_hashes(column: ColumnData, *, narrow: bool = False) -> NDArray[np.uint64]:
    """(rows,) uint64: the hash of each cell of a column. Raises ValueError for an opaque column."""
    return CellHasher(column, narrow=narrow)(slice(None))


def _of_numbers(values: NDArray[Any], *, narrow: bool) -> NDArray[np.uint64]:
    """The bits of the numbers as float64 without negative zero; of integers that are no float64, the integer's bits."""
    floats = values.astype(np.float32).astype(np.float64) if narrow else values.astype(np.float64)
    if values.dtype.kind == "f":
        np.add(floats, 0.0, out=floats)
        nan = np.isnan(floats)
        bits = floats.view(np.uint64)
        if nan.any():
            bits[nan] = NULL
        return bits
    bits = floats.view(np.uint64)
    if values.dtype.itemsize == 8 and not narrow:
        large = np.abs(floats) > _EXACT
        if large.any():
            some = values[large]
            lost = np.array([int(float(v)) != v for v in some.tolist()], bool)
            at = np.flatnonzero(large)[lost]
            bits[at] = some[lost].astype(np.uint64) ^ SPAN
    return bits


def _of_block(values: NDArray[Any]) -> NDArray[np.uint64]:
    """The sum of the mixed cells of each row, each cell with the number of its column as a seed."""
    seeds = np.arange(values.shape[1], dtype=np.uint64) * _FACTORS[0]
    out = np.empty(len(values), np.uint64)
    step = max(1, 4 * BLOCK_ROWS // max(1, values.shape[1]))
    for start in range(0, len(values), step):
        bits = _of_numbers(np.ascontiguousarray(values[start : start + step]).reshape(-1), narrow=False)
        bits = bits.reshape(-1, values.shape[1]) ^ seeds
        mix(bits, np.empty_like(bits))
        out[start : start + step] = bits.sum(axis=1, dtype=np.uint64)
    return out


def _of_texts(values: NDArray[Any]) -> NDArray[np.uint64]:
    """The hashes of texts, None among them. The loop is written out: a call for each text would take as long again."""
    null, digest = int(NULL), xxhash.xxh3_64_intdigest
    try:
        hashes = (null if text is None else digest(text.encode()) for text in values)
        return np.fromiter(hashes, np.uint64, len(values))
    except UnicodeEncodeError:  # Surrogates.
        return np.fromiter(map(_of_object, values), np.uint64, len(values))


def _of_object(value: Any) -> int:
    """The hash of an element of an object column; numbers hash as in number columns."""
    cls = type(value)
    if cls is str:
        return xxhash.xxh3_64_intdigest(value.encode("utf-8", "surrogatepass"))
    if value is None:
        return int(NULL)
    if cls is float:
        return int(NULL) if value != value else struct.unpack("<Q", struct.pack("<d", value + 0.0))[0]  # noqa: PLR0124  # NaN
    if cls is bool or cls is int:
        if -(2**1000) < value < 2**1000 and int(float(value)) == value:
            return struct.unpack("<Q", struct.pack("<d", float(value)))[0]  # type: ignore[no-any-return]
        return (
            (value & (2**64 - 1)) ^ int(SPAN) if abs(value) < 2**64 else xxhash.xxh3_64_intdigest(str(value).encode())
        )
    return xxhash.xxh3_64_intdigest(value) ^ BYTES


def row_hashes(
    columns: Sequence[ColumnData], rows: int, names: Sequence[str] = (), narrow: Iterable[str] = ()
) -> NDArray[np.uint64]:
    """(rows,) uint64: the sum of the mixed cells of each row over the columns.

    names: the name to hash each column by, for a column that is renamed on the other side; default: its own.
    narrow: names of columns to hash as float32.
    """
    narrowed = frozenset(narrow)
    seeds = [seed_of(name) for name in (names or [c.name for c in columns])]
    hashers = [CellHasher(column, narrow=column.name in narrowed) for column in columns]
    out = np.zeros(rows, np.uint64)
    scratch = np.empty(min(rows, BLOCK_ROWS), np.uint64)
    for start in range(0, rows, BLOCK_ROWS):
        block = slice(start, min(start + BLOCK_ROWS, rows))
        part = out[block]
        for hasher, seed in zip(hashers, seeds, strict=True):
            require_time()
            found = hasher(block)
            np.bitwise_xor(found, seed, out=found)
            mix(found, scratch[: len(found)])
            np.add(part, found, out=part)
    return out


def fingerprint(column: ColumnData, *, narrow: bool = False) -> int | None:
    """One number for the values of a column in any order, without its name; None if all values are equal."""
    hasher = CellHasher(column, narrow=narrow)
    total = 0
    first: np.uint64 | None = None
    constant = True
    for start in range(0, len(column.values), BLOCK_ROWS):
        found = hasher(slice(start, start + BLOCK_ROWS))
        first = found[0] if first is None else first
        constant = constant and bool((found == first).all())
        mix(found, np.empty_like(found))
        total += int(found.sum(dtype=np.uint64))
    return None if constant else total % 2**64
