"""Boosters of LightGBM in its own text format. A wrapper for scikit-learn holds more, so it is not written so."""

from __future__ import annotations

from typing import Any

import lightgbm

from nbmodelver.codecs.open_models import OpenModel


def to_open_model(value: Any) -> OpenModel | str:
    """Return a booster as `model.txt`; a reason for anything else."""
    if type(value) is not lightgbm.Booster:
        return "the text of LightGBM holds a Booster, but not its wrapper"
    text = value.model_to_string()
    load = ("import lightgbm", 'model = lightgbm.Booster(model_file=str(HERE / "model.txt"))')
    again = lightgbm.Booster(model_str=text)
    return OpenModel("lightgbm", {"model.txt": text.encode()}, load, again, again.model_to_string() == text)


def from_file(data: bytes) -> Any:
    """Return the booster of a file in the text format of LightGBM."""
    return lightgbm.Booster(model_str=data.decode("utf-8"))
