"""The changes that may have moved a metric, and how each is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.repo.inspect.causes.candidates import CandidateChange, candidates
from tests.repo.inspect.causes.programs import commit, worlds

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def found(repo: Repo) -> dict[tuple[str, ...], CandidateChange]:
    return {one.names: one for one in candidates(worlds(repo))}


def test_a_value_that_changed_by_itself_is_a_candidate_and_what_follows_from_it_is_not(repo: Repo) -> None:
    for n in (1, 2):
        commit(repo, f"a = [{n}]\nk = 3", "b = [x * k for x in a]", "total = sum(b)")
    assert list(found(repo)) == [("a",)]
    (one,) = found(repo).values()
    assert (one.how, one.former, one.latter) == ("value", ("a = [1]",), ("a = [2]",))
    assert one.statements(of_later=True) == ("a = [1]",)
    assert one.statements(of_later=False) == ("a = [2]",)
    assert not one.is_unexplained


def test_names_that_were_made_together_are_one_candidate(repo: Repo) -> None:
    for n in (1, 2):
        commit(repo, f"a, b = [{n}], [{n} + 1]", "total = sum(a) + sum(b)")
    assert list(found(repo)) == [("a", "b")]


def test_other_code_over_changed_inputs_is_taken_back_as_code(repo: Repo) -> None:
    for n in (1, 2):
        commit(repo, f"a = [{n}]", f"b = [x + {n} for x in a]", "total = sum(b)")
    assert {names: one.how for names, one in found(repo).items()} == {("a",): "value", ("b",): "code"}


def test_a_value_that_differs_from_equal_code_and_inputs_is_unexplained(repo: Repo) -> None:
    import os

    for n in ("1", "2"):
        os.environ["NBMODELVER_TEST_NUMBER"] = n
        commit(repo, "import os", "a = [int(os.environ['NBMODELVER_TEST_NUMBER'])]", "total = sum(a)")
    del os.environ["NBMODELVER_TEST_NUMBER"]
    assert [one.is_unexplained for one in found(repo).values()] == [True]


def test_several_changed_literals_are_parts(repo: Repo) -> None:
    for n in (1, 2):
        commit(repo, f"p = dict(depth={n}, rate={n + 5})", "total = p['depth'] + p['rate']")
    (one,) = found(repo).values()
    assert [p.former for p in one.literals] == [p.part.former for p in one.parts if p.part]
    assert len(one.parts) == 2
    assert one.parts[0].statements(of_later=True) == ("p = dict(depth=1, rate=7)",)
    assert one.parts[0].parts == ()
