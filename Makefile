# make build      bin/loupe
# make lab        the tutorials in JupyterLab, in a Python environment of its own
# make run        the first tutorial without Python: dist/01-first-look.html
# make notebooks  execute the stored notebooks again, in place
# make test       all tests; it ends by naming what this machine could not test
# make bench      Loupe beside its peers: bench-cells beside ipykernel (and GoNB where
#                 installed), bench-train beside PyTorch, Keras and OpenBLAS, bench-plots
#                 beside matplotlib, bench-explain beside SHAP and LIME
# make libraries  notebooks that use other people's modules (downloads them)
# make load       what a gigabyte of output, 10,000 cells or 20 kernels cost
# make soak       random notebooks for half an hour (SOAK=2h, SEED=n)
# make clean      remove what the other targets made

PYTHON ?= python3
VENV   := .venv
TRAIN  := .venv-train
WHY    := .venv-explain
PINS   := internal/jupytertest
FIRST  := 01-first-look
PORT   ?= 8888
# JupyterLab refuses to run as root unless told.
ROOT   := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: build lab run notebooks test bench bench-cells bench-train bench-plots bench-explain libraries load soak venv kernelspec clean

build:
	go build -o bin/loupe ./cmd/loupe

lab: $(VENV)/.lab kernelspec
	$(VENV)/bin/jupyter lab $(ROOT) --port $(PORT) --notebook-dir notebooks $(LAB_FLAGS)

run: build
	mkdir -p dist
	bin/loupe run notebooks/$(FIRST).ipynb -o dist/$(FIRST).ipynb --html dist/$(FIRST).html
	@echo "open dist/$(FIRST).html"

notebooks: build
	set -e; for nb in notebooks/*.ipynb; do bin/loupe run "$$nb" -o "$$nb"; done

test:
	.ci/test

bench: bench-cells bench-train bench-plots bench-explain

bench-cells: $(VENV)/.bench kernelspec
	$(VENV)/bin/python bench/bench.py $(BENCH_FLAGS)

load: $(VENV)/.bench kernelspec
	$(VENV)/bin/python bench/load.py $(LOAD_FLAGS)

# The engine alone and a whole kernel, side by side.
SOAK ?= 30m
SEED ?= 1
soak:
	go test ./kernel/internal/session ./kernel -v -count=1 -timeout 0 -run '^TestSoak$$' -soak $(SOAK) -seed $(SEED)

bench-train: $(TRAIN)/.bench
	$(TRAIN)/bin/python bench/train.py $(TRAIN_FLAGS)

bench-plots: $(VENV)/.bench
	$(VENV)/bin/python bench/plots.py $(PLOTS_FLAGS)

bench-explain: $(WHY)/.bench
	$(WHY)/bin/python bench/explain.py $(EXPLAIN_FLAGS)

# The kernel as JupyterLab in .venv finds it.
kernelspec: build
	bin/loupe install --prefix $(VENV)

# The Python environment of the tests.
venv: $(VENV)/.tests

$(VENV)/.lab: $(PINS)/lab.txt $(PINS)/constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

$(VENV)/.tests: $(PINS)/requirements.txt $(PINS)/lab.txt $(PINS)/constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@ $(VENV)/.lab

$(VENV)/.bench: bench/requirements.txt $(PINS)/constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

libraries:
	go test ./kernel/internal/session -run TestLibraries -libraries -v -timeout 60m $(LIBRARIES_FLAGS)

# The peers of package nn are gigabytes: an environment that only this uses.
$(TRAIN)/.bench: bench/train.txt
	$(PYTHON) -m venv $(TRAIN)
	$(TRAIN)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

$(WHY)/.bench: bench/explain.txt
	$(PYTHON) -m venv $(WHY)
	$(WHY)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

clean:
	rm -rf bin dist $(VENV) $(TRAIN) $(WHY)
