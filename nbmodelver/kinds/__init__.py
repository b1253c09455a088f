"""What a value is: model, dataset, hyperparameters, metric; its profile and the comparison of two profiles.

`classify`, `type_name` and `hyperparameters_of` run none of the value's code and may be used at a commit; `profile`
reads the data and is for showing and comparing.
"""

from nbmodelver.kinds.charts import charts_of
from nbmodelver.kinds.classify import classify
from nbmodelver.kinds.compare import compare, paired
from nbmodelver.kinds.configuration import is_configuration
from nbmodelver.kinds.hyperparameters import hyperparameters_of
from nbmodelver.kinds.metrics import direction, is_metric_name
from nbmodelver.kinds.names import class_name, type_name
from nbmodelver.kinds.profiles import profile
from nbmodelver.kinds.sections import SECTIONS, Side, sections_of
from nbmodelver.kinds.words import in_words

__all__ = [
    "SECTIONS", "Side", "charts_of", "class_name", "classify", "compare", "direction", "hyperparameters_of",
    "in_words", "is_configuration", "is_metric_name", "paired", "profile", "sections_of", "type_name",
]  # fmt: skip
