"""The primitive Windows calls that windows.py uses, as a protocol: kernel32.py implements it, and so do the tests."""

from __future__ import annotations

from typing import Protocol


class Calls(Protocol):
    """The Windows calls that the port needs. Each raises OSError with `winerror`. Paths have the long form."""

    def full(self, path: str) -> str:
        r"""Return the absolute path, with a drive or `\\server\share`, and with backslashes."""
        ...

    def home(self) -> str:
        """Return the user's profile folder in the form of `full`."""
        ...

    def create_file(self, path: str, access: int, share: int, disposition: int, flags: int) -> int:
        """Return the handle of CreateFileW."""
        ...

    def close_handle(self, handle: int) -> None:
        """Close a handle that no descriptor owns."""
        ...

    def descriptor(self, handle: int) -> int:
        """Return a descriptor in binary mode that owns the handle."""
        ...

    def attributes(self, fd: int) -> int:
        """Return the file attributes of an open file."""
        ...

    def lstat(self, path: str) -> tuple[int, int]:
        """Return the file attributes and the reparse tag of a path."""
        ...

    def scan(self, path: str) -> list[tuple[str, bool]]:
        """Return the names in a folder, and whether each is a folder and not a link."""
        ...

    def make_folder(self, path: str) -> None:
        """Create a folder that inherits access rights."""
        ...

    def rename(self, path: str, new: str) -> None:
        """Rename a file or folder. Raises FileExistsError if the new name exists."""
        ...

    def replace(self, path: str, new: str) -> None:
        """Rename a file, replacing an existing one."""
        ...

    def delete(self, path: str) -> None:
        """Delete a file."""
        ...

    def read_at(self, fd: int, length: int, start: int) -> bytes:
        """Read up to `length` bytes from byte `start` on."""
        ...

    def write_at(self, fd: int, data: bytes, start: int) -> None:
        """Write a few bytes at byte `start`."""
        ...

    def flush(self, fd: int) -> None:
        """Call FlushFileBuffers."""
        ...

    def lock_byte(self, fd: int, at: int, *, shared: bool) -> bool:
        """Lock one byte with LockFileEx, without waiting. Return False if it is locked."""
        ...

    def unlock_byte(self, fd: int, at: int) -> None:
        """Unlock one byte with UnlockFileEx."""
        ...
