/* scorecard.h - a hand-weighted scorecard, as its vendor's settings screen has it
 *
 * Points, weights and zones are in the vendor's own units (Planhat's score goes from 0 to 10). What it
 * means as a model is worked out in shape.h.
 */
#ifndef ASSAY_CALIBRATE_IMPORT_SCORECARD_H
#define ASSAY_CALIBRATE_IMPORT_SCORECARD_H

#include <stdbool.h>
#include <stddef.h>

#include "calibrate/import/vendors.h"
#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/spec/spec.h"

/* One end of a band. */
struct assay_bound {
    double value; /* infinite: open */
    bool given;   /* written with an operator, which says `included`; else the vendor's rule does */
    bool included;
};

/* One row of a measure: a band of numbers, or a category. */
struct assay_band {
    char *category; /* NULL: a band */
    struct assay_bound from, to;
    double points;
    size_t line;
};

enum assay_measure_kind {
    ASSAY_MEASURE_SCORE, /* the column is a score from 0 to 100 already */
    ASSAY_MEASURE_BANDS,
    ASSAY_MEASURE_CATEGORIES,
    ASSAY_MEASURE_LINEAR /* bands[0]: points at `from`; points_to at `to` */
};

struct assay_measure {
    char *name, *column;
    size_t group;  /* index into groups */
    double weight; /* NaN: none was given */
    enum assay_measure_kind kind;
    struct assay_band *bands; /* in the file's order */
    size_t n_band, band_capacity;
    double points_to; /* LINEAR */
    double other;     /* points of values in none of the bands; NaN: nothing said */
    size_t other_line;
    enum assay_null_rule missing;
    double missing_points; /* ASSAY_NULL_POINTS */
    bool missing_given;    /* not the vendor's rule */
    size_t line;           /* where it begins */
};

struct assay_group {
    char *name;
    double weight; /* NaN: none was given */
    size_t line;
};

/* A zone of the score. */
struct assay_card_zone {
    char *name;
    struct assay_bound from, to;
    size_t line;
};

/* Zeroed is empty. */
struct assay_scorecard {
    const struct assay_vendor *vendor;
    char *source;                        /* the file, as messages call it */
    char sha256[ASSAY_SHA256_TEXT_SIZE]; /* of the file */
    struct assay_group *groups;
    size_t n_group, group_capacity;
    struct assay_measure *measures;
    size_t n_measure, measure_capacity;
    struct assay_card_zone *zones; /* in the file's order */
    size_t n_zone, zone_capacity;
    struct assay_rounding_spec rounding;
    bool grouped; /* groups have weights of their own */
};
void assay_scorecard_clear(struct assay_scorecard *card);

/* Holds rows, each good by itself, against each other and the vendor's rules (vendors.h), and fills those
 * for missing and other values that the file leaves to the vendor.
 *   ASSAY_EDATA  no measure, fewer than two zones; a weight that is absent; weights that do not add up to
 *                what the vendor's do; groups of which some have weights and others not; a missing rule
 *                that the vendor leaves to its users; points of a group beyond its maximum; a row
 *                "other" that a model cannot tell from a missing value */
ASSAY_MUST_CHECK enum assay_status assay_scorecard_check(struct assay_scorecard *card,
                                                         struct assay_error *err);

/* Least and most points that a measure can give, a missing value's included. */
void assay_measure_reach(const struct assay_measure *measure, double *least, double *most);

#endif
