"""The rows of the coverage table, one file per field."""

from tests.fidelity.coverage import Row
from tests.fidelity.coverage_rows import data, deep, learning, objects, plots, science, statistics, text

_FILES = (data, learning, deep, statistics, science, plots, text, objects)

ROWS: list[Row] = [row for file in _FILES for package in file.PACKAGES for row in package.rows]
