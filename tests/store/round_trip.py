"""Encoding and decoding of one block."""

from nbmodelver.store import encodings


def there_and_back(encoder, raw, base=b""):
    """None when the encoder says that the block does not fit."""
    pieces = encoder.encode(memoryview(raw), base)
    if pieces is None:
        return None
    stored = memoryview(b"".join(pieces))
    out = memoryview(bytearray(b"\xaa" * len(raw)))
    encodings.decode(encoder.number, stored, out, base)
    return bytes(out), len(stored)
