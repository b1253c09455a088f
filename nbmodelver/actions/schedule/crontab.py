"""Lines of the user's crontab. Ours end with a mark; all other lines stay as they are, byte by byte."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

from nbmodelver.errors import StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.actions.schedule.times import Times

PROGRAM = "crontab"
LIMIT_S = 30
_NONE_YET = b"no crontab for"


def line(times: Times, command: Sequence[str], id_: str) -> str:
    """Return the line of a schedule. Its output goes to cron only if it fails; the event has the result.

    Raises UsageError for an argument with a line break, which a crontab cannot hold.
    """
    if any("\n" in word or "\r" in word for word in command):
        raise UsageError("an argument has a line break, which a crontab cannot hold", "use --systemd")
    words = " ".join(map(shlex.quote, command)).replace("%", r"\%")  # A bare % ends the command.
    return f"{times.cron} {words} >/dev/null {mark(id_)}"


def mark(id_: str) -> str:
    """Return what a line of ours ends with."""
    return f"# nbmodelver:{id_}"


def is_there() -> bool:
    """Return True if there is a program that changes the crontab."""
    return shutil.which(PROGRAM) is not None


def has(id_: str) -> bool:
    """Return True if the crontab of the user has the schedule. False without cron."""
    return is_there() and any(_is_ours(one, id_) for one in _lines())


def install(one: str, id_: str) -> None:
    """Put the line of a schedule into the crontab of the user, in place of an earlier one. Raises StoreError."""
    if not is_there():
        raise StoreError(
            "there is no program 'crontab' here", "use the timers of systemd: --systemd · or copy the lines: --print"
        )
    before = _lines()
    kept = [other for other in before if not _is_ours(other, id_)]
    if kept and not kept[-1].endswith(b"\n"):
        kept[-1] += b"\n"
    after = [*kept, one.encode("utf-8", "surrogateescape") + b"\n"]
    if sorted(after) != sorted(before):
        _write(b"".join(after))


def remove(id_: str) -> bool:
    """Remove the line of a schedule. Returns False if there was none. Raises StoreError."""
    if not is_there():
        return False
    before = _lines()
    kept = [other for other in before if not _is_ours(other, id_)]
    if len(kept) == len(before):
        return False
    _write(b"".join(kept))
    return True


def _is_ours(one: bytes, id_: str) -> bool:
    return one.rstrip().endswith(mark(id_).encode()) and not one.lstrip().startswith(b"#")


def _lines() -> list[bytes]:
    """Return the lines of the crontab with their ends, [] if the user has none. Raises StoreError."""
    done = _run(["-l"], b"")
    if done.returncode and _NONE_YET not in done.stderr.lower():
        raise _failed("read", done.stderr)
    return done.stdout.splitlines(keepends=True) if not done.returncode else []


def _write(text: bytes) -> None:
    done = _run(["-"], text)
    if done.returncode:
        raise _failed("written", done.stderr)


def _run(words: Sequence[str], text: bytes) -> subprocess.CompletedProcess[bytes]:
    program = shutil.which(PROGRAM) or PROGRAM
    try:
        return subprocess.run([program, *words], input=text, capture_output=True, timeout=LIMIT_S, check=False)  # noqa: S603  # its path, no shell
    except (OSError, subprocess.SubprocessError) as error:
        raise StoreError(f"crontab cannot be run: {error}", "use --systemd, or copy the lines: --print") from error


def _failed(verb: str, said: bytes) -> StoreError:
    text = said.decode("utf-8", "replace").strip() or "it said nothing"
    return StoreError(f"the crontab cannot be {verb}: {text}", "use --systemd, or copy the lines: --print")
