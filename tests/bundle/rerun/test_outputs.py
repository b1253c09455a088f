"""Outputs of cells are compared by what a reader would call equal."""

from __future__ import annotations

from typing import Any

import pytest

from nbmodelver.bundle.rerun.outputs import agreement, texts, without_changes


def stream(text: str) -> list[dict[str, Any]]:
    return [{"output_type": "stream", "name": "stdout", "text": text}]


def shown(**data: Any) -> list[dict[str, Any]]:
    return [{"output_type": "execute_result", "data": {k.replace("_", "/"): v for k, v in data.items()}}]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0.91\n", "0.91\n"),
        ("<A object at 0x7f12ab34cd>", "<A object at 0x7fffffff00>"),
        ("done in 1.23 s", "done in 4.5 s"),
        ("Wall time: 12 ms", "Wall time: 3 ms"),
        ("CPU times: user 3 \u03bcs, total: 4 \u03bcs", "CPU times: user 12 \u03bcs, total: 4 ms"),
        ("2026-11-30 15:20:04,026 INFO fitted", "2026-11-30 15:20:05,854 INFO fitted"),
        ("Writing tools.py", "Overwriting tools.py"),
        ("run at 2026-11-28 10:11:12", "run at 2026-12-01 09:00:00"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("10%|#  |\r100%|###|", "100%|###|"),
        ("wrote /tmp/abc/x.csv", "wrote /tmp/def/x.csv"),
        ("a  b\n1  2", "a b\n1 2"),
    ],
)
def test_what_changes_in_every_run_is_no_difference(one: str, other: str) -> None:
    assert agreement(stream(one), stream(other))[:2] == ("bit-identical", "")


@pytest.mark.parametrize(
    ("one", "other", "agreed"),
    [
        ("loss 0.123456789", "loss 0.123456790", "numerically equal"),
        ("acc 0.91312", "acc 0.91313", "numerically equal"),
        ("acc 0.91", "acc 0.92", "different"),
        ("acc 0.91", "acc 0.86", "different"),
        ("3 rows", "4 rows", "different"),
        ("best", "worst", "different"),
        ("nan", "1.0", "different"),
    ],
)
def test_numbers_are_compared_by_value(one: str, other: str, agreed: str) -> None:
    assert agreement(stream(one), stream(other))[0] == agreed


def test_pictures_with_other_bytes_cannot_be_told() -> None:
    assert agreement(shown(image_png="AAA"), shown(image_png="AAA"))[0] == "bit-identical"
    assert agreement(shown(image_png="AAA"), shown(image_png="BBB"))[:2] == (
        "cannot tell",
        "pictures whose bytes differ",
    )
    assert agreement(shown(image_png="AAA"), shown(text_plain="1"))[0] == "different"


def test_the_class_of_an_error_is_an_output() -> None:
    error = [{"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": ["long"]}]
    assert texts(error) == ("ValueError: no\n", [])
    assert agreement(error, [{**error[0], "traceback": ["other"]}])[0] == "bit-identical"
    assert agreement(error, [{**error[0], "ename": "KeyError"}])[0] == "different"


def test_what_was_set_aside_is_named() -> None:
    assert without_changes("at 0x7f12ab34cd on 2026-11-28") == ("at 0x on DATE", frozenset({"0x", "DATE"}))
