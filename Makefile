# Assay: calibrate, audit and release customer health score models.
#
#   make         build/assay, libassay     make demo    the tour, on embedded data
#   make test    all tests                 make help    the rest
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

# Objects serve the program and libassay alike: position-independent, what is not libassay_ hidden, and
# each function in a section of its own, so that the library leaves out what it does not reach.
OURS = $(OPTIMISE) -std=c17 -D_GNU_SOURCE -I. -pthread -ffp-contract=off $(WARNINGS) -MMD -MP \
       -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections
LIBS := -lgsl -lgslcblas -lcsv -lcjson -lsodium -lxlsxwriter -lz -lm
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

# Under the sanitizers the library is tested as part of the test programs.
LIBRARY := $(if $(filter release debug,$(VARIANT)),$(BUILD)/libassay.so $(BUILD)/libassay.a)

.PHONY: all
all: $(BUILD)/assay $(LIBRARY)
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

# The engine, the normaliser and the scoring of blocks are the hot loops.
ifneq ($(VARIANT),debug)
$(BUILD)/core/fit/%.o $(BUILD)/core/signal/%.o $(BUILD)/core/model/compiled_rows.o: OPTIMISE := -O3
endif

# Every module, of which a test takes what it reaches: hundreds of programs with all of them take longer to link than
# to run.
$(BUILD)/modules.a: $(call objects,$(TOOLS) $(CORE)) $(BUILD)/modules
	@rm -f $@
	$(AR) rcsT $@ $(filter %.o,$^)

# Which modules there are: one that is gone leaves nothing newer behind.
$(BUILD)/modules: FORCE
	@mkdir -p $(@D)
	@echo '$(TOOLS) $(CORE)' | cmp -s - $@ || echo '$(TOOLS) $(CORE)' >$@

.PHONY: FORCE
FORCE:

# Tests have an allocator that can be told to fail.
WRAP := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
$(SUITE_PROGRAMS): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(call objects,$(SUPPORT)) $(BUILD)/modules.a
	$(CC) $(OURS) $(CFLAGS) $(LDFLAGS) $(WRAP) -o $@ $^ $(CHECK_LIBS) $(LIBS)

SIGNING := $(sort $(wildcard release/sign/*.c))
$(FUZZ_PROGRAMS): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(call objects,$(CORE) $(SIGNING))
	$(CC) $(OURS) -fsanitize=fuzzer $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# ---- libassay: what loads a model and scores, and nothing else ----

# The archive is asked for what core/library needs, and for what that needs. GSL, libcsv and zlib are not
# among the libraries, so that a function that drags one of them in does not link.
LIBRARY_FOLDERS := base data spec signal metric model
LIBRARY_PARTS := $(call objects,$(sort $(wildcard core/library/*.c)))
LIBRARY_SYMBOLS := $(shell sed 's/@.*//' core/library/libassay.symbols)
LIBRARY_VERSION := $(shell sed -n 's/^\#define LIBASSAY_VERSION "\(.*\)"/\1/p' core/library/assay.h)
LIBRARY_LIBS := -lcjson -lsodium -lm
LIBRARY_FILE := libassay.so.$(LIBRARY_VERSION)
OBJCOPY ?= objcopy
# The one object of libassay.a must hold code, which it does not when that is made at link time.
override CFLAGS := $(filter-out -flto%,$(CFLAGS))
SONAME := libassay.so.$(firstword $(subst ., ,$(LIBRARY_VERSION)))

$(BUILD)/core.a: $(call objects,$(sort $(foreach folder,$(LIBRARY_FOLDERS),$(wildcard core/$(folder)/*.c))))
	@rm -f $@
	$(AR) rcsT $@ $^

$(BUILD)/$(LIBRARY_FILE): $(LIBRARY_PARTS) $(BUILD)/core.a core/library/libassay.map
	$(CC) $(OURS) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(SONAME) -Wl,--no-undefined \
	    -Wl,--gc-sections -Wl,--version-script,core/library/libassay.map -o $@ \
	    $(LIBRARY_PARTS) $(BUILD)/core.a $(LIBRARY_LIBS)

$(BUILD)/libassay.so: $(BUILD)/$(LIBRARY_FILE)
	ln -sf $(LIBRARY_FILE) $(BUILD)/$(SONAME)
	ln -sf $(SONAME) $@

comma := ,
# One object, in which only libassay_ is a name that others can see.
$(BUILD)/libassay.a: $(LIBRARY_PARTS) $(BUILD)/core.a core/library/libassay.symbols
	$(CC) -r -nostdlib $(addprefix -Wl$(comma)-u$(comma),$(LIBRARY_SYMBOLS)) -Wl,--gc-sections \
	    -o $(BUILD)/libassay.o $(LIBRARY_PARTS) $(BUILD)/core.a
	$(OBJCOPY) $(addprefix --keep-global-symbol=,$(LIBRARY_SYMBOLS)) $(BUILD)/libassay.o
	@rm -f $@
	$(AR) rcs $@ $(BUILD)/libassay.o

# ---- installing ----

# Pages and completions come from the tables behind --help, which the program itself writes out.
PAGES := $(BUILD)/man/assay.1 $(BUILD)/completion/assay.bash $(BUILD)/completion/_assay
.PHONY: pages
pages: $(PAGES)
$(BUILD)/man/assay.1: $(BUILD)/assay scripts/make-man
	scripts/make-man $(BUILD)/assay $(@D)
$(BUILD)/completion/assay.bash $(BUILD)/completion/_assay: $(BUILD)/assay scripts/make-completion
	@mkdir -p $(@D)
	scripts/make-completion $(BUILD)/assay $(if $(filter %.bash,$@),bash,zsh) >$@

# Where things go. DESTDIR is put before all of it, for whoever makes a package.
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
DOCDIR ?= $(DATADIR)/doc/assay
FOLDERS = DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' BINDIR='$(BINDIR)' LIBDIR='$(LIBDIR)' \
    INCLUDEDIR='$(INCLUDEDIR)' DATADIR='$(DATADIR)' MANDIR='$(MANDIR)' DOCDIR='$(DOCDIR)'

.PHONY: install uninstall
ifdef LIBRARY
install: all pages
	@$(FOLDERS) scripts/install-files $(BUILD) $(LIBRARY_VERSION)
else
install:
	@echo 'install: VARIANT is "$(VARIANT)"; expected release or debug, which have libassay' >&2; exit 2
endif

uninstall:
	@$(FOLDERS) scripts/uninstall-files

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
	@scripts/bench $(BUILD)/assay
	@scripts/bench-export $(BUILD)

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
	@echo 'make                        build/assay, and libassay beside it'
	@echo 'make demo                   the tour: calibrate, validate and score the embedded data'
	@echo 'make test                   all tests; VARIANT=asan: under the address and undefined-'
	@echo '                            behaviour sanitizers, VARIANT=tsan: the thread sanitizer'
	@echo 'make bench                  time and memory on 10,000,000 rows, beside other programs, into'
	@echo '                            docs/benchmarks.md; rows a second of the exported C scorer;'
	@echo '                            BENCH_ROWS, BENCH_ROUNDS, BENCH_PEERS=no: less of it'
	@echo 'make fuzz FUZZ_SECONDS=20   fuzzers for CSV, spec, model and signature (needs clang)'
	@echo 'make deps                   install what is missing (Debian, Ubuntu), or say what to install'
	@echo 'make format                 clang-format over the lines changed since the last commit'
	@echo 'make install                program, library, manual pages, completion and documents under'
	@echo '                            PREFIX (/usr/local), behind DESTDIR; make uninstall: the reverse'
	@echo 'make clean                  remove build/ and out/'
	@echo 'One suite: build/release/tests/metric/test_roc; CK_FORK=no for a debugger.'
	@echo 'CC, CFLAGS and LDFLAGS are yours; CI=1 makes warnings errors.'

.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' -type f 2>/dev/null)
