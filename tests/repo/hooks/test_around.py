"""A hook before a verb can stop it, a hook after it cannot, and none runs that its user did not allow."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import HookFailed, HookNotAllowed, HookNotRun, RefMoved
from nbmodelver.registry import hooks, lifecycle, policy, reading
from nbmodelver.repo.hooks import around, process
from tests.registry.hooked import allowed, hook, outcomes, own_folders
from tests.registry.samples import adopted, on_disk, promoted, registered, three

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo

WRITES = "import sys; open('ran.json', 'a').write(sys.stdin.read() + chr(10))"
FAILS = "import sys; print('no production on Fridays'); sys.exit(4)"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    own_folders(tmp_path, monkeypatch)
    return three(on_disk(tmp_path))


def _ran(folder: Path) -> list[dict[str, object]]:
    path = folder / "ran.json"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_hook_that_was_not_allowed_stops_the_verb_and_shows_its_command(study: Repo, tmp_path: Path):
    adopted(study, hook("before", "promote", WRITES))
    with pytest.raises(HookNotAllowed) as caught:
        promoted(study, "1.0.0")
    (state,) = hooks.states(study, policy.in_force(study))
    assert "open(" in caught.value.message
    assert caught.value.hint.endswith(f"%mv_policy allow {state.fingerprint}")
    assert (_ran(tmp_path), reading.holders(study, "stages/", "churn")) == ([], {})
    assert outcomes(study) == [("before", "promote", "not allowed")]


def test_an_allowed_hook_gets_the_facts_and_the_verb_goes_on(study: Repo, tmp_path: Path):
    allowed(study, hook("before", "promote", WRITES) + hook("after", "promote", WRITES))
    promoted(study, "1.0.0", "staging")
    promoted(study, "1.1.0", "staging")
    documents = _ran(tmp_path)
    assert [d["when"] for d in documents] == ["before", "after"] * 2
    document = documents[2]
    wanted = {
        "verb": "promote", "store": study.where, "why": "a reason", "name": "v2", "names": ["clf", "rows"],
        "model": "churn", "address": "churn/1.1.0", "stage": "staging", "from": "churn/1.0.0", "to": "churn/1.1.0",
        "version": study["v2"].id, "format": 1,
    }  # fmt: skip
    assert {k: document[k] for k in wanted} == wanted
    assert outcomes(study) == [("before", "promote", "pass"), ("after", "promote", "pass")] * 2


def test_a_hook_that_fails_stops_the_verb_and_leaves_everything(study: Repo):
    text = "".join(hook("before", verb, FAILS) for verb in ("promote", "back", "deprecate", "archive", "register"))
    promoted(study, "1.0.0")
    promoted(study, "1.1.0")
    allowed(study, text)
    from nbmodelver.registry import promote

    before = study.refs.all()
    for call in (
        lambda: promoted(study, "2.0.0"),
        lambda: promote.back(study, "churn", "production", "back"),
        lambda: lifecycle.deprecate(study, "churn/1.0.0", "old"),
        lambda: lifecycle.archive(study, "churn/1.0.0", "old"),
        lambda: registered(study, "v1", "other"),
    ):
        with pytest.raises(HookFailed, match=r"status 4 \(no production on Fridays\); nothing was changed"):
            call()
    assert study.refs.all() == before, "events of hooks move no ref"
    event = next(study.moves.log.newest())
    assert (event.data["status"], event.private["said"]) == (4, "no production on Fridays")


def test_cheap_checks_come_first_and_a_dry_run_runs_no_hook(study: Repo, tmp_path: Path):
    allowed(study, hook("before", "promote", WRITES) + '[[gates]]\nto = "production"\nrequire = "metrics.f1 > 2"\n')
    from nbmodelver.errors import GateFailed

    with pytest.raises(GateFailed):
        promoted(study, "1.0.0")
    promoted(study, "1.0.0", is_dry=True)
    assert _ran(tmp_path) == []


def test_case_14_a_hook_that_hangs_is_killed_and_no_lock_was_held(study: Repo, tmp_path: Path):
    code = "import time; open('began', 'w').close(); time.sleep(600)"
    allowed(study, hook("before", "promote", code, limit_s=3))
    before = study.refs.all()
    locked: list[str] = []
    lock = study.backend.lock

    def watched(name: str, *arguments: object, **named: object) -> object:
        locked.append(f"{name}{(tmp_path / 'began').exists()}")
        return lock(name, *arguments, **named)  # type: ignore[arg-type]

    study.backend.lock = watched  # type: ignore[method-assign,assignment]
    with pytest.raises(HookFailed, match="did not end within 3 s and was killed"):
        promoted(study, "1.0.0")
    assert (study.refs.all(), outcomes(study)) == (before, [("before", "promote", "late")])
    assert not [name for name in locked if name.startswith(("moves", "refs", "swap"))]


def test_case_15_a_hook_that_uses_nbmodelver_on_the_same_store_meets_no_lock_and_no_hook(study: Repo):
    code = (
        "import json, sys; d = json.load(sys.stdin)\n"
        "import nbmodelver as mv; repo = mv.open(d['store'])\n"
        "from nbmodelver.registry.promote import PromoteRequest, promote\n"
        "repo.tag('seen-by-hook', d['version'])\n"
        "promote(repo, PromoteRequest('churn/2.0.0', 'staging', 'from a hook'))\n"
    )
    allowed(study, hook("before", "promote", code))
    promoted(study, "1.0.0")
    assert "seen-by-hook" in study.history.tags()
    assert reading.holders(study, "stages/", "churn") == {"production": "1.0.0", "staging": "2.0.0"}
    assert outcomes(study) == [("before", "promote", "skipped"), ("before", "promote", "pass")]


def test_a_hook_that_moves_the_same_stage_makes_the_verb_lose_the_race(study: Repo):
    code = (
        "import json, sys; d = json.load(sys.stdin)\n"
        "import nbmodelver as mv; from nbmodelver.registry.promote import PromoteRequest, promote\n"
        "promote(mv.open(d['store']), PromoteRequest('churn/2.0.0', 'production', 'from a hook'))\n"
    )
    allowed(study, hook("before", "promote", code))
    with pytest.raises(RefMoved, match="from a hook"):
        promoted(study, "1.0.0")


def test_a_hook_after_a_verb_cannot_fail_it(study: Repo, tmp_path: Path):
    allowed(study, hook("after", "promote", FAILS))
    with pytest.warns(HookNotRun, match="no production on Fridays"):
        promoted(study, "1.0.0")
    adopted(study, hook("after", "promote", WRITES))
    with pytest.warns(HookNotRun, match="(?s)you have not allowed it.*%mv_policy allow"):
        promoted(study, "1.1.0")
    assert reading.holders(study, "stages/", "churn") == {"production": "1.1.0"}
    assert _ran(tmp_path) == []
    assert outcomes(study) == [("after", "promote", "fail"), ("after", "promote", "not allowed")]


def test_warnings_that_are_errors_and_an_interrupt_do_not_fail_it_either(study: Repo, monkeypatch: pytest.MonkeyPatch):
    allowed(study, hook("after", "promote", FAILS))
    promoted(study, "1.0.0")  # Warnings are errors in these tests.

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(around, "run", interrupted)
    with pytest.warns(HookNotRun, match="were interrupted; promote is done"):
        promoted(study, "1.1.0")


def test_a_changed_script_or_policy_needs_consent_again(study: Repo, tmp_path: Path):
    script = tmp_path / "smoke.py"
    script.write_text("print('one')")
    allowed(study, f'[[hooks]]\nbefore = "promote"\nrun = ["{sys.executable}", "smoke.py"]\n')
    promoted(study, "1.0.0")
    script.write_text("print('two')")
    with pytest.raises(HookNotAllowed):
        promoted(study, "1.1.0")
    script.write_text("print('one')")
    promoted(study, "1.1.0")


def test_case_27_the_hooks_of_a_copy_of_a_store_do_not_run_by_themselves(study: Repo, tmp_path: Path):
    import shutil

    from nbmodelver.repo import open_repo

    allowed(study, hook("before", "load", WRITES))
    from nbmodelver.registry.loading import load

    load("churn/1.0.0", store=study)
    shutil.copytree(tmp_path / ".nbmodelver", tmp_path / "clone" / ".nbmodelver")
    with pytest.raises(HookNotAllowed):
        load("churn/1.0.0", store=open_repo(tmp_path / "clone"))
    assert (len(_ran(tmp_path)), _ran(tmp_path / "clone")) == (1, [])


def test_a_function_of_an_installed_package_gets_the_facts(
    study: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "our_hooks.py").write_text("def smoke(d): return None if d['why'] == 'good' else 'why not?'")
    allowed(study, '[[hooks]]\nbefore = "deprecate"\ncall = "our_hooks:smoke"\n')
    with pytest.raises(HookFailed, match="No module named 'our_hooks'"):
        lifecycle.deprecate(study, "churn/1.0.0", "good")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "lib"))  # Where an installed package would be.
    with pytest.raises(HookFailed, match="why not"):
        lifecycle.deprecate(study, "churn/1.0.0", "bad")
    assert lifecycle.deprecate(study, "churn/1.0.0", "good").state is not None


def test_no_secret_of_the_environment_reaches_the_document(
    study: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OUR_API_KEY", "correct-horse-battery")
    allowed(study, hook("before", "deprecate", WRITES))
    lifecycle.deprecate(study, "churn/1.0.0", "key correct-horse-battery leaked")
    assert _ran(tmp_path)[0]["why"] == "key [secret] leaked"
    assert process.MARK == "NBMODELVER_HOOK"
