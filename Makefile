# Everything happens in .venv; a Python of at least 3.11 and make are all that is asked for.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CODE := $(wildcard backend tui tests bench screenshots .ci)
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

# Interpreters without byte code start three times slower, and foreign paths leak other versions in.
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME PYTHONOPTIMIZE

# An environment whose interpreter has gone is worth nothing, and make would trust its stamps.
$(shell [ -x $(BIN)/python ] || rm -rf $(VENV))

.PHONY: help demo test test-slow check fmt snapshots screenshots screenshots-check clean
.DELETE_ON_ERROR:

help:
	@echo 'make demo         the console on a throw-away demo world'
	@echo 'make test         the tests; pass options on with ARGS="-k quotas"'
	@echo 'make test-slow    the tests that take long: PostgreSQL, peers, kills, slow lines'
	@echo 'make check        formatting, lint, types and import contracts'
	@echo 'make fmt          format and mend what can be mended'
	@echo 'make snapshots    run the tests and accept the pictures they take'
	@echo 'make screenshots  take the published pictures anew'
	@echo 'make clean        remove .venv and everything that was built'

demo: $(VENV)/.core
	@$(BIN)/bursar demo $(ARGS)

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto -m "not slow" $(ARGS)

test-slow: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto -m slow $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports

fmt: $(VENV)/.dev
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

snapshots: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --snapshot-update $(ARGS)

screenshots: $(VENV)/.dev
	$(BIN)/python screenshots/make.py

screenshots-check: $(VENV)/.dev
	$(BIN)/python screenshots/make.py --check

clean:
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	rm -f snapshot_report.html
	find $(CODE) -type d -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	@for candidate in $(PYTHON) python3.14 python3.13 python3.12 python3.11; do \
	  if "$$candidate" -c '$(NEW_ENOUGH)' 2>/dev/null; then found=$$candidate; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "bursar needs Python 3.11 or newer, and '$(PYTHON)' is not." >&2; \
	  echo "Install one, or name it: make PYTHON=/path/to/python3.11 ..." >&2; \
	  exit 1; \
	fi; \
	"$$found" -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.core: pyproject.toml constraints.txt | $(BIN)/python
	@echo 'Installing bursar into $(VENV); this is done once.' >&2
	@$(PIP_INSTALL) -e .
	@$(BIN)/python -m compileall -q $(VENV)/lib backend tui || true
	@touch $@

# All workers of the first run would compile all tests, each for itself: that takes 8 s of each.
$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo 'Installing bursar and its tools into $(VENV); this is done once.' >&2
	@$(PIP_INSTALL) -e '.[server,postgres,test]'
	@$(BIN)/python -m compileall -q $(VENV)/lib backend tui || true
	@$(BIN)/python -m pytest --collect-only -qqq >/dev/null || true
	@touch $(VENV)/.core $@
