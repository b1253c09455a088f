"""Kinds of values (model, dataset, hyperparameters, metric), their profiles, and the comparison of two profiles.

`classify`, `type_name` and `hyperparameters_of` run none of the value's code and are safe during a commit. `profile`
reads the data; it is called when a version is shown or compared.
"""

from nbmodelver.kinds.charts import charts_of
from nbmodelver.kinds.classify import classify
from nbmodelver.kinds.compare import compare, rows_by_key
from nbmodelver.kinds.configuration import is_configuration
from nbmodelver.kinds.hyperparameters import hyperparameters_of
from nbmodelver.kinds.metrics import direction, is_metric_name
from nbmodelver.kinds.names import class_name, type_name
from nbmodelver.kinds.profiles import profile
from nbmodelver.kinds.sections import SECTIONS, Side, sections_of
from nbmodelver.kinds.summaries import summarize

__all__ = [
    "SECTIONS", "Side", "charts_of", "class_name", "classify", "compare", "direction", "hyperparameters_of",
    "is_configuration", "is_metric_name", "profile", "rows_by_key", "sections_of", "summarize", "type_name",
]  # fmt: skip
