"""zstd frames, with one context per thread, and packed lanes. All zstd settings of the store are here.

zstandard reads and writes frames. backports.zstd (compression.zstd from Python 3.14 on) is needed only to *write*
frames with a prefix, because zstandard has no call for it; zstandard reads them.
"""

from __future__ import annotations

import struct
import threading
from typing import TYPE_CHECKING

import zstandard

from nbmodelver.store.limits import MAX_WINDOW_LOG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.store.lanes import Buffer, Bytes

RAW, ZSTD, ENTROPY = 0, 1, 2
_LANE = struct.Struct("<BI")
_local = threading.local()


def compress(raw: Buffer, level: int = 1) -> bytes:
    """Return one frame that states its raw length. raw: 1-D, C-contiguous."""
    return _compressor(("level", level)).compress(raw)


def entropy_code(raw: Buffer) -> bytes:
    """Return one ordinary frame that was written without a search for repeats, by entropy coding only.

    For lanes of exponents: the result is smaller than that of level 1, at twice the speed.
    """
    return _compressor(("entropy", 0)).compress(raw)


def decompress(stored: Buffer, size: int, prefix: Buffer | None = None) -> bytes:
    """Return the `size` raw bytes of one frame. Raises ValueError for another length or bytes behind the frame.

    The declared length is checked before memory is allocated. prefix: that of `compress_after`.
    """
    try:
        if zstandard.get_frame_parameters(stored).content_size != size:
            raise ValueError("a frame has another length than expected")
        data: bytes = _decompressor(prefix).decompress(stored, max_output_size=size, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise ValueError(f"a frame cannot be read ({error})") from error
    if len(data) != size:
        raise ValueError("a frame is incomplete")
    return data


def _compressor(how: tuple[str, int]) -> zstandard.ZstdCompressor:
    made: dict[tuple[str, int], zstandard.ZstdCompressor] | None = getattr(_local, "compressors", None)
    if made is None:
        made = _local.compressors = {}
    if how not in made:
        made[how] = _no_matches() if how[0] == "entropy" else zstandard.ZstdCompressor(level=how[1])
    return made[how]


def _no_matches() -> zstandard.ZstdCompressor:
    # These parameters find no matches, so only the entropy coder works. A target length above 0 would disable it too.
    parameters = zstandard.ZstdCompressionParameters(
        compression_level=1, strategy=1, min_match=7, hash_log=6, target_length=0, window_log=17
    )
    return zstandard.ZstdCompressor(compression_params=parameters)


def _decompressor(prefix: Buffer | None) -> zstandard.ZstdDecompressor:
    if prefix is not None:
        raw = zstandard.ZstdCompressionDict(bytes(prefix), dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        return zstandard.ZstdDecompressor(dict_data=raw, max_window_size=1 << MAX_WINDOW_LOG)
    made: zstandard.ZstdDecompressor | None = getattr(_local, "decompressor", None)
    if made is None:
        made = _local.decompressor = zstandard.ZstdDecompressor(max_window_size=1 << MAX_WINDOW_LOG)
    return made


def pack_lanes(lanes: Bytes, modes: Sequence[int], level: int = 1) -> list[bytes | memoryview]:
    """Return the packed lanes in pieces: for each lane its mode, its stored length and its bytes.

    lanes: (width, elements) uint8. modes: RAW, ZSTD or ENTROPY per lane; a lane that does not shrink is stored raw.
    A raw lane is a view of `lanes`, not a copy: the caller joins the pieces before it changes.
    """
    pieces: list[bytes | memoryview] = []
    for lane, mode in zip(lanes, modes, strict=True):
        stored = _pack_lane(lane, mode, level)
        data = lane.data if stored is None else stored
        pieces += [_LANE.pack(RAW if stored is None else ZSTD, len(data)), data]
    return pieces


def _pack_lane(lane: Bytes, mode: int, level: int) -> bytes | None:
    if mode == RAW or not lane.size:
        return None
    stored = entropy_code(lane.data) if mode == ENTROPY else compress(lane.data, level)
    return stored if len(stored) < lane.size else None


def unpack_lanes(stored: memoryview, width: int, count: int) -> tuple[list[Buffer], memoryview]:
    """Undo `pack_lanes`: return `width` lanes of `count` bytes, and the bytes behind them. Raises ValueError."""
    lanes: list[Buffer] = []
    for _ in range(width):
        mode, length = _LANE.unpack_from(stored)
        data, stored = stored[_LANE.size : _LANE.size + length], stored[_LANE.size + length :]
        if mode not in (RAW, ZSTD) or len(data) != length or (mode == RAW and length != count):
            raise ValueError("a lane cannot be read")
        lanes.append(data if mode == RAW else decompress(data, count))
    return lanes, stored


def last_lanes(stored: memoryview, width: int, count: int) -> list[Buffer]:
    """`unpack_lanes` if nothing may follow. Raises ValueError."""
    lanes, rest = unpack_lanes(stored, width, count)
    if len(rest):
        raise ValueError("bytes after the last lane")
    return lanes


try:
    from compression import zstd as _prefix_zstd  # type: ignore[import-not-found,unused-ignore]
except ImportError:
    try:
        from backports import zstd as _prefix_zstd
    except ImportError:
        _prefix_zstd = None


def can_write_prefix() -> bool:
    """Return True if frames with a prefix can be written in this environment. They can be read in every one."""
    return _prefix_zstd is not None


def compress_after(raw: Buffer, prefix: Buffer, level: int = 1) -> bytes:
    """Return one frame that may refer to any earlier byte of `prefix`, by long-distance matching.

    The window covers prefix and raw, up to 128 MiB. Only if `can_write_prefix()`.
    """
    option = _prefix_zstd.CompressionParameter
    window = min(max((len(raw) + len(prefix)).bit_length(), 12), MAX_WINDOW_LOG)
    options = {
        option.compression_level: level,
        option.enable_long_distance_matching: 1,
        option.window_log: window,
        option.content_size_flag: 1,
        option.dict_id_flag: 0,
    }
    dictionary = _prefix_zstd.ZstdDict(prefix, is_raw=True)
    frame: bytes = _prefix_zstd.compress(raw, options=options, zstd_dict=dictionary.as_prefix)
    return frame
