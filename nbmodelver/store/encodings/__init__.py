"""The encodings of blocks, by their number in the pack. FORMAT.md specifies each, docs/encodings.md explains them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from nbmodelver.errors import StoreTooNew
from nbmodelver.store.encodings import bits, decimals, dictionary, difference, gather, patch, plain, prefix, shuffled

if TYPE_CHECKING:
    from nbmodelver.store.encodings.protocol import Decode
    from nbmodelver.store.lanes import Buffer

DECODERS: dict[int, Decode] = {
    0: plain.decode_raw,
    1: plain.decode_zstd,
    2: shuffled.decode,
    3: bits.decode,
    4: dictionary.decode,
    5: decimals.decode,
    6: plain.decode_copy,
    7: patch.decode,
    8: difference.decode,
    9: prefix.decode,
    10: gather.decode,
}


def decode(number: int, stored: memoryview, out: memoryview, base: Buffer) -> None:
    """Decode a block into `out`.

    stored: the stored bytes; only read. out: writable, as long as the raw block. base: the bytes that the encoder had.
    Raises ValueError for malformed bytes, StoreTooNew for an unknown number.
    """
    known = DECODERS.get(number)
    if known is None:
        raise StoreTooNew(
            f"a block has encoding {number}; this nbmodelver knows {max(DECODERS)} and below",
            "upgrade nbmodelver to read this version",
        )
    try:
        known(stored, out, base)
    except (IndexError, struct.error) as error:
        raise ValueError(f"a block is too short ({error})") from error
