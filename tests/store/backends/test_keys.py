"""The syntax of keys."""

import pytest

from nbmodelver.errors import StoreError
from nbmodelver.store.backends.keys import check, check_prefix, is_key


@pytest.mark.parametrize("key", ["format", "packs/0a", "refs/a.b-c_d", "a/b/c/d", "a" * 128])
def test_a_valid_key_is_returned(key):
    assert check(key) == key


@pytest.mark.parametrize(
    "key",
    [
        "", "/", "/packs", "packs/", "packs//a", "../a", "packs/../a", "a/b/c/d/e", "Packs/a", "packs/a b", "packs/.a",
        "packs/a.", "a" * 129, "packs\\a", "packs/a\0", "packs/ä", "tmp/a", "locks/a", "catalogue/a", "tmp",
        "packs/a\n",
    ],
)  # fmt: skip
def test_a_key_that_could_lead_out_of_the_store_or_into_a_folder_of_its_own_is_refused(key):
    with pytest.raises(StoreError, match="is not a valid key"):
        check(key)


@pytest.mark.parametrize("key", ["tmpx/a", "packs/tmp", "packs/locks"])
def test_only_the_first_step_is_reserved(key):
    assert check(key) == key


def test_a_name_is_a_key_or_not():
    assert is_key("packs/0a")
    assert not [text for text in ("", "READ ME", "../a", "tmp/a", "a.") if is_key(text)]


@pytest.mark.parametrize("prefix", ["", "packs/", "packs/0", "a/b/c/", "pa"])
def test_the_beginning_of_keys_is_returned(prefix):
    assert check_prefix(prefix) == prefix


@pytest.mark.parametrize("prefix", ["/", "../", "a/../", "a//", ".", "A", "a b", "a\n"])
def test_what_no_key_begins_with_is_refused(prefix):
    with pytest.raises(StoreError, match="no key begins with"):
        check_prefix(prefix)
