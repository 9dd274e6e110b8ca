# Assay: calibrate, audit and release customer health score models.
#
#   make         build/assay           make demo    the tour, on embedded data
#   make test    all tests             make help    the rest
#
# CFLAGS, LDFLAGS and CC are yours; they come behind what the project needs, and win.

VARIANT ?= release
CFLAGS ?= -g
BUILD := build/$(VARIANT)
JOBS ?= $(shell nproc 2>/dev/null || echo 2)

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes \
            -Wmissing-prototypes -Wvla
ifdef CI
WARNINGS += -Werror
endif

# One rounding rule everywhere: no fused multiply-add behind our back, no fast-math.
# Signals are data that comes in bulk; -O3 lets the engine's plain loops be vectorised.
OPTIMISE := -O2
OURS = $(OPTIMISE) -std=c17 -D_GNU_SOURCE -I. -pthread -ffp-contract=off $(WARNINGS) -MMD -MP
LIBS := -lgsl -lgslcblas -lcsv -lcjson -lsodium -lz -lm
CHECK_LIBS = $(shell pkg-config --libs check 2>/dev/null || echo -lcheck -lsubunit)

ifeq ($(VARIANT),asan)
OURS += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else ifeq ($(VARIANT),tsan)
OURS += -fsanitize=thread -fno-omit-frame-pointer
else ifeq ($(VARIANT),coverage)
OURS += --coverage -fprofile-update=atomic
else ifeq ($(VARIANT),debug)
OPTIMISE = -O0
else ifeq ($(VARIANT),fuzz)
CC = clang
OURS += -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else ifneq ($(VARIANT),release)
$(error VARIANT is "$(VARIANT)"; expected release, debug, asan, tsan, coverage or fuzz)
endif

CORE := $(sort $(wildcard core/*/*.c)) core/report/page_asset.S
TOOLS := $(sort $(wildcard calibrate/*.c calibrate/*/*.c validate/*.c validate/*/*.c score/*.c release/*.c release/*/*.c datasets/*.c))
SUITES := $(sort $(wildcard tests/*/test_*.c))
SUPPORT := $(sort $(wildcard tests/support/*.c))
FUZZERS := $(sort $(wildcard tests/fuzz/fuzz_*.c))

objects = $(patsubst %.S,$(BUILD)/%.o,$(patsubst %.c,$(BUILD)/%.o,$(1)))
SUITE_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(SUITES))
FUZZ_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(FUZZERS))

.PHONY: all
all: $(BUILD)/assay
ifeq ($(BUILD),build/release)
	@ln -sf release/assay build/assay
endif

$(BUILD)/assay: $(call objects,assay.c $(TOOLS) $(CORE))
	$(CC) $(OURS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(OURS) $(CFLAGS) -c -o $@ $<

# The page of reports, and the libraries that draw its charts, as bytes of the program.
REPORT_PAGE := $(BUILD)/report/page.asset
$(REPORT_PAGE): scripts/build-report-assets scripts/fetch-npm $(shell find validate/report -type f)
	scripts/build-report-assets $@

$(BUILD)/core/report/page_asset.o: core/report/page_asset.S $(REPORT_PAGE)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -DASSAY_PAGE_ASSET='"$(REPORT_PAGE)"' -c -o $@ $<

# The engine and the normaliser are the hot loops.
ifneq ($(VARIANT),debug)
$(BUILD)/core/fit/%.o $(BUILD)/core/signal/%.o: OPTIMISE := -O3
endif

# Tests are linked with every module, and with an allocator that can be told to fail.
WRAP := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
$(SUITE_PROGRAMS): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(call objects,$(SUPPORT) $(TOOLS) $(CORE))
	$(CC) $(OURS) $(CFLAGS) $(LDFLAGS) $(WRAP) -o $@ $^ $(CHECK_LIBS) $(LIBS)

SIGNING := $(sort $(wildcard release/sign/*.c))
$(FUZZ_PROGRAMS): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(call objects,$(CORE) $(SIGNING))
	$(CC) $(OURS) -fsanitize=fuzzer $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# ---- what people call ----

.PHONY: deps demo test bench fuzz format help clean
deps:
	@scripts/install-deps

# "make test" and "make demo" are a newcomer's first words: they fetch what is missing, then build.
demo: deps
	@$(MAKE) --no-print-directory -s all
	@scripts/demo build/assay

test: deps
	@$(MAKE) --no-print-directory -s -j$(JOBS) all tests
	@scripts/run-tests $(BUILD)

.PHONY: tests
tests: $(SUITE_PROGRAMS) $(BUILD)/tests/browser/page $(BUILD)/tests/crash/crash $(BUILD)/tests/crash/candidates

# Writes the report of any document, for tests/browser.
$(BUILD)/tests/browser/page: $(call objects,tests/browser/page.c $(CORE))
	$(CC) $(OURS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# Interrupts the program at every system call; makes many candidates.
$(BUILD)/tests/crash/crash: $(call objects,$(filter-out %/candidates.c,$(sort $(wildcard tests/crash/*.c))) $(CORE))
	$(CC) $(OURS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/tests/crash/candidates: $(call objects,tests/crash/candidates.c $(CORE))
	$(CC) $(OURS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

bench: deps
	@$(MAKE) --no-print-directory -s all
	@scripts/bench build/assay

# Each target runs FUZZ_SECONDS on a copy of its corpus.
FUZZ_SECONDS ?= 20
fuzz:
	@$(MAKE) --no-print-directory -s -j$(JOBS) VARIANT=fuzz fuzzers
	@scripts/run-fuzzers build/fuzz $(FUZZ_SECONDS)

.PHONY: fuzzers
fuzzers: $(FUZZ_PROGRAMS)

format:
	git clang-format

clean:
	rm -rf build out

help:
	@echo 'make                        build/assay'
	@echo 'make demo                   the tour: calibrate, validate and score the embedded data'
	@echo 'make test                   all tests; VARIANT=asan: under the address and undefined-'
	@echo '                            behaviour sanitizers, VARIANT=tsan: the thread sanitizer'
	@echo 'make bench                  time and memory on 1,000,000 rows'
	@echo 'make fuzz FUZZ_SECONDS=20   fuzzers for CSV, spec, model and signature (needs clang)'
	@echo 'make deps                   install what is missing (Debian, Ubuntu), or say what to install'
	@echo 'make format                 clang-format over the lines changed since the last commit'
	@echo 'make clean                  remove build/ and out/'
	@echo 'One suite: build/release/tests/metric/test_roc; CK_FORK=no for a debugger.'
	@echo 'CC, CFLAGS and LDFLAGS are yours; CI=1 makes warnings errors.'

.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
