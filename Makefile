# What you can type: `make help` lists the targets that carry a sentence.

.DEFAULT_GOAL := all
.PHONY: objects all help test test-sanitized fuzz run-fuzzers valgrind bless check bench conformance docs image image-net image-index image-net-index install uninstall deb clean

# --- knobs ------------------------------------------------------------------
# SAN=address,undefined   a sanitizer build; SAN=thread finds races
# ARENA=malloc            each block its own malloc, so that tools see inside
# COV=1                   coverage
# FUZZ=1                  instrumented for the fuzz targets; with CC=clang and SAN
# CC=clang                the other compiler
# ARCH=arm64              cross build, with Debian's g++-aarch64-linux-gnu; the libraries are fetched (scripts/sysroot)
# prefix=/usr DESTDIR=DIR  where install puts things
SAN ?=
ARENA ?=
COV ?=
FUZZ ?=
ARCH ?=
TRIPLET := $(if $(ARCH),$(or $(if $(filter arm64,$(ARCH)),aarch64-linux-gnu),$(error ARCH is arm64 or empty)))
ifneq ($(ARCH),)
CC := $(TRIPLET)-gcc
CXX := $(TRIPLET)-g++
SYSROOT := build/sysroot-$(ARCH)
endif
CC ?= gcc
CXX ?= g++
OPT ?= -O2
prefix ?= /usr/local

comma := ,
FLAVOUR := $(if $(ARCH),$(ARCH)-)$(if $(WERROR),werror-)$(if $(filter clang%,$(CC)),clang-)$(if $(SAN),san-$(subst $(comma),-,$(SAN))-)$(if $(ARENA),arena-$(ARENA)-)$(if $(COV),cov-)$(if $(FUZZ),fuzz-)
BUILD := build$(if $(FLAVOUR),/$(FLAVOUR:%-=%))

# WERROR=1                warnings are errors
WARN := $(if $(WERROR),-Werror) -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wwrite-strings -Wconversion
CROSS := $(if $(ARCH),-isystem $(SYSROOT)/usr/include -isystem $(SYSROOT)/usr/include/$(TRIPLET))
CFLAGS := -std=gnu11 $(OPT) -g -fPIE -fstack-protector-strong -D_GNU_SOURCE -D_FORTIFY_SOURCE=2 -I. $(CROSS) $(WARN) \
	$(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer -U_FORTIFY_SOURCE) \
	$(if $(filter malloc,$(ARENA)),-DKV_ARENA_MALLOC) $(if $(COV),--coverage -O0) $(if $(FUZZ),-fsanitize=fuzzer-no-link)
CXXFLAGS := -std=c++17 $(OPT) -g -fPIE -I. $(CROSS) $(if $(WERROR),-Werror) -Wall -Wextra -Wconversion $(if $(SAN),-fsanitize=$(SAN)) $(if $(COV),--coverage)
LDFLAGS := $(if $(ARCH),--sysroot=$(CURDIR)/$(SYSROOT) -L$(SYSROOT)/usr/lib/$(TRIPLET)) -pie $(if $(SAN),,-static-libgcc) -Wl,--build-id=sha1 -Wl,-z,relro,-z,now$(if $(ARCH),,$(comma)-z$(comma)pack-relative-relocs) -Wl,--as-needed -Wl,--gc-sections $(if $(SAN),-fsanitize=$(SAN)) $(if $(COV),--coverage)
# libm comes behind libc, which has what is used of it in an optimised build: then it is not loaded.
# Static, as libgcc is, since each shared library costs every start; not libc, so that libgit2 can be loaded on first use.
LIBS := -Wl,-Bstatic -lfyaml -ldeflate -lz -lre2 -lstdc++ -lhogweed -lnettle -lgmp -lutf8proc -Wl,-Bdynamic -lpthread -ldl -lc -lm

# --- what is built ------------------------------------------------------------
LAYERS := base krm filters render render/template render/chart render/kustomize render/fetch render/gitops tree cli
SOURCES := $(filter-out %_test.c %_fuzz.c,$(foreach d,$(LAYERS),$(wildcard $(d)/*.c)))
SHIMS := $(wildcard base/*.cc)
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(SHIMS:%.cc=$(BUILD)/%.o)
LIBRARY := $(BUILD)/libkvendor.a
RUNNER := $(patsubst %.c,$(BUILD)/%.o,$(wildcard conformance/*.c))
UNIT_TESTS := $(patsubst %.c,$(BUILD)/%,$(foreach d,$(LAYERS),$(wildcard $(d)/*_test.c)))
BENCHMARKS := $(patsubst %.c,$(BUILD)/%,$(wildcard benchmarks/*.c))
FUZZERS := $(patsubst %.c,$(BUILD)/%,$(foreach d,$(LAYERS),$(wildcard $(d)/*_fuzz.c)))

all: $(BUILD)/kvendor ## Build build/kvendor

help: ## List what you can type
	@sed -n 's/^\([a-z][a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

test: all conformance $(UNIT_TESTS) ## Run all tests, or those of testdata/ that match CASE='glob'
	@scripts/run-tests $(BUILD) $(if $(CASE),--case '$(CASE)')

test-sanitized: ## Run all tests with the address and undefined-behaviour sanitizers, arenas split into single blocks
	@LSAN_OPTIONS=suppressions=$(CURDIR)/scripts/lsan.supp:print_suppressions=0 $(MAKE) -s test SAN=address,undefined ARENA=malloc OPT=-O1

fuzz: ## Fuzz for TIME=60 seconds a target, or the one of TARGET='krm/yaml'; TIME=0 only runs what testdata/ and examples/ hold
	@$(MAKE) -s run-fuzzers FUZZ=1 CC=clang CXX=clang++ SAN=address,undefined ARENA=malloc OPT=-O1

valgrind: ## Run the cases of testdata/ under valgrind
	@$(MAKE) -s all conformance ARENA=malloc
	@scripts/under-valgrind build/arena-malloc

bless: all conformance ## Rewrite what the cases that match CASE='glob' expect; review the diff
	@$(BUILD)/conformance-runner testdata --bless --case '$(CASE)'

check: all conformance ## Refuse breaches of the house rules and warnings of gcc and clang
	@scripts/check
	@$(MAKE) -s objects WERROR=1
	@$(MAKE) -s objects WERROR=1 CC=clang CXX=clang++ OPT="-O2 -fsyntax-only"

bench: all $(BENCHMARKS) ## Race against an empty program and the originals at hand
	@benchmarks/run $(BUILD)

objects: $(OBJECTS) $(RUNNER) $(UNIT_TESTS:%=%.o) $(FUZZERS:%=%.o) $(BENCHMARKS:%=%.o)
run-fuzzers: $(FUZZERS)
	@scripts/fuzz $(BUILD) $(or $(TIME),60) $(TARGET)

install: all ## Install the program, its manual pages and completions below DESTDIR and prefix=/usr/local
	scripts/install $(BUILD)/kvendor "$(DESTDIR)$(prefix)"

uninstall: ## Remove what install put there
	scripts/install --remove "$(DESTDIR)$(prefix)"

deb: all ## Pack build/kvendor_VERSION_ARCHITECTURE.deb
	scripts/deb $(BUILD)/kvendor build

image: all ## Pack the binary as a container image, a KRM function, and load it into docker; ARCH=arm64 for that machine
	$(IMAGE_FOR) scripts/image $(BUILD)/kvendor $(BUILD)/kvendor-image.tar

image-net: all ## The same with what downloads, as kvendor:net
	$(IMAGE_FOR) IMAGE=kvendor:net$(ARCH:%=-%) IMAGE_LIBRARIES="libcurl.so.4 libgit2.so.1.5" scripts/image $(BUILD)/kvendor $(BUILD)/kvendor-image-net.tar

image-index: ## The images for amd64 and arm64 as one, an OCI layout
	$(MAKE) image
	$(MAKE) ARCH=arm64 image
	scripts/image-index build/kvendor-image-index.tar build/kvendor-image.tar build/arm64/kvendor-image.tar

image-net-index: ## The same with what downloads
	$(MAKE) image-net
	$(MAKE) ARCH=arm64 image-net
	IMAGE=kvendor:net scripts/image-index build/kvendor-image-net-index.tar build/kvendor-image-net.tar build/arm64/kvendor-image-net.tar

docs: all ## Write the pages that the tables of the program give
	$(BUILD)/kvendor help functions > docs/functions.md

conformance: $(BUILD)/conformance-runner ## Build the runner that scripts/conformance uses

clean: ## Remove every build
	rm -rf build

# Where an image for another machine has its libraries from.
IMAGE_FOR := $(if $(ARCH),TRIPLET=$(TRIPLET) SYSROOT=$(SYSROOT) IMAGE=kvendor:latest-$(ARCH))

# --- rules ---------------------------------------------------------------------
$(BUILD)/kvendor: $(BUILD)/cli/main.o $(LIBRARY)
	$(CC) $(LDFLAGS) -o $@ $< $(LIBRARY) $(LIBS)

$(BUILD)/conformance-runner: $(RUNNER) $(LIBRARY)
	$(CC) $(LDFLAGS) -o $@ $(RUNNER) $(LIBRARY) $(LIBS)

$(BUILD)/benchmarks/%: $(BUILD)/benchmarks/%.o
	$(CC) $(LDFLAGS) -o $@ $<

$(LIBRARY): $(filter-out $(BUILD)/cli/main.o,$(OBJECTS))
	rm -f $@
	$(if $(ARCH),$(TRIPLET)-)ar rcs $@ $^

$(BUILD)/%_test: $(BUILD)/%_test.o $(LIBRARY)
	$(CC) $(LDFLAGS) -o $@ $< $(LIBRARY) $(LIBS)

$(BUILD)/%_fuzz: $(BUILD)/%_fuzz.o $(LIBRARY)
	$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $< $(LIBRARY) $(LIBS)

ifneq ($(ARCH),)
$(OBJECTS) $(RUNNER): | $(SYSROOT)
$(SYSROOT):
	scripts/sysroot $(ARCH) $@
endif

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.o: %.cc
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(BUILD) -name '*.d' -type f 2>/dev/null)
