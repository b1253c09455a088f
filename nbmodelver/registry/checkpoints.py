"""Checkpoints of the event log: made, signed, published as a file or as a Git tag, and compared with the log of today.

A checkpoint holds ids, and no personal text. Kept elsewhere, it proves that the log was not rewritten or cut off.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbmodelver.catalogue.events import keys
from nbmodelver.catalogue.events.lines import canonical, fingerprint
from nbmodelver.errors import MissingLibrary, UsageError
from nbmodelver.model import Problem
from nbmodelver.model.events import Checkpoint, EventId
from nbmodelver.repo.core.event_check import check_events
from nbmodelver.repo.core.moves import EventDraft

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.catalogue.events.keys import PrivateKey
    from nbmodelver.model import Json
    from nbmodelver.model.events import LogCheck
    from nbmodelver.repo.core.open_store import OpenStore

FORMAT = 1
GIT = "git"
"""In place of the name of a file: the Git repository around the store."""

TAGS = "nbmodelver/checkpoint-"
GIT_LIMIT_S = 20.0


def make(store: OpenStore, target: str = "") -> Checkpoint:
    """Write an event for a checkpoint, publish the checkpoint, and return it. It is signed if the user has a key.

    target: a file, "git" for an annotated tag in the Git repository around the store, "" for neither.
    Raises UsageError if the log is damaged, if the file exists, or if the tag cannot be made.
    """
    store.moves.require_events()
    found = check_events(store)
    if found.problems:
        raise UsageError(
            f"the log has {len(found.problems)} problems: {found.problems[0].what}", "see them: %mv_audit --verify"
        )
    if target == GIT:
        _git(store, ["rev-parse", "--verify", "--quiet", "HEAD"])
    elif target and Path(target).exists():
        raise UsageError(f"{target} exists", "choose another file")
    made = _signed(_present(store, found), store.moves.signer())
    store.moves.note(EventDraft("checkpoint", data={"fingerprint": made.fingerprint, "events": made.events}))
    if target == GIT:
        _git(store, ["tag", "--no-sign", "-a", TAGS + made.fingerprint, "-F", "-"], _text(made))
    elif target:
        Path(target).write_bytes(_text(made))
    return made


def _present(store: OpenStore, found: LogCheck) -> Checkpoint:
    head, policy = store.moves.head(), store.moves.state("policy")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    adopted = policy.event if policy is not None else ""
    return _named(Checkpoint(head.store if head else "", found.events, found.heads, adopted, now))


def read(store: OpenStore, source: str) -> list[Checkpoint]:
    """Return the checkpoint in a file, or all in the tags of the Git repository around the store if source is "git".

    Raises UsageError for anything else.
    """
    if source != GIT:
        return [_parsed(_bytes_of(Path(source)), source)]
    lines = _git(store, ["for-each-ref", "--format=%(refname:strip=2) %(contents:subject)", f"refs/tags/{TAGS}*"])
    found = [_parsed(text.encode(), name) for name, _, text in (line.partition(" ") for line in lines.splitlines())]
    if not found:
        raise UsageError("the Git repository has no tag with a checkpoint", "make one: %mv_audit --checkpoint git")
    return found


def contradictions(store: OpenStore, known: Checkpoint, found: LogCheck) -> Iterator[Problem]:
    """Return what shows that the log does not extend a checkpoint, and a wrong signature of the checkpoint."""
    if known.key and not _is_signed(known):
        what = f"the checkpoint of {known.at_utc[:10]} is not signed with the key {keys.short(known.key)}"
        yield Problem(what, known.fingerprint)
    head = store.moves.head()
    if head is None or head.store != known.store:
        yield Problem("the checkpoint is of another store", known.fingerprint)
        return
    for id_ in known.heads:
        try:
            store.moves.log.get(EventId(id_))
        except KeyError:
            yield Problem(f"event {id_} of the checkpoint of {known.at_utc[:10]} is missing", known.fingerprint)
    if found.events < known.events:
        yield Problem(f"the checkpoint counts {known.events} events, the log {found.events}", known.fingerprint)


def _is_signed(known: Checkpoint) -> bool:
    """Return True if the signature is valid, or if nothing here can verify it, which the check counts."""
    try:
        return keys.is_valid(known.key, known.signature, keys.CHECKPOINT + _raw(known))
    except MissingLibrary:
        return True


def _signed(made: Checkpoint, signer: PrivateKey | None) -> Checkpoint:
    if signer is None:
        return made
    return replace(made, key=signer.public, signature=signer.sign(keys.CHECKPOINT + _raw(made)))


def _data(checkpoint: Checkpoint) -> dict[str, Json]:
    return {
        "format": FORMAT, "store": checkpoint.store, "events": checkpoint.events,
        "heads": list(checkpoint.heads), "policy": checkpoint.policy, "at": checkpoint.at_utc,
    }  # fmt: skip


def _raw(checkpoint: Checkpoint) -> bytes:
    """Return what is signed and hashed: canonical JSON without the signature."""
    return canonical(_data(checkpoint))


def _text(checkpoint: Checkpoint) -> bytes:
    """Return the bytes of the file."""
    if not checkpoint.key:
        return _raw(checkpoint) + b"\n"
    signature = {"key": checkpoint.key, "signature": keys.text(checkpoint.signature)}
    return canonical({**_data(checkpoint), **signature}) + b"\n"


def _named(checkpoint: Checkpoint) -> Checkpoint:
    """Return the checkpoint with its fingerprint."""
    return replace(checkpoint, fingerprint=fingerprint(_raw(checkpoint)))


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} is no checkpoint: {error}", "make one: %mv_audit --checkpoint FILE") from None


def _parsed(raw: bytes, where: str) -> Checkpoint:
    try:
        data = json.loads(raw)
        if data["format"] != FORMAT:
            raise ValueError("another format")
        heads = tuple(map(str, data["heads"]))
        known = Checkpoint(str(data["store"]), int(data["events"]), heads, str(data["policy"]), str(data["at"]))
        return _named(_with_signature(known, data))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(f"{where} is no checkpoint: {error}", "make one: %mv_audit --checkpoint FILE") from None


def _with_signature(known: Checkpoint, data: dict[str, Any]) -> Checkpoint:
    if "key" not in data and "signature" not in data:
        return known
    signature = keys.raw(data["signature"], keys.SIGNATURE_BYTES)
    if not keys.is_key(data["key"]) or signature is None:
        raise ValueError("its signature has another form")
    return replace(known, key=data["key"], signature=signature)


def _git(store: OpenStore, command: list[str], text: bytes = b"") -> str:
    """Run Git in the folder of the store, else in the working directory, and return what it prints."""
    root = store.backend.local_path()
    folder = Path(root).parent if root is not None else Path.cwd()
    hint = "write a file instead: %mv_audit --checkpoint FILE"
    try:
        done = subprocess.run(  # noqa: S603  # constant commands
            ["git", "-C", str(folder), *command],  # noqa: S607
            input=text, capture_output=True, timeout=GIT_LIMIT_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        raise UsageError(f"Git cannot be run: {error}", hint) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(f"Git refused: {said[-1] if said else 'there is no commit to tag'}", hint)
    return done.stdout.decode("utf-8", "replace")
