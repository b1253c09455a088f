"""The hooks and notifications of a policy: what runs before and after a verb, and which channel is notified of what.

It reads only these two tables of the policy in force, once per adopted policy, because every commit asks for them.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from nbmodelver.errors import BadPolicy
from nbmodelver.model.events import EventId
from nbmodelver.repo.core.moves import POLICY
from nbmodelver.repo.core.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.repo.core.moves import Moves
    from nbmodelver.store.refs import Refs

VERBS = ("commit", "merge", "register", "promote", "back", "deprecate", "archive", "deploy", "load")
"""The verbs that hooks can surround. `back` is the way back of a promotion."""

TOPICS = {
    "register": "register", "promote": "promote", "back": "back", "alias": "alias", "approval requested": "request",
    "approve": "approve", "refuse": "refuse", "withdraw": "withdraw", "deprecate": "deprecate", "archive": "archive",
    "restore": "restore", "deploy": "deploy", "undeploy": "undeploy", "policy": "policy", "access": "access",
    "purge": "purge", "forget": "forget", "erase": "erase", "gate failed": "gate failed",
    "hook failed": "hook failed", "schedule failed": "schedule failed", "alarm": "alarm",
}  # fmt: skip
"""Word of a policy -> kind of event. The last four are no kinds of events: a hook that failed is an event `hook`."""

CHANNEL_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
CALL = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
LIMIT_S = 60.0
MOST_S = 3600.0

_HOOK_KEYS = {"before", "after", "run", "call", "time_limit_s"}
_NOTIFY_KEYS = {"on", "channel"}


@dataclass(frozen=True)
class HookRule:
    """One hook. run: a command without a shell. call: a function "module:name" of an installed package; one of both."""

    when: Literal["before", "after"]
    verb: str
    run: tuple[str, ...] = ()
    call: str = ""
    time_limit_s: float = LIMIT_S

    @property
    def command(self) -> str:
        """The command or the function as one line, for displays."""
        return shlex.join(self.run) if self.run else f"call {self.call}"

    @property
    def label(self) -> str:
        """The hook as one line, such as "before promote: python checks/smoke.py"."""
        return f"{self.when} {self.verb}: {self.command}"


@dataclass(frozen=True)
class NotifyRule:
    """What a channel is notified of. on: words of TOPICS. channel: its name; each user configures its address."""

    on: tuple[str, ...]
    channel: str


@dataclass(frozen=True)
class HookRules:
    """The hooks and notifications of one policy."""

    hooks: tuple[HookRule, ...] = ()
    notify: tuple[NotifyRule, ...] = ()

    def around(self, when: str, verb: str) -> list[HookRule]:
        """Return the hooks before or after a verb, in the order of the policy."""
        return [hook for hook in self.hooks if (hook.when, hook.verb) == (when, verb)]

    def channels(self, kind: str) -> list[str]:
        """Return the channels that are notified of this kind of event, each once."""
        return list(dict.fromkeys(n.channel for n in self.notify if any(TOPICS.get(word) == kind for word in n.on)))


class WrongRule(ValueError):
    """An invalid entry. near: a text of the line that holds it, "" if unknown. hint: the way out."""

    def __init__(self, what: str, near: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what, self.near, self.hint = what, near, hint


class RulesInForce:
    """The hooks and notifications of the policy in force. Without a policy one missing ref is looked up."""

    def __init__(self, refs: Refs, moves: Moves) -> None:
        self._refs, self._moves = refs, moves
        self._seen: tuple[str, HookRules] | None = None

    def now(self) -> HookRules:
        """Return the rules. A policy is read once, and again when the ref changes. Raises BadPolicy, Damaged."""
        text = self._refs.get(POLICY)
        if text is None:
            return NONE
        if self._seen is None or self._seen[0] != text:
            self._seen = (text, self._read())
        return self._seen[1]

    def _read(self) -> HookRules:
        state = self._moves.state(POLICY)
        try:
            event = self._moves.log.get(EventId(state.event if state is not None else ""))
        except KeyError:
            raise BadPolicy(
                "the policy in force cannot be read: its event is missing", "see %mv_audit --verify"
            ) from None
        try:
            return read(tomllib.loads(str(event.data.get("text", ""))))
        except (tomllib.TOMLDecodeError, RecursionError, WrongRule) as error:
            raise BadPolicy(f"the policy in force cannot be read: {error}", "see %mv_audit --verify") from None


NONE = HookRules()


def read(data: Mapping[str, Any]) -> HookRules:
    """Return the hooks and notifications in the tables of a policy. Raises WrongRule."""
    hooks, notify = data.get("hooks", []), data.get("notify", [])
    for name, entries in (("hooks", hooks), ("notify", notify)):
        if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
            raise WrongRule(f"{name} is no list of tables", name, f"write for example: [[{name}]]")
    return HookRules(tuple(map(_hook, hooks)), tuple(map(_notify, notify)))


def _hook(entry: dict[str, Any]) -> HookRule:
    near = str(entry.get("before") or entry.get("after") or "hooks")
    _require_known(entry, _HOOK_KEYS, "a hook")
    if ("before" in entry) == ("after" in entry):
        raise WrongRule("a hook needs one of before and after", near, f"verbs: {', '.join(VERBS)}")
    when: Literal["before", "after"] = "before" if "before" in entry else "after"
    verb = entry[when]
    if verb not in VERBS:
        hint = nearest(str(verb), VERBS) or f"verbs: {', '.join(VERBS)}"
        raise WrongRule(f"no hook can run {when} {verb!r}", near, hint)
    if ("run" in entry) == ("call" in entry):
        raise WrongRule("a hook needs one of run and call", near, 'add run = ["python", "checks/smoke.py"]')
    run, call = entry.get("run", []), entry.get("call", "")
    is_list = isinstance(run, list) and all(isinstance(r, str) and "\0" not in r for r in run)
    if not is_list or ("run" in entry and not (run and run[0])):
        raise WrongRule("run is no list of texts", near, 'write run = ["program", "argument"]; no shell reads it')
    if "call" in entry and not (isinstance(call, str) and CALL.fullmatch(call)):
        raise WrongRule(f"{call!r} is no function", near, 'write call = "package.module:function"')
    return HookRule(when, verb, tuple(run), call, _limit(entry, near))


def _limit(entry: dict[str, Any], near: str) -> float:
    limit_s = entry.get("time_limit_s", LIMIT_S)
    if isinstance(limit_s, bool) or not isinstance(limit_s, int | float) or not 0 < limit_s <= MOST_S:
        raise WrongRule("time_limit_s of a hook is no number of seconds", near, f"write a number up to {MOST_S:g}")
    return float(limit_s)


def _notify(entry: dict[str, Any]) -> NotifyRule:
    near = str(entry.get("channel") or "notify")
    _require_known(entry, _NOTIFY_KEYS, "a notification")
    on, channel = entry.get("on", []), entry.get("channel", "")
    if not isinstance(channel, str) or not CHANNEL_NAME.fullmatch(channel):
        hint = 'write a short name, such as channel = "team"; its address belongs in the configuration of each user'
        raise WrongRule("a notification has no valid channel", "notify", hint)  # The text may be an address.
    if not isinstance(on, list) or not on:
        raise WrongRule(f"the notification of '{channel}' says not of what", near, 'add on = ["promote"]')
    for word in on:
        if word not in TOPICS:
            hint = nearest(str(word), TOPICS) or f"known: {', '.join(TOPICS)}"
            raise WrongRule(f"nothing is called {word!r} in `on`", str(word), hint)
    return NotifyRule(tuple(on), channel)


def _require_known(entry: dict[str, Any], known: set[str], what: str) -> None:
    for key in entry:
        if key not in known:
            hint = nearest(key, known) or f"keys: {', '.join(sorted(known))}"
            raise WrongRule(f"{what} has no key '{key}'", key, hint)
