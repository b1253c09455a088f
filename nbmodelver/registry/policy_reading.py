"""Reads a policy from TOML. Every key and value is checked: a misspelled gate must not be ignored."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbmodelver.catalogue.events import keys
from nbmodelver.catalogue.gate_conditions import GateCondition
from nbmodelver.errors import BadPolicy, UsageError
from nbmodelver.registry.numbers import CONVENTIONS
from nbmodelver.registry.rules import FORMAT, MODEL_NAME, ROLES, STAGES, GatePolicy, Policy, Reaction, StagePolicy
from nbmodelver.repo.core import hook_rules
from nbmodelver.repo.core.hook_rules import HookRules, WrongRule
from nbmodelver.repo.core.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_GATE = {
    "to", "require", "first", "check", "max_age_days", "call", "time_limit_s", "approvals", "role", "not_by", "signed",
}  # fmt: skip
_POLICY = {"format", "names", "stages", "states", "roles", "revoked", "gates", "metadata", "hooks", "notify"}
_KEY = "its owner prints it with %mv_policy key: ed25519:BASE64"
_NUMBERS = ("max_age_days", "time_limit_s", "approvals")


def parsed(text: str, id_: str = "") -> Policy:
    """Return the policy in a TOML text. Raises BadPolicy, with the line where that is known."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadPolicy(f"the policy cannot be read: {error}", "correct the line; the policy in force stays") from None
    return _PolicyReader(text).policy(data, id_)


class _PolicyReader:
    """Checks every key and value of a policy. Unknown keys are errors, so that a misspelled gate is not ignored."""

    def __init__(self, text: str) -> None:
        self._text = text

    def wrong(self, what: str, near: str = "", hint: str = "") -> BadPolicy:
        line = next((n for n, line in enumerate(self._text.splitlines(), 1) if near and near in line), 0)
        where = f" in line {line}" if line else ""
        return BadPolicy(f"the policy is invalid{where}: {what}", hint or "correct it; the policy in force stays")

    def policy(self, data: dict[str, Any], id_: str) -> Policy:
        self._keys(data, _POLICY, "the policy")
        if data.get("format", FORMAT) != FORMAT:
            raise self.wrong(f"format {data['format']!r} is not supported", "format", f"write format = {FORMAT}")
        names = self._table(data, "names", {"model", "version"})
        numbers = names.get("version", "semver")
        if numbers not in CONVENTIONS:
            known = f"one of: {', '.join(CONVENTIONS)}"
            raise self.wrong(f"{numbers!r} is no convention for versions", "version", known)
        stages = self._stages(data)
        policy = Policy(
            self._text, id_, self._pattern(names.get("model", MODEL_NAME)), numbers, stages,
            self._reaction(data), self._roles(data), metadata=self._texts(data, "metadata"),
            hook_rules=self._hook_rules(data), revoked=self._revoked(data),
        )  # fmt: skip
        gates = data.get("gates", [])
        if not isinstance(gates, list):
            raise self.wrong("gates is no list", "gates")
        return replace(policy, gates=tuple(self._gate(g, policy) for g in gates))

    def _hook_rules(self, data: dict[str, Any]) -> HookRules:
        try:
            return hook_rules.read(data)
        except WrongRule as error:
            raise self.wrong(error.what, error.near, error.hint) from None

    def _pattern(self, text: Any) -> str:
        try:
            re.compile(text)
        except (re.error, TypeError) as error:
            raise self.wrong(f"the pattern of model names cannot be read: {error}", "model") from None
        return str(text)

    def _stages(self, data: dict[str, Any]) -> dict[str, StagePolicy]:
        if "stages" not in data:
            return {s: StagePolicy(s) for s in STAGES}
        table = data["stages"]
        if not isinstance(table, dict) or not all(isinstance(v, dict) for v in table.values()):
            example = 'write for example: stages.production = { from = ["staging"] }'
            raise self.wrong("stages is no table of tables", "stages", example)
        found = {}
        for name in _in_order(table):
            own: dict[str, Any] = next((v for k, v in table.items() if k.casefold() == name), {})
            self._keys(own, {"from", "back", "former"}, f"stages.{name}")
            if own.get("back", "free") not in ("free", "gated"):
                raise self.wrong(f"back = {own['back']!r}", "back", 'write back = "free" or back = "gated"')
            found[name] = StagePolicy(
                name, tuple(s.casefold() for s in self._texts(own, "from")), own.get("back", "free"),
                str(own.get("former", "")).casefold(),
            )  # fmt: skip
        self._require_entry(found)
        return found

    def _require_entry(self, stages: Mapping[str, StagePolicy]) -> None:
        """Raise BadPolicy if a stage can never be entered: its sources lead in a circle."""
        reachable = {s.name for s in stages.values() if not s.sources}
        while True:
            more = {s.name for s in stages.values() if s.name not in reachable and set(s.sources) & reachable}
            if not more:
                break
            reachable |= more
        stuck = sorted(stages.keys() - reachable)
        if stuck:
            raise self.wrong(
                f"no version can enter {', '.join(stuck)}: each of them requires another of them first", stuck[0],
                "let one of them be entered from any stage: leave out its `from`",
            )  # fmt: skip

    def _reaction(self, data: dict[str, Any]) -> Reaction:
        found = self._table(data, "states", {"deprecated", "archived"})
        if found.get("archived", "refuse") != "refuse":
            raise self.wrong("archived versions are always refused", "archived")
        if found.get("deprecated", "warn") not in ("warn", "refuse"):
            raise self.wrong(f"deprecated = {found['deprecated']!r}", "deprecated", '"warn" or "refuse"')
        return "refuse" if found.get("deprecated") == "refuse" else "warn"

    def _roles(self, data: dict[str, Any]) -> dict[str, tuple[str, ...]]:
        table = self._table(data, "roles", set(ROLES))
        found = {role: self._texts(table, role) for role in table}
        for one in (one for people in found.values() for one in people):
            if one.startswith(keys.PREFIX) and not keys.is_key(one):
                raise self.wrong(f"{one!r} is no public key", one, _KEY)
        return found

    def _revoked(self, data: dict[str, Any]) -> tuple[str, ...]:
        found = self._texts(data, "revoked")
        for one in found:
            if not keys.is_key(one):
                raise self.wrong(f"{one!r} is no public key", "revoked", _KEY)
        return found

    def _gate(self, gate: Any, policy: Policy) -> GatePolicy:
        if not isinstance(gate, dict):
            raise self.wrong(f"{gate!r} is no gate", "gates")
        near = str(gate.get("require") or gate.get("check") or gate.get("call") or "approvals")
        self._keys(gate, _GATE, f"the gate {near!r}")
        kinds = [k for k in ("require", "check", "call", "approvals") if gate.get(k)]
        if not kinds:
            raise self.wrong("a gate requires nothing", near, "add require, check, call or approvals")
        to = str(gate.get("to", "")).casefold()
        if to not in policy.stages:
            raise self.wrong(f"there is no stage {gate.get('to')!r}", near, f"stages: {', '.join(policy.stages)}")
        if gate.get("require"):
            self._condition(str(gate["require"]), policy)
        if gate.get("approvals") and gate.get("role", "approver") not in ROLES:
            raise self.wrong(f"there is no role {gate['role']!r}", near, f"roles: {', '.join(ROLES)}")
        wrong = [w for w in self._texts(gate, "not_by") if w not in ("author", "requester")]
        if wrong:
            raise self.wrong(f"not_by knows no {wrong[0]!r}", near, "author, requester")
        for number in _NUMBERS:
            if not isinstance(gate.get(number, 0), int | float) or gate.get(number, 0) < 0:
                raise self.wrong(f"{number} is no number", near)
        self._require_signers(gate, near, policy)
        not_by = self._texts(gate, "not_by") if "not_by" in gate else ("author",)
        return GatePolicy(**{**gate, "to": to, "not_by": not_by})

    def _require_signers(self, gate: Mapping[str, Any], near: str, policy: Policy) -> None:
        """Raise BadPolicy for a gate that asks for signatures which nobody could give."""
        if not isinstance(gate.get("signed", False), bool):
            raise self.wrong(f"signed = {gate['signed']!r}", "signed", "write signed = true or signed = false")
        if not gate.get("signed"):
            return
        if not gate.get("approvals"):
            raise self.wrong("signed is about approvals", "signed", "add approvals = 1 to the gate")
        role = gate.get("role", "approver")
        count = sum(map(keys.is_key, policy.roles.get(role, ())))
        if count < gate["approvals"]:
            raise self.wrong(
                f"{gate['approvals']} signed approvals are asked for, and the role {role} has {count} keys", near,
                f'add keys to roles.{role}; their owners print them with %mv_policy key: "ed25519:BASE64"',
            )  # fmt: skip

    def _condition(self, text: str, policy: Policy) -> None:
        try:
            GateCondition(text, [*policy.stages, "parent"])
        except UsageError as error:
            raise self.wrong(error.message, text, error.hint) from None

    def _keys(self, table: Mapping[str, Any], known: set[str], where: str) -> None:
        for key in table:
            if key not in known:
                hint = nearest(key, known) or f"keys: {', '.join(sorted(known))}"
                raise self.wrong(f"{where} has no key '{key}'", key, hint)

    def _table(self, data: dict[str, Any], key: str, known: set[str]) -> dict[str, Any]:
        table = data.get(key, {})
        if not isinstance(table, dict):
            raise self.wrong(f"{key} is no table", key)
        self._keys(table, known, key)
        return table

    def _texts(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        texts: Sequence[Any] = table.get(key, [])
        if not isinstance(texts, list) or not all(isinstance(t, str) for t in texts):
            raise self.wrong(f"{key} is no list of texts", key)
        return tuple(texts)


def _in_order(table: Mapping[str, dict[str, Any]]) -> list[str]:
    """Return the names of stages: each after its sources, else the default ones first, else as in the file."""
    sources = {k.casefold(): [s.casefold() for s in v.get("from", [])] for k, v in table.items()}
    formers = [str(v["former"]).casefold() for v in table.values() if v.get("former")]
    names = dict.fromkeys([*sources, *(s for found in sources.values() for s in found), *formers])
    ordered: dict[str, None] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        for source in sources.get(name, ()):
            if source not in path:
                visit(source, (*path, name))
        ordered[name] = None

    for name in sorted(names, key=lambda n: [*STAGES, n].index(n)):
        visit(name, (name,))
    return list(ordered)
