"""Our code uses no private name of another library, except a few, each with its reason."""

from __future__ import annotations

import sys
from importlib import util
from pathlib import Path

import pytest

import nbmodelver

spec = util.spec_from_file_location("private_names", Path(__file__).with_name("private_names.py"))
assert spec
assert spec.loader
private_names = util.module_from_spec(spec)
sys.modules[spec.name] = private_names
spec.loader.exec_module(private_names)

LEFT_OUT = "Gone: such values are left out of a commit, by name, until a release of ours."
NOT_LOADED = "Gone: such values are refused at the load, by name, until a release of ours."

EXCEPTIONS: dict[str, dict[str, str]] = {
    "codecs/classes.py": {
        "_get_dump": "the registry of an abstract class. Gone: virtual subclasses do not come back.",
        "_boundary_": "documented as the argument `boundary`. Gone: flags come back with the boundary of their base.",
        "_fields": "documented, underscored for names of fields. Gone: never.",
        "_field_defaults": "documented, underscored for names of fields. Gone: never.",
    },
    "codecs/rebuild.py": {"_fields": "documented, underscored for names of fields. Gone: never."},
    "codecs/foreign_scan.py": {"_Unpickler": "the reader of pickles in Python. Gone: files are not scanned, by name."},
    "codecs/matplotlib.py": {"_cid_gen": f"the counter of a registry, which its own pickling moves. {LEFT_OUT}"},
    "codecs/numpy.py": {
        "_fill_value": f"tells a fill value that was set from the default. {LEFT_OUT}",
        "_mask": f"the mask itself, which other arrays may share, and no view of it. {LEFT_OUT}",
        "_optinfo": f"what others hung on a masked array. {LEFT_OUT}",
        "_sharedmask": "can only be read publicly. Gone: the mask counts as shared, and is copied when written to.",
    },
    "codecs/pandas.py": {
        "_mgr": f"the blocks of a frame: only they tell what lies in one piece of memory. {LEFT_OUT}",
        "_item_cache": "of a subclass, before pandas 3. Gone: never, pandas 2 is finished.",
        "_attrs": f"of a subclass that is made without its __init__. {NOT_LOADED}",
        "_flags": f"of a subclass that is made without its __init__. {NOT_LOADED}",
        "_name": f"of a subclass that is made without its __init__. {NOT_LOADED}",
    },
    "codecs/pandas_arrays.py": {
        "_ndarray": f"the memory of an array with a zone or with codes, writable as it is. {LEFT_OUT}",
        "_data": f"the numbers under a mask, those that are missing included. {LEFT_OUT}",
        "_mask": f"the mask of a nullable array itself. {LEFT_OUT}",
        "_simple_new": f"an array or index of just this memory, without a copy. {NOT_LOADED}",
        "_freq": "a frequency as it was, also one that the public way refuses. Gone: the public way is taken.",
    },
    "codecs/pandas_frames.py": {
        "_mgr": f"the blocks of a frame: only they tell what lies in one piece of memory. {LEFT_OUT}",
        "_from_mgr": "before pandas 3, which has create_dataframe_from_blocks. Gone: never, pandas 2 is finished.",
        "_simple_new": f"an array or index of just this memory, without a copy. {NOT_LOADED}",
        "_freq": "a frequency as it was, also one that the public way refuses. Gone: the public way is taken.",
        "_accessors": f"tells what someone hung on a frame from what pandas remembers there. {LEFT_OUT}",
    },
    "codecs/torch.py": {
        "_untyped_storage": f"the storage under a typed one, without torch's warning. {LEFT_OUT}",
        "_backward_hooks": f"hooks that would be lost without a word. {LEFT_OUT}",
        "_patch_step_function": f"what an optimizer does to itself, before a scheduler looks. {NOT_LOADED}",
    },
    "codecs/torch_open.py": {
        "_metadata": "versions of layers in a state_dict. Gone: a state_dict is handed over without them.",
    },
    "codecs/pools.py": dict.fromkeys(
        [
            "_cache",
            "_create_worker_context",
            "_ctx",
            "_idle_semaphore",
            "_initargs",
            "_max_tasks_per_child",
            "_max_workers",
            "_maxtasksperchild",
            "_mp_context",
            "_pending_work_items",
            "_processes",
            "_shutdown",
            "_shutdown_thread",
            "_state",
            "_thread_name_prefix",
            "_threads",
            "_value",
            "_work_queue",
        ],
        f"settings of a pool, and whether it works, which it tells nobody. {LEFT_OUT}",
    ),
    "codecs/queues.py": dict.fromkeys(
        ["_finished", "_queue", "_unfinished_tasks"],
        f"what waits in a queue of asyncio, and what is not done. {LEFT_OUT}",
    ),
    "codecs/threads.py": dict.fromkeys(
        ["_action", "_bound_value", "_initial_value", "_lock", "_timeout", "_value"],
        f"the count, bound and lock that a lock tells nobody. {LEFT_OUT}",
    ),
    "codecs/temporary.py": dict.fromkeys(
        [
            "_TemporaryFileArgs",
            "_TemporaryFileWrapper",
            "_cleanup",
            "_closer",
            "_delete",
            "_finalizer",
            "_get_candidate_names",
            "_ignore_cleanup_errors",
            "_max_size",
            "_rolled",
        ],
        f"options of a temporary file, and its very path. {LEFT_OUT}",
    ),
    "codecs/renewed.py": {"_slotnames": f"the slots of a class, as pickle finds them. {LEFT_OUT}"},
    "codecs/limits.py": {"_current_frames": "documented for debugging. Gone: no limit beside the main thread."},
    "system/children.py": {"_exit": "documented: the way to end a child. Gone: never."},
    "panels/comms.py": {
        "_closed": "ends a comm of which no page knows. Gone: pages are told of a comm that they do not know.",
        "_reply_subshell_for": "the shell that answers. Gone: a panel is answered when the running cell ends.",
    },
    "panels/outputs.py": {"_allow_stdin": "whether there is someone to ask. Gone: it counts as nobody."},
    "kernel/earlier.py": {"_getframe": "documented: which cell loads us. Gone: that cell is missing in a version."},
    "kernel/answer_display.py": {
        "_getframe": "documented: which code waits. Gone: the cell shows an answer, or nobody does."
    },
    "kernel/restore.py": {"_allow_stdin": "whether there is someone to ask. Gone: it counts as nobody."},
    "kinds/xarray.py": {"_in_memory": "whether a look would read a file. Gone: the profile says that there is none."},
    "repo/core/pending.py": {"_register_atexit": "before pools of threads stop. Gone: atexit, which is later."},
}
"""File -> name -> why, and what happens on the day when the library takes it away."""


@pytest.fixture(scope="module")
def touched() -> dict[str, set[str]]:
    found: dict[str, set[str]] = private_names.touched(Path(nbmodelver.__file__).parent)
    return found


def test_no_private_name_of_another_library_is_touched_without_a_reason(touched: dict[str, set[str]]) -> None:
    found = {f"{place}: {name}" for place, names in touched.items() for name in names}
    assert found - {f"{place}: {name}" for place, names in EXCEPTIONS.items() for name in names} == set()


def test_no_exception_outlives_its_use(touched: dict[str, set[str]]) -> None:
    stale = {
        f"{place}: {name}" for place, names in EXCEPTIONS.items() for name in names.keys() - touched.get(place, set())
    }
    assert stale == set()


def test_every_exception_says_what_happens_when_the_name_goes() -> None:
    assert [why for names in EXCEPTIONS.values() for why in names.values() if ". Gone: " not in why] == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(x):\n    return x._mgr", {"_mgr"}),
        ("x._mgr = 1", {"_mgr"}),
        ("from numpy._core import multiarray", {"numpy._core"}),
        ("from pandas.core import _x", {"pandas.core:_x"}),
        ("import numpy._core.numeric as n", {"numpy._core.numeric"}),
        ("getattr(x, '_mgr', None)", {"_mgr"}),
        ("object.__setattr__(x, '_mgr', 1)", {"_mgr"}),
        ("importlib.import_module('numpy._core')", {"numpy._core"}),
        ("class A:\n    def _own(self):\n        return self._own", set()),
        ("class A:\n    def __init__(self):\n        self._own = 1\nA()._own", set()),
        ("from nbmodelver.codecs import plain\nplain._sort_key", set()),
        ("from nbmodelver.codecs.plain import _sort_key", set()),
        ("x.__dict__, x.__reduce__(), _", set()),
    ],
)
def test_the_reader_finds_each_way_to_touch_one(tmp_path: Path, source: str, names: set[str]) -> None:
    place = tmp_path / "codecs"
    place.mkdir()
    (place / "x.py").write_text(source)
    assert private_names.touched(tmp_path).get("codecs/x.py", set()) == names


def test_a_name_of_ours_is_known_in_every_file_but_those_of_libraries(tmp_path: Path) -> None:
    for place in ("codecs", "repo"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "x.py").write_text("other._mine")
    (tmp_path / "y.py").write_text("class A:\n    def __init__(self):\n        self._mine = 1")
    assert private_names.touched(tmp_path) == {"codecs/x.py": {"_mine"}}
