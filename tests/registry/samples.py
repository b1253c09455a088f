"""A store with a few versions of a model, and people who act in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from nbmodelver.model.events import Person
from nbmodelver.registry import promote, register
from nbmodelver.repo import Repo
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model import Backend
    from nbmodelver.model.registry import RegisteredVersion, StageMove

ADA = Person("p-ada", name="Ada", email="ada@example.org", login="ada", uid=1000, host="lab", source="git config")
GRACE = Person("p-grace", name="Grace", email="grace@example.org", login="grace", uid=1001, host="lab")
MALLORY = Person("p-mallory", name="Mallory", email="m@example.org", login="mallory", uid=1002, host="lab")


class As:
    """Acts as one person, whatever machine runs the tests."""

    def __init__(self, person: Person) -> None:
        self.is_now = person

    def person(self, _store: str, _given_name: str = "") -> Person:
        return self.is_now


def acting(repo: Repo, person: Person) -> Repo:
    """The same store, in which another person acts."""
    repo.moves._identities = As(person)  # type: ignore[assignment]
    return repo


def tree(depth: int, columns: int = 3, seed: int = 0) -> DecisionTreeClassifier:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(60, columns))
    return DecisionTreeClassifier(max_depth=depth, random_state=seed).fit(x, x[:, 0] + x[:, 1] > 0)


def study(backend: Backend | None = None) -> Repo:
    """Three versions by Ada: v1 with f1 0.84, v2 deeper with 0.81, v3 with fewer inputs and 0.9."""
    backend = backend if backend is not None else MemoryBackend()
    layout.create(backend)
    repo = acting(Repo(backend), ADA)
    for number, (depth, columns, f1) in enumerate([(2, 3, 0.84), (3, 3, 0.81), (3, 2, 0.9)], 1):
        repo.commit({"clf": tree(depth, columns), "rows": np.arange(5)}, f"m{number}", metrics={"f1": f1})
    return repo


def registered(repo: Repo, revision: str = "v1", model: str = "churn", **more: str) -> RegisteredVersion:
    request = replace(register.RegisterRequest(model, revision), **more)  # type: ignore[arg-type]
    return register.register(repo, request).registered


def three(repo: Repo | None = None) -> Repo:
    """The study with churn/1.0.0, churn/1.1.0 and churn/2.0.0."""
    repo = repo or study()
    for revision in ("v1", "v2", "v3"):
        registered(repo, revision)
    return repo


def promoted(repo: Repo, number: str, stage: str = "production", **more: object) -> StageMove:
    request = promote.PromoteRequest(f"churn/{number}", stage, "a reason")
    return promote.promote(repo, replace(request, **more))  # type: ignore[arg-type]


def adopted(repo: Repo, text: str) -> Repo:
    """The store with this policy in force."""
    from nbmodelver.registry import policy_reading
    from nbmodelver.repo.core.moves import POLICY, EventDraft, Wanted

    policy_reading.parsed(text)
    wanted = [Wanted(POLICY, repo.moves.state(POLICY), {"lines": text.count("\n")})]
    repo.moves.run(EventDraft("policy", POLICY, "rules", {"text": text, "weaker": []}), wanted)
    return repo


def on_disk(folder: Path) -> Repo:
    """The study in a folder, for what other processes read."""
    from nbmodelver.store.backends.local import LocalBackend

    return study(LocalBackend(folder / ".nbmodelver", create=True))


GATED = '[[gates]]\nto = "production"\nrequire = "metrics.f1 >= 0.83"\ncheck = "bias"\n'


def busy(repo: Repo | None = None) -> Repo:
    """The study after a while: a policy, a check with slices, approvals, two promotions, one forced, a deployment."""
    from nbmodelver.registry import approvals, checks, deployments, lifecycle

    repo = adopted(three(repo), GATED)
    measured = checks.figures_in({"f1": {"women": (0.8, 0.7, 0.9), "men": 0.81}, "acc": (0.9, 0.85, 0.95, 500)})
    checks.record(repo, repo["v1"], "bias", passed=True, message="", source="assert fair(clf)", figures=measured)
    approvals.state(acting(repo, GRACE), "churn/1.0.0", "production", "approve", "report read")
    promoted(acting(repo, ADA), "1.0.0")
    promoted(repo, "1.1.0", why="must be", is_forced=True)
    deployments.deploy(repo, deployments.DeployRequest("churn/1.0.0", "eu", "release 12"))
    lifecycle.deprecate(repo, "churn/1.1.0", "leaked rows", use="churn/2.0.0")
    return repo
