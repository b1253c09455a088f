"""The data model: frozen dataclasses that cross the borders between folders, and their conversion to and from JSON.

It knows nothing of storage, encoding or display, and imports no other module of nbmodelver.
"""

from nbmodelver.model.causes import Bisected, BisectVerdict, Cause, CauseKind, CauseStep, Explanation, VersionVerdict
from nbmodelver.model.findings import Finding, Findings, Level
from nbmodelver.model.ids import ObjectId, VersionId, is_id
from nbmodelver.model.input_files import InputFile, ReadFile
from nbmodelver.model.leak_request import LeakRequest
from nbmodelver.model.merging import CellConflict, MergeEffect, MergePreview, NameMerge
from nbmodelver.model.probes import Probed, ProbedModel
from nbmodelver.model.provenance import Blame, CellInput, MakingCell, NameHistory, NameStep, TableCellBlame
from nbmodelver.model.results import (
    Change,
    Chart,
    ChartKind,
    Diff,
    Effect,
    Plan,
    Profile,
    Row,
    Section,
    Series,
    Status,
    Way,
    section_from_dict,
    section_to_dict,
)
from nbmodelver.model.storage import (
    Backend,
    BlobStore,
    GcReport,
    Locks,
    Problem,
    Progress,
)
from nbmodelver.model.versions import (
    KINDS,
    MOST_PLAIN,
    Cell,
    Direction,
    GitState,
    Group,
    Json,
    Kept,
    Kind,
    Part,
    Skipped,
    Version,
)

__all__ = [
    "KINDS",
    "MOST_PLAIN",
    "Backend",
    "BisectVerdict",
    "Bisected",
    "Blame",
    "BlobStore",
    "Cause",
    "CauseKind",
    "CauseStep",
    "Cell",
    "CellConflict",
    "CellInput",
    "Change",
    "Chart",
    "ChartKind",
    "Diff",
    "Direction",
    "Effect",
    "Explanation",
    "Finding",
    "Findings",
    "GcReport",
    "GitState",
    "Group",
    "InputFile",
    "Json",
    "Kept",
    "Kind",
    "LeakRequest",
    "Level",
    "Locks",
    "MakingCell",
    "MergeEffect",
    "MergePreview",
    "NameHistory",
    "NameMerge",
    "NameStep",
    "ObjectId",
    "Part",
    "Plan",
    "Probed",
    "ProbedModel",
    "Problem",
    "Profile",
    "Progress",
    "ReadFile",
    "Row",
    "Section",
    "Series",
    "Skipped",
    "Status",
    "TableCellBlame",
    "Version",
    "VersionId",
    "VersionVerdict",
    "Way",
    "is_id",
    "section_from_dict",
    "section_to_dict",
]
