# Everything runs in a virtual environment of its own; nothing but Python (3.10 or newer) and make is needed.
#   make demo    the monitor on a simulated board; without a terminal, its figures as text
#   make test    everything that CI runs, on one version of Python
#   make test-vm the part of it that needs a kernel of its own: galcore's reload in an emulated machine
#   make test-textual-main  the live monitor's tests with the newest published Textual, snapshots left out
#   make check   the fast part of it: lint, types, layers, unit tests
#   make bench   measurements: prints tables, judges nothing; make bench BENCH=parse,keys: some of its parts
#   make bench-against REF=…   this tree against another commit, in turn: what became slower
#   make fuzz    a minute (FUZZ_SECONDS) of coverage-guided fuzzing of the readers of model files
#   make screenshots   the pictures of README and docs/, from the simulated board
#   make snapshots     the texts of all pages that the tests compare with
#   make golden        the sentences that the tests compare with, and how they differ

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
# npumon as a user installs it, apart from the one that is worked on.
USER   := $(VENV)-user
# The newest Textual, instead of the one that the tests are written for.
TEXTUAL := $(VENV)-textual
# What the monitor is measured with, and beside.
BENCHMARKS := $(VENV)-bench
# Parts of the bench, with commas between them; all of them by default. tests/bench/parts.py has their names.
BENCH  ?=
# Bytecode is compiled at install, so that the first start is as quick as the second.
PIP    := PYTHONDONTWRITEBYTECODE= PIP_DISABLE_PIP_VERSION_CHECK=1
FUZZ_SECONDS ?= 60
# Tests wait for half of their time, so there are two workers for each processor. Their bytecode is kept: to compile
# modules and to rewrite assertions takes longer than many a test.
WORKERS := $(shell expr 2 \* "$$(nproc 2>/dev/null || echo 2)")
TESTS  := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal
# These are fully covered by their own tests, which are run once, under coverage.
COVERED := core export

.PHONY: demo test test-vm test-textual-main check environment lint unit quick suite coverage rest
.PHONY: screenshots snapshots golden bench bench-against fuzz clean

demo: $(USER)/.installed
	@if [ -t 0 ] && [ -t 1 ]; then $(USER)/bin/npumon --demo; else $(USER)/bin/npumon snapshot --demo; fi

# .ci/run carries these out one by one, to say how long each took.
test: lint coverage rest test-vm

coverage: $(VENV)/.dev
	$(TESTS) $(COVERED:%=--cov=npumon.%) --cov-report= $(COVERED:%=tests/%)
	$(BIN)/python -m coverage report --fail-under=100

rest: $(VENV)/.dev
	$(TESTS) $(COVERED:%=--ignore=tests/%)

# The driver's reload on a real kernel, in an emulated machine: Debian's packages, nothing is installed.
test-vm: $(VENV)/.dev $(USER)/.installed
	$(BIN)/python -m tests.vm.run --cache $(VENV)-vm --npumon $(USER)/bin/npumon

check: lint unit

environment: $(VENV)/.dev

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/.dev
	$(TESTS) -m "not slow and not system" --ignore=tests/e2e

# What another Python may change, without what takes long.
quick: $(VENV)/.dev
	$(TESTS) -m "not slow" --ignore=tests/e2e

suite: $(VENV)/.dev
	$(TESTS)

# Whether npumon can follow Textual: pip's complaint about the bound in pyproject.toml is expected there.
test-textual-main: | $(TEXTUAL)/bin/pip
	@$(PIP) $(TEXTUAL)/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(PIP) $(TEXTUAL)/bin/python -m pip install --quiet --editable . --group test
	@$(PIP) $(TEXTUAL)/bin/python -m pip install --quiet --upgrade textual rich
	@$(TEXTUAL)/bin/python -c 'from importlib.metadata import version; print("Textual", version("textual"))'
	$(TESTS:$(BIN)/%=$(TEXTUAL)/bin/%) tests/tui

screenshots: $(VENV)/.dev
	$(BIN)/python screenshots/render.py

snapshots: $(VENV)/.dev
	UPDATE_SNAPSHOTS=1 $(TESTS) tests/tui/test_snapshots.py

golden: $(VENV)/.dev
	-UPDATE_GOLDEN=1 $(TESTS) $$(grep -rlw golden tests --include='test_*.py')
	$(BIN)/python -m tests.golden
	git --no-pager diff -- tests/golden.txt

bench: $(USER)/.installed $(BENCHMARKS)/.installed
	$(USER)/bin/python tests/bench/run.py --parts "$(BENCH)"
	$(BENCHMARKS)/bin/python tests/bench/terminal.py --npumon $(USER)/bin/npumon --parts "$(BENCH)"

REF ?= HEAD~1
PAIRS ?= 15
bench-against: $(USER)/.installed $(BENCHMARKS)/.installed
	rm -rf $(VENV)-ref && git worktree prune && git worktree add --quiet --detach $(VENV)-ref $(REF)
	$(MAKE) -C $(VENV)-ref .venv-user/.installed
	$(BENCHMARKS)/bin/python tests/bench/before_after.py $(VENV)-ref/.venv-user/bin/npumon $(USER)/bin/npumon --pairs $(PAIRS); \
	    status=$$?; git worktree remove --force $(VENV)-ref; exit $$status

fuzz: $(VENV)/.fuzz
	$(BIN)/python tests/fuzz/fuzz_modelfile.py --seconds $(FUZZ_SECONDS) --findings $(VENV)-findings

$(VENV)/bin/pip $(USER)/bin/pip $(BENCHMARKS)/bin/pip $(TEXTUAL)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit("npumon needs Python 3.10 or newer: make PYTHON=python3.x" if sys.version_info < (3, 10) else 0)'
	@$(PYTHON) -m venv $(@D)/.. || { rm -rf $(@D)/..; \
	    echo 'Without the venv module nothing can be installed: sudo apt install python3-venv'; exit 1; }

$(USER)/.installed: pyproject.toml $(shell find npumon -type f -not -name '*.pyc') | $(USER)/bin/pip
	@$(PIP) $(USER)/bin/python -m pip install --quiet --force-reinstall --no-deps .
	@$(PIP) $(USER)/bin/python -m pip install --quiet .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/pip
	@$(PIP) $(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(PIP) $(BIN)/python -m pip install --quiet --editable . --group test --group lint
	@touch $@

# Without nvitop its column stays empty.
$(BENCHMARKS)/.installed: | $(BENCHMARKS)/bin/pip
	@$(PIP) $(BENCHMARKS)/bin/python -m pip install --quiet 'pyte>=0.8.2' 'psutil>=6.0'
	-@$(PIP) $(BENCHMARKS)/bin/python -m pip install --quiet 'nvitop>=1.5'
	@touch $@

$(VENV)/.fuzz: $(VENV)/.dev
	$(PIP) $(BIN)/python -m pip install --quiet --group fuzz
	@touch $@

clean:
	rm -rf $(VENV) $(VENV)-*  .coverage* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
