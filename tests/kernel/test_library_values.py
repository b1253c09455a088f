"""What libraries refuse to pickle, or need something for: extension types, designs, interact, parametrizations."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.shells import Shell

UNIT = """import pyarrow as pa
class Unit(pa.ExtensionType):
    def __init__(self, scale=1):
        self.scale = scale
        super().__init__(pa.int64(), 'nbmv.unit')
    def __arrow_ext_serialize__(self): return str(self.scale).encode()
    @classmethod
    def __arrow_ext_deserialize__(cls, storage, data): return cls(int(data))
pa.register_extension_type(Unit())
a = pa.ExtensionArray.from_storage(Unit(3), pa.array([1, 2, None]))
"""


@pytest.fixture
def unit(shell: Shell) -> Iterator[Shell]:
    """A shell with an extension type of its own, which is not registered any more afterwards."""
    pa = pytest.importorskip("pyarrow")
    shell.run(UNIT)
    yield shell
    forget(pa)


def forget(pa: Any) -> None:
    with contextlib.suppress(pa.ArrowKeyError):
        pa.unregister_extension_type("nbmv.unit")


VALUES = {
    "a table": "pa.table({'u': a, 'n': [1, 2, 3]})",
    "a table of chunks": "pa.concat_tables([pa.table({'u': a}), pa.table({'u': a[1:]})])",
    "a batch": "pa.record_batch([a], names=['u'])",
    "chunks": "pa.chunked_array([a, a[:1]])",
    "an array": "a[1:]",
    "a list of them": "pa.ListArray.from_arrays(pa.array([0, 2, 3]), a)",
    "a schema": "pa.schema([pa.field('u', Unit(3), metadata={'k': 'v'})])",
    "a type": "Unit(3)",
    "in a dict": "{'t': [pa.table({'u': a})]}",
}


@pytest.mark.parametrize("build", VALUES.values(), ids=VALUES)
def test_an_extension_type_comes_back_in_a_new_kernel(unit: Shell, another: Any, build: str) -> None:
    import pyarrow as pa

    unit.run(f"t = {build}; x = 1\n%mv_commit t x")
    value = unit["t"]
    forget(pa)
    with another() as kernel:
        kernel.run("%mv_rollback v1 --yes")
        again = kernel["t"]
        assert str(again) == str(value)
        assert kernel.run("x") == 1
        kernel.run("import pyarrow as pa\nu = pa.table({'u': pa.ExtensionArray.from_storage(Unit(3), pa.array([1]))})")
        kernel.run("w = pa.BufferOutputStream()\nwith pa.ipc.new_stream(w, u.schema) as f: f.write(u)")
        assert kernel.run("pa.ipc.open_stream(w.getvalue()).read_all().schema.field('u').type.scale") == 3


def test_a_table_of_an_extension_type_goes_back_in_its_kernel(unit: Shell) -> None:
    unit.run("t = pa.table({'u': a})\n%mv_commit t")
    unit.run("t = None\n%mv_rollback v1 --yes")
    assert type(unit["t"].schema.field("u").type) is unit["Unit"]
    assert unit["t"].column("u").to_pylist() == [1, 2, None]
    assert unit["t"].schema.field("u").type.scale == 3


FORMULA = """import numpy as np, pandas as pd
from patsy import dmatrices, build_design_matrices
frame = pd.DataFrame({'x': [0.0, 1, 2, 4], 'g': list('abab'), 'y': [0.0, 1, 2, 3]})
y, X = dmatrices('y ~ np.exp(x) + center(x) + C(g)', frame)
"""


def test_design_matrices_come_back_with_their_design(shell: Shell, another: Any) -> None:
    pytest.importorskip("patsy")
    shell.run(FORMULA)
    version = shell.run("%mv_commit --all")
    assert not version.skipped
    new = "build_design_matrices([X.design_info], {'x': [3.0], 'g': ['b']})[0]"
    before = shell.run(new)
    with another() as kernel:
        kernel.run("%mv_rollback v1 --yes\nfrom patsy import build_design_matrices")
        assert kernel.run("X.design_info.column_names") == shell.run("X.design_info.column_names")
        assert (kernel["X"] == shell["X"]).all()
        assert (kernel.run(new) == before).all()


def test_a_series_on_a_design_matrix_is_kept(shell: Shell, another: Any) -> None:
    pytest.importorskip("patsy")
    shell.run(FORMULA + "coef = pd.Series(y[:, 0], index=X.design_info.column_names)\ncoef.attrs['of'] = X.design_info")
    assert not shell.run("%mv_commit coef").skipped
    with another() as kernel:
        kernel.run("%mv_rollback v1 coef --yes")
        assert list(kernel["coef"]) == [0.0, 1.0, 2.0, 3.0]


def test_a_frame_of_a_formula_keeps_its_design_without_a_note(shell: Shell) -> None:
    pytest.importorskip("patsy")
    shell.run(FORMULA + "F = dmatrices('y ~ x', frame, return_type='dataframe')[1]")
    assert shell.run("%mv_commit F").kept["F"].notes == ()


def test_a_model_of_a_formula_predicts_after_a_restart(shell: Shell, another: Any) -> None:
    pytest.importorskip("statsmodels")
    shell.run(FORMULA + "import statsmodels.formula.api as smf\nfit = smf.ols('y ~ np.exp(x) + C(g)', frame).fit()")
    assert not shell.run("%mv_commit fit").skipped
    before = shell.run("list(fit.predict(frame.head(2)))")
    with another() as kernel:
        kernel.run("%mv_rollback v1 --yes")
        kernel.run("import pandas as pd\nframe = pd.DataFrame({'x': [0.0, 1], 'g': list('ab')})")
        assert kernel.run("list(fit.predict(frame))") == before


INTERACT = """from ipywidgets import interact
def f(a): return a * K
K = 3
interact(f, a=(1, 5))
"""


def test_a_function_that_was_shown_by_interact_is_kept_without_its_widget(shell: Shell, another: Any) -> None:
    shell.run(INTERACT)
    version = shell.run("%mv_commit f")
    assert version.kept["f"].notes == ("the widget in its attribute 'widget' is not kept",)
    with another() as kernel:
        kernel.run("%mv_rollback v1 --yes")
        assert kernel.run("f(2)") == 6
        assert not hasattr(kernel["f"], "widget")


def test_a_function_with_a_widget_keeps_its_other_attributes_and_its_holders(shell: Shell, another: Any) -> None:
    shell.run(INTERACT + "f.runs = [1]; g = lambda a: f(a); g.widget = f.widget; d = {'f': f, 'g': g}")
    assert set(shell.run("%mv_commit f g d").kept) >= {"f", "g", "d", "K"}
    with another() as kernel:
        kernel.run("%mv_rollback v1 --yes")
        assert kernel.run("f.runs, d['f'] is f, d['g'] is g, g(2)") == ([1], True, True, 6)


@pytest.mark.parametrize("how", ["spectral_norm", "weight_norm", "orthogonal"])
def test_a_parametrized_module_is_named_with_the_way_out(shell: Shell, how: str) -> None:
    pytest.importorskip("torch")
    shell.run(f"import torch\nnet = torch.nn.utils.parametrizations.{how}(torch.nn.Linear(2, 2)); x = 1")
    (skipped,) = shell.run("%mv_commit net x").skipped
    assert skipped.reason.startswith("torch does not pickle a module with parametrizations")
    assert skipped.reason.endswith("state = net.state_dict()")
    shell.run("state = net.state_dict()")
    assert not shell.run("%mv_commit state").skipped


def test_a_refusal_without_a_word_is_a_sentence(shell: Shell) -> None:
    shell.run("class C:\n    def __reduce__(self): raise NotImplementedError\nc = [C()]; x = 1")
    (skipped,) = shell.run("%mv_commit c x").skipped
    assert skipped.reason == "its class refuses pickling (NotImplementedError) without a reason"
