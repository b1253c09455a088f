"""A version names the libraries and the number of threads that floating point results depend on."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np

from nbmodelver.repo.core import numerics
from nbmodelver.repo.core.numerics import THREAD_VARIABLES

ASK = "import numpy, json; from nbmodelver.repo.core.numerics import numerics; print(json.dumps(numerics()))"


def asked(**variables: str) -> dict[str, object]:
    environment = {k: v for k, v in os.environ.items() if k not in (*THREAD_VARIABLES, "PYTHONHASHSEED")}
    command = [sys.executable, "-c", ASK]
    done = subprocess.run(command, env={**environment, **variables}, capture_output=True, check=True, timeout=60)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_linear_algebra_and_threads_are_named() -> None:
    np.ones(2)
    found = numerics.numerics()
    assert found["cpus"] == os.cpu_count()
    assert isinstance(found["blas"], list)
    assert found["blas"]
    assert isinstance(found["threads"], dict)
    assert all(isinstance(n, int) and n > 0 for n in found["threads"].values())


def test_the_hash_seed_and_the_variables_of_threads_are_named() -> None:
    assert asked()["hash_seed"] == "random"
    assert "thread_variables" not in asked()
    found = asked(PYTHONHASHSEED="7", OMP_NUM_THREADS="1")
    assert found["hash_seed"] == "7"
    assert found["thread_variables"] == {"OMP_NUM_THREADS": "1"}
    assert asked(PYTHONHASHSEED="0")["hash_seed"] == "0"


def test_nothing_in_it_names_a_path() -> None:
    assert "/" not in json.dumps(numerics.numerics()).replace("\\/", "")


def test_a_difference_is_a_sentence() -> None:
    then = {"blas": ["openblas 0.3.27"], "threads": {"blas": 4}, "processor": "Haswell"}
    now = {"blas": ["openblas 0.3.30"], "threads": {"blas": 2}, "processor": "Haswell"}
    assert numerics.differences(then, now) == (
        "linear algebra: openblas 0.3.27 then, openblas 0.3.30 now",
        "threads: 4 for blas then, 2 for blas now",
    )
    assert numerics.differences({}, now) == ()


def test_a_library_that_is_not_loaded_is_no_difference() -> None:
    then = {"blas": ["openblas 0.3.27", "openblas 0.3.30"], "threads": {"blas": 2, "openmp": 4}}
    assert numerics.differences(then, {"blas": ["openblas 0.3.30"], "threads": {"blas": 2}}) == ()
    assert numerics.differences({"blas": ["openblas 0.3.30"]}, then) == ()
