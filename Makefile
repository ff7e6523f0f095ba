# `make demo` and `make test` do all the set-up on a fresh machine: Python 3.11 or newer is all they need.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
LOCK   := requirements/dev.txt
OUT    ?= trimtab-demo
PYTEST := $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: demo test test-all bench check fmt lock clean setup

demo: setup ## The example fleet: the table at once, then the proof with real Terraform.
	@$(BIN)/trimtab demo -o $(OUT)

test: setup check ## Everything under ten minutes on two cores.
	$(PYTEST) -m "not slow"

test-all: setup check ## Also what takes longer: the whole demo, and each requirement broken once.
	$(PYTEST)
	$(BIN)/python tools/mutate_terraform.py requirements
	$(BIN)/python tools/mutate_terraform.py conditions
	$(BIN)/python tools/mutate_replay.py

bench: setup ## Speed, memory and quality as ratios in one run each (needs the recorded series).
	$(BIN)/python benchmarks/replay.py
	$(BIN)/python benchmarks/bound.py
	$(BIN)/python benchmarks/memory.py
	$(BIN)/python benchmarks/quality.py

check: setup ## Lint, types, and the arrows of the design.
	@$(BIN)/ruff format --check --quiet src tests tools examples benchmarks
	@$(BIN)/ruff check --quiet src tests tools examples benchmarks
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache | tail -n 5

fmt: setup
	$(BIN)/ruff format src tests tools examples benchmarks
	$(BIN)/ruff check --fix src tests tools examples benchmarks
	terraform fmt -recursive terraform examples
	$(BIN)/python tools/terraform_readme.py
	$(BIN)/python tools/schema.py

setup: $(VENV)/.installed

$(VENV)/.installed: $(LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@echo "setting up $(VENV) (once)" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lock: ## Pin every dependency with its hashes (needs uv).
	uv pip compile pyproject.toml --extra sandbox --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --quiet -o $(LOCK)

clean:
	rm -rf $(VENV) $(OUT) dist build .pytest_cache .mypy_cache .ruff_cache
