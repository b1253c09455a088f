"""GTO: the registry of models in tags of Git, such as churn@v1.4.0 and churn#production#3.

The grammar is that of gto 1.10. Only annotated tags count. A number after "#" counts all moves of one model.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.exchange.git.stream import NewTag, seconds
from nbmodelver.model.exchange import LeftOut, RegisteredAs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

    from nbmodelver.exchange.git.history import GitRef
    from nbmodelver.model.exchange import Facts

_NAME = r"[a-zA-Z0-9](?:[a-zA-Z0-9-/_]*[a-zA-Z0-9])?"
_SEMVER = (
    r"(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)"
    r"(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?"
)
_TAG = re.compile(
    rf"(?P<model>(?:[a-zA-Z0-9-_./]+=)?{_NAME})(?:(?:#(?P<stage>{_NAME})|@v(?P<number>{_SEMVER}))(?P<cancel>!?)"
    r"|@(?P<other>deprecated|created))(?:#(?P<counter>\d{1,9}))?"
)


@dataclass(frozen=True)
class GtoTag:
    """A tag of GTO. stage: "" for a registration. number: "" for a move. is_end: it ends what the name says.

    counter: the number of a move, 0 if the tag is not a move.
    """

    model: str
    stage: str
    number: str
    is_end: bool
    counter: int
    ref: GitRef


def name(text: str) -> str:
    """Return a name that GTO accepts, "" if nothing of the text is left."""
    return re.sub(r"[^A-Za-z0-9-/_]+", "-", text).strip("-/_")


def tags(refs: Iterable[GitRef]) -> list[GtoTag]:
    """Return the tags of GTO among refs, in the order in which they were written."""
    found = []
    for ref in refs:
        match = _TAG.fullmatch(ref.name.removeprefix("refs/tags/"))
        if match and not match["other"] and ref.is_annotated:
            found.append(
                GtoTag(
                    match["model"], match["stage"] or "", match["number"] or "", bool(match["cancel"]),
                    int(match["counter"] or 0), ref,
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (one.ref.tagged_s, one.counter))


def is_tag(text: str) -> bool:
    """Return True if the name of a tag means something for GTO."""
    return _TAG.fullmatch(text) is not None


def registered(refs: Iterable[GitRef]) -> dict[str, list[RegisteredAs]]:
    """Return commit -> the models that its tags of GTO register, with the stages that they hold now."""
    every = tags(refs)
    numbers: dict[tuple[str, str], GtoTag] = {}
    stages: dict[tuple[str, str], GtoTag] = {}
    for one in every:
        (stages if one.stage else numbers)[one.model, one.stage or one.number] = one
    found: dict[str, list[RegisteredAs]] = {}
    for (model, number), one in numbers.items():
        holds = [stage for (of, stage), move in stages.items()
                 if of == model and move.ref.commit == one.ref.commit and not move.is_end]  # fmt: skip
        found.setdefault(one.ref.commit, []).append(
            RegisteredAs(model, number, stages=tuple(holds), state="archived" if one.is_end else "active")
        )
    return found


def losses(every: Sequence[Facts]) -> Iterator[LeftOut]:
    """Yield what tags of GTO cannot say."""
    for facts in every:
        for one in facts.registered:
            known = name(one.model)
            if known and known != one.model:
                yield LeftOut(facts.name, f"model {one.model}", f"GTO gets it as {known}")
            if not known or not re.fullmatch(_SEMVER, one.number):
                yield LeftOut(facts.name, f"{one.model}/{one.number}", "GTO needs a name of ASCII letters, and x.y.z")
            if one.state == "deprecated":
                yield LeftOut(facts.name, f"{one.model}/{one.number} is deprecated", "GTO has no such state")
            for stage in (*one.stages, *one.aliases):
                if name(stage) != stage:
                    yield LeftOut(facts.name, f"stage {stage}", f"GTO gets it as {name(stage) or 'nothing'}")


class GtoMoves:
    """The tags that are missing. refs: all tags there. commits: version id -> commit.

    artifact: registers every version under this name, with its number as v7.0.0; "" for none.
    """

    def __init__(self, refs: Sequence[GitRef], commits: Mapping[str, str], artifact: str = "") -> None:
        self.known = tags(refs)
        self.names = {ref.name.removeprefix("refs/tags/") for ref in refs}
        self.commits, self.artifact = commits, artifact
        self.made: list[NewTag] = []
        self._counters: dict[str, int] = {}
        self._times: dict[str, int] = {}
        for one in self.known:
            self._counters[one.model] = max(one.counter, self._counters.get(one.model, 0))
            self._times[one.model] = max(one.ref.tagged_s, self._times.get(one.model, 0))

    def of(self, every: Sequence[Facts]) -> list[NewTag]:
        """Return the tags to write, in their order."""
        own_names = {name(one.model) for facts in every for one in facts.registered}
        for facts in every:
            if self.artifact and self.artifact not in own_names:
                self._register(facts, self.artifact, f"{facts.number}.0.0", is_end=False)
            for one in facts.registered:
                if (model := name(one.model)) and re.fullmatch(_SEMVER, one.number):
                    self._register(facts, model, one.number, is_end=one.state == "archived")
        held = {(name(one.model), name(stage)) for facts in every for one in facts.registered
                for stage in (*one.stages, *one.aliases)}  # fmt: skip
        for facts in every:
            for one in facts.registered:
                if model := name(one.model):
                    holds = [name(stage) for stage in (*one.stages, *one.aliases)]
                    self._stages(facts, model, holds, held)
        return self.made

    def _register(self, facts: Facts, model: str, number: str, *, is_end: bool) -> None:
        commit = self.commits[facts.id]
        before = [one for one in self.known if one.model == model and one.number == number]
        if not before:
            if f"{model}@v{number}" in self.names:  # A lightweight tag of somebody else.
                return
            at_s = seconds(facts.saved_at_utc)
            self.made.append(NewTag(f"{model}@v{number}", commit, at_s, f"{facts.name}: {facts.message or number}"))
            self._times[model] = max(at_s, self._times.get(model, 0))
        elif before[-1].ref.commit != commit:
            return
        if is_end != (bool(before) and before[-1].is_end):
            self._move(facts, model, f"{model}@v{number}{'!' if is_end else ''}", "archived" if is_end else "active")

    def _stages(self, facts: Facts, model: str, holds: Sequence[str], held: Set[tuple[str, str]]) -> None:
        """Add a tag for each stage that the version has now, and for each that it left to no other version."""
        commit = self.commits[facts.id]
        latest: dict[str, GtoTag] = {one.stage: one for one in self.known if one.model == model and one.stage}
        for stage in filter(None, dict.fromkeys(holds)):
            last = latest.get(stage)
            if last is None or last.is_end or last.ref.commit != commit:
                self._move(facts, model, f"{model}#{stage}", f"{facts.name} is {stage}")
        for stage, last in latest.items():
            if (model, stage) not in held and last.ref.commit == commit and not last.is_end:
                self._move(facts, model, f"{model}#{stage}!", f"{facts.name} left {stage}")

    def _move(self, facts: Facts, model: str, start: str, message: str) -> None:
        """Add a tag with the next number, and a later time than all tags of the model."""
        number = self._counters[model] = self._counters.get(model, 0) + 1
        at_s = self._times[model] = max(int(time.time()), self._times.get(model, 0) + 1)
        self.made.append(NewTag(f"{start}#{number}", self.commits[facts.id], at_s, message))
