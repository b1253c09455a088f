"""The zip file of a bundle: written reproducibly, read member by member as untrusted input (P4, P5, see SECURITY.md).

Members are stored uncompressed, without gaps from the first byte on, dated 1980, mode 0644. The manifest comes last, in
the format of sha256sum, and lists all others; a signature of it may follow. A zip that two programs could read
differently (gaps, two directories, contradicting headers) is refused. Format: PKWARE APPNOTE.TXT, sections 4.3 and 4.4.
"""

from __future__ import annotations

import hashlib
import re
import stat
import struct
import zipfile
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from nbmodelver.bundle import carried, names
from nbmodelver.errors import BadBundle, LimitExceeded, MissingLibrary
from nbmodelver.repo.transfer import signatures

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from nbmodelver.model import Progress
    from nbmodelver.repo.transfer.signatures import PrivateKey, Signed

_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_LOCAL = struct.Struct("<4s5H3L2H")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_BYTES = 20
_LINE = re.compile(r"([0-9a-f]{64})  ([^\n]+)\n")
_READ_BYTES = 1 << 20
_BIG = 0xFFFFFFFF


class BundleWriter:
    """Writes members into a zip file. hashes, sizes: name -> SHA-256 in hex, size in bytes, of the members so far."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)
        self.hashes: dict[str, str] = {}
        self.sizes: dict[str, int] = {}

    def add(self, name: str, data: bytes | memoryview) -> None:
        """Write one member."""
        assert names.is_allowed(name), name
        info = zipfile.ZipInfo(name, _DATE)
        info.create_system = _UNIX
        info.external_attr = (stat.S_IFREG | 0o644) << 16
        self._zip.writestr(info, data)
        self.hashes[name] = hashlib.sha256(data).hexdigest()
        self.sizes[name] = len(data)

    def add_file(self, name: str, place: Path) -> None:
        """Write one member from a file, piece by piece."""
        assert names.is_allowed(name), name
        info = zipfile.ZipInfo(name, _DATE)
        info.create_system = _UNIX
        info.external_attr = (stat.S_IFREG | 0o644) << 16
        info.file_size = place.stat().st_size
        digest = hashlib.sha256()
        with place.open("rb") as source, self._zip.open(info, "w") as target:
            while piece := source.read(_READ_BYTES):
                digest.update(piece)
                target.write(piece)
        self.hashes[name] = digest.hexdigest()
        self.sizes[name] = info.file_size

    def finish(self, key: PrivateKey | None = None) -> None:
        """Write the manifest, its signature by a key, and the zip directory."""
        lines = [f"{digest}  {name}\n" for name, digest in sorted(self.hashes.items())]
        manifest = "".join(lines).encode()
        self.add(names.MANIFEST, manifest)
        if key is not None:
            self.add(names.SIGNATURE, signatures.signature_of(key, manifest))
        self._zip.close()

    def abandon(self) -> None:
        """Release the file, in whatever state it is. Never raises OSError."""
        with suppress(OSError, ValueError):
            self._zip.close()


class Archive:
    """A bundle opened for reading. The constructor verifies structure and manifest; members are verified when read.

    path: of the zip file, or of a notebook that carries it. origin: SHA-256 of the manifest in hex. signed: who signed
    it, None if nobody did, or if the library to verify it is not installed. Raises BadBundle with the reason,
    LimitExceeded.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._file: BinaryIO = _opened(path)
        self.signed: Signed | None = None
        self.is_signed = False
        try:
            self.size_bytes = self._file.seek(0, 2)
            self._places = self._layout()
            self.origin, self._hashes = self._manifest()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *raised: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._file.close()

    def bad(self, why: str, hint: str = "get the file again, from a source that you trust") -> BadBundle:
        """Return the error for this file."""
        return BadBundle(f"'{self.name}' was refused: {why}", hint)

    @property
    def members(self) -> list[str]:
        """Sorted names of all members except the manifest."""
        return sorted(self._hashes)

    def has(self, name: str) -> bool:
        """Return True if there is a member with this name."""
        return name in self._hashes

    def size(self, name: str) -> int:
        """Return the size of a member in bytes."""
        return self._places[name][1]

    def hash_of(self, name: str) -> str:
        """Return the SHA-256 of a member in hex, as the manifest states it."""
        return self._hashes[name]

    def read(self, name: str, limit: int = names.MAX_DOCUMENT_BYTES) -> bytes:
        """Return a member's bytes, their hash verified. Raises BadBundle if it is missing or changed, LimitExceeded."""
        if name not in self._hashes:
            raise self.bad(f"{name} is missing")
        if self.size(name) > limit:
            raise LimitExceeded(f"{name} in '{self.name}' has {self.size(name)} bytes; the limit is {limit}")
        data = self._bytes(name)
        if hashlib.sha256(data).hexdigest() != self._hashes[name]:
            raise self.bad(f"{name} was changed: its hash is not the one in the manifest")
        return data

    def copy(self, name: str, target: BinaryIO) -> int:
        """Write a member to a file, piece by piece, and return its size. Raises BadBundle if it was changed."""
        digest = hashlib.sha256()
        start, left, _ = self._places[name]
        self._file.seek(start)
        while left:
            piece = self._file.read(min(left, _READ_BYTES))
            if not piece:
                raise self.bad(f"{name} is incomplete")
            digest.update(piece)
            target.write(piece)
            left -= len(piece)
        if name in self._hashes and digest.hexdigest() != self._hashes[name]:
            raise self.bad(f"{name} was changed: its hash is not the one in the manifest")
        return self.size(name)

    def check_all(self, progress: Progress | None = None) -> None:
        """Verify the hash and the CRC of every member. Raises BadBundle at the first that was changed."""
        done = 0
        for name in self.members:
            digest = hashlib.sha256()
            start, size, crc = self._places[name]
            self._file.seek(start)
            left, sum_ = size, 0
            while left:
                piece = self._file.read(min(left, _READ_BYTES))
                if not piece:
                    raise self.bad(f"{name} is incomplete")
                digest.update(piece)
                sum_ = zlib.crc32(piece, sum_)
                left -= len(piece)
            if digest.hexdigest() != self._hashes[name]:
                raise self.bad(f"{name} was changed: its hash is not the one in the manifest")
            if sum_ != crc:
                raise self.bad(f"the checksum of {name} is not that in the zip directory")
            done += size
            if progress is not None:
                progress(done, self.size_bytes, "checking the bundle")

    def _bytes(self, name: str) -> bytes:
        start, size, _ = self._places[name]
        self._file.seek(start)
        data = self._file.read(size)
        if len(data) != size:
            raise self.bad(f"{name} is incomplete")
        return data

    # -- structure

    def _layout(self) -> dict[str, tuple[int, int, int]]:
        """Return name -> (start, size, CRC) of each member. Verifies that the file has no bytes besides these."""
        directory = self._directory()
        try:
            found = zipfile.ZipFile(self._file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
            raise self.bad(f"its zip directory is not readable ({error})") from error
        if len(found.filelist) > names.MAX_MEMBERS:
            raise LimitExceeded(f"'{self.name}' has {len(found.filelist)} members; the limit is {names.MAX_MEMBERS}")
        places: dict[str, tuple[int, int, int]] = {}
        seen: set[str] = set()
        at = 0
        for info in found.filelist:
            self._check_entry(info, seen)
            if info.header_offset != at:
                raise self.bad(f"there are unknown bytes before {info.filename}")
            start = self._local(info)
            places[info.filename] = start, info.file_size, info.CRC
            at = start + info.file_size
        if at != directory:
            raise self.bad("it has unknown bytes, or a member is incomplete")
        return places

    def _directory(self) -> int:
        """Return the offset of the zip directory, from the record at the end of the file. Nothing may follow it."""
        if self.size_bytes < _END.size:
            raise self.bad("it is empty or far too short")
        self._file.seek(-_END.size, 2)
        magic, _, _, _, count, size, start, comment = _END.unpack(self._file.read(_END.size))
        if magic != b"PK\x05\x06" or comment:
            raise self.bad("it is not a bundle, or it is incomplete")
        tail = _END.size
        if _BIG in (size, start) or count == 0xFFFF:
            tail += _END_64.size + _LOCATOR_BYTES
            self._file.seek(-min(tail, self.size_bytes), 2)
            raw = self._file.read(_END_64.size)
            if len(raw) != _END_64.size or raw[:4] != b"PK\x06\x06":
                raise self.bad("its zip directory is not readable")
            size, start = _END_64.unpack(raw)[-2:]
        if size > names.MAX_DIRECTORY_BYTES:
            raise LimitExceeded(
                f"the directory of '{self.name}' has {size} bytes; the limit is {names.MAX_DIRECTORY_BYTES}"
            )
        if start + size + tail != self.size_bytes:
            raise self.bad("it has unknown bytes, or it is incomplete")
        return int(start)

    def _check_entry(self, info: zipfile.ZipInfo, seen: set[str]) -> None:
        name = info.orig_filename
        if not names.is_allowed(name) or name != info.filename:
            raise self.bad(f"a bundle may not have a member named {name[:100]!r}")
        if name.lower() in seen:
            raise self.bad(f"two members are named {name} (ignoring case)")
        seen.add(name.lower())
        if info.flag_bits & 0x1:
            raise self.bad(f"{name} is encrypted")
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or info.external_attr & 0x10:
            raise self.bad(f"{name} is not a plain file but a link, a folder or a device")
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size or info.flag_bits:
            raise self.bad(f"{name} is not stored uncompressed")

    def _local(self, info: zipfile.ZipInfo) -> int:
        """Return the offset of a member's bytes. Its local header must equal the entry in the directory."""
        self._file.seek(info.header_offset)
        raw = self._file.read(_LOCAL.size)
        if len(raw) != _LOCAL.size:
            raise self.bad(f"{info.filename} is incomplete")
        magic, _, flags, method, _, _, crc, packed, size, name_bytes, extra_bytes = _LOCAL.unpack(raw)
        name, extra = self._file.read(name_bytes), self._file.read(extra_bytes)
        if packed == size == _BIG and extra[:4] == b"\x01\x00\x10\x00" and len(extra) == 20:
            size, packed = struct.unpack("<QQ", extra[4:])
            extra = b""
        said = (magic, flags, method, crc, packed, size, name, extra)
        if said != (b"PK\x03\x04", 0, 0, info.CRC, info.file_size, info.file_size, info.filename.encode(), b""):
            raise self.bad(f"the two zip headers of {info.filename} contradict each other")
        return int(info.header_offset + _LOCAL.size + name_bytes + extra_bytes)

    def _manifest(self) -> tuple[str, dict[str, str]]:
        """Return the SHA-256 of the manifest, and name -> SHA-256. It must list exactly the members of the file."""
        if names.MANIFEST not in self._places:
            raise self.bad(f"it has no {names.MANIFEST}", "give a file that %mv_export wrote")
        if self.size(names.MANIFEST) > names.MAX_DOCUMENT_BYTES:
            raise LimitExceeded(f"the manifest of '{self.name}' is above {names.MAX_DOCUMENT_BYTES} bytes")
        data = self._bytes(names.MANIFEST)
        self._verify_signature(data)
        text = data.decode("ascii", "replace")
        found = {name: digest for digest, name in _LINE.findall(text)}
        if "".join(f"{digest}  {name}\n" for name, digest in found.items()) != text:
            raise self.bad("its manifest is malformed")
        there = set(self._places) - {names.MANIFEST, names.SIGNATURE}
        if there != set(found):
            odd = min(there ^ set(found))
            raise self.bad(f"{odd} is {'not in the manifest' if odd in there else 'missing'}")
        return hashlib.sha256(data).hexdigest(), found

    def _verify_signature(self, manifest: bytes) -> None:
        """Read who signed the manifest. Raises BadBundle for a signature that is not right."""
        if names.SIGNATURE not in self._places:
            return
        self.is_signed = True
        if self.size(names.SIGNATURE) > signatures.MAX_BYTES:
            raise self.bad("its signature is malformed")
        try:
            self.signed = signatures.verified(self._bytes(names.SIGNATURE), manifest)
        except MissingLibrary:
            return
        except ValueError as error:
            raise self.bad(str(error)) from error


def _opened(path: Path) -> BinaryIO:
    try:
        file = path.open("rb")
        if not carried.is_notebook(path):
            return file
        with file:
            found = carried.opened(file)
        if found is None:
            raise BadBundle(f"'{path.name}' carries no bundle", "give a file that %mv_export wrote")
        return found
    except FileNotFoundError:
        near = sorted(p.name for p in path.parent.glob(f"*{names.SUFFIX}")) if path.parent.is_dir() else []
        hint = f"try: {', '.join(near[:5])}" if near else "give the path of a file that %mv_export wrote"
        raise BadBundle(f"there is no file '{path}'", hint) from None
    except OSError as error:
        raise BadBundle(f"'{path}' cannot be read: {error.strerror}", "give the path of a file") from error
