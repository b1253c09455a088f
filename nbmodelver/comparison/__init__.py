"""What differs between two versions, and whether it matters.

`sections_of` compares one name in two versions; the functions of `versions` compare what versions say of themselves.
This room loads values only through the functions that its callers pass in, and never writes to a store.
"""

from nbmodelver.comparison.charts import charts_of
from nbmodelver.comparison.contributors import SECTIONS, sections_of
from nbmodelver.comparison.profiles import compare, rows_by_key
from nbmodelver.comparison.sides import Side
from nbmodelver.comparison.summaries import summarize

__all__ = ["SECTIONS", "Side", "charts_of", "compare", "rows_by_key", "sections_of", "summarize"]
