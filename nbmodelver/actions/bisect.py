"""A search for the first bad version between a good and a bad one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.actions.scratch_process import LIMIT_S, ScratchProcess
from nbmodelver.errors import UsageError
from nbmodelver.repo.inspect.causes.bisect import BisectCondition, Bisection

if TYPE_CHECKING:
    from nbmodelver.model import Bisected, Progress, Version, VersionVerdict
    from nbmodelver.repo import Repo


@dataclass(frozen=True)
class BisectRequest:
    """good, bad: versions as a user names them. condition: an expression, or the code of a cell if `is_cell`.

    is_safe: run it in a child process. limit_s: seconds that one version may take there.
    """

    good: str
    bad: str
    condition: str
    is_cell: bool = False
    is_safe: bool = False
    limit_s: float = LIMIT_S


def bisect(repo: Repo, request: BisectRequest, progress: Progress | None = None) -> Bisected:
    """Return the first version after `good` in which the condition does not hold.

    Only scratch namespaces are used. Raises UnknownVersion, UsageError if `good` is no ancestor of `bad`, or if one of
    them is not what its name says; KeyboardInterrupt ends the search, and nothing has changed.
    """
    path = _path(repo, repo[request.good], repo[request.bad])
    variables = {name for version in path for name in version.kept}
    condition = BisectCondition.parse(request.condition, is_cell=request.is_cell, variables=variables)
    steps = max(1, (len(path) - 1).bit_length() + 2)
    count = 0

    def on_test(tested: VersionVerdict) -> None:
        nonlocal count
        count += 1
        if progress is not None:
            progress(min(count, steps), steps, f"{tested.version.name} is {tested.verdict}")

    if not request.is_safe:
        return Bisection(repo, condition, on_test).run(path)
    with ScratchProcess(request.limit_s) as process:
        return Bisection(repo, condition, on_test, process).run(path)


def _path(repo: Repo, good: Version, bad: Version) -> list[Version]:
    """The versions from `good` to `bad` along first parents."""
    path = [bad]
    while path[-1].id != good.id:
        if not path[-1].parents:
            raise UsageError(
                f"{good.name} is no ancestor of {bad.name} along first parents",
                "choose a good version that comes before the bad one: %mv_log --graph",
            )
        path.append(repo.history.version(path[-1].parents[0]))
    if len(path) == 1:
        raise UsageError(f"{good.name} cannot be good and bad", "name two versions: %mv_bisect GOOD BAD CONDITION")
    return path[::-1]
