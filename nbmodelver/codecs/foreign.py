"""Values in files that other programs wrote: kept byte by byte, and read only when a user who trusts them loads them.

foreign_scan.py finds out what such a file would import, and runs nothing of it.
"""

from __future__ import annotations

import bz2
import gzip
import importlib
import io
import lzma
import pickle
import zlib
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import LimitExceeded, MissingLibrary, NotLoadable

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_BYTES = 8 << 30
"""Of a file after its decompression."""
_MAGIC: tuple[tuple[bytes, Callable[[io.BytesIO], Any]], ...] = (
    (b"\x1f\x8b", lambda file: gzip.GzipFile(fileobj=file)),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ", lzma.LZMAFile),
    (b"\x5d\x00\x00", lzma.LZMAFile),
)
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


class ForeignFile:
    """The content of a file of another program, as a value to store. A load gives what the file holds.

    format: "pickle" (also compressed), "joblib", "skops", "safetensors", "ubj", "npz"; any other gives the bytes.
    """

    def __init__(self, data: bytes, format_: str) -> None:
        self.data, self.format = data, format_

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """Return how a load makes the value."""
        del protocol
        return read, (self.data, self.format)


def read(data: bytes, format_: str) -> Any:
    """Return the value of a file. A pickle can run code, so only for trusted files.

    Raises MissingLibrary if a library for the format is not installed, NotLoadable, LimitExceeded.
    """
    reader = _READERS.get(format_)
    if reader is None:
        return data
    try:
        return reader(data)
    except ImportError as error:
        library = (error.name or "a library").partition(".")[0]
        raise MissingLibrary(f"this {format_} file needs {library}, which is not installed", "install it") from error


def _read_pickle(data: bytes) -> Any:
    return pickle.loads(decompressed(data))


def _read_joblib(data: bytes) -> Any:
    import joblib

    return joblib.load(io.BytesIO(data))


def _by(library: str) -> Callable[[bytes], Any]:
    """Return the reader of a library: the function `from_file` of its file in codecs/."""

    def read_with_it(data: bytes) -> Any:
        return importlib.import_module(f"nbmodelver.codecs.{library}").from_file(data)

    return read_with_it


_READERS: dict[str, Callable[[bytes], Any]] = {
    "pickle": _read_pickle, "joblib": _read_joblib, "skops": _by("sklearn_open"), "safetensors": _by("tensors_open"),
    "ubj": _by("xgboost_open"), "lightgbm": _by("lightgbm_open"), "npz": _by("numpy"),
}  # fmt: skip


def decompressed(data: bytes) -> bytes:
    """Return the content of a file that gzip, bz2, xz, lzma or zlib compressed; any other as it is.

    Raises LimitExceeded, NotLoadable for a damaged file.
    """
    try:
        for magic, opened in _MAGIC:
            if data.startswith(magic):
                with opened(io.BytesIO(data)) as file:
                    return _limited(file.read(MOST_BYTES + 1))
        if data[:2] in _ZLIB:
            stream = zlib.decompressobj()
            return _limited(stream.decompress(data, MOST_BYTES + 1))
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise NotLoadable(f"the file is damaged: {error}", "look for another copy") from error
    return data


def _limited(data: bytes) -> bytes:
    if len(data) > MOST_BYTES:
        raise LimitExceeded(f"the file has more than {MOST_BYTES >> 30} GB of content", "load it yourself")
    return data
