"""An archived version is refused, a deprecated one is named, and a forced use is an event."""

from __future__ import annotations

import pytest

from nbmodelver.errors import ArchivedVersion, RefusedVersion
from nbmodelver.registry import lifecycle, usable
from tests.registry.samples import adopted, study


def test_an_active_version_needs_nothing():
    repo = study()
    assert usable.notes_or_refusal(repo, repo["v1"], "%mv_rollback v1") == ()
    usable.record_forced(repo, repo["v1"], "why")
    assert repo.moves.log.count() == 0


def test_a_deprecated_version_is_named_or_refused_as_the_policy_says():
    repo = study()
    lifecycle.deprecate(repo, "v1", "leaked rows")
    assert usable.notes_or_refusal(repo, repo["v1"], "%mv_rollback v1") == ("v1 is deprecated: leaked rows",)
    adopted(repo, 'states = { deprecated = "refuse" }')
    with pytest.raises(RefusedVersion) as caught:
        usable.notes_or_refusal(repo, repo["v1"], "%mv_rollback v1")
    assert "%mv_rollback v1 --force WHY" in caught.value.hint


def test_a_forced_use_of_an_archived_version_is_an_event():
    repo = study()
    lifecycle.archive(repo, "v1", "licence ended")
    with pytest.raises(ArchivedVersion, match="licence ended"):
        usable.notes_or_refusal(repo, repo["v1"], "%mv_rollback v1")
    assert usable.notes_or_refusal(repo, repo["v1"], "%mv_rollback v1", "court case") == ()
    usable.record_forced(repo, repo["v1"], "court case")
    event = next(repo.moves.log.newest())
    assert (event.kind, event.why, event.data["forced"]) == ("access", "court case", True)
