# One command each: `make demo`, `make test`, `make lab`, `make frontend`, `make lint`, `make docs`, `make bench`.
# Uses the active virtual environment, or makes .venv; installs what is needed once, and again when pyproject.toml
# changes. No other set-up, but Node 20 for the front-end (`lab`, `frontend`, `test`) and Chromium for `test`.

SHELL := /bin/bash
PYTHON ?= python3
VENV := $(or $(VIRTUAL_ENV),$(CURDIR)/.venv)
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# One stamp for each environment that this checkout was installed into.
READY := build/ready/$(shell printf %s '$(VENV)' | cksum | cut -d' ' -f1)

# Two browsers at once; the waiting times are taken alone.
BROWSER := export NBMODELVER_FRONTEND=required; \
	$(BIN)/python -m pytest -n 2 --dist loadfile -m browser tests/ui --ignore tests/ui/test_figures.py && \
	$(BIN)/python -m pytest -m browser tests/ui/test_figures.py

.PHONY: demo test test-browser lab frontend lint format docs bench clean
.DELETE_ON_ERROR:

demo: $(READY)
	@$(BIN)/python notebooks/run.py notebooks/quickstart.ipynb

test: lint
	@$(BIN)/python labextension/hatch_build.py check build link
	@NBMODELVER_FRONTEND=required $(BIN)/python -m pytest -n 2 --dist worksteal -m 'not browser'
	@$(BROWSER)

test-browser: frontend
	@$(BROWSER)

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

$(READY): pyproject.toml $(VENV)/pyvenv.cfg
	@echo "installing nbmodelver with what its tests need into $(VENV)"
	@$(BIN)/python -m pip install -qq -e '.[dev]'
	@mkdir -p $(@D) && touch $@

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit("nbmodelver needs Python 3.11 or newer: make PYTHON=python3.11 ..." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV) || { echo "on Debian: apt-get install python3-venv" >&2; exit 1; }
