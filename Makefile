# Everything that is done here, by name. How it is done stands in scripts/dev.py.
# PORT, HOST and CHROMIUM can be set; ARGS is handed on, as in: make e2e ARGS="-k cancel"

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
DEV = @$(or $(PYTHON),$(error Webtidbok needs Python 3.11 or later, and found none. Install it, or set PYTHON=/path/to/python3)) scripts/dev.py

.DEFAULT_GOAL := help
.PHONY: help run test unit e2e lint types pictures fmt bench soak migrate downtime-list verify-log demo-reset

help: ## show this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1	/p' Makefile | while IFS='	' read -r name what; do printf '  make %-13s %s\n' "$$name" "$$what"; done

run: ## start the demo on http://localhost:8000 (PORT changes it)
	$(DEV) run

test: ## prove everything: lint, types, tests, browser journeys
	$(DEV) test

unit: ## run all tests but the browser's
	$(DEV) unit $(ARGS)

e2e: ## run the browser journeys (E2E_BASE_URL: against a server of yours)
	$(DEV) e2e $(ARGS)

pictures: ## take the help pages' pictures anew, into assets/help
	$(DEV) pictures

lint: ## check style and the direction of imports
	$(DEV) lint

types: ## check types
	$(DEV) types

fmt: ## format the code
	$(DEV) fmt

bench: ## measure; figures land in benchmarks/results/
	$(DEV) bench $(ARGS)

soak: ## kill processes that book and send, a few hundred times (ARGS="--kills 50")
	$(DEV) soak $(ARGS)

migrate: ## bring the database up to date
	$(DEV) migrate

downtime-list: ## write each clinic's list of today and the coming day, for when nothing else works
	$(DEV) downtime-list

verify-log: ## verify that the access log is as it was written (ARGS=earlier.txt: and that nothing is cut off)
	$(DEV) verify-log $(ARGS)

demo-reset: ## throw the demo's data away and make it anew
	$(DEV) demo-reset
