"""The front matter has the keys and the types that the Hub documents, and only what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from nbmodelver.registry import card, card_formats, card_front, data_card, statements
from tests.registry.samples import busy, registered, study

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS = (str,)
SCHEMA_MODEL: Mapping[str, tuple[type, ...]] = {
    "language": (str, list), "license": TEXTS, "license_name": TEXTS, "license_link": TEXTS, "library_name": TEXTS,
    "tags": (list,), "datasets": (str, list), "metrics": (list,), "base_model": (str, list), "pipeline_tag": TEXTS,
    "model_name": TEXTS, "nbmodelver": (dict,),
}  # fmt: skip
"""Key -> types, of huggingface.co/docs/hub/model-cards and ModelCardData; and our own key, which readers keep."""
SCHEMA_DATA: Mapping[str, tuple[type, ...]] = {
    "pretty_name": TEXTS, "license": TEXTS, "license_name": TEXTS, "size_categories": (list,), "tags": (list,),
    "nbmodelver": (dict,),
}  # fmt: skip


def read(markdown: str) -> dict[str, Any]:
    """What a reader of the Hub reads: the YAML between the first two lines of three dashes."""
    assert markdown.startswith("---\n")
    matter = yaml.safe_load(markdown.split("---\n", 2)[1])
    assert isinstance(matter, dict)
    return matter


def valid(matter: Mapping[str, Any], schema: Mapping[str, tuple[type, ...]]) -> bool:
    lists = [v for k, v in matter.items() if isinstance(v, list)]
    texts = all(isinstance(item, str) and item for v in lists for item in v)
    return texts and all(key in schema and isinstance(value, schema[key]) for key, value in matter.items())


def test_the_front_matter_of_a_model_card_has_the_form_of_the_hub():
    repo = busy()
    statements.state_model(repo, "churn", {"licence": "MIT", "purpose": "---\nlicense: evil"})
    matter = read(card_formats.markdown(card.card(repo, "churn/1.0.0")))
    assert valid(matter, SCHEMA_MODEL)
    assert (matter["license"], matter["library_name"]) == ("mit", "sklearn")


def test_the_front_matter_of_a_data_card_has_the_form_of_the_hub():
    repo = busy()
    statements.state_data(repo, "rows", {"licence": "our own"})
    matter = read(card_formats.markdown(data_card.data_card(repo, "rows", "v1")))
    assert valid(matter, SCHEMA_DATA)
    assert (matter["license"], matter["license_name"]) == ("other", "our own")
    assert matter["size_categories"] == ["n<1K"]


def test_a_wrong_type_would_be_found():
    assert not valid({"tags": "x"}, SCHEMA_MODEL)
    assert not valid({"model-index": []}, SCHEMA_MODEL)


def test_several_base_models_are_a_list_and_those_of_this_store_are_left_out():
    bases = ["hf:a/b@1", "hf:c/d", "churn/1.0.0"]
    made = card_front.model("torch.nn", licence_text="", bases=bases, metrics=(), own={"model": "churn"})
    assert (made["base_model"], made["library_name"]) == (["a/b", "c/d"], "pytorch")
    assert not {"license", "metrics"} & made.keys()


@pytest.mark.parametrize(("rows", "name"), [(999, "n<1K"), (1000, "1K<n<10K"), (5 * 10**9, "n>1B")])
def test_sizes_have_the_categories_of_the_hub(rows: int, name: str):
    assert card_front.size_category(rows) == name


def test_a_base_model_is_in_the_front_matter_of_a_registered_version():
    repo = study()
    registered(repo, "v1", bases=["hf:org/base@3f9c"])  # type: ignore[arg-type]
    assert read(card_formats.markdown(card.card(repo, "churn")))["base_model"] == "org/base"
