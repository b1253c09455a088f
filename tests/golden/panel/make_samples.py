"""Messages of a small real session, for the tests of the panel: `python tests/golden/panel/make_samples.py`.

Clock, author and environment are fixed, so the samples change only with what the kernel says.
"""

from __future__ import annotations

import itertools
import json
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from IPython.core.interactiveshell import InteractiveShell

from nbmodelver.actions import remote_transfers as transfers
from nbmodelver.model.events import Person

HERE = Path(__file__).parent / "samples"
ENVIRONMENT = {"python": "3.11.7", "platform": "Linux", "packages": {"numpy": "2.3.4", "pandas": "2.3.3"}}

SETUP = """\
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
df = pd.DataFrame({"age": [18.0 + i % 40 for i in range(60)], "city": ["Kyiv", "Lima", "Oslo"] * 20})
params = {"lr": 0.1, "depth": 2}
model = DecisionTreeClassifier(max_depth=2, random_state=0).fit(df[["age"]], df.city)
acc = 0.71
log = open("log.txt", "w")
"""
DEEPER = """\
df.loc[3, "age"] = 80.0
params["depth"] = 4
model = DecisionTreeClassifier(max_depth=4, random_state=0).fit(df[["age"]], df.city)
"""
TREE = "model = DecisionTreeClassifier(max_depth=depth, random_state=0).fit(df[['age']], df.city)"
FIT = "\"fit=model.score(df[['age']], df.city)\""
POLICY = """\
[[gates]]
to = "production"
require = "metrics.acc >= 0.9"
check = "no-negatives"
"""
AGE_KEY = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
BENS_AGE_KEY = "age160reg9cp6xn56gu0tjjk67uy8e2kh4eu527h8ladkq8y9ln9my9se388v0"
NOTEBOOK = {
    "cells": [{"cell_type": "code", "execution_count": 1, "id": "a", "metadata": {}, "outputs": [], "source": "df"}],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}


class Clock:
    """Of the events: each is an hour after the one before."""

    hours = itertools.count()

    @classmethod
    def now(cls, _zone: Any) -> datetime:
        return datetime(2026, 4, 1, 8, tzinfo=UTC) + timedelta(hours=next(cls.hours))


class Session:
    """A shell with one panel; every answer becomes a sample under the method's name, or a name of its own."""

    def __init__(self) -> None:
        self.shell = InteractiveShell(history_length=0)
        self.shell.history_manager.enabled = False
        self.run("%load_ext nbmodelver")

        from nbmodelver import extension

        notebook = extension.latest()
        assert notebook is not None
        self.server = notebook.outputs.server
        self.heard: list[dict[str, Any]] = []
        self.connection = self.server.open(self.heard.append)
        self.numbers = itertools.count(1)
        self.samples: dict[str, Any] = {}

    def run(self, cell: str) -> None:
        self.shell.run_cell(cell, store_history=True).raise_error()

    def send(self, method: str, **params: Any) -> int:
        number = next(self.numbers)
        self.server.handle({"id": number, "method": method, "params": params}, self.connection)
        return number

    def ask(self, method: str, sample: str | None = None, **params: Any) -> Any:
        number = self.send(method, **params)
        reply = self.reply(number)
        if "result" in reply:
            self.samples[sample or method] = {"params": params, "result": reply["result"]}
        elif sample:
            self.samples[sample] = reply
        return reply.get("result")

    def reply(self, number: int) -> dict[str, Any]:
        for _ in range(12_000):
            for message in self.heard:
                if message.get("id") == number and "progress" not in message:
                    return message
            time.sleep(0.01)
        raise TimeoutError(number)


def record(session: Session) -> None:
    """Everything a person does in a panel, once."""
    ask = session.ask
    ask("hello", "hello.empty")
    session.run("%mv_init\n%mv_config session off")
    session.run(SETUP)
    ask("form", "form.first")
    ask("live", path="study/trees.ipynb", notebook=NOTEBOOK)
    ask("commit", "commit.first", names=None, message="first tree", metrics={"acc": 0.71, "loss": 0.6}, tags=["base"])
    session.run(DEEPER)
    ask("hello")
    ask("form")
    ask("plan", "plan.dirty", id="v1")
    ask(
        "commit", names=["df", "params", "model"], message="deeper", metrics={"acc": 0.83, "loss": 0.4}, note="4 levels"
    )
    ask("switch", branch="forest", create=True)
    session.run("from sklearn.ensemble import RandomForestClassifier\n"
                "model = RandomForestClassifier(4, random_state=0).fit(df[['age']], df.city)")  # fmt: skip
    ask("commit", "commit.branch", names=None, message="four trees", metrics={"acc": 0.9, "loss": 0.35})
    ask("switch", "switch.back", branch="main")
    session.run("params['lr'] = 0.05\ndel acc")
    ask("commit", "commit.main", names=None, message="slower", metrics={"acc": 0.85, "loss": "nan"})
    session.run("%mv_merge forest --take model=theirs")
    ask("tag", id="HEAD", name="best")
    ask("note", id="v2", note="4 levels, see <b>notes</b>")
    session.run("df['extra'] = 1")
    ask("rollback", id="v2")
    ask("undo")
    ask("redo")
    look(session)
    wait(session)
    ask("destination", id="v2")
    ask("export", id="v2", path="out.nbmv.zip")
    ask("destination", "destination.taken", id="v2", path="out.nbmv.zip")
    ask("export", "error.exists", id="v2", path="out.nbmv.zip")
    ask("set", key="default_metric", value="acc")
    ask("auto", on=False)
    ask("wish", auto=False, settings={"ignore": "scratch", "default_metric": "acc"})
    ask("tag", "tag.again", id="v1", name="other")
    ask("untag", name="other")
    ask("rollback", "error.unknown", id="v99")
    ask("tag", "error.name", id="v1", name="bad name")
    explain(session)
    govern(session)
    leave(session)
    share(session)


def look(session: Session) -> None:
    ask = session.ask
    ask("history", filter={}, offset=0, limit=100)
    ask("history", "history.filtered", filter={"text": "tree", "metric": {"name": "acc", "at_least": 0.5}},
        offset=0, limit=100)  # fmt: skip
    ask("series", metric="acc")
    ask("series", "series.nan", metric="loss")
    ask("version", id="v2")
    ask("profile", id="v2", name="df")
    ask("profile", "profile.model", id="v3", name="model")
    ask("inspect", "inspect.names")
    ask("inspect", name="model")
    ask("inspect", "inspect.cell", cell={"id": "a", "source": "params = {}\ndf = 1"})
    ask("diff", before="v1", after="v2")
    ask("rows", before="v1", after="v2", name="df", what="changed", start=0, count=50)
    ask("diff", "diff.nan", before="v3", after="v4")
    ask("diff", "diff.model", before="v2", after="v3", names=["model"])
    ask("compare", ids=["v1", "v2", "v3", "v4"])
    ask("plan", id="v1")
    ask("document", id="v2")


def explain(session: Session) -> None:
    """Two versions whose code made a metric; what changed in it, and who made a variable."""
    session.run("depth = 2")
    session.run(TREE)
    session.run(f"%mv_commit -m shallow --metric {FIT}")
    session.run("df.loc[5:20, 'age'] += 7")
    session.run("depth = 5")
    session.run(TREE)
    session.run(f"%mv_commit -m deep --metric {FIT}")
    session.ask("blame", id="HEAD", name="model")
    session.ask("why", metric="fit", before="HEAD~1", after="HEAD")
    session.ask("why", "why.limited", metric="fit", before="HEAD~1", after="HEAD", limit_s=0)
    session.run("X_test, y_test = df[['age']], df.city")
    session.run("%mv_commit -m 'with test data'")
    session.ask("datasets", before="HEAD~2", after="HEAD")
    session.ask("bisect", good="HEAD~2", bad="HEAD~1", condition="depth < 5")
    session.ask("predict", before="HEAD~2", after="HEAD", model="model", data="X_test", target="y_test")


def govern(session: Session) -> None:
    """A model from registration to production and back, past a gate that fails."""
    ask = session.ask
    ask("models", "models.none")
    session.run("%mv_register trees v1")
    session.run("%mv_register trees v2 -m deeper")
    session.run("%mv_models trees --describe 'Trees that guess a city'")
    ask("promote", address="trees/1.0.0", stage="production", why="first release")
    Path(".nbmodelver/policy.toml").write_text(POLICY)
    session.run("%mv_policy adopt -m 'a better one only'")
    ask("gates", address="trees/1.1.0", stage="production")
    ask("promote", "error.gates", address="trees/1.1.0", stage="production", why="deeper")
    ask("decide", address="trees/1.1.0", stage="production", outcome="request", why="please read")
    ask("promote", "promote.forced", address="trees/1.1.0", stage="production", why="must be", force=True)
    ask("way_back", model="trees", stage="production")
    ask("model", "model.waiting", name="trees")
    ask("back", model="trees", stage="production", why="complaints")
    ask("deprecate", address="trees/1.1.0", why="leaked rows", use="trees/1.0.0", starts_on="2026-12-15")
    ask("models")
    ask("model", name="trees")
    session.run("%mv_deploy trees/1.0.0 --to scoring-eu -m 'first users'")
    ask("lineage", address="trees/1.1.0")
    ask("lineage", "lineage.deployed", address="trees/1.0.0")
    ask("lineage", "lineage.variable", address="v4", variable="model")
    ask("state_card", address="trees/1.1.0", texts={"purpose": "Guesses a city", "licence": "mit"})
    ask("card", address="trees/1.1.0")
    ask("card_destination", address="trees/1.1.0")
    ask("write_card", address="trees/1.1.0", path="card.html")
    ask("card_destination", "card_destination.taken", address="trees/1.1.0", path="card.html")
    ask("archive", address="trees/1.1.0", why="the licence ended")
    ask("promote", "error.archived", address="trees/1.1.0", stage="staging", why="again")
    ask("restore", address="trees/1.1.0", why="licence renewed")


def leave(session: Session) -> None:
    """A version that leaves in a file, comes back, and runs again."""
    ask = session.ask
    ask("estimate", id="v2")
    ask("bundle", path="out.nbmv.zip")
    ask("import", "import.again", path="out.nbmv.zip")
    ask("import", path="out.nbmv.zip", names=["params"])
    ask("rerun_plan", id="v1", here=True)
    ask("rerun", id="v1", here=True)
    for sample in ("rerun_plan", "rerun"):
        result = session.samples[sample]["result"]
        plan = result.get("plan", result)
        plan |= {"python": "3.11.9", "differences": ["Python 3.11.7 is 3.11.9 here"]}
    session.samples["rerun"]["result"]["duration_s"] = 12.5


def share(session: Session) -> None:
    """A remote, a colleague who pushed first, and the ways to have both sides' versions."""
    ask, address = session.ask, str(Path("team").resolve())
    ask("remotes", "remotes.none")
    ask("add_remote", "error.remote", name="a b", address=address)
    ask("add_remote", name="origin", address=address, options={}, lazy=False)
    ask("check_remote", name="origin")
    ask("push_to", remote="origin")
    ben = transfers.clone_from(transfers.CloneRequest(address, Path("ben"))).repo
    with mock.patch("nbmodelver.repo.commit.commit.author", return_value="ben"):
        ben.commit({"params": {"lr": 0.5, "depth": 3}, "epochs": 7}, "warmer")
    transfers.push_to(ben, transfers.PushRequest())
    session.run("params['lr'] = 0.02")
    session.run("%mv_commit -m colder")
    ask("push_to", "error.diverged", remote="origin")
    ask("fetch_from", remote="origin")
    ask("remotes", "remotes.diverged")
    ask("history", "history.team", filter={}, offset=0, limit=3)
    ask("merge_plan", remote="origin")
    ask("merge_plan", "merge_plan.settled", remote="origin", take={"params": "theirs"})
    with mock.patch.dict(os.environ, {"SERVICE_TOKEN": "params['lr'] = 0.02"}):
        ask("push_to", "error.secret", remote="origin", branch_as="main-ada")
    ask("push_to", "push_to.beside", remote="origin", branch_as="main-ada")
    ask("pull_from", "error.conflict", remote="origin", merge=True)
    ask("pull_from", remote="origin", merge=True, take={"params": "theirs"})
    ask("hello", "hello.team")
    ask("remotes")
    ask("remove_remote", name="origin")
    with mock.patch.dict(os.environ, {"NBMODELVER_AGE_KEY": AGE_KEY}):
        ask("add_remote", "add_remote.encrypted", name="safe", address=str(Path("safe").resolve()), encrypt=True)
        ask("share_remote", name="safe", key=BENS_AGE_KEY)
        ask("remote_members", name="safe")
    for name in ("push_to", "push_to.beside", "fetch_from", "pull_from"):
        session.samples[name]["result"]["duration_s"] = 0.25
    for name in ("remotes", "remotes.diverged"):
        (found,) = session.samples[name]["result"]["remotes"]
        found |= dict.fromkeys(("checked_at_utc", "seen_at_utc", "pushed_at_utc"), "2026-04-03T08:00:00Z")


def wait(session: Session) -> None:
    """While a cell runs: refused, queued, withdrawn."""

    def during() -> None:
        session.ask("rollback", "error.busy", id="v1")
        first = session.send("commit", names=None, message="when it is done", queue=True)
        second = session.send("rollback", id="v1", queue=True)
        session.samples["push"] = session.heard[-1]
        session.ask("hello", "hello.busy")
        session.ask("cancel", request=second)
        session.samples["error.cancelled"] = session.reply(second)
        session.ask("cancel", request=first)

    session.shell.user_ns["_during"] = during
    session.run("_during()")
    session.samples["progress"] = {"id": 7, "progress": {"done": 1_200_000, "total": 4_800_000, "what": "writing"}}


def main() -> None:
    clock = (f"2026-03-{1 + n // 3:02d}T{9 + n % 3:02d}:30:00.000Z" for n in itertools.count())
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch("nbmodelver.repo.commit.commit._now", side_effect=clock),
        mock.patch("nbmodelver.repo.commit.commit.author", return_value="ada"),
        mock.patch("nbmodelver.repo.commit.commit.environment", return_value=ENVIRONMENT),
        mock.patch("nbmodelver.repo.commit.commit.numerics", return_value={}),
        mock.patch("nbmodelver.repo.commit.commit.installed_files", return_value={}),
        mock.patch("nbmodelver.repo.restore.restoring.environment", return_value=ENVIRONMENT),
        mock.patch("nbmodelver.panels.state.author", return_value="ada"),
        mock.patch("nbmodelver.repo.core.moves.datetime", Clock),
        mock.patch("nbmodelver.repo.core.identity.Identities.person", return_value=Person("p-ada", "Ada")),
        mock.patch("time.perf_counter", itertools.count(0.0, 0.001).__next__),
    ):
        os.chdir(folder)
        session = Session()
        record(session)
        text = {n: json.dumps(s, indent=1, ensure_ascii=False) for n, s in session.samples.items()}
        text = {n: t.replace(str(Path(folder).resolve()), "/home/ada/study") for n, t in text.items()}
        session.run("log.close()")
        os.chdir("/")
    for stale in HERE.glob("*.json"):
        stale.unlink()
    HERE.mkdir(exist_ok=True)
    for name, data in text.items():
        (HERE / f"{name}.json").write_text(data + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
