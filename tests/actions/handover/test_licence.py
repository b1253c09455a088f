"""The licence of a model: an identifier is checked for its form and written; no text of a licence is made."""

from __future__ import annotations

import pytest

from nbmodelver.actions.handover import licence
from nbmodelver.errors import UsageError
from nbmodelver.model.cards import NOT_STATED, Card, CardSection


@pytest.mark.parametrize("text", ["MIT", "Apache-2.0", "GPL-2.0+", "LicenseRef-Acme.7"])
def test_an_identifier_is_a_file_with_nothing_else(text: str) -> None:
    licence.require_identifier(text)
    assert licence.note_file(text) == {f"LICENSE-{text}": f"SPDX-License-Identifier: {text}\n"}
    assert licence.note_file("") == {}


@pytest.mark.parametrize("text", ["MIT or Apache-2.0", "../x", "a/b", "MIT\n", "-", "", "x" * 65])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no SPDX identifier"):
        licence.require_identifier(text)


def test_an_identifier_that_is_not_known_gets_a_note() -> None:
    assert licence.unknown_note("MTI") == "'MTI' is not known here: compare it with spdx.org/licenses"
    assert [licence.unknown_note(text) for text in ("MIT", "LicenseRef-x", "")] == ["", "", ""]


def card(text: str) -> Card:
    sections = (
        CardSection("Use", (("Purpose", NOT_STATED), ("Licence", text)), by_hand=True),
        CardSection("Data", (("Licence", "of the data"),)),
    )
    return Card("churn/1.0.0", sections, {"license": "mit", "nbmodelver": {"model": "churn"}})


@pytest.mark.parametrize("stated", [NOT_STATED, "mit"])
def test_a_card_states_the_licence(stated: str) -> None:
    found = licence.on_card(card(stated), "MIT")
    assert found.sections[0].rows == (("Purpose", NOT_STATED), ("Licence", "MIT"))
    assert found.sections[1].rows == (("Licence", "of the data"),)
    assert found.front_matter == {"license": "mit", "nbmodelver": {"model": "churn"}}


def test_a_card_that_states_another_licence_is_not_overruled() -> None:
    with pytest.raises(UsageError, match=r"the card of churn/1\.0\.0 states the licence 'mit'") as caught:
        licence.on_card(card("mit"), "Apache-2.0")
    assert "%mv_card churn --set licence=Apache-2.0" in str(caught.value.hint)
