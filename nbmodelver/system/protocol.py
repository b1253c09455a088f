"""The protocol of an operating system, implemented by posix.py and windows.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NewType, Protocol

if TYPE_CHECKING:
    import os
    import subprocess
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import FrameType

Folder = NewType("Folder", int)
"""A handle of an open folder. It refers to the same folder even if the folder is renamed."""


class PageMarks(Protocol):
    """Marks on the memory pages of this process that tell which were written since. Not thread-safe."""

    @property
    def pid(self) -> int:
        """The process that owns the marks. They are invalid in a forked child."""
        ...

    def close(self) -> None:
        """Remove all marks."""
        ...

    def protect(self, start: int, end: int) -> bool:
        """Mark whole pages as unwritten. Return False if that is impossible or unreliable for this memory.

        start, end: addresses, multiples of the page size; so for the other methods.
        """
        ...

    def clean(self, start: int, end: int) -> bool:
        """Return True if every page is marked and was not written since."""
        ...

    def release(self, start: int, end: int) -> None:
        """Remove the marks of these pages."""
        ...

    def devices_may_write(self) -> bool:
        """Return True if a device or the kernel may write to memory of this process without changing the marks."""
        ...


class System(Protocol):
    """One operating system. Names are single path components; links are not followed below an open folder.

    File descriptors work with os.write, os.fstat and os.close on every system. Any thread may call any method. All
    methods raise OSError. If a file cannot be replaced or deleted because another program has it open, they retry for a
    few seconds and then raise OSError with errno EBUSY.
    """

    # -- folders

    def open_folder(self, path: str | os.PathLike[str], *, follow: bool = True) -> Folder:
        """Open a folder by its path. follow: the last component may be a link."""
        ...

    def into(self, folder: Folder, name: str) -> Folder:
        """Open the folder `name` inside `folder`, and close `folder` if that succeeds."""
        ...

    def inner(self, folder: Folder, name: str) -> Folder:
        """Open the folder `name` inside `folder`, which stays open."""
        ...

    def close_folder(self, folder: Folder) -> None:
        """Close the folder. May be called only once."""
        ...

    def make_folder(self, folder: Folder, name: str, mode: int) -> None:
        """Create a folder. Raises FileExistsError if the name exists. mode: ignored on systems without modes."""
        ...

    def entries(self, folder: Folder) -> list[tuple[str, bool]]:
        """Return each name in the folder, in no order, and whether it is a folder. A link is not a folder."""
        ...

    def exists(self, folder: Folder, name: str) -> bool:
        """Return True if the name exists, also for a link."""
        ...

    def sync_folder(self, folder: Folder) -> None:
        """Make the names in the folder durable, if the system has a call for it."""
        ...

    def sync_folder_at(self, path: str | os.PathLike[str]) -> None:
        """`sync_folder` for a path."""
        ...

    # -- files

    def open_to_read(self, folder: Folder, name: str) -> int:
        """Open a file for reading and return its descriptor. Does not block on a named pipe."""
        ...

    def open_lock_file(self, folder: Folder, name: str, mode: int) -> int:
        """Open a file for `lock` and return its descriptor. The file is created if it is missing."""
        ...

    def new_file(self, folder: Folder, name: str, mode: int) -> int:
        """Create a file for writing and return its descriptor. Raises FileExistsError if the name exists."""
        ...

    def new_temporary(self, folder: Folder, mode: int) -> tuple[str, int]:
        """Create a temporary file and return its name and descriptor. `sweep` keeps it while the descriptor is open."""
        ...

    def sweep(self, folder: Folder, name: str) -> bool:
        """Delete a temporary file whose writer has ended. Return False if it is being written or missing."""
        ...

    def publish(
        self, source: Folder, temporary: str, fd: int, folder: Folder, name: str, *, exclusive: bool = False
    ) -> bool:
        """Give a synced temporary file its final name. Return False, and replace nothing, if the name exists.

        The temporary name may remain, and the caller deletes it. The new name is durable after `sync_folder`.
        exclusive: other writers are not kept out by a lock. A file system without hard links then raises OSError, while
        otherwise the file is renamed, which would replace a file that another process created just before.
        """
        ...

    def replace(self, source: Folder, temporary: str, fd: int, folder: Folder, name: str) -> None:
        """Rename a temporary file atomically, replacing an existing file. fd: its descriptor, -1 if it is closed.

        With a descriptor, the new name is durable after `sync_folder`.
        """
        ...

    def replace_at(self, temporary: str | os.PathLike[str], path: str | os.PathLike[str]) -> None:
        """`replace` for paths, for files outside a store. The temporary file must be closed."""
        ...

    def move(self, source: Folder, name: str, folder: Folder, new_name: str) -> None:
        """Rename a file or folder. The caller has checked that the new name does not exist."""
        ...

    def delete(self, folder: Folder, name: str) -> None:
        """Delete a file. Raises FileNotFoundError."""
        ...

    def read_at(self, fd: int, length: int, start: int) -> bytes:
        """Return `length` bytes from byte `start` on, fewer if the file ends before."""
        ...

    def sync(self, fd: int) -> None:
        """Make the bytes of a file durable. A failure must not be retried: the system may have dropped the pages."""
        ...

    # -- locks

    def lock(self, fd: int, *, shared: bool) -> bool:
        """Lock an open lock file, exclusive or shared, without waiting. Return False if another descriptor holds it.

        The lock ends with `unlock`, with the descriptor, or with the process.
        """
        ...

    def unlock(self, fd: int) -> None:
        """Release the lock."""
        ...

    def write_holder(self, fd: int, text: bytes) -> None:
        """Write the holder of the lock at the start of the lock file, where others can read it meanwhile."""
        ...

    # -- owners and modes

    def is_link(self, status: os.stat_result) -> bool:
        """Return True if the result of lstat is that of a symbolic link, or of a junction on Windows."""
        ...

    def is_shared(self, status: os.stat_result) -> bool:
        """Return True if the group can write the folder."""
        ...

    def give_to_group(self, fd: int) -> None:
        """Let the group read and write a file."""
        ...

    def give_folder_to_group(self, path: Path) -> None:
        """Let the group read and write a folder and the files that are created in it."""
        ...

    def others_can_write(self, path: Path, status: os.stat_result) -> str:
        """Return why another user may change a file or folder, as the end of a sentence "PATH ...", or ""."""
        ...

    def others_can_read(self, path: Path, status: os.stat_result) -> str:
        """Return why another user may read a file, as the end of a sentence "PATH ...", or ""."""
        ...

    def start_group(
        self,
        command: Sequence[str],
        *,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        with_errors: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start a process with pipes to its input and output. `end_group` ends it.

        folder: its working directory. environment: all of its variables; None: those of this process. with_errors: its
        error output goes to the same pipe; otherwise it is dropped.
        """
        ...

    def start_detached(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start a process that goes on when this one ends, without input and output. The caller waits for it."""
        ...

    def end_group(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a process of `start_group`, and on POSIX all processes that it started; wait for it."""
        ...

    def end_session(self, process_id: int) -> None:
        """Kill a process that leads a session, and on POSIX all processes of the session. It may have ended."""
        ...

    def limit_memory(self, size_bytes: int) -> bool:
        """Limit the memory of this process and of those that it starts. Return False on systems without this limit."""
        ...

    def user_id(self) -> int | None:
        """Return the number of the user, None on systems without one."""
        ...

    # -- memory and time

    def user_name(self) -> str:
        """Return the name of the user whom the process runs as, "" if the system names none. No variable changes it."""
        ...

    def page_marks(self) -> PageMarks | None:
        """Create page marks. Return None if the system does not support them."""
        ...

    def time_limit(
        self, limit_s: float, error: Callable[[FrameType | None], BaseException | None]
    ) -> AbstractContextManager[None]:
        """Raise `error(frame)` in the block after `limit_s` seconds, if the system has a timer. Main thread only.

        error: receives the running frame; if it returns None, the limit starts again. If another timer is already set,
        it stays, and there is no limit.
        """
        ...

    def in_child(
        self, works: Sequence[Callable[[], object]], limit_s: float, overtime: str
    ) -> list[tuple[Any, str]] | None:
        """Run functions in a forked child process. Return None if the system cannot fork now.

        The child has all values of this process; its changes do not affect this process. limit_s: time limit of each
        function in seconds, 0 for none. overtime: the text for a function that exceeds it.
        Returns for each function its result (JSON; {"raised": text} for an exception) and "". If a function ends the
        child, its result is None with the reason ("unknown" if the child was killed), and the list ends there.
        """
        ...
