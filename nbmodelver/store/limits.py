"""The largest things that the store reads or writes; beyond them it refuses before anything is allocated."""

from __future__ import annotations

MAX_PART_BYTES = 1 << 40
MAX_TOC_BYTES = 1 << 28
MAX_BLOCK_BYTES = 64 << 20
"""Raw bytes of one encoded block. Blocks that only copy from a base may be longer: they decode to nothing new."""

MAX_WINDOW_LOG = 27
"""zstd windows up to 128 MiB; ours are below 16."""

MAX_DEPTH = 8
"""Deltas upon deltas: a read decodes at most this many bases, and one lost pack loses at most this many versions."""

SMALL_BYTES = 64 << 10
"""Parts below this go together into solid blocks."""

SEGMENT_BYTES = 1 << 20
"""Raw bytes of a block. 64 KiB to 1 MiB compress alike; below 256 KiB the calls between C functions cost more
than the second thread gains (STORAGE, section 1)."""

DELTA_GAIN = 0.6
"""A delta is kept below this share of the plain size: above it, the longer chain is not worth it."""

RAW_GAIN = 0.97
"""Compression that gains less than 3 % is not worth decompressing."""

FEW_BYTES = 4 << 20
MANY_PACKS = 64
"""More than this many packs below FEW_BYTES are worth merging."""
