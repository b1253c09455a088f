"""Kinds of values (model, dataset, hyperparameters, metric), and their profiles.

`classify`, `type_name` and `hyperparameters_of` run none of the value's code and are safe during a commit. `profile`
reads the data; it is called when a version is shown or compared.
"""

from nbmodelver.kinds.classify import classify
from nbmodelver.kinds.configuration import is_configuration
from nbmodelver.kinds.hyperparameters import hyperparameters_of
from nbmodelver.kinds.metrics import direction, is_metric_name
from nbmodelver.kinds.names import class_name, type_name
from nbmodelver.kinds.profiles import profile

__all__ = [
    "class_name", "classify", "direction", "hyperparameters_of", "is_configuration", "is_metric_name", "profile",
    "type_name",
]  # fmt: skip
