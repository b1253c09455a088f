"""Names of the members of a bundle: which are allowed on every system, and how variables get one."""

from __future__ import annotations

import pytest

from nbmodelver.bundle.names import file_names, is_allowed, is_module

PART = "ab" * 20


@pytest.mark.parametrize(
    "name",
    [
        "bundle.json", "notebook.ipynb", "store/record.json", f"store/parts/{PART}", f"store/parts/{PART}.zst",
        "variables/df.parquet", "modules/src/own.py",
    ],
)  # fmt: skip
def test_known_members_are_allowed(name: str) -> None:
    assert is_allowed(name)


@pytest.mark.parametrize(
    "name",
    [
        "", "other.txt", "/bundle.json", "../bundle.json", "variables/../x", "variables/", "variables/a/b",
        "variables/.x", "variables/con", "variables/NUL.txt", "variables/a.", "variables/a b", "variables\\a",
        "store/parts/xyz",
        f"store/parts/{PART.upper()}", "modules/x.txt", "modules/../x.py", "modules//x.py", "modules/aux.py",
        "modules/.x/y.py", "variables/ä", f"variables/{'x' * 130}", "variables/a\n",
    ],
)  # fmt: skip
def test_p4_anything_else_is_refused(name: str) -> None:
    assert not is_allowed(name)


def test_a_module_has_a_path_of_a_bounded_length() -> None:
    assert is_module("a/b.py")
    assert not is_module(f"{'a/' * 200}b.py")


def test_variables_get_a_file_of_their_name_unless_it_cannot_be_one() -> None:
    assert file_names(["df", "DF", "con", "größe", "x" * 81, "variable-3"]) == {
        "df": "df", "DF": "DF-2", "con": "variable-3", "größe": "variable-4", "x" * 81: "variable-5",
        "variable-3": "variable-6",
    }  # fmt: skip
