"""What people state about data is kept with its history, sealed, and checked."""

from __future__ import annotations

import pytest

from nbmodelver.errors import UsageError
from nbmodelver.model.cards import NOT_STATED
from nbmodelver.registry import audit, statements
from tests.registry.samples import study, three


def test_a_later_text_replaces_an_earlier_one_of_the_same_dataset():
    repo = study()
    statements.state_data(repo, "rows", {"source": "survey", "licence": "mit"})
    statements.state_data(repo, "rows", {"source": "survey of 2026"})
    statements.state_data(repo, "other", {"source": "web"})
    assert statements.of_data(repo, "rows") == {"source": "survey of 2026", "licence": "mit"}
    statements.state_data(repo, "rows", {"licence": ""})
    assert statements.of_data(repo, "rows") == {"source": "survey of 2026"}
    assert len(repo.moves.log.about("data")) == 4


def test_personal_data_is_yes_no_or_unknown():
    repo = study()
    for answer in ("yes", "no", "unknown"):
        statements.state_data(repo, "rows", {"personal_data": answer})
        assert statements.of_data(repo, "rows") == {"personal_data": answer}
    with pytest.raises(UsageError, match="cannot be 'perhaps'") as caught:
        statements.state_data(repo, "rows", {"personal_data": "perhaps"})
    assert caught.value.hint == "write one of: yes, no, unknown"


def test_unknown_rows_and_long_texts_are_refused_and_nothing_is_kept():
    repo = study()
    with pytest.raises(UsageError, match="a data card has no 'sauce'") as caught:
        statements.state_data(repo, "rows", {"contact": "x", "sauce": "x"})
    assert "source" in caught.value.hint
    with pytest.raises(UsageError, match="longer than"):
        statements.state_data(repo, "rows", {"source": "x" * 6000})
    assert statements.of_data(repo, "rows") == {}


def test_neither_the_name_of_the_dataset_nor_the_text_is_in_clear_and_both_are_erased_with_their_author():
    repo = study()
    statements.state_data(repo, "patients_of_ada", {"contact": "ada@example.org"})
    (event,) = repo.moves.log.about("data")
    assert (event.subject, dict(event.data)) == ("data", {})
    audit.erase(repo, "ada", "request")
    assert statements.of_data(repo, "patients_of_ada") == {}
    assert audit.verify(repo).problems == ()


def test_rows_that_nobody_stated_say_so():
    repo = three()
    statements.state_model(repo, "churn", {"purpose": "offers"})
    rows = statements.rows(statements.of_model(repo, "churn"), statements.MODEL, statements.USE)
    assert rows[:2] == (("Purpose", "offers"), ("Intended users", NOT_STATED))
