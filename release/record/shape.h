/* shape.h - what a JSON document must look like, as a table, and the reader that holds a document
 * to it
 *
 * An object has all members of its shape and no others. What is wrong is said with its place, key
 * and value:
 *
 *   release.json:3:3: "version" is "1.1"; expected a version number, "1.2.3"
 */
#ifndef ASSAY_RELEASE_RECORD_SHAPE_H
#define ASSAY_RELEASE_RECORD_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/json.h"

enum assay_shape_kind {
    ASSAY_SHAPE_TEXT,
    ASSAY_SHAPE_VERSION, /* MAJOR.MINOR.PATCH */
    ASSAY_SHAPE_TIME,    /* 2026-10-05T09:30:00Z */
    ASSAY_SHAPE_DAY,     /* 2026-10-05 */
    ASSAY_SHAPE_DIGEST,  /* sha256: and 64 digits */
    ASSAY_SHAPE_SHA256,  /* 64 digits */
    ASSAY_SHAPE_NUMBER,
    ASSAY_SHAPE_COUNT,     /* a whole number, 0 to 2^53 - 1 */
    ASSAY_SHAPE_INTERVAL,  /* [low, high], low <= high */
    ASSAY_SHAPE_TEXTS,     /* a list of texts */
    ASSAY_SHAPE_OBJECT,    /* of these members */
    ASSAY_SHAPE_LIST,      /* of objects of these members */
    ASSAY_SHAPE_FIGURES,   /* {NAME: a number or null} */
    ASSAY_SHAPE_ESTIMATES, /* {NAME: an object of these members} */
    ASSAY_SHAPE_FREE,      /* an object that somebody else looks into */
};

struct assay_shape {
    const char *key;
    enum assay_shape_kind kind;
    bool or_null;
    const struct assay_shape *members; /* [n_member]; of OBJECT, LIST, ESTIMATES */
    size_t n_member;
};

/* Holds an object to its members[n]; `what` names it in "unknown key ... in a record".
 *   ASSAY_EDATA  it is not so */
ASSAY_JSON_ASK assay_shape_check(struct assay_json *doc, const struct cJSON *object,
                                 const char *what, const struct assay_shape members[], size_t n,
                                 struct assay_error *err);

#endif
