# The two commands: `make run` and `make test`. Both set up .venv first, and are fast the second time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed$(if $(LOCKED),-locked)
.DEFAULT_GOAL := help
.PHONY: help setup run test test-plain test-busy mutants lint bench faults fuzz regression package package-test lock advisories screenshots languages clean
VARIANT ?= full

help:  ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP)  ## create .venv and install what is missing, system libraries included

$(STAMP): pyproject.toml .ci/setup $(if $(LOCKED),.ci/locked.txt)
	@PYTHON="$(PYTHON)" LOCKED="$(LOCKED)" .ci/setup "$(VENV)"
	@touch $@ $(VENV)/.installed

run: setup  ## the station's window on the demo line; without a display the same line in the terminal
	@if [ "$$(uname)" = Darwin ] || [ -n "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" ]; \
	then exec $(BIN)/inspector run --source demo:; \
	else exec $(BIN)/inspector run --source demo: --headless --as-fast-as-possible --max-parts 200; fi

test: setup  ## lint, types, import contracts, tests
	@.ci/check "$(BIN)"

test-plain: setup  ## the tests as on a processor without VNNI, AMX and bfloat16 (TESTS="tests/vision …" chooses)
	@.ci/test-elsewhere "$(BIN)" plain $(TESTS)

test-busy: setup  ## the tests beside eight busy loops (TESTS as above)
	@.ci/test-elsewhere "$(BIN)" busy $(TESTS)

mutants: setup  ## which changes of the program no test notices, in build/mutants (long; PATHS="engine/*" SAMPLE=30 SEED=16 AGAIN=1)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[mutants]'
	@$(BIN)/python -m tests.mutants $(if $(PATHS),--paths $(PATHS)) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) $(if $(AGAIN),--again)

lint: setup  ## lint, types, import contracts
	@.ci/check "$(BIN)" lint

fuzz: setup  ## damaged picture files for an hour (MINUTES=60)
	@$(BIN)/python -m tests.pictures.fuzz --minutes "$(or $(MINUTES),60)"

bench: setup  ## the figures of docs/figures.md, on this machine, in build/bench (long; PARTS="inference line" chooses)
	@.ci/bench "$(BIN)" $(PARTS)

faults: setup  ## the station while things break: the table of docs/promises.md (long; MINUTES=60 SEED=1 NAMES="killed" FACE=headless)
	@$(BIN)/python -m tests.faults $(NAMES) --minutes "$(or $(MINUTES),0)" --seed "$(or $(SEED),1)" $(if $(FACE),--face $(FACE))

regression: setup  ## ratios of speed against the limits of tests/bench/regression.json
	@$(BIN)/python -m tests.bench.regression

package: setup  ## the executables of this platform, as archives in build/package (VARIANT=station-only: without trainer; UNLOCKED=1)
	@INSPECTOR_VARIANT="$(VARIANT)" $(BIN)/python .ci/package/build.py $(if $(UNLOCKED),--unlocked)

package-test: setup  ## the package in a bare Debian root without network, as root; needs debootstrap and Xvfb
	@$(BIN)/python .ci/package/prove.py "build/package/$(VARIANT)/inspector-station"

lock: setup  ## .ci/locked.txt: the packages of the packaged build with their hashes; where the package is built
	@$(BIN)/python .ci/lock.py

advisories: setup  ## known weaknesses of what is installed; skipped with a word where the database cannot be reached
	@$(BIN)/python .ci/advisories.py

screenshots: setup  ## the manual's pictures, by driving the real window (WEIGHTS=FILE: ResNet-50 weights, else downloaded)
	@xvfb-run -a -s "-screen 0 1280x800x24" $(BIN)/python -m tests.screenshots $(if $(WEIGHTS),--weights "$(WEIGHTS)")

languages: setup  ## what operators see in other languages: compiles resources/languages/*.ts
	@$(BIN)/pyside6-lrelease -silent resources/languages/*.ts

clean:  ## remove .venv and caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
