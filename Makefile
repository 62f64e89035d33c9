# make demo   the whole story on this machine, in about a minute after the downloads (KEEP=1 leaves it standing)
# make test   every check, as CI runs it
# make reliability   a crash at every place, and every kind of chain and fork with many files; goes on where it stopped
# make test-oracle   the prover of IAM policies beside an engine that others wrote; needs node and npm, says if they are not there
# make test-browser   the report of `observe` in a real Chromium; says if there is none
# make test-dbt-1.10   what runs in dbt, on the oldest dbt that is supported
# make test-snowflake-live   asks a scratch account of Snowflake what its documents leave open

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
OLDEST := .work/dbt-1.10

# Everything that a run leaves behind stays inside the checkout.
export TMPDIR := $(CURDIR)/.work/tmp
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet --no-cache-dir

.PHONY: demo test reliability test-oracle test-browser test-dbt-1.10 test-snowflake-live lint types floors pytest docs venv lock clean
.DEFAULT_GOAL := test

demo: $(READY) | $(TMPDIR)
	@$(BIN)/ghost-ingest demo $(if $(KEEP),--keep)

test: lint types floors pytest

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

floors: $(READY)
	$(BIN)/lint-imports

pytest: $(READY) | $(TMPDIR)
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

reliability: $(READY) | $(TMPDIR)
	$(BIN)/pytest --thorough tests/snowflake_double tests/cli/test_where.py tests/warehouse/snowflake/test_crashes.py
	$(BIN)/python -m tests.chains.reliability
	@$(BIN)/python -m tests.oracle.differential --cases 10000 || [ $$? -eq 75 ]

# Exit code 75 is `not run`, which it says.
test-oracle: $(READY) | $(TMPDIR)
	@$(BIN)/python -m tests.oracle.differential --cases 500 || [ $$? -eq 75 ]

# Not a part of `make test`: needs Debian's package `chromium`.
test-browser: $(READY) | $(TMPDIR)
	@if command -v chromium >/dev/null; then $(BIN)/pytest tests/browser -q -p no:cacheprovider; \
	  else echo "browser: not run: chromium is not installed"; fi

# An environment of its own: requirements.lock with a few lines replaced.
test-dbt-1.10: $(OLDEST)/.ready | $(TMPDIR)
	$(OLDEST)/bin/python -m pytest -n 2 --dist loadfile tests/warehouse tests/test_naming_parity.py

$(OLDEST)/.ready: requirements.lock requirements-dbt-1.10.lock | $(TMPDIR)
	@echo "Setting up $(OLDEST) (once; downloads a few hundred MB) ..."
	@$(PYTHON) -m venv --clear $(OLDEST)
	@sed -n 's/^\([^#=]*==\).*/^\1/p' requirements-dbt-1.10.lock | grep -v -i -f - requirements.lock > $(OLDEST)/rest
	@$(OLDEST)/bin/python -m pip --disable-pip-version-check --no-input install --quiet --no-cache-dir \
	  --requirement $(OLDEST)/rest --requirement requirements-dbt-1.10.lock
	@touch $@

# Not a part of `make test`: needs GHOST_LIVE_SNOWFLAKE_ACCOUNT and the others that it names.
test-snowflake-live: $(READY) | $(TMPDIR)
	@$(BIN)/pytest live -q -p no:cacheprovider

docs: $(READY)
	$(BIN)/python docs/generate.py

venv: $(READY)

$(TMPDIR):
	@mkdir -p $@

$(READY): requirements.lock pyproject.toml Makefile | $(TMPDIR)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "dbt-ghost needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Setting up $(VENV) (once; downloads a few hundred MB) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) --requirement requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# What is tested, together: the newest that fit what is pinned in pyproject.toml and here.
lock: | $(TMPDIR)
	$(PYTHON) -m venv --clear .work/lock
	.work/lock/bin/python -m pip --disable-pip-version-check install --quiet --no-cache-dir -r requirements.in
	(head -1 requirements.lock; .work/lock/bin/python -m pip freeze) > .work/requirements.lock
	mv .work/requirements.lock requirements.lock

clean:
	rm -rf $(VENV) .work .ghost-demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
