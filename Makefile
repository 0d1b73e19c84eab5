# The same commands for people and for CI. Each sets up what it needs in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LAB := .lab
UNIT := tests/unit tests/logins tests/property tests/golden tests/cli tests/hostile tests/packaging
export NETGUARD_LAB := $(CURDIR)/$(LAB)

.PHONY: demo test test-unit test-lab test-browser coverage lint bench soak golden lock lab browser clean help

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(VENV)/.ready: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

lab: $(VENV)/.ready ## fetch the lab's real daemons into .lab (unpacked there, never installed or started)
	$(BIN)/python -m netguard.demo.daemons $(LAB)

browser: $(VENV)/.ready ## find or install a browser for the browser tests
	$(BIN)/python tests/browser/install.py

demo: lab ## scan a simulated home with real packets and write its report
	$(BIN)/netguard demo

test: test-unit test-lab test-browser ## everything; what cannot run here is skipped by name

test-unit: $(VENV)/.ready
	$(BIN)/python -m pytest -n auto $(UNIT)

test-lab: lab
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -n 2 --dist loadfile tests/lab

coverage: $(VENV)/.ready ## branch coverage of the unit tests and of the last test-lab, and its floor
	$(BIN)/python -m coverage run -m pytest -q -n auto $(UNIT)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --skip-covered --sort=cover --fail-under=$$($(BIN)/python tests/coverage_floor.py)

test-browser: browser
	$(BIN)/python -m pytest tests/browser

lint: $(VENV)/.ready ## style, types, layers, dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

bench: lab ## measures, printed and never asserted
	$(BIN)/python -m tests.bench

soak: $(VENV)/.ready ## kill netguard two hundred times in the middle of saving
	NETGUARD_SOAK=200 $(BIN)/python -m pytest -q --timeout 3600 tests/unit/history/test_history_killed.py

golden: $(VENV)/.ready ## write the golden files anew; read the difference before you commit it
	$(BIN)/python -m tests.golden.report.make_golden
	$(BIN)/python -m tests.golden.diff.make_golden

lock: $(VENV)/.ready ## pin dependencies anew, with hashes
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --group dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) $(LAB) dist build .coverage* .mypy_cache .ruff_cache .pytest_cache
