"""Why a metric differs between two versions: each change is taken back alone, and the metric is measured again.

What depends on a change is computed again from the statements that made it; all other values are loaded. Both the
later version without a change, and the earlier one with this change alone, are measured. Only scratch namespaces are
used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from nbmodelver.errors import UsageError
from nbmodelver.model import Cause, CauseStep, Explanation
from nbmodelver.repo.inspect.causes import scratch
from nbmodelver.repo.inspect.causes.candidates import candidates
from nbmodelver.repo.inspect.causes.descriptions import describe, kind_of, of_value, role_of
from nbmodelver.repo.inspect.causes.measuring import FAILED, Measuring, equal, step
from nbmodelver.repo.inspect.causes.scratch import require_trust
from nbmodelver.repo.inspect.causes.surroundings import surroundings
from nbmodelver.repo.inspect.causes.trials import Trial
from nbmodelver.repo.inspect.causes.worlds import RESULT, both_worlds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbmodelver.model import Progress, Version
    from nbmodelver.repo.core.open_store import LoadingStore
    from nbmodelver.repo.inspect.causes.candidates import CandidateChange
    from nbmodelver.repo.inspect.causes.scratch import ScratchResult, ScratchRun
    from nbmodelver.repo.inspect.causes.worlds import World, Worlds

LIMIT_S = 60.0
RANK = ("data", "parameters", "model", "code", "random state", "environment", "module")
"""The order of the tests, and of causes that were not tested."""
SMALL = 1000
"""A value of fewer bytes may be the metric itself. The values that it is computed from are exchanged in its place."""
TOGETHER = "these changes can only be tested together"
ADDITIVE = 0.25
"""Changed literals are listed one by one if their effects add up to that of all of them, up to this share of it."""


@dataclass(frozen=True)
class ExplainRequest:
    """The question. expression: that measures the metric; "" takes what the commits recorded.

    limit_s: no test is started that would probably end later. is_dry: only list the changes.
    """

    metric: str
    before: Version
    after: Version
    expression: str = ""
    limit_s: float = LIMIT_S
    is_dry: bool = False


def explain(
    store: LoadingStore,
    request: ExplainRequest,
    progress: Progress | None = None,
    runner: Callable[[LoadingStore, ScratchRun], ScratchResult] = scratch.run,
) -> Explanation:
    """Return the changes between two versions with their effects on a metric.

    runner: runs a test; default: in this process. A KeyboardInterrupt ends the tests and returns what is known.
    Raises UsageError for a metric that a version does not have, or that no expression measures; NeedsTrust, Damaged.
    """
    for version in (request.before, request.after):
        if request.metric not in version.metrics:
            known = ", ".join(version.metrics) or "none"
            raise UsageError(
                f"{version.name} has no metric '{request.metric}'", f"its metrics: {known}; choose another version"
            )
        if not request.is_dry:
            require_trust(store, version)
    expressions = _expressions(request)
    worlds = both_worlds(store, request.before, request.after, expressions)
    return _Why(store, request, worlds, Measuring(store, worlds, request.metric, runner, progress)).found()


def _expressions(request: ExplainRequest) -> tuple[str, str]:
    """The expressions of both versions. A version without one has that of the other, else a variable of its name."""
    if request.expression:
        _require_expression(request.expression)
        return request.expression, request.expression
    before, after = request.before, request.after
    recorded = [v.expressions.get(request.metric, "") for v in (before, after)]
    if not any(recorded) and all(request.metric in v.kept for v in (before, after)):
        return request.metric, request.metric
    old, new = recorded[0] or recorded[1], recorded[1] or recorded[0]
    if not new:
        raise UsageError(
            f"how {request.metric} is measured is not recorded",
            f'give the expression: %mv_why {request.metric} {before.name} {after.name} --expression "..."',
        )
    return old, new


def _require_expression(text: str) -> None:
    try:
        compile(text, "<expression>", "eval")
    except (SyntaxError, ValueError) as error:
        raise UsageError(
            f"'{text}' is not an expression", 'write for example: "model.score(X_test, y_test)"'
        ) from error


@dataclass
class _Why:
    store: LoadingStore
    request: ExplainRequest
    worlds: Worlds
    measuring: Measuring

    def found(self) -> Explanation:
        request = self.request
        listed = candidates(self.worlds)
        listed.sort(key=lambda c: RANK.index(kind_of(c, request.after)))
        causes = [self._described(c) for c in listed]
        around = list(surroundings(self.store, self.worlds))
        exchanged: list[tuple[str, float]] = []
        self.measuring.planned = 2 + 4 * len(listed)
        if not request.is_dry:
            try:
                self._test(listed, causes, around)
                exchanged += self._exchanged(causes)
            except KeyboardInterrupt:
                self.measuring.notes["interrupted: not all changes were tested"] = None
                causes = [c if c.effect is not None or c.why_not else replace(c, why_not="interrupted") for c in causes]
        explained = Explanation(
            request.metric,
            self.worlds.after.expression,
            request.before,
            request.after,
            (request.before.metrics[request.metric], request.after.metrics[request.metric]),
            repeated=self.measuring.repeated,
            exchanged=tuple(exchanged),
            tests=self.measuring.count,
            seconds=self.measuring.seconds,
            notes=tuple(self.measuring.notes),
        )
        return replace(explained, causes=tuple(_ordered(explained, [*causes, *around])))

    def _described(self, candidate: CandidateChange) -> Cause:
        before, after = self.request.before, self.request.after
        return Cause(
            kind_of(candidate, after),
            tuple("the metric" if n == RESULT else n for n in candidate.names),
            describe(self.store, candidate, before, after),
            role_of(candidate, after),
        )

    # -- tests

    def _test(self, listed: list[CandidateChange], causes: list[Cause], around: list[Cause]) -> None:
        """Replace each cause by the result of its test. The list is changed in place: an interrupt keeps the results.

        around: changed packages and modules; those that explain a value are removed.
        """
        world = self.worlds.after
        measured = self.measuring.value(Trial(world))
        if isinstance(measured, str):
            self.measuring.notes[f"{world.expression} cannot be evaluated in {world.version.name}: {measured}"] = None
            causes[:] = [replace(cause, why_not="the metric cannot be measured again") for cause in causes]
            return
        at = 0
        for candidate in listed:
            causes[at] = self._with_effect(candidate, causes[at])
            found = [self._unexplained(candidate, causes[at], around)]
            found = self._in_parts(candidate, found[0])
            causes[at : at + 1] = found
            at += len(found)
        self._test_together(listed, causes)

    def _test_together(self, listed: list[CandidateChange], causes: list[Cause]) -> None:
        """Replace the changes that cannot be taken back alone by one of all of them, if that can be tested.

        A model of another class and its parameters, for example, only run together.
        """
        failed = [one for one in causes if one.why_not.startswith(FAILED)]
        names = {name for cause in failed for name in cause.names}
        members = [candidate for candidate in listed if names.issuperset(candidate.names)]
        if len(failed) < 2 or len(members) != len(failed):
            return
        sentences = tuple(f"{cause.title}: {'; '.join(cause.what[:2])}" for cause in failed if cause.what)
        joint = Cause("code", tuple(dict.fromkeys(n for cause in failed for n in cause.names)), (*sentences, TOGETHER))
        found = self._measured(joint, *(self._joint_trial(members, of_later=later) for later in (True, False)))
        if found.effect is not None:
            causes[:] = [*(cause for cause in causes if cause not in failed), found]

    def _joint_trial(self, members: list[CandidateChange], *, of_later: bool) -> Trial:
        """Several changes taken back together: by value, where all that made a value is among them."""
        world, other = self._sides(of_later=of_later)
        names = frozenset(n for one in members for n in one.names)
        whole = names | self.worlds.before.slice.reused | self.worlds.after.slice.reused
        by_value = {n for n in names if self.worlds.differs(n) and whole.issuperset(self.worlds.changed_inputs(n))}
        statements = {n: m.statements(of_later=of_later) for m in members for n in m.names if n not in by_value}
        again = world.slice.downstream(names)
        return Trial(world, dict.fromkeys(by_value, other.version), statements, again, other)

    def _in_parts(self, candidate: CandidateChange, whole: Cause) -> list[Cause]:
        """The effects of the changed literals of a candidate, if they add up to the effect of all of them."""
        if not candidate.parts or not whole.effect:
            return [whole]
        found = [self._with_effect(part, self._described(part)) for part in candidate.parts]
        effects = [cause.effect for cause in found if cause.effect is not None]
        is_sum = len(effects) == len(found) and abs(sum(effects) - whole.effect) <= ADDITIVE * abs(whole.effect)
        return found if is_sum else [whole]

    def _with_effect(self, candidate: CandidateChange, cause: Cause) -> Cause:
        later, earlier = (self._trial(candidate, of_later=of_later) for of_later in (True, False))
        found = self._measured(cause, later, earlier)
        if found.effect is None or candidate.how != "value":
            return found
        return replace(found, steps=tuple(self._steps(candidate, later)))

    def _measured(self, cause: Cause, later: Trial, earlier: Trial) -> Cause:
        """The cause with the metric of the later world without it, and of the earlier world with it alone."""
        cost_s = 2 * (later.cost_s + earlier.cost_s)
        cause = replace(cause, again=later.ran)
        if self.measuring.seconds + cost_s > self.request.limit_s:
            why_not = f"its cells took {cost_s / 4:.3g} s and would run four times"
            return replace(cause, why_not=why_not, needs_s=_round_up(cost_s))
        own = later.statements.keys()
        without, alone = self.measuring.compare(later, own), self.measuring.compare(earlier, own)
        if without.error:
            return replace(cause, why_not=without.error)
        effects = [step(without.changed, without.control)]
        effects += [] if alone.error else [step(alone.control, alone.changed)]
        return replace(
            cause,
            without=without.changed,
            alone=None if alone.error else alone.changed,
            effect=sum(effects) / len(effects),
            noise=without.noise,
        )

    def _trial(self, candidate: CandidateChange, *, of_later: bool) -> Trial:
        """The later world without a change, or the earlier world with it alone."""
        world, other = self._sides(of_later=of_later)
        again = world.slice.downstream(candidate.names)
        if candidate.how == "value":
            return Trial(world, dict.fromkeys(candidate.names, other.version), again=again, other=other)
        statements = candidate.statements(of_later=of_later)
        return Trial(world, {}, dict.fromkeys(candidate.names, statements), again, other)

    def _sides(self, *, of_later: bool) -> tuple[World, World]:
        """The world in which a change is tested, and the other one."""
        sides = self.worlds.after, self.worlds.before
        return sides if of_later else sides[::-1]

    def _unexplained(self, candidate: CandidateChange, cause: Cause, around: list[Cause]) -> Cause:
        """A value that differs although its code and inputs do not: both versions are computed again to see why.

        If the earlier version gives another metric now and the later one does not, packages, modules or files changed.
        """
        if not candidate.is_unexplained or not cause.effect:
            return cause
        worlds = (self.worlds.before, self.worlds.after)
        trials = [Trial(w, again=w.slice.downstream(candidate.names) | set(candidate.names)) for w in worlds]
        if self.measuring.seconds + 2 * sum(trial.cost_s for trial in trials) > self.request.limit_s:
            return cause
        values = [[self.measuring.value(replace(trial, seed=seed)) for seed in range(2)] for trial in trials]
        if any(isinstance(value, str) for pair in values for value in pair):
            return cause
        old, new = values
        if new[0] != new[1]:
            sentence = f"computing it again gives {_range(new)}: it depends on the random state, which no cell sets"
            return replace(cause, kind="random state", what=(sentence, *cause.what))
        is_new = equal(float(new[0]), self.measuring.recorded(worlds[1]))
        if not is_new or equal(float(old[0]), self.measuring.recorded(worlds[0])):
            return cause
        sentence = f"the code of {worlds[0].version.name} gives the metric of {worlds[1].version.name} now"
        first = around[0] if around else Cause("data", (), ("a file or another source that it reads changed",))
        around[:] = [one for one in around if one is not first]
        return replace(cause, kind=first.kind, what=(*first.what, sentence, *cause.what[:1]))

    # -- details

    def _steps(self, candidate: CandidateChange, trial: Trial) -> Iterator[CauseStep]:
        """Yield the versions between the two in which the value changed, if there are several."""
        name = candidate.names[0]
        path = self._path()
        changes = [
            (a, b) for a, b in pairwise(path)
            if name in a.kept and name in b.kept and a.kept[name].digest != b.kept[name].digest
        ]  # fmt: skip
        if len(candidate.names) > 1 or len(changes) < 2:
            return
        former = self.measuring.value(trial)
        for a, b in changes:
            value = self.measuring.value(replace(trial, values={name: b}))
            if isinstance(former, str) or isinstance(value, str):
                return
            yield CauseStep(b, "; ".join(of_value(self.store, name, a, b)[:2]), value, step(former, value))
            former = value

    def _path(self) -> list[Version]:
        """The versions from the earlier to the later one along first parents; [] if it is no ancestor."""
        path = [self.request.after]
        while path[-1].id != self.request.before.id:
            if not path[-1].parents:
                return []
            path.append(self.store.history.version(path[-1].parents[0]))
        return path[::-1]

    def _exchanged(self, causes: list[Cause]) -> Iterator[tuple[str, float]]:
        """Yield the metric of the later version with one earlier value that it reads, nothing computed again."""
        world = self.worlds.after
        reads = world.slice.inputs.get(RESULT, ())
        numbers = frozenset(n for n in reads if n in world.version.kept and world.version.kept[n].size_bytes < SMALL)
        reads = tuple(
            dict.fromkeys(r for n in reads for r in (world.slice.inputs.get(n, ()) if n in numbers else (n,)))
        )
        direct = {n for cause in causes for n in cause.names if not set(cause.again) - numbers}
        for name in reads:
            if self.worlds.differs(name) and name not in direct:
                again = numbers & world.slice.downstream([name])
                trial = Trial(world, {name: self.request.before}, again=again, other=self.worlds.before)
                value = self.measuring.value(trial)
                if not isinstance(value, str):
                    yield name, value


def _round_up(seconds: float) -> int:
    return max(60, 60 * math.ceil(2 * seconds / 60))


def _range(values: list[float | str]) -> str:
    return f"{min(map(float, values)):.4g} to {max(map(float, values)):.4g}"


def _ordered(found: Explanation, causes: list[Cause]) -> list[Cause]:
    """The largest effect in the direction of the change first, then the largest in the other direction.

    If no tested change explains half of it, those that were not tested come first.
    """
    sign = math.copysign(1.0, found.change)
    effects = {id(c): sign * c.effect for c in causes if c.effect is not None}
    tested = sorted((c for c in causes if id(c) in effects), key=lambda c: (effects[id(c)] < 0, -abs(effects[id(c)])))
    rest = sorted((c for c in causes if c.effect is None), key=lambda c: RANK.index(c.kind))
    explained = max((effects[id(c)] for c in tested if not c.is_noise), default=0.0)
    return [*tested, *rest] if explained >= abs(found.change) / 2 else [*rest, *tested]
