"""Models of XGBoost in its own format, UBJSON (https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html)."""

from __future__ import annotations

import json
from typing import Any

import xgboost

from nbmodelver.codecs.open_models import OpenModel


def to_open_model(value: Any) -> OpenModel | str:
    """Return the model as `model.ubj`, a wrapper with its parameters beside; a reason if it cannot be held so."""
    if type(value) is xgboost.Booster:
        data = bytes(value.save_raw("ubj"))
        again = xgboost.Booster()
        again.load_model(bytearray(data))
        load = ("import xgboost", "model = xgboost.Booster()", 'model.load_model(HERE / "model.ubj")')
        return OpenModel("ubj", {"model.ubj": data}, load, again, bytes(again.save_raw("ubj")) == data)
    if not isinstance(value, xgboost.XGBModel) or type(value).__module__.partition(".")[0] != "xgboost":
        return ""
    if not value.__sklearn_is_fitted__():
        return "it is not fitted"
    return _wrapper(value)


def from_file(data: bytes) -> Any:
    """Return the booster of a file in the format of XGBoost."""
    booster = xgboost.Booster()
    booster.load_model(bytearray(data))
    return booster


def _wrapper(value: Any) -> OpenModel | str:
    """A wrapper is its class, its parameters and its booster. Loading a booster changes some of the parameters."""
    try:
        params = json.dumps(value.get_params())
    except (TypeError, ValueError):
        return "its parameters are no plain data"
    data, name = bytes(value.get_booster().save_raw("ubj")), type(value).__name__
    load = (
        "import json",
        "import xgboost",
        'params = json.loads((HERE / "params.json").read_text())',
        f"model = xgboost.{name}(**params)",
        'model.load_model(HERE / "model.ubj")',
        "model.set_params(**params)",
    )
    again = type(value)(**json.loads(params))
    again.load_model(bytearray(data))
    again.set_params(**json.loads(params))
    is_same = bytes(again.get_booster().save_raw("ubj")) == data and json.dumps(again.get_params()) == params
    return OpenModel("ubj", {"model.ubj": data, "params.json": params.encode()}, load, again, is_same)
