"""Functions by their source: the text that is kept, when it counts, and what another Python does with it."""

from __future__ import annotations

import inspect
import linecache
import marshal
import traceback
from typing import Any

import pytest

from nbmodelver.codecs import sources
from nbmodelver.errors import NotLoadable
from tests.codecs.cells import kept, loaded, run, skeletons


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Called after a capture: from then on this is another Python, which must never see the bytecode."""

    def move() -> None:
        monkeypatch.setattr(sources, "PYTHON", "cpython-399-00000000")
        monkeypatch.setattr(marshal, "loads", lambda _data: pytest.fail("bytecode of another Python was used"))

    return move


def test_a_function_comes_back_with_its_source() -> None:
    text = "def f(x):\n    # a comment\n    return x + 1\n"
    back = loaded(kept(run("y = 1\n\n" + text), "f"))
    assert back["f"](1) == 2
    assert inspect.getsource(back["f"]) == text


def test_editing_another_part_of_the_cell_changes_nothing() -> None:
    text = "@staticmethod\ndef f(x):\n    return x\ng = lambda x: x * 2\n"
    first = skeletons(kept(run(text), "f", "g"))
    assert skeletons(kept(run("a = 1\n\n\n" + text + "b = 2\n"), "f", "g")) == first


def test_what_was_loaded_gives_the_same_bytes_again() -> None:
    text = (
        "def make(n):\n    def inner(x):\n        return [x + n for _ in range(2)]\n    return inner\n"
        "inner = make(3)\npair = (lambda x: x + 1, lambda x: x * 2)\n"
        "table = {\n    'a': lambda x: (lambda y: x + y),\n}\n"
        "nested = table['a'](5)\n"
    )
    namespace = run(text)
    first = kept(namespace, "make", "inner", "pair", "table", "nested")
    back = loaded(first)
    assert skeletons(kept(back, "make", "inner", "pair", "table", "nested")) == skeletons(first)
    assert back["make"](1)(1) == [2, 2]
    fresh = {"__name__": "__main__", "inner": back["make"](3), "nested": back["table"]["a"](5)}
    assert skeletons(kept(fresh, "inner"))["inner"] == skeletons(kept(namespace, "inner"))["inner"]


def test_another_python_compiles_the_text(elsewhere: Any) -> None:
    text = (
        "K = 10\n"
        "def plain(x, /, y=2, *a, z=3, **k):\n    return x + y + z + K + sum(a) + len(k)\n"
        "def make():\n    n = 0\n    def count():\n        nonlocal n\n        n += 1\n        return n\n"
        "    return count\n"
        "count = make()\n"
        "class Base:\n    def __init__(self): self.__hidden = 1\n    def get(self): return self.__hidden\n"
        "class Child(Base):\n    def __init__(self):\n        super().__init__()\n"
        "        self.more = (lambda: __class__)()\n"
        "child = Child()\n"
    )
    capture = kept(run(text), "plain", "count", "child", "Child", "K")
    elsewhere()
    back = loaded(capture)
    assert back["plain"](1, 1, 5, q=0) == 21
    assert (back["count"](), back["count"]()) == (1, 2)
    assert back["child"].get() == 1
    assert back["Child"]().more is back["Child"]
    assert back["Child"].__init__.__qualname__ == "Child.__init__"
    assert back["Child"].__init__.__code__.co_qualname == "Child.__init__"


def test_lambdas_of_one_line_are_told_apart_elsewhere(elsewhere: Any) -> None:
    capture = kept(
        run("fs = [lambda x: x + 1, lambda x: x + 2, lambda x, n=3: x + n, (lambda: (lambda: 9))()]\n"), "fs"
    )
    elsewhere()
    assert [f(*[1] * bool(f.__code__.co_argcount)) for f in loaded(capture)["fs"]] == [2, 3, 4, 9]


def test_a_lambda_that_begins_in_the_middle_of_a_statement_comes_back_elsewhere(elsewhere: Any) -> None:
    text = "held = dict(a=1,\n   é='ü', b=lambda x: (\n   x, 'é',\n   ), c=2)\n"
    capture = kept(run(text), "held")
    elsewhere()
    assert loaded(capture)["held"]["b"](5) == (5, "é")


def test_code_without_source_is_refused_elsewhere_by_its_name(elsewhere: Any) -> None:
    capture = kept(run("exec('def made(x):\\n    return x + 1')"), "made")
    assert loaded(capture)["made"](1) == 2
    assert capture.definitions[0].without_source == ("made",)
    assert capture.definitions[0].python == sources.PYTHON
    here = sources.readable(sources.PYTHON)
    elsewhere()
    with pytest.raises(NotLoadable, match=rf"code without source text \(made\) runs in {here} only"):
        loaded(capture)


def test_a_text_that_does_not_give_the_bytecode_is_no_source(elsewhere: Any) -> None:
    namespace = run("def f(x):\n    return x + 1\n")
    file = namespace["f"].__code__.co_filename
    linecache.cache[file] = (1, None, ["def f(x):\n", "    return x + 2\n"], file)  # The file was edited meanwhile.
    capture = kept(namespace, "f")
    assert loaded(capture)["f"](1) == 2
    elsewhere()
    with pytest.raises(NotLoadable):
        loaded(capture)


def test_syntax_that_is_not_known_here_is_refused_with_the_python_that_knows_it() -> None:
    how = ("f", "f", (), "", (), False)
    with pytest.raises(NotLoadable, match=r"'f' was written for Python 3\.99; Python 3\.\d+ cannot compile it"):
        sources.restore("cpython-399-00", b"x", "<nbmodelver f 1>", "def f(x) ==> x\n", how)


def test_a_traceback_shows_the_lines_of_a_restored_function(elsewhere: Any) -> None:
    capture = kept(run("def f(x):\n    y = 1\n    return y / x  # the line\n"), "f")
    elsewhere()
    with pytest.raises(ZeroDivisionError) as caught:
        loaded(capture)["f"](0)
    assert "y / x  # the line" in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("first", ["import math\n", "if 1:\n    from m import n as math\n", "import math.x\n", ""])
def test_a_function_beside_its_imports_comes_back_elsewhere(first: str, elsewhere: Any) -> None:
    """CPython compiles a call of an attribute otherwise where the name is imported in the same text."""
    text = "def f(x):\n    def g(y):\n        return math.real.bit_length() + x.real.conjugate() + y\n    return g\n"
    namespace = {"__name__": "__main__", "math": 3}
    file = "<cell with imports>"
    linecache.cache[file] = (len(first + text), None, (first + text).splitlines(keepends=True), file)
    code = compile(first + text, file, "exec", dont_inherit=True)
    found = next(c for c in code.co_consts if getattr(c, "co_name", "") == "f")
    namespace["f"] = type(elsewhere)(found, namespace, "f")
    namespace["g"] = namespace["f"](4)
    capture = kept(namespace, "f", "g", "math")
    assert sources.source(found).how is not None
    assert sources.source(namespace["g"].__code__).how is not None
    back = loaded(capture)
    assert sources.source(back["f"](1).__code__).how == sources.source(namespace["g"].__code__).how
    elsewhere()
    assert loaded(capture)["g"](5) == namespace["g"](5)


def test_generators_coroutines_and_annotations_come_back_elsewhere(elsewhere: Any) -> None:
    text = (
        "from __future__ import annotations\n"
        "def gen(n: Unknown) -> int:\n    yield from range(n)\n"
        "async def co(x):\n    return x\n"
        "async def agen():\n    yield 1\n"
    )
    capture = kept(run(text), "gen", "co", "agen")
    elsewhere()
    back = loaded(capture)
    assert list(back["gen"](2)) == [0, 1]
    assert back["gen"].__annotations__ == {"n": "Unknown", "return": "int"}
    assert inspect.iscoroutinefunction(back["co"])
    assert inspect.isasyncgenfunction(back["agen"])


def test_the_same_code_gives_the_same_bytes_in_whatever_order_it_ran() -> None:
    namespace = run("def f(xs):\n    return {x for x in xs} & {'a', 'b', 3.5}\n")
    first = skeletons(kept(namespace, "f"))
    for _ in range(50):
        namespace["f"](["a"])  # The interpreter specializes bytecode that runs often.
    again = run("def f(xs):\n    return {x for x in xs} & {'a', 'b', 3.5}\n")
    assert skeletons(kept(namespace, "f")) == skeletons(kept(again, "f")) == first
