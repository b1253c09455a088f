"""What nbmodelver asks of an operating system: the protocol that posix.py and windows.py fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NewType, Protocol

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import FrameType

Folder = NewType("Folder", int)
"""An open folder. It stays the same folder while it is open, whatever happens to its name."""


class PageMarks(Protocol):
    """Marks on the memory of this process: which pages were written since. Not for several threads at once."""

    @property
    def pid(self) -> int:
        """The process whose memory it is; the marks mean nothing in a forked child."""
        ...

    def close(self) -> None:
        """Take all marks away."""
        ...

    def protect(self, start: int, end: int) -> bool:
        """Mark whole pages as not written from now on. False where that is not possible or not to be trusted."""
        ...

    def clean(self, start: int, end: int) -> bool:
        """True when every page is marked and was not written since."""
        ...

    def release(self, start: int, end: int) -> None:
        """Take the marks of these pages away."""
        ...

    def devices_may_write(self) -> bool:
        """True when this process may have memory that something else than its own instructions writes to."""
        ...


class System(Protocol):
    """One operating system. Names are single path components; no link is followed below an open folder.

    Descriptors may be used with os.write, os.fstat and os.close on every system. All methods may be called from any
    thread. A file that another program keeps open and that therefore cannot be replaced or deleted is an OSError with
    errno EBUSY, after a few seconds of trying.
    """

    # -- folders

    def open_folder(self, path: str | os.PathLike[str], *, follow: bool = True) -> Folder:
        """Open a folder by its path. follow: whether its last component may be a link."""
        ...

    def into(self, folder: Folder, name: str) -> Folder:
        """Open the folder `name` inside `folder`, which is closed when that works."""
        ...

    def inner(self, folder: Folder, name: str) -> Folder:
        """Open the folder `name` inside `folder`, which stays open."""
        ...

    def close_folder(self, folder: Folder) -> None:
        """Close it. To be done once."""
        ...

    def make_folder(self, folder: Folder, name: str, mode: int) -> None:
        """Make a folder inside; FileExistsError when the name is taken. mode: where the system has modes."""
        ...

    def entries(self, folder: Folder) -> list[tuple[str, bool]]:
        """Every name in the folder, in no order, and whether it is a folder itself (a link is none)."""
        ...

    def exists(self, folder: Folder, name: str) -> bool:
        """Whether there is anything of this name, a link included."""
        ...

    def sync_folder(self, folder: Folder) -> None:
        """Make the names in the folder safe from power loss, where the system has a call for it."""
        ...

    def sync_folder_at(self, path: str | os.PathLike[str]) -> None:
        """The same by path."""
        ...

    # -- files

    def open_to_read(self, folder: Folder, name: str) -> int:
        """A descriptor for reading. Never blocks: a pipe that someone put there must not hang the caller."""
        ...

    def open_lock_file(self, folder: Folder, name: str, mode: int) -> int:
        """A descriptor for `lock`, the file made when it is missing."""
        ...

    def new_file(self, folder: Folder, name: str, mode: int) -> int:
        """A descriptor for writing a file that was not there. FileExistsError when the name is taken."""
        ...

    def new_temporary(self, folder: Folder, mode: int) -> tuple[str, int]:
        """A new file and its name; `sweep` leaves it alone while the descriptor is open in a living process."""
        ...

    def sweep(self, folder: Folder, name: str) -> bool:
        """Delete a temporary file whose writer is gone. False for one that is being written, or that is missing."""
        ...

    def publish(self, source: Folder, temporary: str, fd: int, folder: Folder, name: str) -> bool:
        """Give a finished, synced temporary file its name; False, and nothing replaced, when the name is taken.

        The temporary name may remain and is deleted by the caller. The new name is safe after `sync_folder`.
        """
        ...

    def replace(self, source: Folder, temporary: str, fd: int, folder: Folder, name: str) -> None:
        """Give a temporary file a name, in one step, in place of what has it. fd: of that file, -1 when it is closed.

        With a descriptor, the new name is safe after `sync_folder`.
        """
        ...

    def replace_at(self, temporary: str | os.PathLike[str], path: str | os.PathLike[str]) -> None:
        """The same by path, for files outside a store; the temporary file is closed."""
        ...

    def move(self, source: Folder, name: str, folder: Folder, new_name: str) -> None:
        """Give whatever it is another name; the caller has seen that the new one is free."""
        ...

    def delete(self, folder: Folder, name: str) -> None:
        """Delete a file. FileNotFoundError when it is missing."""
        ...

    def read_at(self, fd: int, length: int, start: int) -> bytes:
        """`length` bytes from `start`, fewer where the file ends."""
        ...

    def sync(self, fd: int) -> None:
        """Make the bytes of a file safe from power loss. A failure is final: the system may have dropped the pages."""
        ...

    # -- locks

    def lock(self, fd: int, *, shared: bool) -> bool:
        """Lock an open lock file, alone or shared; False when another descriptor holds it. Ends with its holder."""
        ...

    def unlock(self, fd: int) -> None:
        """Let go of the lock."""
        ...

    def write_holder(self, fd: int, text: bytes) -> None:
        """Write who holds the lock at the start of the lock file, where it can be read while the lock is held."""
        ...

    # -- owners and modes

    def is_link(self, status: os.stat_result) -> bool:
        """Whether the answer of lstat is that of a link (on Windows also of a junction)."""
        ...

    def is_shared(self, status: os.stat_result) -> bool:
        """Whether a store's folder was made for a group."""
        ...

    def give_to_group(self, fd: int) -> None:
        """Let the group read and write a file."""
        ...

    def give_folder_to_group(self, path: Path) -> None:
        """Let the group read and write a folder, and what is made in it."""
        ...

    def others_can_write(self, path: Path, status: os.stat_result) -> str:
        """Why another user may change a file or folder, as an end of "PATH ..."; "" when nobody can."""
        ...

    # -- memory and time

    def page_marks(self) -> PageMarks | None:
        """New marks; None where the system has none."""
        ...

    def time_limit(
        self, limit_s: float, error: Callable[[FrameType | None], BaseException | None]
    ) -> AbstractContextManager[None]:
        """Raise `error(frame)` in a block of the main thread after `limit_s` seconds, where the system has a timer.

        error: is given the running frame; None instead of an error lets the limit begin again.
        Leaves a timer alone that someone else has set: there is no limit then.
        """
        ...

    def in_child(
        self, works: Sequence[Callable[[], object]], limit_s: float, overtime: str
    ) -> list[tuple[Any, str]] | None:
        """Run work in a child process that has every value of this one; None where there can be no child now.

        For each work what it gave (JSON; {"raised": text} for an exception) and "", or None and why the child ended,
        "unknown" when it had to be killed: those after it did not run. overtime: the text for a work that takes longer
        than `limit_s` seconds; 0: no limit.
        """
        ...
