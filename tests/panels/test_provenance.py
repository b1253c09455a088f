"""The origin of a value for a panel: the version, the cells that made it, and the versions of what they read."""

from __future__ import annotations

import pytest

from tests.panels.panels import FRAME, Failed, three_versions


def test_the_origin_names_the_version_the_cell_and_its_inputs(shell, panel):
    three_versions(shell, panel)
    found = panel.ask("blame", id="v2", name="model")
    assert (found["version"]["name"], found["since"]["name"], found["equal_to"]) == ("v2", "v1", None)
    (cell,) = found["cells"]
    assert (cell["source"], cell["is_sure"], cell["version"]["name"]) == (FRAME, True, "v1")
    (cell,) = panel.ask("blame", id="v3", name="model")["cells"]
    read = {i["name"]: i["since"]["name"] if i["since"] else i["reason"] for i in cell["inputs"]}
    assert read == {"model": "v1", "df": "not saved"}


def test_an_unknown_variable_has_a_hint(shell, panel):
    three_versions(shell, panel)
    with pytest.raises(Failed, match=r"UnknownName: v1 does not have 'modl'"):
        panel.ask("blame", id="v1", name="modl")
