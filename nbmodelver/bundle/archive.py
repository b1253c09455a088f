"""The zip of a bundle: written the same for the same content, and read member by member without trusting it.

Members are stored, not compressed, one right behind the other from the first byte on, dated 1980, mode 0644; the
manifest (sha256sum's format) comes last and lists all others. Nothing else is read: whoever sees another file in the
same zip than we do (hidden gaps, two directories, disagreeing headers) sees an error here.
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

from nbmodelver.bundle import names
from nbmodelver.errors import BadBundle, LimitExceeded

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from nbmodelver.model import Progress

_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_LOCAL = struct.Struct("<4s5H3L2H")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_BYTES = 20
_LINE = re.compile(r"([0-9a-f]{64})  ([^\n]+)\n")
_READ_BYTES = 1 << 20
_BIG = 0xFFFFFFFF


class Writer:
    """Puts members into a zip. hashes, sizes: of what was added so far, by name."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)
        self.hashes: dict[str, str] = {}
        self.sizes: dict[str, int] = {}

    def add(self, name: str, data: bytes | memoryview) -> None:
        """One more member."""
        assert names.is_allowed(name), name
        info = zipfile.ZipInfo(name, _DATE)
        info.create_system = _UNIX
        info.external_attr = (stat.S_IFREG | 0o644) << 16
        self._zip.writestr(info, data)
        self.hashes[name] = hashlib.sha256(data).hexdigest()
        self.sizes[name] = len(data)

    def finish(self) -> None:
        """The manifest, then the zip's directory."""
        lines = [f"{digest}  {name}\n" for name, digest in sorted(self.hashes.items())]
        self.add(names.MANIFEST, "".join(lines).encode())
        self._zip.close()

    def abandon(self) -> None:
        """Let go of the file, whatever is in it."""
        with suppress(OSError, ValueError):
            self._zip.close()


class Archive:
    """A bundle's file opened for reading; its structure and manifest are checked by then, its bytes as they are read.

    Raises BadBundle with the reason, LimitExceeded. Nothing of the file is believed before its hash was checked.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._file: BinaryIO = _opened(path)
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

    def bad(self, why: str, hint: str = "ask for the file again, and from whom you trust") -> BadBundle:
        """The error for this file."""
        return BadBundle(f"'{self.name}' is not taken: {why}", hint)

    @property
    def members(self) -> list[str]:
        """The names of all members but the manifest, sorted."""
        return sorted(self._hashes)

    def has(self, name: str) -> bool:
        """Whether there is a member of this name."""
        return name in self._hashes

    def size(self, name: str) -> int:
        """Bytes of a member."""
        return self._places[name][1]

    def read(self, name: str, limit: int = names.MAX_DOCUMENT_BYTES) -> bytes:
        """A member's bytes, their hash checked. Raises BadBundle when it is missing or changed, LimitExceeded."""
        if name not in self._hashes:
            raise self.bad(f"{name} is missing")
        if self.size(name) > limit:
            raise LimitExceeded(f"{name} in '{self.name}' has {self.size(name)} bytes; the limit is {limit}")
        data = self._bytes(name)
        if hashlib.sha256(data).hexdigest() != self._hashes[name]:
            raise self.bad(f"{name} was changed: its hash is not the one in the manifest")
        return data

    def check_all(self, progress: Progress | None = None) -> None:
        """Hash every member. Raises BadBundle at the first that was changed."""
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
                raise self.bad(f"{name} has another checksum than the zip says")
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
        """Name -> start, size and CRC of its bytes; every byte of the file belongs to exactly one thing."""
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
                raise self.bad(f"there are bytes that belong to nothing before {info.filename}")
            start = self._local(info)
            places[info.filename] = start, info.file_size, info.CRC
            at = start + info.file_size
        if at != directory:
            raise self.bad("there are bytes that belong to nothing, or a member is incomplete")
        return places

    def _directory(self) -> int:
        """Where the zip's directory starts, read from the last bytes: nothing may come after it."""
        if self.size_bytes < _END.size:
            raise self.bad("it is empty or far too short")
        self._file.seek(-_END.size, 2)
        magic, _, _, _, count, size, start, comment = _END.unpack(self._file.read(_END.size))
        if magic != b"PK\x05\x06" or comment:
            raise self.bad("it is no bundle, or it is incomplete")
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
            raise self.bad("there are bytes that belong to nothing, or it is incomplete")
        return int(start)

    def _check_entry(self, info: zipfile.ZipInfo, seen: set[str]) -> None:
        name = info.orig_filename
        if not names.is_allowed(name) or name != info.filename:
            raise self.bad(f"a bundle holds no file named {name[:100]!r}")
        if name.lower() in seen:
            raise self.bad(f"two members are named {name} (ignoring case)")
        seen.add(name.lower())
        if info.flag_bits & 0x1:
            raise self.bad(f"{name} is encrypted")
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or info.external_attr & 0x10:
            raise self.bad(f"{name} is not a plain file but a link, a folder or a device")
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size or info.flag_bits:
            raise self.bad(f"{name} is packed in another way than a bundle's members are")

    def _local(self, info: zipfile.ZipInfo) -> int:
        """Where the bytes start, by the header in front of them, which must say what the directory says."""
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
            raise self.bad(f"{info.filename}: the zip's two headers disagree")
        return int(info.header_offset + _LOCAL.size + name_bytes + extra_bytes)

    def _manifest(self) -> tuple[str, dict[str, str]]:
        """The manifest's own digest, and name -> digest; complete both ways."""
        if names.MANIFEST not in self._places:
            raise self.bad(f"it has no {names.MANIFEST}", "a bundle is what %mv_export writes")
        if self.size(names.MANIFEST) > names.MAX_DOCUMENT_BYTES:
            raise LimitExceeded(f"the manifest of '{self.name}' is above {names.MAX_DOCUMENT_BYTES} bytes")
        data = self._bytes(names.MANIFEST)
        text = data.decode("ascii", "replace")
        found = {name: digest for digest, name in _LINE.findall(text)}
        if "".join(f"{digest}  {name}\n" for name, digest in found.items()) != text:
            raise self.bad("its manifest is not well formed")
        there = set(self._places) - {names.MANIFEST}
        if there != set(found):
            odd = min(there ^ set(found))
            raise self.bad(f"{odd} is {'not in the manifest' if odd in there else 'missing'}")
        return hashlib.sha256(data).hexdigest(), found


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        near = sorted(p.name for p in path.parent.glob(f"*{names.SUFFIX}")) if path.parent.is_dir() else []
        hint = f"there is: {', '.join(near[:5])}" if near else "give the path of a file that %mv_export wrote"
        raise BadBundle(f"there is no file '{path}'", hint) from None
    except OSError as error:
        raise BadBundle(f"'{path}' cannot be read: {error.strerror}", "give the path of a file") from error
