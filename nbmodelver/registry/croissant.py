"""A data card as Croissant, the JSON-LD of MLCommons for datasets.

Source: docs.mlcommons.org/croissant, specification 1.0, and its vocabulary for responsible AI. The card names no file,
because a version keeps parts and not files: who publishes the data adds `url` and `distribution`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.model import Json
    from nbmodelver.model.cards import CardColumn, DataCard

CONFORMS = ("http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0")
CONTEXT: dict[str, Json] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
STATED = {
    "purpose": "description",
    "licence": "license",
    "collection": "rai:dataCollection",
    "personal_data": "rai:personalSensitiveInformation",
    "retention": "rai:dataReleaseMaintenancePlan",
}
"""What people stated -> the property of Croissant. What nobody stated is left out."""
TYPES = (
    (re.compile(r"bool", re.IGNORECASE), "sc:Boolean"),
    (re.compile(r"u?int", re.IGNORECASE), "sc:Integer"),
    (re.compile(r"float|double|decimal", re.IGNORECASE), "sc:Float"),
    (re.compile(r"datetime|timestamp", re.IGNORECASE), "sc:DateTime"),
    (re.compile(r"date", re.IGNORECASE), "sc:Date"),
)
"""What a dtype begins with -> the type of the field. Any other dtype is text."""


def croissant(card: DataCard) -> dict[str, Json]:
    """Return the card as a JSON-LD document."""
    stated: dict[str, Json] = {name: card.stated[key] for key, name in STATED.items() if key in card.stated}
    ids = _ids(card)
    records: dict[str, Json] = {
        "@type": "cr:RecordSet", "@id": card.name, "name": card.name,
        "field": [_field(card.name, id_, column) for id_, column in ids.items()],
    }  # fmt: skip
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [*CONFORMS],
        "name": card.name,
        **stated,
        "version": card.digest,
        "datePublished": card.saved_at_utc[:10],
        **({"recordSet": [records]} if ids else {}),
    }


def text(card: DataCard) -> str:
    """Return the document as a text."""
    return json.dumps(croissant(card), indent=1, ensure_ascii=False) + "\n"


def _ids(card: DataCard) -> Mapping[str, CardColumn]:
    """Return an id for each column, its name or its position."""
    return {f"{card.name}/{c.name or at}": c for at, c in enumerate(card.columns)}


def _field(dataset: str, id_: str, column: CardColumn) -> Json:
    return {
        "@type": "cr:Field", "@id": id_, "name": id_.removeprefix(f"{dataset}/"),
        "dataType": next((kind for begin, kind in TYPES if begin.match(column.dtype)), "sc:Text"),
    }  # fmt: skip
