"""A model that was written alone."""

from __future__ import annotations

from pathlib import Path

from nbmodelver import views
from nbmodelver.model.handover import Handover
from tests.views.samples import version
from tests.views.test_audit import wide


def test_the_proof_and_what_is_missing_are_shown() -> None:
    found = Handover(
        version(7), "churn/1.0.0", "clf", Path("out"), ("load.py", "model.pkl"), "pickle", "5 predictions equal", True,
        ("written as pickle: no skops",),
    )  # fmt: skip
    text = wide(views.handed_over(found))
    assert "churn/1.0.0 clf written to out · pickle: loading it runs code" in text
    assert "5 predictions equal" in text
    assert "written as pickle: no skops" in text
    assert "load.py, model.pkl · load it: python out/load.py" in text
    assert "app.py" not in text


def test_a_server_is_named_with_its_command() -> None:
    found = Handover(version(7), "v7", "clf", Path("out"), ("app.py", "load.py"), "skops", "proven", True)
    assert "app.py, load.py · load it: python out/load.py · serve it: python out/app.py" in wide(
        views.handed_over(found)
    )
