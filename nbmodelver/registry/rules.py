"""The rules of a policy: naming, stages, roles and gates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from nbmodelver.errors import UsageError
from nbmodelver.repo.core.hook_rules import NONE, HookRules
from nbmodelver.repo.core.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = 1
MODEL_NAME = r"[a-z][a-z0-9._-]{0,63}"
STAGES = ("development", "staging", "production")
ROLES = ("viewer", "writer", "approver", "admin")
Reaction = Literal["warn", "refuse"]


@dataclass(frozen=True)
class StagePolicy:
    """A stage. sources: the stages from which a version may come, () for any. back: "free" or "gated".

    former: the stage to which a promotion moves the former holder, or "".
    """

    name: str
    sources: tuple[str, ...] = ()
    back: str = "free"
    former: str = ""


@dataclass(frozen=True)
class GatePolicy:
    """One gate of a stage. Exactly one of `require`, `check`, `call` and `approvals` is set, beside its options.

    require: a condition. first: "skip" if the gate does not apply while the stage has no holder. check: the name of a
    `%%mv_check`, not older than max_age_days (0: any age). call: an entry point "module:function" with a time limit.
    approvals: the number of people with the role that must approve; not_by excludes people. signed: only approvals that
    a key of the role signed count.
    """

    to: str
    require: str = ""
    first: str = ""
    check: str = ""
    max_age_days: int = 0
    call: str = ""
    time_limit_s: float = 60.0
    approvals: int = 0
    role: str = "approver"
    not_by: tuple[str, ...] = ("author",)
    signed: bool = False

    @property
    def label(self) -> str:
        """The gate as one short text."""
        named = (("check", self.check), ("call", self.call))
        return self.require or next((f"{what} {name}" for what, name in named if name), "approvals")


@dataclass(frozen=True)
class Policy:
    """A checked policy. text: the TOML. id: the event that adopted it, "" for the default policy or a draft.

    roles: role -> names, logins, addresses and public keys. revoked: public keys that sign no new event.
    """

    text: str = ""
    id: str = ""
    model_names: str = MODEL_NAME
    numbers: str = "semver"
    stages: Mapping[str, StagePolicy] = field(default_factory=lambda: {s: StagePolicy(s) for s in STAGES})
    deprecated: Reaction = "warn"
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gates: tuple[GatePolicy, ...] = ()
    metadata: tuple[str, ...] = ()
    hook_rules: HookRules = NONE
    revoked: tuple[str, ...] = ()

    def gates_to(self, stage: str) -> list[GatePolicy]:
        """Return the gates of a stage, cheap ones first."""
        return sorted((g for g in self.gates if g.to == stage), key=lambda g: bool(g.call))

    def stage(self, name: str) -> StagePolicy:
        """Return a stage by its name in any case. Raises UsageError with the nearest name."""
        found = self.stages.get(name.casefold())
        if found is None:
            hint = nearest(name, self.stages) or f"stages: {', '.join(self.stages)}; a policy can add others"
            raise UsageError(f"there is no stage '{name}'", hint)
        return found
