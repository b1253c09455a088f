"""Encoding and decoding of one block."""

from nbmodelver.store import encodings


def there_and_back(encoder, raw, base=b""):
    """Return (decoded bytes, stored length), None if the encoder cannot represent the block."""
    pieces = encoder.encode(memoryview(raw), base)
    if pieces is None:
        return None
    stored = memoryview(b"".join(pieces))
    out = memoryview(bytearray(b"\xaa" * len(raw)))
    encodings.decode(encoder.number, stored, out, base)
    return bytes(out), len(stored)
