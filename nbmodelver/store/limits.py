"""Limits and thresholds of the store. A declared size above a limit is refused before memory is allocated."""

from __future__ import annotations

MAX_PART_BYTES = 1 << 40
MAX_TOC_BYTES = 1 << 28
MAX_BLOCK_BYTES = 64 << 20
"""Raw bytes of one encoded block. A block that only copies from its base may be longer: it adds no data."""

MAX_WINDOW_LOG = 27
"""Base-2 logarithm of the largest accepted zstd window: 128 MiB. The writer uses windows below 16 MiB."""

MAX_DEPTH = 8
"""Longest chain of deltas. It bounds the bases that a read decodes and the versions that one lost pack can damage."""

SMALL_BYTES = 64 << 10
"""Smaller parts share a block with others of the same layout."""

SEGMENT_BYTES = 1 << 20
"""Raw bytes of a block. From 64 KiB to 1 MiB the compressed size is about the same. Below 256 KiB the overhead per call
of zstd is larger than the gain of a second thread (docs/benchmarks.md, "Against the limits", has the throughput)."""

DELTA_GAIN = 0.6
"""A delta is used only if it takes less than this share of the plain encoding: otherwise the longer chain costs more
on reading than it saves on disk (docs/decisions/0007)."""

RAW_GAIN = 0.97
"""A block that compresses to more than this share is stored raw: 3 % of the bytes do not pay for decompression."""

FEW_BYTES = 4 << 20
MANY_PACKS = 64
"""If there are more than MANY_PACKS packs below FEW_BYTES, they are merged."""
