/* column_name.h - what the name of a column suggests
 *
 * Names are taken apart into lower-case words first: "DaysSinceLogin", "days-since login" and
 * "days_since_login" are all "_days_since_login_", so that a keyword with a bar at an end matches
 * whole words there ("_arr_" is not in "_array_", "_ticket" is in "_tickets_30d_").
 */
#ifndef ASSAY_CALIBRATE_COLUMN_NAME_H
#define ASSAY_CALIBRATE_COLUMN_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "core/spec/spec.h"

#define ASSAY_NAME_WORDS_SIZE 256 /* a longer name is cut */

const char *assay_name_words(const char *name, char words[ASSAY_NAME_WORDS_SIZE]);

/* Parts that a column may play. */
enum assay_name_role {
    ASSAY_NAMED_ID,
    ASSAY_NAMED_AS_OF,
    ASSAY_NAMED_VALUE,        /* money at stake */
    ASSAY_NAMED_PLAN,
    ASSAY_NAMED_TENURE,
    ASSAY_NAMED_SEGMENT,      /* who the account is, not how it is doing */
    ASSAY_NAMED_OWNER,        /* who looks after it; not what they think of it, or how often they call */
    ASSAY_NAMED_INTERVENTION, /* what was done about the risk */
    ASSAY_NAMED_LEAK,         /* what may be known only once the account has left */
    ASSAY_NAMED_ROW,          /* the place in the file */
    ASSAY_NAMED_KEY,          /* a number that counts nothing: an id, a postcode */
    ASSAY_NAMED_ROLES
};

#define ASSAY_NOT_NAMED ((size_t)-1)

/* How well the words fit a role: 0 is best; ASSAY_NOT_NAMED where they do not. */
size_t assay_name_rank(const char *words, enum assay_name_role role);

/* "support", "sentiment", "financial" or "product", the last also where nothing fits. */
const char *assay_name_dimension(const char *words);

/* Which way is healthier, and the keyword that says so, without its bars; false, with the outputs
 * untouched, when the name says nothing. */
#define ASSAY_KEYWORD_SIZE 32
bool assay_name_better(const char *words, enum assay_better *better,
                       char keyword[ASSAY_KEYWORD_SIZE]);

/* The unit a duration's name tells: 'd'ays, 'w'eeks, 'm'onths, 'y'ears, or 0. */
char assay_name_unit(const char *words);

#endif
