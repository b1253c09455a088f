"""Writes commits and tags. Each is there completely or not at all, and a ref that somebody moved stays as it is."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING

from nbmodelver import system
from nbmodelver.errors import NotPushed
from nbmodelver.exchange.git.commands import failure
from nbmodelver.exchange.git.history import WRITER

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping, Sequence

    from nbmodelver.exchange.git.commands import GitFolder

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class NewCommit:
    """A commit to write. at_s: seconds since 1970, of author and committer. files: path -> content or file."""

    author: str
    at_s: int
    message: str
    parents: Sequence[str]
    files: Mapping[str, bytes | Path]


@dataclass(frozen=True)
class NewTag:
    """An annotated tag to write. before: the id of the tag object that it replaces, "" if the tag is new."""

    name: str
    commit: str
    at_s: int
    message: str
    before: str = ""


def write_commit(repository: GitFolder, branch: str, commit: NewCommit) -> str:
    """Write one commit, let the branch lead to it, and return its id.

    The same commit gets the same id everywhere. Raises NotPushed if the branch leads to a commit that is no ancestor:
    then it stays where it is. Raises StoreError.
    """
    process = repository.start("fast-import", "--quiet", "--date-format=raw")
    assert process.stdin is not None
    try:
        for piece in _pieces(branch, commit):
            process.stdin.write(piece)
        process.stdin.flush()
    except BrokenPipeError as error:
        raise failure(repository.folder, "fast-import", _stopped(process)) from error
    except BaseException:
        _stopped(process)
        raise
    out, said = process.communicate()
    (repository.git_dir / f"fast_import_crash_{process.pid}").unlink(missing_ok=True)
    if process.returncode:
        if b"Not updating" in said or b"cannot lock ref" in said:
            raise NotPushed(
                f"branch {branch} of '{repository.folder}' was moved by another program, so nothing was changed",
                "run the export again",
            )
        raise failure(repository.folder, "fast-import", said)
    return out.decode("ascii").strip()


def _stopped(process: subprocess.Popen[bytes]) -> bytes:
    """End a process without its last command, which makes everything visible. Return what it wrote to stderr."""
    process.kill()
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()
        process.stdin = None
    return process.communicate()[1]


def _pieces(branch: str, commit: NewCommit) -> Iterator[bytes]:
    """Yield the stream of one commit."""
    message = commit.message.encode("utf-8", "replace").replace(b"\0", b"")
    at = f"{commit.at_s} +0000"
    yield f"feature done\ncommit refs/heads/{branch}\nmark :1\n".encode()
    yield f"author {person(commit.author)} {at}\ncommitter {WRITER} {at}\n".encode()
    yield b"data %d\n%s\n" % (len(message), message)
    for number, parent in enumerate(commit.parents):
        yield f"{'merge' if number else 'from'} {parent}\n".encode()
    yield b"deleteall\n"
    for path, content in sorted(commit.files.items()):
        yield f"M 100644 inline {path}\n".encode()
        yield from _data(content)
    yield b"get-mark :1\ndone\n"


def _data(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield b"data %d\n%s\n" % (len(content), content)
        return
    yield b"data %d\n" % content.stat().st_size
    with content.open("rb") as source:
        while data := source.read(CHUNK_BYTES):
            yield data
    yield b"\n"


def write_tags(repository: GitFolder, tags: Sequence[NewTag]) -> list[str]:
    """Write annotated tags, and return the names of those that could not be set. A tag that was moved stays.

    Raises StoreError.
    """
    if not tags:
        return []
    with TemporaryDirectory() as folder:
        files = [Path(folder, str(number)) for number in range(len(tags))]
        for file, tag in zip(files, tags, strict=True):
            file.write_bytes(_tag_object(tag))
        names = "".join(f"{file}\n" for file in files).encode()
        written = repository.run("hash-object", "-t", "tag", "-w", "--no-filters", "--stdin-paths", text=names)
    commands = [
        f"update refs/tags/{tag.name} {object_id} {tag.before or '0' * len(object_id)}\n".encode()
        for tag, object_id in zip(tags, written.decode("ascii").split(), strict=True)
    ]
    if _updated(repository, b"".join(commands)):
        return []
    return [tag.name for tag, one in zip(tags, commands, strict=True) if not _updated(repository, one)]


def _updated(repository: GitFolder, commands: bytes) -> bool:
    text = b"start\n" + commands + b"commit\n"
    return bool(repository.run("update-ref", "--stdin", text=text, may_fail=True))


def _tag_object(tag: NewTag) -> bytes:
    message = tag.message.replace("\0", "").strip() or tag.name
    head = f"object {tag.commit}\ntype commit\ntag {tag.name}\ntagger {WRITER} {tag.at_s} +0000\n\n"
    return f"{head}{message}\n".encode("utf-8", "replace")


def person(author: str) -> str:
    """Return an author as Git writes it: "Name <mail>"."""
    plain = "".join(c for c in author if c.isprintable())
    name, _, mail = plain.partition("<")
    name, mail = name.replace(">", "").strip(), mail.replace("<", "").replace(">", "").strip()
    return f"{name or 'unknown'} <{mail}>"


def seconds(saved_at_utc: str) -> int:
    """Return seconds since 1970, 0 for an unknown time."""
    try:
        return max(0, int(datetime.fromisoformat(saved_at_utc).timestamp()))
    except ValueError:
        return 0


def place(source: Path, target: Path, temporary: Path, mode: int = 0o444) -> None:
    """Copy a file to where an object lies. It is there completely or not at all. Raises OSError.

    temporary: a folder on the same disk.
    """
    size = source.stat().st_size
    if target.is_file() and target.stat().st_size == size:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=temporary, prefix="nbmodelver-") as folder:
        copy = Path(folder, target.name)
        with source.open("rb") as old, copy.open("wb") as new:
            shutil.copyfileobj(old, new, CHUNK_BYTES)
            _sync(new)
        copy.chmod(mode)
        copy.replace(target)


def _sync(file: IO[bytes]) -> None:
    file.flush()
    system.port.sync(file.fileno())
