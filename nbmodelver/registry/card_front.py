"""The front matter of cards: the keys that the Hugging Face Hub reads. What is not known is left out.

Source: huggingface.co/docs/hub, "Model Cards" and "Dataset Cards". An incomplete `model-index` would stop a reader of
the Hub's library, so it is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbmodelver.model import Json

_LICENCES = (
    "apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0 "
    "bigcode-openrail-m afl-3.0 artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda cc cc0-1.0 "
    "cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 "
    "cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0 "
    "cdla-permissive-1.0 cdla-permissive-2.0 wtfpl ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 eupl-1.2 agpl-3.0 gfdl "
    "gpl gpl-2.0 gpl-3.0 lgpl lgpl-2.1 lgpl-3.0 isc lppl-1.3c ms-pl mpl-2.0 odc-by odbl openrail++ osl-3.0 postgresql "
    "ofl-1.1 ncsa unlicense zlib pddl unknown other"
)
LICENCES = frozenset(_LICENCES.split())
"""The identifiers of licences that the Hub knows."""
SIZES = (
    (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"), (1_000_000_000, "100M<n<1B"),
)  # fmt: skip
LARGEST = "n>1B"
LIBRARIES = {"sklearn": "sklearn", "torch": "pytorch"}


def licence(text: str) -> dict[str, Json]:
    """Return the keys for a licence: an identifier of the Hub, else "other" with the text as its name."""
    plain = text.strip().lower()
    if not plain:
        return {}
    return {"license": plain} if plain in LICENCES else {"license": "other", "license_name": text.strip()}


def model(
    module: str, *, licence_text: str, bases: Iterable[str], metrics: Iterable[str], own: dict[str, Json]
) -> dict[str, Json]:
    """Return the front matter of a model card.

    module: of the class of the value. bases: base models, those of the Hub as "hf:OWNER/NAME@REVISION". own: what
    nbmodelver reads.
    """
    hub = [base.removeprefix("hf:").partition("@")[0] for base in bases if base.startswith("hf:")]
    library = module.partition(".")[0]
    optional: dict[str, Json] = {
        "library_name": LIBRARIES.get(library, library),
        **licence(licence_text),
        "base_model": hub[0] if len(hub) == 1 else [*hub],
        "metrics": [*metrics],
    }
    return {**{k: v for k, v in optional.items() if v}, "tags": ["nbmodelver", str(own["model"])], "nbmodelver": own}


def dataset(name: str, *, rows: int, licence_text: str, own: dict[str, Json]) -> dict[str, Json]:
    """Return the front matter of a data card. rows: 0 if their number is not known."""
    size: dict[str, Json] = {"size_categories": [size_category(rows)]} if rows else {}
    return {"pretty_name": name, **licence(licence_text), **size, "tags": ["nbmodelver"], "nbmodelver": own}


def size_category(rows: int) -> str:
    """Return the size category of the Hub for a number of rows."""
    return next((name for limit, name in SIZES if rows < limit), LARGEST)
