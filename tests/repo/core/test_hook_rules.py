"""The hooks and notifications of a policy are read once, and an invalid one is named."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import BadPolicy, Damaged
from nbmodelver.repo.core.hook_rules import HookRule, NotifyRule, WrongRule, read
from nbmodelver.repo.core.moves import POLICY, EventDraft, Wanted
from tests.registry.samples import adopted, study

if TYPE_CHECKING:
    from nbmodelver.repo import Repo

BOTH = """
hooks = [ { before = "promote", run = ["python", "smoke.py"], time_limit_s = 5 }, { after = "commit", call = "a.b:c" } ]
notify = [ { on = ["promote", "approval requested"], channel = "team" }, { on = ["promote"], channel = "ops" } ]
"""


def test_hooks_and_notifications_are_read_in_their_order():
    found = read(tomllib.loads(BOTH))
    assert found.hooks == (
        HookRule("before", "promote", ("python", "smoke.py"), time_limit_s=5.0),
        HookRule("after", "commit", call="a.b:c"),
    )
    assert [h.label for h in found.hooks] == ["before promote: python smoke.py", "after commit: call a.b:c"]
    assert found.notify == (NotifyRule(("promote", "approval requested"), "team"), NotifyRule(("promote",), "ops"))
    assert (found.channels("promote"), found.channels("request"), found.channels("alarm")) == (
        ["team", "ops"], ["team"], [],
    )  # fmt: skip
    assert (len(found.around("before", "promote")), found.around("after", "promote")) == (1, [])


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('hooks = "x"', "hooks is no list of tables"),
        ('hooks = ["x"]', "hooks is no list of tables"),
        ('hooks = [ { before = "promote", run = ["a"], shell = true } ]', "a hook has no key 'shell'"),
        ('hooks = [ { run = ["a"] } ]', "one of before and after"),
        ('hooks = [ { before = "load", after = "load", run = ["a"] } ]', "one of before and after"),
        ('hooks = [ { before = "promotion", run = ["a"] } ]', "no hook can run before 'promotion'"),
        ('hooks = [ { before = ["load"], run = ["a"] } ]', "no hook can run before"),
        ('hooks = [ { before = "load" } ]', "one of run and call"),
        ('hooks = [ { before = "load", run = ["a"], call = "a:b" } ]', "one of run and call"),
        ('hooks = [ { before = "load", run = "rm -r" } ]', "run is no list of texts"),
        ('hooks = [ { before = "load", run = [] } ]', "run is no list of texts"),
        ('hooks = [ { before = "load", run = ["a\\u0000"] } ]', "run is no list of texts"),
        ('hooks = [ { before = "load", call = "a b" } ]', "'a b' is no function"),
        ('hooks = [ { before = "load", call = "a:b", time_limit_s = 0 } ]', "time_limit_s"),
        ('hooks = [ { before = "load", call = "a:b", time_limit_s = true } ]', "time_limit_s"),
        ('hooks = [ { before = "load", call = "a:b", time_limit_s = 1e9 } ]', "time_limit_s"),
        ('notify = [ { on = ["promote"], channel = "team", to = "x" } ]', "a notification has no key 'to'"),
        ('notify = [ { on = ["promote"] } ]', "no valid channel"),
        ('notify = [ { on = ["promote"], channel = "mailto://a:b@c" } ]', "no valid channel"),
        ('notify = [ { on = "promote", channel = "team" } ]', "says not of what"),
        ('notify = [ { on = ["promoted"], channel = "team" } ]', "nothing is called 'promoted'"),
    ],
)
def test_an_invalid_entry_is_refused(text: str, what: str):
    with pytest.raises(WrongRule, match=what) as caught:
        read(tomllib.loads(text))
    assert "mailto" not in caught.value.what + caught.value.hint


def test_the_policy_in_force_is_read_once_and_again_when_it_changes(monkeypatch: pytest.MonkeyPatch):
    repo = study()
    got: list[str] = []
    get = repo.moves.log.get
    monkeypatch.setattr(repo.moves.log, "get", lambda id_: (got.append(id_), get(id_))[1])
    adopted(repo, BOTH)
    assert len({id(repo.hook_rules.now()) for _ in range(3)}) == len(got) == 1
    adopted(repo, "format = 1")
    assert repo.hook_rules.now().hooks == ()


def _set(repo: Repo, text: str) -> None:
    wanted = [Wanted(POLICY, repo.moves.state(POLICY), {"lines": len(text)})]
    repo.moves.run(EventDraft("policy", POLICY, "rules", {"text": text}), wanted)


@pytest.mark.parametrize("text", ["hooks = [", "hooks = 1"])
def test_a_policy_that_another_program_wrote_wrongly_is_no_policy_without_hooks(text: str):
    repo = study()
    _set(repo, text)
    with pytest.raises(BadPolicy, match="cannot be read"):
        repo.hook_rules.now()


def test_a_ref_whose_event_is_missing_or_that_is_damaged_is_an_error():
    repo = adopted(study(), BOTH)
    before = repo.refs.get(POLICY)
    repo.refs.move(POLICY, before, '{"event":"' + "0" * 40 + '","value":{"lines":1}}')
    with pytest.raises(BadPolicy, match="its event is missing"):
        repo.hook_rules.now()
    repo.refs.move(POLICY, repo.refs.get(POLICY), "[")
    with pytest.raises(Damaged):
        repo.hook_rules.now()
