"""A checkpoint elsewhere proves what the store alone cannot: that its log was not cut off or rewritten."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from nbmodelver.catalogue.events import keys
from nbmodelver.catalogue.events.log import key_of
from nbmodelver.errors import MissingLibrary, UsageError
from nbmodelver.registry import audit, checkpoints
from nbmodelver.repo import Repo
from nbmodelver.repo.core.moves import EVENTS
from tests.registry.samples import on_disk, promoted, three

if TYPE_CHECKING:
    from pathlib import Path

    from tests.registry.signed import Keys


def test_a_checkpoint_elsewhere_finds_an_end_that_was_cut_off_with_its_refs(tmp_path: Path):
    repo = three()
    before = {ref: repo.refs.get(ref) for ref in (EVENTS, "stages/churn/production")}
    promoted(repo, "1.0.0")
    made = checkpoints.make(repo, str(tmp_path / "cp.json"))
    assert checkpoints.read(repo, str(tmp_path / "cp.json")) == [made]
    assert audit.verify(repo, tmp_path / "cp.json").problems == ()
    for event in list(repo.moves.log.newest())[:2]:  # The checkpoint's own event and the promotion.
        repo.backend.delete(key_of(event.writer, event.sequence))
    for ref, value in before.items():
        now = repo.refs.get(ref)
        if value is None:
            repo.refs.delete(ref)
        else:
            repo.refs.move(ref, now, value)
    cut = Repo(repo.backend)
    assert audit.verify(cut).problems == ()  # Nothing in the store contradicts it.
    problems = [p.what for p in audit.verify(cut, tmp_path / "cp.json").problems]
    assert any("is missing" in p for p in problems)
    assert "the checkpoint counts 4 events, the log 3" in problems


def test_a_checkpoint_of_another_store_or_another_file_is_refused(tmp_path: Path):
    checkpoints.make(three(), str(tmp_path / "cp.json"))
    other = three()
    assert "another store" in audit.verify(other, tmp_path / "cp.json").problems[0].what
    with pytest.raises(UsageError, match="exists"):
        checkpoints.make(other, str(tmp_path / "cp.json"))
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(UsageError, match="is no checkpoint"):
        audit.verify(other, tmp_path / "x.json")


def test_a_damaged_log_gets_no_checkpoint(tmp_path: Path):
    repo = three()
    event = next(repo.moves.log.newest())
    repo.backend.delete(key_of(event.writer, event.sequence))
    with pytest.raises(UsageError, match="problems"):
        checkpoints.make(Repo(repo.backend), str(tmp_path / "cp.json"))
    assert not (tmp_path / "cp.json").exists()


def test_the_fingerprint_of_a_checkpoint_has_eight_digits():
    digits = checkpoints.make(three()).fingerprint.replace("-", "")
    assert len(digits) == 8
    assert int(digits, 16) >= 0


def test_a_checkpoint_is_signed_and_a_changed_one_is_found(tmp_path: Path, signing: Keys):
    repo = three()
    signing.use("ada")
    path = tmp_path / "cp.json"
    made = checkpoints.make(repo, str(path))
    assert made.key == signing.of("ada")
    found = audit.verify(repo, path)
    assert (found.problems, found.checkpoints[0].key, found.unknown_keys) == ((), made.key, ())
    assert next(repo.moves.log.newest()).signature is not None
    signing.use(None)
    assert audit.verify(repo, path).unknown_keys == (made.key,)
    data = json.loads(path.read_text())
    path.write_text(json.dumps({**data, "events": 1}))
    assert "is not signed with the key" in audit.verify(repo, path).problems[0].what
    path.write_text(json.dumps({**data, "key": "ed25519:short"}))
    with pytest.raises(UsageError, match="is no checkpoint"):
        audit.verify(repo, path)


def test_the_signature_of_an_event_is_none_of_a_checkpoint(signing: Keys):
    assert keys.EVENT != keys.CHECKPOINT
    private = signing.private("ada")
    assert not keys.is_valid(private.public, private.sign(keys.EVENT + b"x"), keys.CHECKPOINT + b"x")


def test_without_the_library_a_signed_checkpoint_is_still_compared(
    tmp_path: Path, signing: Keys, monkeypatch: pytest.MonkeyPatch
):
    repo = three()
    signing.use("ada")
    checkpoints.make(repo, str(tmp_path / "cp.json"))

    def missing() -> None:
        raise MissingLibrary("no library")

    monkeypatch.setattr(keys, "_library", missing)
    found = audit.verify(repo, tmp_path / "cp.json")
    assert (found.problems, found.unchecked) == ((), 1)


def test_checkpoints_are_published_as_git_tags_and_compared_with_all_of_them(tmp_path: Path):
    repo = three(on_disk(tmp_path))
    with pytest.raises(UsageError, match="Git refused") as caught:
        checkpoints.make(repo, "git")
    assert "--checkpoint FILE" in caught.value.hint
    for command in ("init -q", "config user.name Ada", "config user.email a@b", "commit -q --allow-empty -m x"):
        subprocess.run(["git", "-C", str(tmp_path), *command.split(" ")], check=True)
    with pytest.raises(UsageError, match="no tag with a checkpoint"):
        audit.verify(repo, "git")
    first = checkpoints.make(repo, "git")
    promoted(repo, "1.0.0")
    second = checkpoints.make(repo, "git")
    found = audit.verify(repo, "git")
    assert found.problems == ()
    assert {c.fingerprint for c in found.checkpoints} == {first.fingerprint, second.fingerprint}
    for event in list(repo.moves.log.newest())[:1]:
        repo.backend.delete(key_of(event.writer, event.sequence))
    assert audit.verify(Repo(repo.backend), "git").problems == ()  # The checkpoint's own event is in no checkpoint yet.
    for event in list(Repo(repo.backend).moves.log.newest())[:1]:
        repo.backend.delete(key_of(event.writer, event.sequence))
    assert any("of the checkpoint of" in p.what for p in audit.verify(Repo(repo.backend), "git").problems)
