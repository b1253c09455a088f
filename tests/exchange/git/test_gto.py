"""Tags of GTO: which are written for which models, and what they mean when they are read."""

from __future__ import annotations

import pytest

from nbmodelver.exchange.git import gto
from nbmodelver.exchange.git.history import GitRef
from nbmodelver.model.exchange import Facts, RegisteredAs

COMMITS = {"a" * 40: "1" * 40, "b" * 40: "2" * 40}


def facts(number: int, *registered: RegisteredAs) -> Facts:
    return Facts(
        "ab"[number - 1] * 40, f"v{number}", number, saved_at_utc="2024-05-01T00:00:00Z", registered=registered
    )


def ref(name: str, commit: str = "1" * 40, at: int = 1) -> GitRef:
    return GitRef(f"refs/tags/{name}", commit, "f" * 40, "nbmodelver", at)


def moves(refs: list[GitRef], *every: Facts, artifact: str = "") -> list[str]:
    return [tag.name for tag in gto.GtoMoves(refs, COMMITS, artifact).of(every)]


class TestMoves:
    def test_numbers_count_all_moves_of_a_model(self) -> None:
        first = facts(1, RegisteredAs("churn", "1.0.0", stages=("production",), aliases=("champion",)))
        second = facts(2, RegisteredAs("churn", "1.1.0", stages=("staging",)))
        assert moves([ref("churn#dev#7")], first, second) == [
            "churn@v1.0.0", "churn@v1.1.0", "churn#production#8", "churn#champion#9", "churn#dev!#10",
            "churn#staging#11",
        ]  # fmt: skip

    def test_what_is_there_is_not_written_again(self) -> None:
        one = facts(1, RegisteredAs("churn", "1.0.0", stages=("production",)))
        assert moves([ref("churn@v1.0.0"), ref("churn#production#1")], one) == []

    def test_a_stage_that_came_back_gets_another_tag(self) -> None:
        one = facts(1, RegisteredAs("churn", "1.0.0", stages=("production",)))
        there = [ref("churn@v1.0.0"), ref("churn#production#1"), ref("churn#production#2", "2" * 40, 5)]
        (tag,) = gto.GtoMoves(there, COMMITS).of([one])
        assert tag.name == "churn#production#3"
        assert tag.at_s > 5

    def test_a_stage_of_a_version_that_is_not_exported_stays(self) -> None:
        there = [ref("churn@v1.0.0"), ref("churn#production#1")]
        assert moves(there, facts(2, RegisteredAs("churn", "1.1.0"))) == ["churn@v1.1.0"]

    def test_archived_and_back(self) -> None:
        archived = facts(1, RegisteredAs("churn", "1.0.0", state="archived"))
        active = facts(1, RegisteredAs("churn", "1.0.0"))
        assert moves([], archived) == ["churn@v1.0.0", "churn@v1.0.0!#1"]
        there = [ref("churn@v1.0.0", at=1), ref("churn@v1.0.0!#1", at=2)]
        assert moves(there, archived) == []
        assert moves(there, active) == ["churn@v1.0.0#2"]
        assert moves([*there, ref("churn@v1.0.0#2", at=3)], active) == []

    def test_every_version_is_registered_under_the_name_of_the_target(self) -> None:
        assert moves([], facts(1), facts(2), artifact="iris") == ["iris@v1.0.0", "iris@v2.0.0"]
        assert moves([], facts(1, RegisteredAs("iris", "0.1.0")), artifact="iris") == ["iris@v0.1.0"]

    def test_a_tag_of_somebody_else_is_left_alone(self) -> None:
        one = facts(1, RegisteredAs("churn", "1.0.0"))
        light = GitRef("refs/tags/churn@v1.0.0", "2" * 40, "2" * 40)
        assert moves([light], one) == []
        assert moves([ref("churn@v1.0.0", "2" * 40)], one) == []

    def test_names_and_numbers_that_gto_refuses_are_losses(self) -> None:
        one = facts(1, RegisteredAs("modèle.a", "1.0.0"), RegisteredAs("ж", "1.0.0"), RegisteredAs("ok", "2024.05.01"))
        assert moves([], one) == ["mod-le-a@v1.0.0"]
        assert [left.what for left in gto.losses([one])] == ["model modèle.a", "ж/1.0.0", "ok/2024.05.01"]


@pytest.mark.parametrize(
    ("text", "is_tag"),
    [
        ("churn@v1.0.0", True), ("churn@v1.0.0!", True), ("churn#prod#3", True), ("a/b=churn#prod", True),
        ("churn@deprecated", True), ("v7", False), ("churn@1.0.0", False), ("churn@v01.0.0", False),
        ("churn#prod#x", False), ("#prod#1", False), ("best", False),
    ],
)  # fmt: skip
def test_the_grammar_is_that_of_gto(text: str, is_tag: bool) -> None:
    assert gto.is_tag(text) is is_tag


def test_stages_are_read_where_the_last_move_left_them() -> None:
    refs = [
        ref("churn@v1.0.0", "1" * 40, 1), ref("churn@v1.1.0", "2" * 40, 2), ref("churn#prod#1", "1" * 40, 3),
        ref("churn#prod#2", "2" * 40, 4), ref("churn#dev#3", "1" * 40, 5), ref("churn#dev!#4", "1" * 40, 6),
        ref("churn@v1.0.0!#5", "1" * 40, 7), GitRef("refs/tags/light@v1.0.0", "1" * 40, "1" * 40),
    ]  # fmt: skip
    assert gto.registered(refs) == {
        "1" * 40: [RegisteredAs("churn", "1.0.0", state="archived")],
        "2" * 40: [RegisteredAs("churn", "1.1.0", stages=("prod",))],
    }
