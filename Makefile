# HipaaGuard. `make` alone lists what there is.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
K ?=

.DEFAULT_GOAL := help

.PHONY: help
help:  ## List the targets.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-22s %s\n", $$1, $$2}'

.PHONY: audit
audit: $(VENV)/installed  ## Audit this machine: write a signed report into reports/ and verify it.
	@$(BIN)/python scripts/audit.py

.PHONY: dev
dev: $(VENV)/dev  ## Set up everything that developing needs, in .venv.

$(VENV)/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "HipaaGuard needs Python 3.11 or newer; name it with PYTHON=…"; exit 1; }
	@echo "Setting up .venv (once)…"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/dev: $(VENV)/installed
	@$(BIN)/python -m pip install --quiet --group dev
	@touch $@

.PHONY: tools
tools:  ## Install what some tests use beyond Python: nftables, strace and the like (apt, as root).
	@sh scripts/install-test-tools

.PHONY: fmt
fmt: dev  ## Format the code.
	$(BIN)/ruff format hipaaguard tests scripts
	$(BIN)/ruff check --fix hipaaguard tests scripts

.PHONY: lint
lint: dev  ## Format check, ruff, mypy, import contracts.
	$(BIN)/ruff format --check hipaaguard tests scripts
	$(BIN)/ruff check hipaaguard tests scripts
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 hipaaguard
	$(BIN)/mypy --platform darwin hipaaguard
	$(BIN)/lint-imports --no-cache

.PHONY: test
test: dev  ## All tests; K=words runs only those that match, and stops at the first failure.
	@sh scripts/install-test-tools --quiet
	$(BIN)/python -m pytest $(if $(K),-x -k "$(K)")

.PHONY: coverage
coverage: dev  ## All tests, with coverage of lines and branches.
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage combine --quiet 2>/dev/null || true
	$(BIN)/coverage report --skip-covered
	$(BIN)/coverage report --fail-under 100 --include 'hipaaguard/evaluate.py,hipaaguard/policy/*,hipaaguard/attest/*'

.PHONY: docs
docs: dev  ## Make every generated file anew: schema, golden files, vectors, sample report.
	$(BIN)/python scripts/generate.py

.PHONY: policies-check
policies-check: dev  ## Try every policy, check, question and mapping that ships.
	$(BIN)/python scripts/policies_check.py

.PHONY: docs-check
docs-check: dev  ## Fail when a generated file is not current.
	$(BIN)/python scripts/generate.py --check

.PHONY: coverage-of-platforms
coverage-of-platforms: dev  ## Print what backs each fact: recordings by fact, system and variant.
	@$(BIN)/python scripts/coverage_of_platforms.py

.PHONY: support-matrix
support-matrix: dev  ## Print which fact is known of which version of Windows and macOS, with which rights.
	@$(BIN)/python scripts/support_matrix.py

.PHONY: check
check: tools lint policies-check coverage docs-check  ## Everything that CI runs.

.PHONY: bench
bench: dev  ## Measure: start-up, audit, verification, memory; all as ratios.
	$(BIN)/python scripts/bench.py

.PHONY: package
package: dev  ## Build the wheel and try it in an empty environment.
	$(BIN)/python scripts/try_package.py

.PHONY: clean
clean:  ## Remove .venv and everything else that was made here.
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .coverage
