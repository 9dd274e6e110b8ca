/* assay.h - libassay: scores accounts with a model that "assay calibrate" wrote
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   struct libassay_error error;
 *   struct libassay_model *model;
 *   struct libassay_score score = {.size = sizeof score};
 *
 *   if (libassay_load_file("model.json", &model, &error) != LIBASSAY_OK ||
 *       libassay_score_row(model, values, n_value, &score, &error) != LIBASSAY_OK)
 *       fprintf(stderr, "%s\n", error.message);
 *
 * The figures are those of "assay score", to the last bit on the same machine: libassay runs the same code.
 *
 * Inputs. A model reads columns, its inputs, in an order of its own that libassay_describe_input() tells. Each
 * is a number or a text. Missing is NaN for a number, and NULL or "" for a text; what a missing value counts
 * is the model's affair. A text is compared byte by byte with those that the model has, in UTF-8: "NA" is a
 * text like any other. Where one column serves as text and as a number, it is a text, from which the number
 * is read.
 *
 * Errors. A function that can fail returns enum libassay_status and takes a struct libassay_error *, its last
 * argument, which may be NULL. When it fails, it leaves its other outputs as they were and puts one sentence
 * for people into the error; when it does not, the error stays as it was. No other argument may be NULL unless
 * that is said; NULL is then LIBASSAY_EUSE. Nothing is printed, and nothing ends the program.
 *
 * Threads. A loaded model never changes: any number of threads may use it at once, without locks, until
 * libassay_free(). There are no globals. Results do not depend on the locale, which stays as it is.
 *
 * Memory. Texts that a description points to belong to the model and live as long as it. Everything else is
 * the caller's, and nothing of it is needed once a call has returned. Row functions allocate nothing.
 *
 * Later versions. A program that was linked with libassay.so.1 runs with every later libassay.so.1. Structs
 * that a function fills, or reads one of, begin with `size`, which the caller sets to sizeof: the library
 * touches no byte behind it, so that they may grow at their end. All others keep their size; `reserved` is
 * zero and for later. New values may be added to the enums, and new flags.
 *
 * This header is C99 and C++98 and needs nothing else. Link with `pkg-config --libs assay`.
 */
#ifndef LIBASSAY_ASSAY_H
#define LIBASSAY_ASSAY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define LIBASSAY_API __attribute__((visibility("default")))
#else
#define LIBASSAY_API
#endif

/* ---- errors ---- */

enum libassay_status {
    LIBASSAY_OK = 0,
    LIBASSAY_EIO = 1,     /* the file could not be opened or read */
    LIBASSAY_EFORMAT = 2, /* damaged: not JSON, a wrong digest, another or a newer format */
    LIBASSAY_EDATA = 3,   /* well formed, but breaks a rule of the format or of a release */
    LIBASSAY_ENOMEM = 4,  /* out of memory */
    LIBASSAY_EUSE = 5     /* the call breaks a rule of this header */
};

struct libassay_error {
    int32_t status;    /* enum libassay_status */
    char message[768]; /* place, thing, value, what was expected: one line, without full stop */
    char hint[320];    /* what to do about it; empty where there is no remedy to name */
};

/* Of this header; what libassay_version() says is that of the library that runs. Static text. */
#define LIBASSAY_VERSION "1.0.0"
LIBASSAY_API const char *libassay_version(void);

/* ---- models ---- */

struct libassay_model;

/* Reads a model file, or the version in force of a registry: the path of its directory, or of the file
 * "current" in it. The file is checked as the program checks it: its digest, every rule of its format, and
 * its own examples. At most 64 MiB. *model is for libassay_free().
 *   LIBASSAY_EIO, LIBASSAY_EFORMAT, LIBASSAY_EDATA, LIBASSAY_ENOMEM */
LIBASSAY_API enum libassay_status libassay_load_file(const char *path,
                                                     struct libassay_model **model,
                                                     struct libassay_error *error);

/* The same from the bytes of a model file. name stands in messages. */
LIBASSAY_API enum libassay_status libassay_load_memory(const char *name, const void *bytes,
                                                       size_t length, struct libassay_model **model,
                                                       struct libassay_error *error);

/* model may be NULL. No other thread may still use it. */
LIBASSAY_API void libassay_free(struct libassay_model *model);

/* Scores the model's own examples, one by one and all at once, and compares with what the file says they
 * give: composite and score within 1e-9, probability within 1e-11, the same zone and normalised signals.
 *   LIBASSAY_EDATA   names the first example that differs, and what it gives here
 *   LIBASSAY_ENOMEM */
LIBASSAY_API enum libassay_status libassay_self_test(const struct libassay_model *model,
                                                     struct libassay_error *error);

/* ---- what a model is ---- */

struct libassay_about {
    size_t size;           /* sizeof(struct libassay_about) */
    const char *name;      /* "b2b-health" */
    const char *version;   /* "1.2.0" */
    const char *digest;    /* "sha256:..." */
    const char *format;    /* "assay-model/1" */
    const char *id_column; /* the column that names an account; no input */
    size_t n_input, n_signal, n_zone, n_example;
    double at_risk_score;       /* accounts below it are flagged */
    double at_risk_probability; /* the same line as a probability; a segment may have its own */
};

enum libassay_kind { LIBASSAY_NUMBER = 0, LIBASSAY_TEXT = 1 };

struct libassay_input {
    size_t size;
    const char *column;
    int32_t kind; /* enum libassay_kind */
};

struct libassay_signal {
    size_t size;
    const char *name, *column, *dimension;
    const char *missing; /* policy: "neutral", "indicator", "renormalise", "drop", ... */
    size_t input;        /* index of its input */
    double weight;       /* share of the composite; they add up to 1. A segment may have its own */
    double coefficient;  /* on the log-odds, of the normalised signal / 100; below 0: protects */
};

struct libassay_zone {
    size_t size;
    const char *name;
    double from; /* on the score, inclusive; zones ascend */
};

/* Each fills *out.
 *   LIBASSAY_EUSE   an index beyond the last, or out->size is not set */
LIBASSAY_API enum libassay_status libassay_describe(const struct libassay_model *model,
                                                    struct libassay_about *out,
                                                    struct libassay_error *error);
LIBASSAY_API enum libassay_status libassay_describe_input(const struct libassay_model *model,
                                                          size_t input, struct libassay_input *out,
                                                          struct libassay_error *error);
LIBASSAY_API enum libassay_status libassay_describe_signal(const struct libassay_model *model,
                                                           size_t signal,
                                                           struct libassay_signal *out,
                                                           struct libassay_error *error);
LIBASSAY_API enum libassay_status libassay_describe_zone(const struct libassay_model *model,
                                                         size_t zone, struct libassay_zone *out,
                                                         struct libassay_error *error);

/* ---- one account ---- */

/* What is known of one input: `number` counts where the input is a number, `text` where it is a text. */
struct libassay_value {
    double number;    /* NaN: missing */
    const char *text; /* NULL or "": missing */
};

/* Flags of a score. */
enum {
    LIBASSAY_NO_SCORE = 1,   /* a signal without which the model gives no score is missing */
    LIBASSAY_NEW_PLAN = 2,   /* a plan that calibration had not: compared with everybody */
    LIBASSAY_NEW_SEGMENT = 4 /* a segment that calibration had not: the common weights or line */
};

struct libassay_score {
    size_t size;
    double composite;   /* weighted average of the normalised signals */
    double score;       /* [0, 100], higher is healthier */
    double probability; /* of the outcome that the model predicts, [0, 1] */
    double log_odds;    /* log(p / (1 - p)) of that probability */
    int32_t zone;       /* index; -1 without a score */
    uint32_t flags;
    uint32_t n_missing; /* signals without a value */
    uint32_t n_unknown; /* of them, those with a category that the model does not have */
};

/* Scores values[n_value], in the order of the inputs. Without a score (LIBASSAY_NO_SCORE) the four figures are
 * NaN; that is no error.
 *   LIBASSAY_EUSE   n_value is not the number of inputs, or out->size is not set */
LIBASSAY_API enum libassay_status libassay_score_row(const struct libassay_model *model,
                                                     const struct libassay_value values[],
                                                     size_t n_value, struct libassay_score *out,
                                                     struct libassay_error *error);

/* What one signal does to a score. */
struct libassay_driver {
    double normalised; /* [0, 100], higher is healthier; what stands in where it is missing */
    double weight;     /* the account's segment's */
    double points;     /* how far the signal moves the score from where a normalised 50 would leave
                          it; over all signals they add up to the score, neither rounded nor
                          clamped, less that of an account whose signals are all at 50 */
    int32_t missing; /* 0 or 1: the account has no value here */
    int32_t reserved32;
    double reserved[4];
};

/* The same with its reasons: drivers[n_driver], one a signal in the model's order. Where there is no score, the
 * drivers are still filled. out may be NULL.
 *   LIBASSAY_EUSE   n_value or n_driver is not the number of inputs or signals, or out->size is not set */
LIBASSAY_API enum libassay_status libassay_explain_row(const struct libassay_model *model,
                                                       const struct libassay_value values[],
                                                       size_t n_value,
                                                       struct libassay_driver drivers[],
                                                       size_t n_driver, struct libassay_score *out,
                                                       struct libassay_error *error);

/* ---- many accounts ---- */

/* One input of n_row accounts. A number has `numbers`. A text has either `texts`, or `codes` into a dictionary,
 * which spares looking up each of them. What is not used is NULL or 0. */
struct libassay_column {
    const double *numbers;         /* [n_row] NaN: missing */
    const char *const *texts;      /* [n_row] NULL or "": missing */
    const int32_t *codes;          /* [n_row] index into dictionary; below 0: missing */
    const char *const *dictionary; /* [n_dictionary] texts; NULL or "": missing */
    size_t n_dictionary;
    const void *reserved[3];
};

/* Where the results go: arrays of n_row of the caller's, each NULL where it is not wanted; what they hold is
 * that of struct libassay_score. */
struct libassay_results {
    size_t size;
    double *composite, *score, *probability, *log_odds;
    int32_t *zone;
    uint32_t *flags, *n_missing, *n_unknown;
};

/* Scores n_row accounts of columns[n_column], in the order of the inputs; each gets what libassay_score_row()
 * gives, bit for bit. Over 5 million accounts a second on one core with 12 signals; threads may each score a
 * part of the rows.
 *   LIBASSAY_EUSE    n_column is not the number of inputs; a column has none of what it needs, or both texts and
 *                    codes; a code is beyond its dictionary; out->size or a `reserved` is not set
 *   LIBASSAY_ENOMEM */
LIBASSAY_API enum libassay_status libassay_score_columns(const struct libassay_model *model,
                                                         const struct libassay_column columns[],
                                                         size_t n_column, size_t n_row,
                                                         const struct libassay_results *out,
                                                         struct libassay_error *error);

#ifdef __cplusplus
}
#endif

#endif
