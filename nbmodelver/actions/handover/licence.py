"""The licence of a model that is handed over: an SPDX identifier that the user states. No text of a licence is made."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from nbmodelver.errors import UsageError
from nbmodelver.model.cards import NOT_STATED, CardSection
from nbmodelver.registry import card_front

if TYPE_CHECKING:
    from nbmodelver.model.cards import Card

IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*\+?")
"""An identifier of https://spdx.org/licenses, or a LicenseRef (SPDX 2.3, annex D)."""
LABEL = "Licence"


def require_identifier(text: str) -> None:
    """Raise UsageError if a text is no SPDX identifier."""
    if not IDENTIFIER.fullmatch(text) or len(text) > 64:
        raise UsageError(f"'{text}' is no SPDX identifier", "use one of spdx.org/licenses: --license Apache-2.0")


def unknown_note(text: str) -> str:
    """Return a note for an identifier that is not among those of the Hub, "" for another one."""
    is_known = text.lower() in card_front.LICENCES or text.startswith("LicenseRef-")
    return "" if is_known or not text else f"'{text}' is not known here: compare it with spdx.org/licenses"


def note_file(text: str) -> dict[str, str]:
    """Return the file that states the licence, by its name."""
    return {f"LICENSE-{text}": f"SPDX-License-Identifier: {text}\n"} if text else {}


def on_card(card: Card, text: str) -> Card:
    """Return a card that states the licence. Raises UsageError if people stated another one."""
    stated = next((t for s in card.sections if s.by_hand for label, t in s.rows if label == LABEL), NOT_STATED)
    if stated not in (NOT_STATED, text) and stated.strip().lower() != text.lower():
        model = str(card.front_matter.get("nbmodelver", {}).get("model", ""))  # type: ignore[union-attr]
        raise UsageError(
            f"the card of {card.title} states the licence '{stated}'",
            f"leave --license out, or change the card: %mv_card {model} --set licence={text}",
        )
    front = {k: v for k, v in card.front_matter.items() if k not in ("license", "license_name")}
    return replace(
        card,
        sections=tuple(_stated(s, text) for s in card.sections),
        front_matter={**card_front.licence(text), **front},
    )


def _stated(section: CardSection, text: str) -> CardSection:
    if not section.by_hand:
        return section
    rows = tuple((label, text if label == LABEL else said) for label, said in section.rows)
    return replace(section, rows=rows)
