"""Registered models: names, numbers, stages, states and approvals. `registry/` reads them from events and refs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.model.ids import VersionId
    from nbmodelver.model.versions import Json, Version

STAMP_DIGITS = 16
"""Digits of the version's id in a stamp."""

StateName = Literal["active", "deprecated", "archived"]
Outcome = Literal["pass", "fail", "unknown", "first"]
"""The outcome of a gate. unknown: a value is missing, so the gate fails. first: the stage has no holder yet."""


@dataclass(frozen=True)
class VersionState:
    """Whether a version may be used.

    starts_on: the day from which it is deprecated, ISO 8601, "" for at once. use: what to use instead, "" if nothing
    was named. why, by, at_utc: of the event that set it.
    """

    state: StateName
    why: str = ""
    use: str = ""
    starts_on: str = ""
    by: str = ""
    at_utc: str = ""


@dataclass(frozen=True)
class RegisteredVersion:
    """A version of a registered model. variable: the name of the value in the version, "" if it was erased."""

    model: str
    number: str
    version: VersionId
    variable: str
    event: str
    at_utc: str
    by: str
    change: str = ""
    reason: str = ""

    @property
    def address(self) -> str:
        """The address, such as "churn/1.4.0"."""
        return f"{self.model}/{self.number}"

    @property
    def stamp(self) -> str:
        """A short text to keep beside every prediction, from which `%mv_trace` leads back to the version."""
        return f"{self.address}+{self.version[:STAMP_DIGITS]}"


@dataclass(frozen=True)
class Holding:
    """One holder of a stage or alias. until_utc: "" while it holds it. forced: gates failed and were overridden."""

    registered: RegisteredVersion
    event: str
    kind: str
    since_utc: str
    by: str
    why: str
    until_utc: str = ""
    forced: bool = False


@dataclass(frozen=True)
class RegisteredModel:
    """A registered model. versions: newest first. stages, aliases: name -> number. description: Markdown.

    forced: the stages whose present holder was moved there although gates failed.
    waiting: requests that nobody decided. lost: approvals that ended after the promotion. Both are sentences.
    """

    name: str
    versions: tuple[RegisteredVersion, ...]
    stages: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, VersionState] = field(default_factory=dict)
    description: str = ""
    owners: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    diverged: tuple[str, ...] = ()
    forced: tuple[str, ...] = ()

    def labels(self, number: str) -> tuple[str, ...]:
        """Return the stages and aliases of a version, stages first."""
        return tuple(name for names in (self.stages, self.aliases) for name, n in names.items() if n == number)


@dataclass(frozen=True)
class GateResult:
    """The outcome of one gate. measured: the values that it compared. hint: what to do if it failed."""

    gate: str
    outcome: Outcome
    measured: str = ""
    hint: str = ""

    @property
    def is_met(self) -> bool:
        """True if the gate does not stop a promotion."""
        return self.outcome in ("pass", "first")


@dataclass(frozen=True)
class Registered:
    """The result of a registration. before: the registered version that it follows, None for the first."""

    registered: RegisteredVersion
    version: Version
    before: RegisteredVersion | None = None


@dataclass(frozen=True)
class StageMove:
    """The result of a promotion or of a move back. before: the former holder. gates: their outcomes.

    forced: the reason of --force, "" without. is_dry: nothing was moved.
    """

    model: str
    stage: str
    after: RegisteredVersion | None
    before: RegisteredVersion | None
    gates: tuple[GateResult, ...] = ()
    approved_by: tuple[str, ...] = ()
    forced: str = ""
    is_dry: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Approval:
    """One statement about a version and a stage. outcome: "request", "approve", "refuse" or "withdraw".

    counts: it counts for a promotion. why_not: why it does not count. key: the public key that signed it, or "".
    """

    registered: RegisteredVersion
    stage: str
    outcome: str
    by: str
    at_utc: str
    why: str
    counts: bool = True
    why_not: str = ""
    key: str = ""


@dataclass(frozen=True)
class StateChange:
    """A version whose state changed. state: None if it is active again. used_by: the stages, aliases and places."""

    version: Version
    registered: tuple[RegisteredVersion, ...]
    state: VersionState | None
    used_by: tuple[str, ...] = ()
    is_dry: bool = False

    @property
    def shown(self) -> str:
        """The address of the version, its name if it is not registered."""
        return self.registered[0].address if self.registered else self.version.name


@dataclass(frozen=True)
class Deployment:
    """A version at a place. share_percent: the share of requests that it answers. until_utc: "" while it runs there."""

    place: str
    registered: RegisteredVersion
    since_utc: str
    by: str
    why: str
    note: str = ""
    share_percent: float = 100.0
    until_utc: str = ""

    @property
    def is_open(self) -> bool:
        """True while the version runs there."""
        return not self.until_utc


@dataclass(frozen=True)
class Trace:
    """All that is known about a version. held: stages with their times. not_known: what no version records."""

    version: Version
    registered: tuple[RegisteredVersion, ...]
    state: VersionState | None
    data: tuple[str, ...]
    environment: Mapping[str, Json]
    approvals: tuple[Approval, ...]
    held: tuple[tuple[str, Holding], ...]
    deployments: tuple[Deployment, ...]
    not_known: tuple[str, ...]


@dataclass(frozen=True)
class HookState:
    """A hook of a policy. fingerprint: the start of the hash of its content. is_allowed: this user allowed it.

    problem: why its content cannot be read, "" if it can.
    """

    label: str
    fingerprint: str = ""
    is_allowed: bool = False
    problem: str = ""


@dataclass(frozen=True)
class ChannelState:
    """A channel of a policy. told_of: the words of the policy. address: masked, "" if this user has none."""

    name: str
    told_of: tuple[str, ...]
    address: str = ""


@dataclass(frozen=True)
class NoticeState:
    """A notification that waits. in_s: seconds until the next attempt. error: of the last one. given_up: for ever."""

    kind: str
    channel: str
    tries: int
    in_s: float
    error: str = ""
    given_up: bool = False


@dataclass(frozen=True)
class NoticeReport:
    """The result of sending what waited. is_busy: another process is sending, so nothing was sent here."""

    sent: int
    waiting: tuple[NoticeState, ...] = ()
    is_busy: bool = False
