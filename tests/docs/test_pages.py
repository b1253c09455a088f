"""What the site makes of a page: other files shown in it, links, and the navigation of an index."""

from __future__ import annotations

from pathlib import Path

import pages
import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("page", "said", "shown"),
    [
        ("panel.md", "[two](environments.md#lanes)", "[two](/environments.md#lanes)"),
        ("howto/x.md", "[panel](../panel.md)", "[panel](/panel.md)"),
        ("encodings.md", "[bytes](../nbmodelver/store/FORMAT.md)", "[bytes](/reference/store-format.md)"),
        ("index.md", "[summary](../README.md)", "[summary](/index.md)"),
        ("index.md", "[the rules](../tests/layers.py)", "the rules (`tests/layers.py`)"),
        ("index.md", "[elsewhere](https://example.org/x)", "[elsewhere](https://example.org/x)"),
        ("index.md", "[broken](no-such-page.md)", "[broken](/no-such-page.md)"),
        ("index.md", "```text\n[code](../README.md)\n```", "```text\n[code](../README.md)\n```"),
    ],
)
def test_a_link_leads_to_the_page_on_the_site(page: str, said: str, shown: str) -> None:
    assert pages.text_of(DOCS / page, said).startswith(shown)


def test_a_page_shows_the_file_that_it_names_with_the_links_of_that_file() -> None:
    text = pages.text_of(DOCS / "reference" / "x.md", "<!-- include: ../../nbmodelver/store/FORMAT.md -->\n\nrest\n")
    assert text.startswith("# The format of a store")
    assert "[codecs/FORMAT.md](/reference/recipe-format.md)" in text
    assert "rest" not in text.splitlines()


def test_an_index_puts_its_pages_into_the_navigation_under_their_headings() -> None:
    text = pages.text_of(
        DOCS / "index.md", "# T\n\n## A\n\n- [one](panel.md): x [no](worlds.md)\n\n## B\n\n| [two](modules.md) |\n"
    )
    first = "```{toctree}\n:hidden:\n:caption: A\n\npanel.md\n```\n"
    assert text.endswith(f"{first}\n\n{first.replace('A', 'B').replace('panel', 'modules')}")


def test_a_page_shows_the_sections_of_another_file_that_it_names() -> None:
    text = pages.text_of(DOCS / "explanation" / "x.md", "# T\n\n<!-- sections: ../../README.md: Promises, Limits -->\n")
    assert [line for line in text.splitlines() if line.startswith("#")] == ["# T", "## Promises", "## Limits"]
    assert "[durability](/durability.md)" in text


def test_a_page_that_is_no_index_has_no_navigation_of_its_own() -> None:
    assert "toctree" not in pages.text_of(DOCS / "panel.md", "- [one](worlds.md)\n")


def test_a_table_of_the_code_stands_where_the_page_asks_for_it() -> None:
    text = pages.text_of(DOCS / "reference" / "settings.md", "before\n\n<!-- table: settings -->\n\nafter")
    assert "| `max_value_mb` | `4000` |" in text
    assert text.startswith("before")
