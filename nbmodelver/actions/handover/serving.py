"""The files that serve a model: app.py and requirements-serve.txt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.actions.handover import needs
from nbmodelver.actions.handover.app_text import APP
from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from nbmodelver.actions.handover.inputs import Inputs

REQUIREMENTS = "requirements-serve.txt"


def require_servable(name: str, model: Any, inputs: Inputs | None) -> None:
    """Raise UsageError for a model that cannot be served: it does not predict, or its inputs are not known."""
    if not callable(getattr(model, "predict", None)):
        raise UsageError(f"'{name}' has no predict, so it cannot be served", "leave --serve and --image out")
    if inputs is None:
        raise UsageError(
            f"nothing says which inputs '{name}' takes, so it cannot be served",
            "commit a dataset that it predicts, and name it: --example NAME",
        )
    if inputs.repeated:
        raise UsageError(
            f"'{name}' takes several columns of one name, so it cannot be served: {', '.join(inputs.repeated)}",
            "leave --serve and --image out",
        )


def served_files(model: needs.Needs) -> dict[str, str]:
    """Return the files, by name."""
    return {"app.py": APP, REQUIREMENTS: needs.requirements(model.served)}
