"""Events: who moved which ref, when and why. `catalogue/events` stores them; store/FORMAT.md describes their bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NewType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.model.ids import VersionId
    from nbmodelver.model.storage import Problem
    from nbmodelver.model.versions import Json

Verdict = Literal["valid", "wrong", "unchecked"]
"""How a signature was verified. unchecked: the library is missing."""

EventId = NewType("EventId", str)
"""The id of an event: the first 20 bytes of the blake3 of its header line, as 40 lower-case hex digits."""

EVENT_KINDS = (
    "upgrade", "tag", "branch", "forget", "purge", "repair", "register", "describe", "alias", "promote", "back",
    "request", "approve", "refuse", "withdraw", "check", "deprecate", "undeprecate", "archive", "restore", "deploy",
    "undeploy", "policy", "access", "import", "export", "push", "pull", "hook", "schedule", "checkpoint", "erase",
    "accept",
)  # fmt: skip
"""What an event can record. The order is only for displays."""


SIGNED_KINDS = frozenset(("approve", "refuse", "withdraw", "promote", "back", "policy", "checkpoint", "accept"))
"""The kinds of events that are signed if the user has a key: those that decide something."""


@dataclass(frozen=True)
class Signature:
    """The Ed25519 signature of an event. It was read, not verified.

    key: the public key, "ed25519:" and 32 bytes in base64. value: 64 bytes. header: the header line that it covers,
    which names the key.
    """

    key: str
    value: bytes
    header: bytes


@dataclass(frozen=True)
class RefMove:
    """One ref that an event moves. before, after: its values, None if it does not exist.

    since: the event that set `before`, "" if no event did.
    """

    ref: str
    before: Json
    after: Json
    since: str = ""


@dataclass(frozen=True)
class Person:
    """Who caused an event, as claimed by Git, JupyterHub and the operating system; not verified.

    pseudonym: a random id of this user in this store. source: where `name` comes from, such as "git config".
    All but the pseudonym are "" (uid: None) if they are unknown or were erased.
    """

    pseudonym: str
    name: str = ""
    email: str = ""
    login: str = ""
    hub: str = ""
    uid: int | None = None
    host: str = ""
    source: str = ""

    @property
    def shown(self) -> str:
        """The name for displays. A person without a name is shown by the pseudonym."""
        return self.name or self.login or self.pseudonym


@dataclass(frozen=True)
class Event:
    """One entry of the event log.

    store: the id of the store in which it was written. writer: the process that wrote it (32 hex digits). sequence: its
    position in the chain of this writer, from 1. previous: the event before it in that chain, "" for the first.
    seen: the newest events of other chains that no event named before. order: one more than the largest order of
    `previous` and `seen`, so every event is behind all that it knew. at_utc: the clock of the writer, ISO 8601, for
    displays only. subject: what it is about, such as "models/churn". tips: branch -> version at that moment.
    policy: the event of the policy in force, or "". data: further fields in clear. private: personal and free texts by
    name, such as "why"; erased texts are missing. erased: the number of erased texts. signature: None without one.
    """

    id: EventId
    store: str
    writer: str
    sequence: int
    previous: str
    seen: tuple[str, ...]
    order: int
    at_utc: str
    kind: str
    by: Person
    subject: str
    moves: tuple[RefMove, ...] = ()
    tips: Mapping[str, VersionId] = field(default_factory=dict)
    policy: str = ""
    data: Mapping[str, Json] = field(default_factory=dict)
    private: Mapping[str, Json] = field(default_factory=dict)
    software: str = ""
    erased: int = 0
    signature: Signature | None = None

    @property
    def why(self) -> str:
        """The reason that was given. It is "" if no reason was given, or if it was erased."""
        return str(self.private.get("why", ""))


@dataclass(frozen=True)
class Audit:
    """A page of the audit log, newest first. more: True if there are further events.

    names: id of a version -> its name or address, for the versions that the events are about. signed: id of a signed
    event -> how its signature was verified. unreadable: the number of events that are damaged and not listed.
    unconfirmed: id of an event without effect here -> the remote that brought it and does not confirm it.
    """

    events: tuple[Event, ...]
    more: bool
    total: int
    names: Mapping[str, str] = field(default_factory=dict)
    signed: Mapping[str, Verdict] = field(default_factory=dict)
    unreadable: int = 0
    unconfirmed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LogCheck:
    """The result of a check. diverged: refs that two stores moved differently before they were merged.

    accepted: problems that an `accept` event names; they are not in `problems`. signers: (the event of the policy in
    force, or of the policy itself; public key) -> number of valid signatures. unchecked: signatures that were not
    verified, because the library is missing. unknown_keys: signers that no policy of their time and no pin names.
    checkpoints: those that the log was compared with. unconfirmed: the number of events without effect here, because
    the remote that brought them does not confirm them.
    """

    events: int
    writers: int
    heads: tuple[str, ...]
    problems: tuple[Problem, ...]
    diverged: tuple[str, ...] = ()
    accepted: tuple[Problem, ...] = ()
    signers: Mapping[tuple[str, str], int] = field(default_factory=dict)
    unchecked: int = 0
    unknown_keys: tuple[str, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    unconfirmed: int = 0

    @property
    def signed(self) -> int:
        """The number of events with a valid signature."""
        return sum(self.signers.values())


@dataclass(frozen=True)
class Checkpoint:
    """The state of the event log at one moment, small enough to be kept elsewhere. It holds no personal text.

    store: the id of the store. events: their number. heads: the ids of the newest ones. fingerprint: eight digits that
    identify the checkpoint. key: the public key of its signature, "" if it is unsigned.
    """

    store: str
    events: int
    heads: tuple[str, ...]
    policy: str
    at_utc: str
    fingerprint: str = ""
    key: str = ""
    signature: bytes = b""
