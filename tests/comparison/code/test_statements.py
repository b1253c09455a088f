"""Statements, what they read and make, and the part of a program that a value depends on."""

from __future__ import annotations

import pytest

from nbmodelver.comparison.code.statements import RANDOM_STATE, Slice, slice_of, statements_of


def sliced(program: str, *wanted: str, known: tuple[str, ...] = (), fixed: tuple[str, ...] = ()) -> Slice:
    return slice_of(list(statements_of(program)), wanted, known.__contains__, fixed.__contains__)


def code(found: Slice) -> list[str]:
    return [one.source for one in found.statements]


def test_only_what_the_value_depends_on_is_in_the_slice() -> None:
    found = sliced("a = 1\nb = 2\nc = a + 1\nd = b\nprint(c)\n", "c")
    assert code(found) == ["a = 1", "c = a + 1"]
    assert found.inputs["c"] == ("a",)
    assert found.downstream(["a"]) == {"c"}


def test_a_new_assignment_ends_the_search() -> None:
    assert code(sliced("a = load()\na = 2\nb = a", "b")) == ["a = 2", "b = a"]


def test_a_name_that_reads_itself_keeps_its_earlier_statements() -> None:
    found = sliced("a = load()\na = a + 1\na['x'] = 3\nb = a", "b")
    assert found.sources("a") == ("a = load()", "a = a + 1", "a['x'] = 3")


def test_a_known_name_needs_no_statements() -> None:
    assert code(sliced("a = load()\nb = a", "b", known=("a",))) == ["b = a"]


def test_what_a_function_reads_is_read_by_its_call() -> None:
    found = sliced("def f(x):\n    return x + k\nk = 3\nb = f(1)\nk = 4", "b")
    assert code(found) == ["def f(x):\n    return x + k", "k = 3", "b = f(1)"]
    assert found.inputs["b"][:2] == ("f", RANDOM_STATE)
    assert "k" in found.inputs["b"]
    assert found.is_defined("f")


def test_a_name_that_is_assigned_again_after_it_was_read_is_reused() -> None:
    assert sliced("a = 1\nb = a\na = 2\nc = b", "c").reused == {"a"}
    assert sliced("a = 1\nb = a\na = 2\nc = a + b", "c").reused == {"a"}
    assert sliced("a = 1\nb = a\nc = a + b", "c").reused == frozenset()


@pytest.mark.parametrize(
    ("line", "is_taken"),
    [
        ("net.fit(x)", True),
        ("train_one_epoch(net)", True),
        ("net.weights['a'] = 0", True),
        ("net.save('file')", False),
        ("print(net)", False),
        ("y = net.summary()", False),
        ("np.save('file', net)", False),
    ],
)
def test_a_statement_that_may_change_a_value_is_taken(line: str, is_taken: bool) -> None:
    found = sliced(f"import numpy as np\nx = 1\nnet = Net()\n{line}\n", "net")
    assert (line.replace("'", "'") in code(found)) is is_taken


def test_an_optimizer_changes_the_network_that_it_was_made_with() -> None:
    loop = "for i in range(3):\n    loss = f(net)\n    opt.step()"
    found = sliced(f"net = Net()\nopt = Adam(net.parameters())\n{loop}\n", "net")
    assert loop in code(found)


def test_numbers_are_not_changed_by_what_holds_them() -> None:
    program = "lr = 0.1\nopt = Adam(lr)\nopt.step()\n"
    assert sliced(program, "lr").sources("lr") == ("lr = 0.1", "opt.step()")
    assert sliced(program, "lr", fixed=("lr",)).sources("lr") == ("lr = 0.1",)


def test_what_seeds_the_random_state_belongs_to_what_may_use_it() -> None:
    found = sliced("import numpy as np\nnp.random.seed(3)\na = np.random.rand()\nb = 3", "a")
    assert found.sources(RANDOM_STATE) == ("np.random.seed(3)",)
    assert found.downstream([RANDOM_STATE]) == {"a"}


def test_a_generator_of_its_own_does_not_seed() -> None:
    found = sliced("g = Generator().manual_seed(3)\na = rand(g)", "a")
    assert RANDOM_STATE not in found.making


def test_magics_and_code_that_is_not_valid_are_left_out() -> None:
    assert [one.source for one in statements_of("%time a = 1\n!ls\n'text'\n")] == ["a = 1"]
    assert list(statements_of("a = (")) == []
