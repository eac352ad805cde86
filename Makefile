# Each target makes the environment first when it is missing or older than the lock. Needs Python 3.11+ and make.
PYTHON ?= python3
DETECTOR ?= own_images
RAW_DATA ?= data/01_raw
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
export MLFLOW_DISABLE_TELEMETRY := true
# Python keeps what it compiles, whatever the shell says: without, imports take most of a short run.
export PYTHONDONTWRITEBYTECODE :=
TWO := -n 2 --dist worksteal

run: $(VENV)/.ready ## every study on the embedded digits
	$(BIN)/kedro run --runner ParallelRunner

test: $(VENV)/.ready ## all tests, on two cores
	$(BIN)/python -m pytest $(TWO)

test-fast: $(VENV)/.ready ## the tests that take under a minute together
	$(BIN)/python -m pytest $(TWO) -m "not slow"

drill: $(VENV)/.ready ## faults of every kind, each resumed and compared: a table in 25 minutes
	$(BIN)/python tests/drill/drill.py

bench: $(VENV)/.ready ## speed, beside a notebook, Lightning, Pythae and PyOD, which it installs: make bench RAW_DATA=PATH
	VIRTUAL_ENV=$(VENV) PATH="$$PATH:$(BIN)" uv pip install --quiet --group bench
	$(BIN)/python tests/bench/bench.py --raw-data $(RAW_DATA)

scale: $(VENV)/.ready ## memory and time, by stage, of runs on 62,500 to a million made-up images (Linux, 4 to 15 minutes)
	$(BIN)/python tests/bench/scale.py

lint: $(VENV)/.ready ## style
	$(BIN)/ruff check src tests notebooks
	$(BIN)/ruff format --check src tests notebooks

viz: $(VENV)/.ready ## the graph of a lesson and of the digits, in a browser; of another pipeline: make viz PIPELINE=mnist
	$(BIN)/kedro viz run $(PIPELINE:%=--pipeline %)

viz-static: $(VENV)/.ready ## the same as a folder of files, build/graph
	$(BIN)/kedro viz build $(PIPELINE:%=--pipeline %)

ui: $(VENV)/.ready ## the tracked runs, in MLflow
	@echo "Open http://127.0.0.1:5000/#/experiments?workflowType=machine_learning once it says that it runs."
	@echo "Where it shows traces, press Model training at the top left: it remembers."
	MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false $(BIN)/mlflow ui --backend-store-uri sqlite:///mlflow.db --workers 1

cluster: $(VENV)/.ready ## a scheduler and workers for DaskRunner on this machine, until Ctrl-C: make cluster WORKERS=2
	PYTHONPATH=src $(BIN)/python -m autoencoders.cluster --workers $(WORKERS)

serve: $(VENV)/.ready ## a detector, at http://127.0.0.1:5001/invocations: make serve DETECTOR=own_images
	MLFLOW_TRACKING_URI=$${MLFLOW_TRACKING_URI:-sqlite:///mlflow.db} PATH="$(CURDIR)/$(BIN):$$PATH" \
		$(BIN)/mlflow models serve --model-uri models:/$(DETECTOR)@champion --env-manager local --host 127.0.0.1 --port 5001

notebooks: $(VENV)/.ready ## the notebooks, in JupyterLab
	$(BIN)/jupyter lab notebooks

outputs: $(VENV)/.ready ## the outputs that the notebooks keep, made anew from the last run
	PYTHONPATH=src $(BIN)/python tests/notebook_outputs.py

lock: $(VENV)/.ready ## the pinned versions, anew from pyproject.toml
	$(BIN)/uv pip compile --universal --generate-hashes --upgrade --python-version 3.11 --group dev \
		pyproject.toml --quiet --output-file requirements.lock

# uv installs quickest; where there is none, it is fetched into the environment.
$(VENV)/.ready: requirements.lock
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11 TARGET")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	command -v uv > /dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	VIRTUAL_ENV=$(VENV) PATH="$$PATH:$(BIN)" uv pip install --quiet --compile-bytecode --require-hashes --requirement requirements.lock
	touch $@

help: ## this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed 's/:[^#]*## /\t/'

.DEFAULT_GOAL := help
.PHONY: run test test-fast drill bench scale lint viz viz-static ui cluster serve notebooks outputs lock help
