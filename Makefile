# One command each: `make demo`, `make test`, `make lab`, `make frontend`, `make lint`, `make docs`, `make bench`.
# Uses the active virtual environment, or makes .venv; installs what a command needs once, and again when pyproject.toml
# or the lock changes. `test` brings Chromium and Node where it may, and says what it leaves out where it may not.

SHELL := /bin/bash
PYTHON ?= python3
VENV := $(or $(VIRTUAL_ENV),$(CURDIR)/.venv)
BIN := $(VENV)/bin
WORKERS ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK := 1
LOCK := tests/constraints.txt
# A stamp for each environment that this checkout was installed into, and for what was installed with it.
STAMP := build/ready/$(shell printf %s '$(VENV)' | cksum | cut -d' ' -f1)
READY := $(STAMP)-dev
DEMO := $(STAMP)-demo
# Nothing is compiled ahead: that takes as long as the rest, and Python compiles what is imported.
INSTALL := $(BIN)/python -m pip install -qq --no-compile -c $(LOCK)
LANES := $(BIN)/python -m tests.environments.lanes --workers $(WORKERS)

.PHONY: demo test test-python test-frontend test-browser test-firefox test-newest test-oldest test-pythons lock \
	lab frontend lint format docs bench clean
.DELETE_ON_ERROR:

demo: $(DEMO)
	@$(BIN)/python notebooks/run.py notebooks/quickstart.ipynb

# The parts below, as far as this machine can run them.
test: $(VENV)/pyvenv.cfg
	@$(BIN)/python -m tests.environments.everything $(MAKE)

test-python: $(READY)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m 'not browser'

test-frontend: $(READY)
	@$(BIN)/python labextension/hatch_build.py check build link

# Two browsers at once; the waiting times are taken alone.
test-browser: frontend
	@export NBMODELVER_FRONTEND=required; \
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m browser tests/ui \
		--ignore tests/ui/test_figures.py --ignore tests/ui/firefox && \
	$(BIN)/python -m pytest -m browser tests/ui/test_figures.py

# The main path once more, in Firefox.
test-firefox: frontend
	@$(BIN)/python -m tests.environments.machine firefox
	@NBMODELVER_FRONTEND=required $(BIN)/python -m pytest -m browser tests/ui/firefox

# Lanes: each makes its own environments under build/env.
test-newest: $(VENV)/pyvenv.cfg
	@$(LANES) newest

test-oldest: $(VENV)/pyvenv.cfg
	@$(LANES) oldest

test-pythons: $(VENV)/pyvenv.cfg
	@$(LANES) pythons

lock: $(VENV)/pyvenv.cfg
	@$(BIN)/python -m tests.environments.lock

frontend: $(READY)
	@$(BIN)/python labextension/hatch_build.py build link

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(READY)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lab: frontend
	@$(BIN)/jupyter lab notebooks $(if $(filter 0,$(shell id -u)),--allow-root)

docs: $(READY)
	@$(BIN)/python -m nbmodelver.verbs docs/verbs

bench: $(READY)
	@$(BIN)/python -m pytest tests/bench -s -q

clean:
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): pyproject.toml $(LOCK) $(VENV)/pyvenv.cfg
	@echo "installing nbmodelver with what its tests need into $(VENV)"
	@$(INSTALL) -e '.[dev]'
	@mkdir -p $(@D) && touch $@

$(DEMO): pyproject.toml $(LOCK) $(VENV)/pyvenv.cfg
	@echo "installing nbmodelver with what the demo needs into $(VENV)"
	@$(INSTALL) -e '.[demo]'
	@mkdir -p $(@D) && touch $@

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit("nbmodelver needs Python 3.11 or newer: make PYTHON=python3.11 ..." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV) || { echo "on Debian: apt-get install python3-venv" >&2; exit 1; }
