"""The lineage of a model leads through cells to the data, and forward to deployments."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import UnknownName
from nbmodelver.registry import deployments, lineage, register
from nbmodelver.registry.lineage import defined_functions, first_line, used_names
from nbmodelver.repo import open_repo
from tests.registry.samples import study

if TYPE_CHECKING:
    from nbmodelver.model.lineage import Lineage
    from tests.shells import Shell

CELLS = (
    "import numpy as np\nfrom sklearn.tree import DecisionTreeClassifier\nrows = np.arange(40.0).reshape(20, 2)",
    "labels = rows[:, 0] > 18",
    "def fit(depth):\n    return DecisionTreeClassifier(max_depth=depth).fit(rows, labels)",
    "clf = fit(2)",
    "%mv_commit rows labels clf -m first",
    "tuned = clf.set_params(max_depth=1).fit(rows, labels)",
    "%mv_commit rows labels tuned -m tuned",
)


@pytest.fixture
def found(shell: Shell) -> Lineage:
    for cell in CELLS:
        shell.run(cell)
    shell.run("%mv_register churn v1 --model clf --base hf:org/base@3f9c2a1")
    shell.run('%mv_deploy churn/1.0.0 --to eu -m "go"')
    return lineage.lineage(open_repo(), "churn/1.0.0")


def labels(nodes: object) -> set[str]:
    return {n.label for n in nodes}  # type: ignore[attr-defined]


def test_data_is_found_through_cells_and_a_function_of_the_notebook(found: Lineage):
    assert found.node(found.root).label == "churn/1.0.0"
    (model,) = found.sources(found.root)
    assert model.kind == "model"
    cells = [n for n in found.sources(model.id) if n.kind == "code"]
    assert cells[-1].detail == "clf = fit(2)"
    assert labels(found.sources(cells[-1].id)) == {"rows", "labels"}
    made = next(n for n in found.nodes if n.label == "labels")
    assert labels(n for c in found.sources(made.id) for n in found.sources(c.id)) == {"rows"}


def test_bases_and_deployments_are_declared(found: Lineage):
    assert labels(found.targets(found.root)) == {"eu"}
    base = next(n for n in found.nodes if n.kind == "base")
    assert base.label == "hf:org/base@3f9c2a1"
    assert {e.how for e in found.edges if e.source == base.id} == {"declared"}


def test_the_graph_has_no_circle_and_every_edge_has_both_ends(found: Lineage):
    ids = {n.id for n in found.nodes}
    assert all({e.source, e.target} <= ids for e in found.edges)
    waiting, done = dict.fromkeys(ids), set()
    while ready := [i for i in waiting if all(s.id in done for s in found.sources(i))]:
        done |= set(ready)
        for one in ready:
            del waiting[one]
    assert waiting == {}


def test_the_tree_names_what_is_not_known(shell: Shell):
    shell.run("import numpy as np\nhidden = lambda: np.arange(3)")
    shell.run("clf = np.array(hidden())")
    shell.run("%mv_commit clf")
    shell.run("%mv_lineage HEAD clf")
    assert "dataset clf (v1)" in shell.said
    assert "not known: hidden, which a cell of v1 read" in shell.said


def test_a_version_with_several_models_needs_a_name(shell: Shell):
    for cell in CELLS:
        shell.run(cell)
    shell.run("%mv_commit clf tuned")
    with pytest.raises(UnknownName, match="2 models"):
        shell.run("%mv_lineage HEAD")
    with pytest.raises(UnknownName, match="has no 'nothing'"):
        shell.run("%mv_lineage HEAD nothing")


def test_a_base_of_this_store_is_kept_by_its_number():
    repo = study()
    register.register(repo, register.RegisterRequest("base", "v1"))
    done = register.register(repo, register.RegisterRequest("fine", "v2", bases=["models:/base", "hf:org/x@1"]))
    assert register.bases_of(repo, done.registered) == ("base/1.0.0", "hf:org/x@1")
    assert labels(n for n in lineage.lineage(repo, "fine").nodes if n.kind == "base") == {"base/1.0.0", "hf:org/x@1"}


def test_cap_30_a_fine_tuned_model_names_its_base():
    repo = study()
    register.register(repo, register.RegisterRequest("base", "v1"))
    register.register(repo, register.RegisterRequest("fine", "v2", bases=["base"]))
    found = lineage.lineage(repo, "fine/1.0.0")
    assert "base/1.0.0" in labels(found.nodes)


def test_cap_23_lineage_goes_from_data_to_deployment(found: Lineage):
    assert {n.kind for n in found.nodes} == {"dataset", "code", "model", "registered", "deployment", "base"}
    assert json.loads(json.dumps(found.to_dict()))["root"] == found.root


def test_a_deployment_that_ended_has_both_days():
    repo = study()
    register.register(repo, register.RegisterRequest("churn", "v1"))
    deployments.deploy(repo, deployments.DeployRequest("churn", "eu", "go"))
    deployments.end(repo, "eu", "moved")
    node = next(n for n in lineage.lineage(repo, "churn").nodes if n.kind == "deployment")
    assert " to " in node.detail


@pytest.mark.parametrize(
    ("source", "line"),
    [("import x\n\n# note\ny = 1", "y = 1"), ("import x", "import x"), ("", ""), ("%time\nz = 2", "z = 2")],
)
def test_the_telling_line_of_a_cell_is_shown(source: str, line: str):
    assert first_line(source) == line


def test_functions_and_the_names_that_they_read_are_found():
    found = defined_functions("def f(a):\n    b = a + c\n    return b\nx = 1")
    assert list(found) == ["f"]
    assert used_names(found["f"]) == {"c"}
    assert defined_functions("def f(:") == {}


def test_a_cell_that_changes_its_data_in_place_read_the_former_data(shell: Shell):
    """And does not read what it made itself: that would be a circle."""
    shell.run("import pandas as pd\nfrom sklearn.tree import DecisionTreeClassifier")
    shell.run("rows = pd.DataFrame({'x': range(20)}); labels = [n > 9 for n in range(20)]")
    shell.run("%mv_commit rows labels")
    shell.run("rows.loc[3, 'x'] = 90\nclf = DecisionTreeClassifier().fit(rows, labels)")
    shell.run("%mv_commit rows labels clf")
    found = lineage.lineage(open_repo(), "HEAD", "clf")
    (cell,) = found.sources(found.root)
    assert {(n.label, n.version) for n in found.sources(cell.id)} == {("rows", "v1"), ("labels", "v1")}
    assert {(n.label, n.version) for n in found.targets(cell.id)} == {("clf", "v2"), ("rows", "v2")}


def test_a_value_that_is_older_than_its_registered_version_is_inherited(shell: Shell):
    for cell in CELLS[:5]:
        shell.run(cell)
    shell.run("other = 1")
    shell.run("%mv_commit rows labels clf other")
    for revision in ("v1", "v2"):
        shell.run(f"%mv_register churn {revision} --model clf")
    repo = open_repo()
    hows = [next(e.how for e in found.edges if e.target == found.root) for found in (
        lineage.lineage(repo, "churn/1.0.0"), lineage.lineage(repo, "churn/1.0.1"),
    )]  # fmt: skip
    assert hows == ["declared", "inherited"]
