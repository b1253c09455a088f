"""What a value is: model, dataset, hyperparameters, metric; its profile and the comparison of two profiles.

`classify`, `type_name` and `hyperparameters_of` run none of the value's code and may be used at a commit; `profile`
reads the data and is for showing and comparing.
"""

from nbmodelver.kinds.classify import classify
from nbmodelver.kinds.hyperparameters import hyperparameters_of
from nbmodelver.kinds.names import class_name, is_metric_name, type_name
from nbmodelver.kinds.profiles import profile

__all__ = ["class_name", "classify", "hyperparameters_of", "is_metric_name", "profile", "type_name"]
