/* options.h - one table per command drives parsing, --help and the defaults it shows
 *
 * Long options are taken in full only: an abbreviation that works today can mean another option
 * tomorrow. Operands and options may be mixed; "--" ends the options.
 */
#ifndef ASSAY_CORE_BASE_OPTIONS_H
#define ASSAY_CORE_BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

enum assay_option_kind {
    ASSAY_OPTION_FLAG,   /* bool *, set to true */
    ASSAY_OPTION_TEXT,   /* const char **, borrowed from argv */
    ASSAY_OPTION_COUNT,  /* size_t *, whole number in [low, high] */
    ASSAY_OPTION_NUMBER, /* double *, in [low, high] */
    ASSAY_OPTION_SIZE,   /* size_t *, bytes in [low, high]; K, M, G and T stand for powers of 1024, and 0 is
                            a default that --help does not show */
    ASSAY_OPTION_DATE,   /* int32_t *, days since 1970-01-01 */
    ASSAY_OPTION_CHAR,   /* char *, one character; "\t" and "tab" are a tab */
    ASSAY_OPTION_CHOICE, /* size_t *, index into choices[] */
};

struct assay_option {
    const char *name; /* without the dashes */
    char letter;      /* 0: none */
    enum assay_option_kind kind;
    const char *argument; /* what --help calls the value; NULL for a flag */
    const char *help;
    void *target; /* holds the default before, the value after */
    double low, high;
    const char *const *choices; /* ends with NULL; a target at that index: no default */
};

struct assay_command {
    const char *name;    /* "calibrate" */
    const char *operands; /* "SPEC", as usage shows them; "" for none */
    const char *summary; /* one line */
    const struct assay_option *options;
    size_t n_option;
    size_t min_operand, max_operand;
    const char *notes; /* printed below the options, or NULL */
};

/* What to do after parsing: go on, or leave with this exit status. */
#define ASSAY_GO_ON (-1)

/* Parses argv[1..argc) (argv[0] is the command's name). Operands are put into operands[max_operand];
 * the rest is NULL. --help is printed to stdout (status 0), --help=man and --help=words as options_page.h
 * has them; misuse to stderr (status 2). */
ASSAY_MUST_CHECK int assay_options_parse(const struct assay_command *command, int argc, char **argv,
                                         const char *operands[]);

/* Prints an error and its hint to stderr; returns the exit status 2. */
int assay_complain(const struct assay_error *err);
/* Misuse found by the command itself: "assay NAME: ..." and where help is; returns 2. */
int assay_misuse(const struct assay_command *command, const char *format, ...) ASSAY_PRINTF(2, 3);

#endif
