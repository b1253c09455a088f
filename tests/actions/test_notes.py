"""Notes of versions as actions: which version and which text the words mean; accepted findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from nbmodelver.actions import notes
from nbmodelver.actions.notes import NoteRequest
from nbmodelver.errors import UnknownVersion, UsageError

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def test_a_note_is_shown_set_and_removed(repo: Repo) -> None:
    repo.commit({"a": 1}, note="as committed")
    repo.commit({"a": 2})
    assert (notes.note(repo, NoteRequest("v1")).note, notes.note(repo, NoteRequest()).note) == ("as committed", "")
    done = notes.note(repo, NoteRequest("v1", "changed"))
    assert (done.version.name, done.note, done.before) == ("v1", "changed", "as committed")
    notes.note(repo, NoteRequest("v1", ""))
    assert repo.history.note(repo["v1"]) == ""


def test_one_text_of_several_words_is_a_note_of_the_current_version(repo: Repo) -> None:
    repo.commit({"a": 1})
    done = notes.note(repo, NoteRequest("two words"))
    assert (done.version.name, done.note) == ("v1", "two words")


def test_one_word_is_a_version_and_never_a_note_by_mistake(repo: Repo) -> None:
    repo.commit({"a": 1})
    with pytest.raises(UnknownVersion) as caught:
        notes.note(repo, NoteRequest("vv1"))
    assert caught.value.hint == 'for a note of one word: %mv_note HEAD "vv1"'
    with pytest.raises(UnknownVersion, match="v9"):
        notes.note(repo, NoteRequest("v9", "text"))
    assert repo.history.note(repo["v1"]) == ""


def test_a_finding_is_accepted_with_one_reason(repo: Repo) -> None:
    rows = pd.DataFrame(np.random.default_rng(0).normal(size=(300, 4)))
    repo.commit({"X_train": rows, "X_test": rows[:60].reset_index(drop=True)})
    repo.check()
    assert repo.findings().of("alarm")
    with pytest.raises(UsageError, match="needs a reason"):
        notes.accept(repo, "leak:X_train,X_test", (None, None))
    with pytest.raises(UsageError) as caught:
        notes.accept(repo, "leak:X_train,X_test", ("a", "sample"))
    assert caught.value.hint == 'put it in quotes: %mv_note --accept leak:X_train,X_test "a sample"'
    assert notes.accept(repo, "leak:X_train,X_test", ("a sample", None)) == "a sample"
    assert not repo.findings().of("alarm")
    assert repo.findings().found[0].accepted == "a sample"
