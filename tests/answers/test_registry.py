"""Answers of the registry: one call each, as text and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from nbmodelver import answers, views
from nbmodelver.actions.conditions import CheckFailed
from nbmodelver.catalogue.events import keys
from nbmodelver.errors import HookNotAllowed, UsageError
from nbmodelver.registry import policy
from nbmodelver.verbs import parse
from tests.registry.hooked import Receiver, hook, own_folders
from tests.registry.samples import adopted, on_disk, promoted, three

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo
    from nbmodelver.views import Shown


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return three(on_disk(tmp_path))


def answer(repo: Repo, line: str) -> Shown:
    name, _, rest = line.partition(" ")
    return answers.ANSWERS[name](repo, parse(name, rest), None)


def wide(shown: Shown) -> str:
    """The text on a wide terminal, so that no line is broken."""
    return views.to_text(shown.document, 300)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("register other v1 --set licence.rows=CC0", "other/1.0.0 = v1 · clf"),
        ("models churn", "2.0.0"),
        ('models churn --describe "who leaves" --owner Ada', "owned by Ada"),
        ("promote churn/1.0.0 --to staging -m x", "staging: none -> churn/1.0.0"),
        ("promote churn/1.0.0 --alias champion", "champion: none -> churn/1.0.0"),
        ("promote churn/1.0.0 --to archived -m x", "archived: churn/1.0.0"),
        ("promote churn --back -m x --dry-run", "would move production: churn/1.1.0 -> churn/1.0.0"),
        ("approve churn/1.0.0 --request", "approval asked for: churn/1.0.0 for production"),
        ("check bias v1", "no result of check bias for v1"),
        ('deprecate v1 -m "old" --use v3', "deprecated: churn/1.0.0, use churn/2.0.0"),
        ("archive v3 -m old", "archived: churn/2.0.0"),
        ("deploy churn/1.0.0 --to eu -m go", "stamp of its predictions: churn/1.0.0+"),
        ("deploy", "nothing is deployed"),
        ("trace churn/1.0.0", "not known: what was predicted"),
        ("lineage churn/1.0.0", "registered churn/1.0.0"),
        ('card churn/1.0.0 --set purpose="who leaves, and why"', "| Purpose | who leaves, and why |"),
        ("audit churn --kind promote", "churn@production: 1.0.0 -> 1.1.0"),
        ("audit --verify", "unbroken"),
        ("policy", "no policy was adopted"),
        ("policy --example", "[[gates]]"),
    ],
)
def test_a_call_has_an_answer(repo: Repo, line: str, text: str):
    promoted(repo, "1.0.0")
    promoted(repo, "1.1.0")
    shown = " ".join(str(answer(repo, line)).split())
    assert text in shown


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("models --json", "versions"), ("models churn --json", "versions"),
        ("promote churn/1.0.0 --to staging -m x --json", "gates"),
        ("trace churn/1.0.0 --json", "not_known"), ("audit --json", "moves"),
    ],
)  # fmt: skip
def test_an_answer_as_json_is_read_by_programs(repo: Repo, line: str, key: str):
    data = json.loads(str(answer(repo, line)))
    assert key in (data[0] if isinstance(data, list) else data)


def test_the_end_of_a_deployment_and_a_checkpoint(repo: Repo, tmp_path: Path):
    answer(repo, "deploy churn/1.0.0 --to eu -m go")
    assert "eu: churn/1.0.0 ended" in str(answer(repo, "deploy eu --end -m moved"))
    assert "checkpoint" in str(answer(repo, f"audit --checkpoint {tmp_path / 'cp.json'}"))
    assert "unbroken" in str(answer(repo, f"audit --against {tmp_path / 'cp.json'}"))


def test_a_log_that_was_changed_fails_the_check(repo: Repo):
    repo.refs.move("tags/by-hand", None, repo["v1"].id)
    with pytest.raises(CheckFailed, match="created without an event"):
        answer(repo, "audit --verify")


def test_a_model_is_removed_from_an_alias_and_erased_from_the_log(repo: Repo):
    answer(repo, "promote churn/1.0.0 --alias champion")
    assert "champion: churn/1.0.0 -> none" in str(answer(repo, "promote churn --alias champion --delete"))
    assert "erased" in str(answer(repo, "audit --erase ada -m request"))


@pytest.mark.parametrize(
    "line", ["promote churn", "promote churn --to a --alias b", "approve churn --request --refuse", "deploy churn"]
)
def test_a_call_that_is_not_clear_is_refused(repo: Repo, line: str):
    with pytest.raises(UsageError) as caught:
        answer(repo, line)
    assert caught.value.hint


def test_requests_that_wait_are_listed(repo: Repo):
    answer(repo, "approve churn/1.0.0 --for staging --request")
    assert "waiting: 1.0.0 for staging, asked by Ada" in str(answer(repo, "models churn"))
    assert "1 request" in str(answer(repo, "models"))
    answer(repo, "approve churn/1.0.0 --for staging --refuse -m no")
    assert "waiting" not in str(answer(repo, "models churn"))


def test_a_file_after_adopt_is_refused_with_the_path_of_the_draft(repo: Repo):
    with pytest.raises(UsageError, match=r"not 'mine\.toml'") as caught:
        answer(repo, "policy adopt mine.toml -m x")
    assert caught.value.hint.startswith(f"write it to {policy.draft_path(repo)}")


def test_hooks_are_shown_allowed_and_revoked_by_their_fingerprint(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    own_folders(tmp_path, monkeypatch)
    adopted(repo, hook("before", "promote", "pass") + '[[notify]]\non = ["promote"]\nchannel = "team"\n')
    shown = wide(answer(repo, "policy"))
    fingerprint = shown.partition("%mv_policy allow ")[2].split()[0]
    assert "not allowed by you" in shown
    assert "channel team is notified of promote · it has no address here · %mv_config channel.team ADDRESS" in shown
    assert "allowed: before promote" in wide(answer(repo, f"policy allow {fingerprint}"))
    assert f"you allowed it ({fingerprint})" in wide(answer(repo, "policy"))
    answer(repo, "promote churn/1.0.0 --to staging -m go")
    assert "no longer allowed: before promote" in wide(answer(repo, f"policy revoke {fingerprint}"))
    with pytest.raises(HookNotAllowed):
        answer(repo, "promote churn/1.0.0 --to production -m go")
    for line in ("policy allow", "policy allow zz", "policy revoke zz", "policy adopt zz", "policy --test team"):
        with pytest.raises(UsageError) as caught:
            answer(repo, line)
        assert caught.value.hint


def test_notifications_are_sent_on_request_and_a_channel_is_tried(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    own_folders(tmp_path, monkeypatch)
    adopted(repo, '[[notify]]\non = ["promote"]\nchannel = "team"\n')
    assert "nothing was sent" in str(answer(repo, "policy notify"))
    answer(repo, "promote churn/1.0.0 --to staging -m go")
    assert "promote for team waits: it has no address here" in wide(answer(repo, "policy notify"))
    with Receiver() as receiver:
        answer(repo, f"config channel.team {receiver.webhook}")
        assert "a test message was sent to team" in str(answer(repo, "policy --test team"))
        assert "1 notification sent" in str(answer(repo, "policy notify"))
    assert len(receiver.got) == 2


def test_a_key_is_made_used_pinned_and_unpinned(repo: Repo):
    shown = answer(repo, "policy key")
    key = str(shown.value)
    assert keys.is_key(key)
    assert answer(repo, "policy key").value == key
    assert f"signed {key[:16]}" in " ".join(str(answer(repo, "approve churn/1.0.0 -m read")).split())
    assert answer(repo, f"policy --pin {key}").value.keys() == {key}  # type: ignore[attr-defined]
    assert answer(repo, f"policy --unpin {key}").value == {}
    with pytest.raises(UsageError, match="is no public key"):
        answer(repo, "policy --pin ada")
    with pytest.raises(UsageError, match="cannot be read"):
        answer(repo, "policy key --ssh absent")
    with pytest.raises(UsageError, match="belongs to the action key"):
        answer(repo, "policy --ssh absent")


def test_damage_is_accepted_with_a_reason(repo: Repo):
    repo.refs.move("tags/by-hand", None, repo["v1"].id)
    with pytest.raises(CheckFailed) as caught:
        answer(repo, "audit --verify")
    assert "--accept" in caught.value.hint
    assert "1 problem accepted for ever" in str(answer(repo, "audit --accept -m experiment"))
    assert "unbroken" in str(answer(repo, "audit --verify"))
