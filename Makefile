# `make demo` and `make test` do all the set-up on a fresh machine: Python 3.11 or newer is all they need.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
LOCK   := requirements/dev.txt
OUT    ?= trimtab-demo
# Those that start no sandbox, no engine and no command.
FAST   := $(addprefix tests/unit/,advice catalog demand document guard ladders lint replay sizing timing values test_architecture.py test_terraform_module.py)
PYTEST := $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

# Where it is set, each of hundreds of processes compiles the sources anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo tour test fast test-aws test-all test-pythons bench site check compiled fmt lock sbom clean setup

help: ## What can be made.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup ## The example fleet: the table at once, then the proof with real Terraform.
	@$(BIN)/trimtab demo -o $(OUT)

tour: setup ## The whole story against an AWS on this machine, command by command (docs/tour.md).
	@$(BIN)/python tools/tour.py

test: setup ## Everything that CI checks: about ten minutes on two cores.
	@$(MAKE) --no-print-directory --jobs 2 check compiled
	$(PYTEST) -m "not slow"

fast: setup check ## Lint, types and the unit tests that need no Terraform and no sandbox: under a minute.
	$(BIN)/python -m pytest -n 2 --dist loadfile -q -m "not slow and not terraform and not not_fast" $(FAST)

test-aws: setup ## Two services in a real account, made and destroyed. Asks for TRIMTAB_TEST_AWS_ACCOUNT.
	@$(BIN)/python tools/test_aws.py

test-all: setup check ## Also what takes longer: the whole demo, and each requirement broken once.
	$(PYTEST)
	$(BIN)/python tools/mutate_terraform.py requirements
	$(BIN)/python tools/mutate_terraform.py conditions
	$(BIN)/python tools/mutate_replay.py

test-pythons: ## The same on each Python that is supported and installed, each in its own environment.
	@tried=0; for version in 3.11 3.12 3.13; do \
	  python=python$$version; \
	  $$python -c '' 2>/dev/null || python=$$(pyenv prefix $$(pyenv latest $$version 2>/dev/null) 2>/dev/null)/bin/python; \
	  if $$python -c '' 2>/dev/null; then \
	    tried=$$((tried + 1)); echo "== Python $$version"; \
	    $(MAKE) --no-print-directory test PYTHON=$$python VENV=.venv-$$version || exit; \
	  else echo "== Python $$version is not installed"; fi; \
	done; test $$tried -gt 0

bench: setup ## Speed, memory and quality as ratios in one run each (needs the recorded series).
	$(BIN)/python benchmarks/replay.py
	$(BIN)/python benchmarks/bound.py
	$(BIN)/python benchmarks/memory.py
	$(BIN)/python benchmarks/quality.py
	$(BIN)/python benchmarks/many.py

site: setup ## The documentation as a site, in build/site.
	@$(BIN)/python tools/docs_site.py

# One process compiles the kernel and the tests while the other core checks: else each worker does. It saves
# time and decides nothing, so that a setting of this machine which stops it is no failure.
compiled: setup
	@$(BIN)/python -c 'from trimtab.advice.choice.contest import compile_first; compile_first()' >/dev/null 2>&1 || true
	@$(BIN)/python -m pytest --collect-only -q -p no:cacheprovider >/dev/null 2>&1 || true

check: setup ## Lint, types, and the arrows of the design.
	@$(BIN)/ruff format --check --quiet src tests tools examples benchmarks
	@$(BIN)/ruff check --quiet src tests tools examples benchmarks
	@$(BIN)/mypy
	@said=$$($(BIN)/lint-imports --no-cache) && echo "$$said" | tail -n 5 || { echo "$$said"; exit 1; }

fmt: setup ## Format, and renew what is generated.
	$(BIN)/ruff format src tests tools examples benchmarks
	$(BIN)/ruff check --fix src tests tools examples benchmarks
	$(BIN)/python tools/terraform_adopt.py
	$(BIN)/python tools/terraform_platform.py
	terraform fmt -recursive terraform examples
	$(BIN)/python tools/terraform_readme.py
	$(BIN)/python tools/schema.py
	$(BIN)/python tools/guard_facts.py
	$(BIN)/python tools/usage.py
	$(BIN)/python tools/requirements.py
	$(BIN)/python tools/provider_six.py
	$(BIN)/python tools/guard_rules.py
	$(BIN)/python tools/report_golden.py

setup: $(VENV)/.installed

# Of what is installed most is never loaded: what is, Python compiles then.
$(VENV)/.installed: $(LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@echo "setting up $(VENV) (once)" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r $(LOCK)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

PIN := uv pip compile pyproject.toml --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --no-emit-find-links --quiet

lock: ## Pin every dependency with its hashes, for who runs it and for who works on it (needs uv).
	$(PIN) --extra sandbox --extra dask -o requirements/runtime.txt
	$(PIN) -c requirements/runtime.txt -o requirements/core.txt
	$(PIN) --extra sandbox --extra dask --group dev -c requirements/runtime.txt -o $(LOCK)

sbom: setup ## What is shipped and its licences, checked, as CycloneDX: dist/trimtab.cdx.json.
	@$(BIN)/python tools/sbom.py -o dist/trimtab.cdx.json

clean: ## Remove what was made.
	rm -rf $(VENV) $(OUT) dist build .pytest_cache .mypy_cache .ruff_cache
