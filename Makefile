# Everything this project does, by name. `make` alone lists it.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?=
export PYTHON

.PHONY: help demo test lint sdk docs bench lock clean

help: ## List what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r target text; do \
	  printf '%-14s %s\n' "$$target" "$$text"; done

demo: ## Start Sayso and the shop Linen & Loom (RESET=1 begins anew); needs Python 3.11 and make
	@sh tools/bootstrap.sh demo
	@exec .venv/bin/sayso demo $(if $(RESET),--reset)

test: ## Run everything: guards, both databases, journeys in a real browser
	@sh tools/bootstrap.sh test
	@exec .venv/bin/python -m tools.run_tests

lint: ## Run the guards alone: style, types, directions between rooms
	@sh tools/bootstrap.sh test
	@exec .venv/bin/python -m tools.run_tests --guards

sdk: ## Build the browser SDK into src/sayso/edge/static/sayso.js
	@sh tools/bootstrap.sh test
	@exec .venv/bin/python -m tools.node build

docs: ## Write docs/reference again from the code's tables
	@sh tools/bootstrap.sh test
	@exec .venv/bin/python -m tools.make_docs

bench: ## Measure beside the peers, into docs/reference/performance.md (ONLY=decision for one group, QUICK=1 to try it)
	@sh tools/bootstrap.sh bench
	@exec .venv/bin/python -m bench $(ONLY) $(if $(QUICK),--quick) $(if $(HOUSEHOLDS),--households $(HOUSEHOLDS)) $(if $(PEOPLE),--people $(PEOPLE))

lock: ## Pin every dependency again, with hashes (UPGRADE=1 takes newer releases)
	@sh tools/bootstrap.sh test
	@exec .venv/bin/python -m tools.lock $(if $(UPGRADE),--upgrade)

clean: ## Remove what was built: the environment, caches and the demo's state
	@rm -rf .venv .build .demo .sayso .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage sdk/js/node_modules tests/auditors/node_modules bench/c15t/node_modules
