/* layout.c - where everything in the public structs of assay.h lies, a line each: what a program that was
 * compiled with an earlier header relies on. Compared with core/library/libassay.layout. */
#include <stddef.h>
#include <stdio.h>

#include "core/library/assay.h"

#define SIZE(type) printf("%s %zu\n", #type, sizeof(struct type))
#define FIELD(type, field)                                                                         \
    printf("%s.%s %zu %zu\n", #type, #field, offsetof(struct type, field),                         \
           sizeof(((struct type *)NULL)->field))
#define VALUE(name) printf("%s %d\n", #name, (int)name)

static void facts(void)
{
    SIZE(libassay_about);
    FIELD(libassay_about, size);
    FIELD(libassay_about, name);
    FIELD(libassay_about, version);
    FIELD(libassay_about, digest);
    FIELD(libassay_about, format);
    FIELD(libassay_about, id_column);
    FIELD(libassay_about, n_input);
    FIELD(libassay_about, n_signal);
    FIELD(libassay_about, n_zone);
    FIELD(libassay_about, n_example);
    FIELD(libassay_about, at_risk_score);
    FIELD(libassay_about, at_risk_probability);
    SIZE(libassay_input);
    FIELD(libassay_input, size);
    FIELD(libassay_input, column);
    FIELD(libassay_input, kind);
    SIZE(libassay_signal);
    FIELD(libassay_signal, size);
    FIELD(libassay_signal, name);
    FIELD(libassay_signal, column);
    FIELD(libassay_signal, dimension);
    FIELD(libassay_signal, missing);
    FIELD(libassay_signal, input);
    FIELD(libassay_signal, weight);
    FIELD(libassay_signal, coefficient);
    SIZE(libassay_zone);
    FIELD(libassay_zone, size);
    FIELD(libassay_zone, name);
    FIELD(libassay_zone, from);
}

static void rows(void)
{
    SIZE(libassay_value);
    FIELD(libassay_value, number);
    FIELD(libassay_value, text);
    SIZE(libassay_score);
    FIELD(libassay_score, size);
    FIELD(libassay_score, composite);
    FIELD(libassay_score, score);
    FIELD(libassay_score, probability);
    FIELD(libassay_score, log_odds);
    FIELD(libassay_score, zone);
    FIELD(libassay_score, flags);
    FIELD(libassay_score, n_missing);
    FIELD(libassay_score, n_unknown);
    SIZE(libassay_driver);
    FIELD(libassay_driver, normalised);
    FIELD(libassay_driver, weight);
    FIELD(libassay_driver, points);
    FIELD(libassay_driver, missing);
    FIELD(libassay_driver, reserved32);
    FIELD(libassay_driver, reserved);
}

static void columns(void)
{
    SIZE(libassay_column);
    FIELD(libassay_column, numbers);
    FIELD(libassay_column, texts);
    FIELD(libassay_column, codes);
    FIELD(libassay_column, dictionary);
    FIELD(libassay_column, n_dictionary);
    FIELD(libassay_column, reserved);
    SIZE(libassay_results);
    FIELD(libassay_results, size);
    FIELD(libassay_results, composite);
    FIELD(libassay_results, score);
    FIELD(libassay_results, probability);
    FIELD(libassay_results, log_odds);
    FIELD(libassay_results, zone);
    FIELD(libassay_results, flags);
    FIELD(libassay_results, n_missing);
    FIELD(libassay_results, n_unknown);
}

int main(void)
{
    SIZE(libassay_error);
    FIELD(libassay_error, status);
    FIELD(libassay_error, message);
    FIELD(libassay_error, hint);
    facts();
    rows();
    columns();
    VALUE(LIBASSAY_OK);
    VALUE(LIBASSAY_EIO);
    VALUE(LIBASSAY_EFORMAT);
    VALUE(LIBASSAY_EDATA);
    VALUE(LIBASSAY_ENOMEM);
    VALUE(LIBASSAY_EUSE);
    VALUE(LIBASSAY_NUMBER);
    VALUE(LIBASSAY_TEXT);
    VALUE(LIBASSAY_NO_SCORE);
    VALUE(LIBASSAY_NEW_PLAN);
    VALUE(LIBASSAY_NEW_SEGMENT);
    return 0;
}
