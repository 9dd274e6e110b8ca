/* zone_moves.h - which accounts change zone when the new model takes over
 *
 * Each account is looked at once, in its latest snapshot in the window, whether or not its outcome is
 * known yet: what changes for the team is where accounts stand now. Snapshots after the account's own
 * event do not count; an account that has had its event since is counted as it last stood. Both models
 * score as they will score: this is no comparison of skill.
 *
 * Zones are the same when their names are. An account moves up when the new model puts it in a zone
 * above the one that has the old zone's name in the new model; where there is no such name it moves
 * neither up nor down.
 */
#ifndef ASSAY_CALIBRATE_ZONE_MOVES_H
#define ASSAY_CALIBRATE_ZONE_MOVES_H

#include <stdbool.h>
#include <stddef.h>

#include "calibrate/fit/history.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/model.h"
#include "core/signal/outcome.h"

/* An account that both models score. */
struct assay_zone_account {
    size_t row;   /* of the history's table */
    double value; /* NaN: the data do not say */
    double score_before, score_after; /* the champion's, the new model's */
    size_t zone_before, zone_after;   /* of the one, of the other */
    int direction; /* 1 up, -1 down, 0 neither */
    bool moved;
};

/* Counts over all accounts, or over those of one segment. */
struct assay_zone_tally {
    size_t accounts, moved, up, down;
    double value, value_moved, value_up, value_down; /* sums of what is known */
};

struct assay_zone_segment {
    size_t column;    /* which of the spec's segments */
    const char *name; /* the table's; NULL: accounts without a value there */
    struct assay_zone_tally tally;
};

/* Zeroed is empty. Borrows the table, for names. */
struct assay_zone_moves {
    struct assay_zone_account *accounts; /* those that move first, by value from the highest, then by
                                            id in byte order */
    size_t n_account;
    size_t n_unscored; /* accounts that one of the models cannot score */
    bool has_value;    /* the spec names a value and the data have it */
    struct assay_zone_tally all;
    struct assay_zone_segment *segments; /* by column, then name in byte order, no value last */
    size_t n_segment, segment_capacity;
    size_t n_before, n_after; /* zones */
    size_t *matrix;           /* [n_before * n_after] accounts */
};

/* history: of the new model, with its spec; window: the one that it was made with.
 *   ASSAY_EDATA  a column that one of the models needs is not in the table
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_zone_moves_find(const struct assay_model *champion,
                                                         const struct assay_model *model,
                                                         const struct assay_history *history,
                                                         struct assay_window window,
                                                         struct assay_zone_moves *moves,
                                                         struct assay_error *err);
void assay_zone_moves_clear(struct assay_zone_moves *moves);

/* CSV of the accounts that move, with a header: id and as_of under the spec's names, its segments, its
 * value where there is one, then champion_score, champion_zone, score, zone, move (up, down, other).
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_zone_moves_write(const struct assay_zone_moves *moves,
                                                          const struct assay_model *champion,
                                                          const struct assay_model *model,
                                                          const struct assay_history *history,
                                                          struct assay_text *text,
                                                          struct assay_error *err);

#endif
