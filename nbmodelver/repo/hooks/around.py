"""Runs the hooks of the policy before and after a verb. No lock of the store is held meanwhile.

A hook before a verb that fails, or that this user did not allow, stops the verb before it changed anything. A hook
after a verb cannot: its outcome is a warning. Both are events of the kind `hook`. In the process of a hook no further
hook runs, so that a hook may use nbmodelver on the same store; the event says that it was skipped.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.errors import HookFailed, HookNotAllowed, HookNotRun, NbmodelverError, StoreError
from nbmodelver.repo.core.moves import EventDraft
from nbmodelver.repo.core.secrets import Searcher
from nbmodelver.repo.hooks import hook_child
from nbmodelver.repo.hooks.consent import DIGITS, Consent, fingerprint, folder_of, program
from nbmodelver.repo.hooks.process import MARK, HookRun, run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.model import Json, Version
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.repo.core.hook_rules import HookRule
    from nbmodelver.repo.core.open_store import OpenStore

FORMAT = 1
"""Format of the document that a hook gets."""


@dataclass(frozen=True)
class Act:
    """What a verb is about to do, or has done. subject: of its event. facts: further keys of the document."""

    verb: str
    why: str = ""
    subject: str = ""
    facts: Mapping[str, Json] = field(default_factory=dict)


def of_version(verb: str, version: Version, registered: RegisteredVersion | None, why: str = "", **facts: Json) -> Act:
    """Return the act of a verb on one version. facts: such as `to` and `from` of a promotion."""
    found: dict[str, Json] = {"version": version.id, "name": version.name, "names": [*version.names]}
    if registered is not None:
        found |= {"model": registered.model, "number": registered.number, "address": registered.address}
    subject = f"models/{registered.model}" if registered is not None else ""
    return Act(verb, why, subject, {**found, **facts})


def before(store: OpenStore, act: Act) -> None:
    """Run the hooks before a verb, one after the other. Raises HookFailed, HookNotAllowed, BadPolicy."""
    for hook in store.hook_rules.now().around("before", act.verb):
        done = _run(store, hook, act)
        if done is not None and done.outcome != "pass":
            raise HookFailed(
                f"the hook before {act.verb} stopped it: {hook.command} {_ending(hook, done)}; nothing was changed",
                "correct what it found and run it again; the hooks are in the policy: %mv_policy",
            )


def after(store: OpenStore, act: Act) -> None:
    """Run the hooks after a verb, one after the other. Never raises: what fails is a HookNotRun warning."""
    try:
        for hook in store.hook_rules.now().around("after", act.verb):
            _after(store, hook, act)
    except NbmodelverError as error:  # The verb is done.
        warn(f"the hooks after {act.verb} did not run: {error.message}")
    except KeyboardInterrupt:
        warn(f"the hooks after {act.verb} were interrupted; {act.verb} is done")


def _after(store: OpenStore, hook: HookRule, act: Act) -> None:
    try:
        done = _run(store, hook, act)
    except HookNotAllowed as error:
        warn(f"{error.message} · {error.hint}")
        return
    if done is not None and done.outcome != "pass":
        warn(f"the hook after {act.verb} failed: {hook.command} {_ending(hook, done)}; {act.verb} is done")


def _run(store: OpenStore, hook: HookRule, act: Act) -> HookRun | None:
    """Run a hook and record its event. Returns None in the process of a hook. Raises HookNotAllowed."""
    if os.environ.get(MARK):
        _record(store, hook, act, "skipped")
        return None
    folder = folder_of(store)
    content = fingerprint(hook, folder)
    if not Consent().has(content):
        _record(store, hook, act, "not allowed")
        raise HookNotAllowed(
            f"the hook {hook.when} {act.verb} did not run, as you have not allowed it: {hook.command}\n"
            f"  it would run in {folder}",
            f"read it, then allow exactly this content: %mv_policy allow {content[:DIGITS]}",
        )
    command = program(hook, folder) if hook.run else [sys.executable, "-P", str(Path(hook_child.__file__)), hook.call]
    document = _document(store, hook, act)
    done = run(command, document, folder=folder, limit_s=hook.time_limit_s, verb=act.verb)
    _record(store, hook, act, done.outcome, done)
    return done


def _document(store: OpenStore, hook: HookRule, act: Act) -> bytes:
    """Return what the hook reads from its input, as JSON, with secrets in texts hidden. It has no values."""
    stated = {"format": FORMAT, "verb": act.verb, "when": hook.when, "store": store.where, "why": act.why, **act.facts}
    return json.dumps(Searcher().hidden_everywhere(stated), default=str).encode()


def _ending(hook: HookRule, done: HookRun) -> str:
    if done.outcome == "late":
        return f"did not end within {hook.time_limit_s:g} s and was killed"
    ended = "could not be started" if done.status is None else f"ended with status {done.status}"
    return f"{ended} ({done.said})" if done.said else ended


def _record(store: OpenStore, hook: HookRule, act: Act, outcome: str, done: HookRun | None = None) -> None:
    """Write the event of a hook. A store that cannot be written, as on a server, does not stop a load."""
    data: dict[str, Json] = {"verb": act.verb, "when": hook.when, "outcome": outcome}
    private: dict[str, Json] = {"command": hook.command}
    if done is not None:
        data |= {"duration_s": f"{done.duration_s:.2f}", "status": done.status}
        private |= {"said": done.said} if done.said else {}
    if act.facts.get("number"):
        data["number"] = act.facts["number"]
    with suppress(StoreError):
        store.moves.note(EventDraft("hook", act.subject, act.why, data, private))


def warn(text: str) -> None:
    """Warn the user, without a line of code, which would be one of ours."""
    with suppress(HookNotRun):  # Warnings may be errors, and the verb is done.
        warnings.warn_explicit(text, HookNotRun, "nbmodelver", 1)
