"""Names causes: by the message of an exception, and by the code that fed a value that differs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

CHANCE = "unseeded randomness"
CLOCK = "the time, or an id of the process"
FOLDER = "the folder in which the cells run"
NETWORK = "the network"
ORDER = "the order in which threads or processes finish"
SETS = "the order of sets, which depends on the hash seed"
THREADS = "the number of threads of numerical libraries"

STORE = "versions of the store, which a re-run does not have"

FOLDER_NAME = "nbmodelver-rerun-"
"""The beginning of the name of the folder of a re-run."""

_CLOCK = re.compile(
    r"\b(time\.(?!sleep)\w+|datetime\.(now|today|utcnow)|date\.today|(Timestamp|dt|Datetime)\.(now|today|utcnow)"
    r"|to_datetime\(['\"](now|today)|uuid[147]|getpid|tempfile|perf_counter|monotonic|process_time|mkdtemp|strftime"
    r"|localtime|gmtime|ctime|getmtime|st_mtime|time_ns)\b"
)
_CLOCK_PART = re.compile(r"(?i)^[^:]*(time|duration|elapsed|stamp|seconds|uuid)[^:]*\]:")
"""A part of an object that differs, as the detail of an item names it."""

_CHANCE = re.compile(
    r"\b(random|rand\w*|default_rng|shuffle|sample|permutation|train_test_split|choices?|dropout|secrets|urandom"
    r"|(Random|Extra|Gradient|Boost|MLP|KMeans|SGD|UMAP|TSNE|Perceptron)\w*|nn\.\w+)\b",
    re.IGNORECASE,
)
_SEEDED = re.compile(
    r"(\w+\.)*(default_rng|RandomState|Random|Generator|seed|manual_seed)\([^()]*\w[^()]*\)"
    r"|\w+\([^()]*\b(random_state|seed|random_seed)\s*=\s*(?!None)\w+[^()]*\)"
)
_NETWORK = re.compile(r"\b(urlopen|urlretrieve|requests|httpx|aiohttp|socket|fetch_\w+|https?://|ftp://|s3://|gs://)")
_FOLDER = re.compile(r"\b(getcwd|cwd\(\)|abspath|realpath|resolve\(\)|absolute\(\)|__file__)")
_PARALLEL = re.compile(r"\b(n_jobs|threading|multiprocessing|\w*Pool\w*|as_completed|joblib|Parallel|dask|gather)\b")

_NAMED = (
    (re.compile(r"raised ModuleNotFoundError: No module named '([\w.]+)'"), "the package {}, which the record lacks"),
    (re.compile(r"raised FileNotFoundError: .*'([^']+)'\s*$"), "the file {}, which the record lacks"),
    (re.compile(r"raised FileNotFoundError: (?:.*: )?\"?([^'\":]+\.\w{1,8})\"?( not found\.?)?\s*$"),
     "the file {}, which the record lacks"),
    (re.compile(r"raised NameError: name '(\w+)' is not defined"), "the name {}, which no recorded cell makes"),
)  # fmt: skip
"""Messages of exceptions that name what is missing -> the cause."""

_ERRORS = (
    (re.compile(r"raised (ModuleNotFoundError|ImportError)"), "a package that the record does not have"),
    (re.compile(r"raised (FileNotFoundError|IsADirectoryError|NotADirectoryError)"),
     "a file that the record does not have"),
    (re.compile(r"raised (Offline|URLError|HTTPError|ConnectionError|ConnectionRefusedError|ConnectionResetError"
                r"|gaierror|TimeoutError|NewConnectionError|ConnectTimeout|ReadTimeout|ConnectError|SSLError|MaxRetryError"
                r"|ProxyError|ClientConnectorError|RemoteDisconnected)"),
     NETWORK),
    (re.compile(r"raised StdinNotImplementedError"), "the answers to input(), which a re-run cannot give"),
    (re.compile(r"raised (NameError|UnboundLocalError)"), "a name that no recorded cell makes"),
    (re.compile(r"raised MemoryError|kernel ended"), "memory, or code that ends the process"),
    (re.compile(r"took longer"), "the time limit"),
)  # fmt: skip


def of_end(ended: str, variables: Collection[str] = ()) -> str:
    """Return why a run ended early, as a cause; "" for an exception that names no cause by its class.

    variables: of the environment, which the cells read by name.
    """
    for named, cause in _NAMED:
        if match := named.search(ended):
            return cause.format(match[1])
    found = next((cause for pattern, cause in _ERRORS if pattern.search(ended)), "")
    missing = next((v for v in variables if re.search(rf"raised \w+: .*\b{re.escape(v)}\b", ended)), "")
    return found or (of_variables([missing]) if missing else "")


def of_variables(names: Collection[str]) -> str:
    """Return the cause for variables of the environment that a re-run does not get."""
    return f"the environment variable{'s' if len(names) > 1 else ''} {', '.join(names)}, which a re-run does not get"


def of_restoring(magics: Collection[str]) -> str:
    """Return the cause for magics that put values of other versions in place."""
    return f"values that {' and '.join(magics)} put in place, which a re-run does not repeat"


def of_instability(code: str, detail: str) -> str:
    """Return why two runs of the same cells differ. code: what fed the value. detail: a description of what differs."""
    draws = has_chance(code)
    if FOLDER_NAME in detail or (_FOLDER.search(code) and not draws):
        return FOLDER
    if _NETWORK.search(code) and not draws:
        return NETWORK
    if has_clock(code, detail) and (not draws or _CLOCK_PART.match(detail)):
        return CLOCK
    return ORDER if _PARALLEL.search(code) and not draws else CHANCE


def has_chance(code: str) -> bool:
    """Return whether code draws random numbers without a seed."""
    return bool(_CHANCE.search(_SEEDED.sub("", code)))


def has_clock(code: str, detail: str = "") -> bool:
    """Return whether the clock, or an id of the process, is in the code, or in the name of the part that differs."""
    return bool(_CLOCK.search(code) or _CLOCK_PART.match(detail))


def has_network(code: str) -> bool:
    """Return whether code uses the network."""
    return bool(_NETWORK.search(code))


def has_folder(code: str, detail: str) -> bool:
    """Return whether a difference is one of the folder in which the cells ran."""
    return FOLDER_NAME in detail or bool(_FOLDER.search(code))
