"""The card of a dataset has schema, quality, splits, origin, versions and models, and counts what nobody stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from nbmodelver.errors import UnknownName
from nbmodelver.registry import card_formats, data_card, lifecycle, statements
from nbmodelver.repo import open_repo
from tests.registry.samples import registered, study, three, tree
from tests.registry.test_lineage import CELLS

if TYPE_CHECKING:
    from nbmodelver.repo import Repo
    from tests.shells import Shell


def rows(repo: Repo, title: str, name: str = "people", revision: str = "HEAD") -> dict[str, str]:
    found = data_card.data_card(repo, name, revision)
    return dict(next(s for s in found.sections if s.title == title).rows)


@pytest.fixture
def people() -> Repo:
    repo = study()
    frame = pd.DataFrame({"age": [30.0, None, 50.0, 50.0], "Größe": list("smll")})
    repo.commit({"clf": tree(2), "people": frame}, "four")
    repo.commit({"clf": tree(2), "people": frame[:3]}, "three")
    return repo


def test_cap_32_a_data_card_has_schema_missing_values_ranges_and_repeated_rows(people: Repo):
    assert rows(people, "Dataset", revision="v4")["Rows"] == "4"
    columns = rows(people, "Columns", revision="v4")
    assert columns["age"] == "float64, 1 missing, 30 to 50, 2 distinct"
    assert "most frequent l (2)" in columns["Größe"]
    assert rows(people, "Quality", revision="v4") == {"Missing values": "age 1", "Repeated rows": "1"}


def test_cap_32_versions_and_their_differences_are_listed(people: Repo):
    found = rows(people, "Versions")
    assert [k.partition(",")[0] for k in found] == ["v5", "v4"]
    assert "rows 4 → 3" in next(iter(found.values()))


def test_cap_32_splits_and_their_overlap(people: Repo):
    x = np.random.default_rng(0).normal(size=(60, 3))
    people.commit({"X_train": x[:50], "X_test": x[45:]}, "split")
    found = rows(people, "Splits", "X_test")
    assert found["Role"] == "test"
    assert found["X_train and X_test"] == "5 of the 15 rows of X_test also stand in X_train"


def test_cap_32_models_trained_on_the_data_and_the_cells_that_made_it(shell: Shell):
    for cell in CELLS:
        shell.run(cell)
    shell.run("%mv_register churn v1 --model clf")
    repo = open_repo()
    assert "a cell read it" in rows(repo, "Models trained on it", "labels")["churn/1.0.0"]
    assert rows(repo, "Origin", "labels")["cell of v1"] == "labels = rows[:, 0] > 18"


def test_a_model_that_only_keeps_the_data_does_not_claim_to_be_trained_on_it():
    repo = three()
    found = rows(repo, "Models trained on it", "rows")
    assert "no cell shows its use" in found["churn/1.0.0"]
    repo.purge("rows")
    with pytest.raises(UnknownName, match="v3 has no dataset 'rows'"):
        data_card.data_card(repo, "rows", "churn/2.0.0")


def test_what_people_state_is_counted_until_it_is_stated(people: Repo):
    before = data_card.data_card(people, "people").not_stated
    statements.state_data(people, "people", {"source": "<b>survey</b>", "personal_data": "yes"})
    found = data_card.data_card(people, "people")
    assert (before, found.not_stated) == (9, 7)
    assert rows(people, "About the data")["Personal data"] == "yes"
    assert "<b>" not in card_formats.page(found)
    assert "<b>" not in card_formats.markdown(found)


def test_a_name_that_is_no_dataset_is_refused(people: Repo):
    with pytest.raises(UnknownName, match="'clf' is kept as model") as caught:
        data_card.data_card(people, "clf")
    assert caught.value.hint == "it has: people"
    registered(people, "v5")
    lifecycle.archive(people, "churn/1.0.0", "old")
    assert data_card.data_card(people, "people", "churn/1.0.0").title == "people of v5"
