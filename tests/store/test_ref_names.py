"""Names may be in any script; a misleading name is refused with the reason and a valid name."""

from __future__ import annotations

import unicodedata

import pytest

from nbmodelver.errors import BadName
from nbmodelver.store.ref_names import valid_name

FINE = [
    "größte", "größte-Änderung", "наилучшая", "最好", "最良モデル", "ベスト版", "최고", "καλύτερο", "सर्वश्रेष्ठ",
    "الأفضل", "הטוב", "ดีที่สุด",
    "модель-lr.2", "実験v2", "naïve", "İstanbul", "é", "भारत१",
]  # fmt: skip


@pytest.mark.parametrize("name", FINE)
def test_a_name_may_be_in_any_script(name):
    assert valid_name(name) == unicodedata.normalize("NFC", name)
    assert valid_name(unicodedata.normalize("NFD", name)) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    ("name", "reason", "way"),
    [
        ("bеst", "mixes Cyrillic and Latin", "best"),  # the e is Cyrillic
        ("mοdel", "mixes Greek and Latin", "model"),
        ("be\u200bst", "invisible character (U+200B zero width space)", "best"),
        ("a\u202eb", "invisible character (U+202E right-to-left override)", "ab"),
        ("a\u2066b", "invisible character", "ab"),
        ("a\u200db", "invisible character", "ab"),
        ("\u3164", "invisible character (U+3164 hangul filler)", ""),
        ("a\ufe0f", "invisible character", "a"),
        ("ﬁd", "another form of 'fi'", "fid"),
        ("ｂｅｓｔ", "another form of 'b'", "best"),
        ("m²", "another form of '2'", "m2"),
        ("größte Änderung", "letters, digits", "größte-Änderung"),
        ("best✓", "letters, digits", "best"),
        ("\u0301a", "begins with a letter", "a"),
        ("x" * 101, "longer than 100", "x" * 100),
    ],
)  # fmt: skip
def test_p18_a_misleading_name_is_refused_with_the_reason_and_a_valid_name(name, reason, way):
    with pytest.raises(BadName) as caught:
        valid_name(name)
    assert reason in caught.value.message
    assert caught.value.hint == (f"try: {way}" if way else "try: a name of letters and digits")


@pytest.mark.parametrize(
    ("name", "taken", "said"),
    [
        ("сор", "cop", "looks like 'cop' (Cyrillic and Latin letters)"),
        ("ΒΕΖ", "BEZ", "looks like 'BEZ'"),
        ("Größte", "größte", "only in case"),
        ("STRASSE", "straße", "only in case"),
        ("ΣΑΣ", "σας", "only in case"),
    ],
)
def test_p18_a_name_that_looks_like_an_existing_one_is_refused(name, taken, said):
    with pytest.raises(BadName) as caught:
        valid_name(name, [taken])
    assert said in caught.value.message
    assert valid_name(taken, [taken, "other"]) == taken


@pytest.mark.parametrize(
    "name", ["best", "v1.2.3", "2026-11-20", "a_b-c.d", "A", "0", "best-so-far", "deadbeef", "x" * 100]
)
def test_p18_ordinary_names_are_fine(name):
    assert valid_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".a",
        "-a",
        "_a",
        "a/b",
        "a b",
        "a..b",
        "a.",
        "a.lock",
        "con",
        "NUL.txt",
        "com1",
        "x" * 101,
        "ab" * 20,
        "AB" * 32,
        "a\n",
        "a\u202eb",
        "v7",
        "V7",
        "head",
        "a~1",
        "a@{0}",
        "..",
        "�",
    ],
)
def test_p18_invalid_names_are_refused_with_a_valid_one(name):
    with pytest.raises(BadName) as caught:
        valid_name(name)
    assert caught.value.hint.startswith("try: ")
    better = caught.value.hint.removeprefix("try: ")
    if " " not in better:
        assert valid_name(better)


def test_p18_a_name_that_differs_only_in_case_is_refused():
    assert valid_name("best", ["best", "other"]) == "best"
    with pytest.raises(BadName, match="only in case"):
        valid_name("Best", ["best"])
