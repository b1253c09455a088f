"""A panel without a page: sends requests to the server, and checks each reply against its schema."""

from __future__ import annotations

import itertools
import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.waiting import wait_for

GOLDEN = Path(__file__).parents[1] / "golden" / "panel"
METHODS = {p.name.partition(".")[0] for p in GOLDEN.glob("*.schema.json")} - {
    "types", "request", "reply", "progress", "push",
}  # fmt: skip

FRAME = """\
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
df = pd.DataFrame({"age": [18.0 + i % 40 for i in range(60)], "city": ["Kyiv", "Lima", "Oslo"] * 20})
params = {"lr": 0.1, "depth": 2}
model = DecisionTreeClassifier(max_depth=2, random_state=0).fit(df[["age"]], df.city)
"""


@cache
def registry() -> Registry[Any]:
    found = [json.loads(p.read_text()) for p in GOLDEN.glob("*.schema.json")]
    return Registry().with_resources((s["$id"], Resource.from_contents(s)) for s in found)


@cache
def validator(name: str) -> Draft202012Validator:
    schema = json.loads((GOLDEN / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, registry=registry())


def check(name: str, message: Any) -> None:
    """Raises when the message is not what its schema says."""
    validator(name).validate(json.loads(json.dumps(message, allow_nan=False)))


class Failed(Exception):
    """The kernel answered with an error."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"{error['code']}: {error['message']} ({error['hint']})")
        self.code, self.message, self.hint = error["code"], error["message"], error["hint"]
        self.error = error


class Panel:
    """One open panel of a notebook."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.heard: list[dict[str, Any]] = []
        self.sent: dict[int, tuple[str, dict[str, Any]]] = {}
        self.connection = server.open(self.heard.append)
        self._numbers = itertools.count(1)

    def send(self, method: str, **params: Any) -> int:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params}
        check("request", message)
        self.sent[number] = method, params
        self.server.handle(message, self.connection)
        return number

    def ask(self, method: str, **params: Any) -> Any:
        return self.result(self.send(method, **params))

    def result(self, number: int) -> Any:
        """The result of a request, once it is there. Raises Failed."""
        reply = self._reply(number)
        if "error" in reply:
            raise Failed(reply["error"])
        return reply["result"]

    def is_open(self, number: int) -> bool:
        return not self._replies(number)

    def _replies(self, number: int) -> list[dict[str, Any]]:
        return [m for m in list(self.heard) if m.get("id") == number and "progress" not in m]

    def _reply(self, number: int) -> dict[str, Any]:
        wait_for(lambda: self._replies(number), f"no reply to {self.sent[number]}")
        (found,) = self._replies(number)
        self._check(number, found)
        return found

    def _check(self, number: int, reply: dict[str, Any]) -> None:
        check("reply", reply)
        method, params = self.sent[number]
        if "result" in reply:
            check(method, {"params": params, "result": reply["result"]})

    @property
    def states(self) -> list[dict[str, Any]]:
        """What was pushed."""
        pushed = [m for m in list(self.heard) if "push" in m]
        for message in pushed:
            check("push", message)
        return [m["state"] for m in pushed]

    def close(self) -> None:
        self.server.close(self.connection)


def three_versions(shell: Any, panel: Panel) -> Any:
    """Three commits by a panel: a frame, hyperparameters and a model."""
    shell.run(FRAME)
    panel.ask("commit", names=None, message="first tree", metrics={"acc": 0.5}, tags=["base"])
    shell.run("params['lr'] = 0.2\ndf.loc[0, 'age'] = 99.0")
    panel.ask("commit", names=None, message="second", metrics={"acc": 0.7, "loss": float(2)})
    shell.run("model.set_params(max_depth=5).fit(df[['age']], df.city)")
    return panel.ask("commit", names=["model"], message="third", note="only the model")
