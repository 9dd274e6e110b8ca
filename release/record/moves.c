#include "release/record/moves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "release/record/look.h"
#include "release/record/sources.h"

struct move {
    const char *from, *to; /* borrowed */
    double n;
};

struct moves {
    const char *source;
    struct move *list;
    size_t n_move;
};

/* ---- taking ---- */

static enum assay_status take_audit(const struct cJSON *table, struct moves *moves,
                                    struct assay_error *err)
{
    moves->source = "audit";
    moves->list = assay_alloc(assay_json_count(table), sizeof *moves->list);
    if (moves->list == NULL)
        return assay_fail_memory(err, "writing the record");
    for (const struct cJSON *m = assay_json_first(table); m != NULL; m = assay_json_next(m)) {
        struct move move = {assay_look_text(m, "from"), assay_look_text(m, "to"),
                            assay_look_number(m, "n")};
        if (move.from != NULL && move.to != NULL && move.n > 0)
            moves->list[moves->n_move++] = move;
    }
    return ASSAY_OK;
}

static enum assay_status take_calibration(const struct assay_model_changes *changes,
                                          struct moves *moves, struct assay_error *err)
{
    moves->source = "calibration";
    moves->list = assay_alloc(changes->n_move, sizeof *moves->list);
    if (moves->list == NULL)
        return assay_fail_memory(err, "writing the record");
    for (size_t k = 0; k < changes->n_move; k++)
        if (changes->moves[k].snapshots > 0)
            moves->list[moves->n_move++] = (struct move){
                changes->moves[k].from, changes->moves[k].to, (double)changes->moves[k].snapshots};
    return ASSAY_OK;
}

/* No moves, and no memory: there is no source. */
static enum assay_status take(const struct assay_release_facts *facts, struct moves *moves,
                              struct assay_error *err)
{
    const struct cJSON *table = assay_look_at(assay_record_comparison(facts), "moves");
    if (assay_json_is_array(table) && assay_json_first(table) != NULL)
        return take_audit(table, moves, err);
    if (assay_record_parent_is_previous(facts) && facts->model->changes.n_move > 0)
        return take_calibration(&facts->model->changes, moves, err);
    return ASSAY_OK;
}

/* ---- counting ---- */

static size_t zone_named(const struct assay_spec *spec, const char *name)
{
    size_t z = 0;
    while (z < spec->n_zone && strcmp(spec->zones[z].name, name) != 0)
        z++;
    return z;
}

static bool same_names(const struct assay_spec *a, const struct assay_spec *b)
{
    if (a->n_zone != b->n_zone)
        return false;
    for (size_t z = 0; z < a->n_zone; z++)
        if (strcmp(a->zones[z].name, b->zones[z].name) != 0)
            return false;
    return true;
}

/* The zone that begins at the at-risk line, n_zone where none does. Only the log-odds scale has one
 * line for every account. */
static size_t zone_at_line(const struct assay_model *model)
{
    const struct assay_spec *spec = &model->spec;
    size_t z = 0;
    if (spec->scale != ASSAY_LOG_ODDS)
        return spec->n_zone;
    while (z < spec->n_zone && !(fabs(spec->zones[z].from - model->at_risk_score) < 1e-9))
        z++;
    return z;
}

struct counts {
    double n, moved, below, above; /* NAN: zones do not tell */
};

static struct counts count_moves(const struct moves *moves, const struct assay_model *before,
                                 const struct assay_model *after)
{
    size_t line_before = zone_at_line(before), line_after = zone_at_line(after);
    bool told = line_before < before->spec.n_zone && line_after < after->spec.n_zone;
    struct counts counts = {0};
    for (size_t k = 0; k < moves->n_move; k++) {
        const struct move *move = &moves->list[k];
        size_t from = zone_named(&before->spec, move->from),
               to = zone_named(&after->spec, move->to);
        counts.n += move->n;
        counts.moved += strcmp(move->from, move->to) != 0 ? move->n : 0;
        counts.below += from >= line_before && to < line_after ? move->n : 0;
        counts.above += from < line_before && to >= line_after ? move->n : 0;
        told = told && from < before->spec.n_zone && to < after->spec.n_zone;
    }
    if (!same_names(&before->spec, &after->spec))
        counts.moved = NAN;
    if (!told)
        counts.below = counts.above = NAN;
    return counts;
}

/* ---- writing ---- */

static void put_zones(struct assay_json_writer *json, const char *key,
                      const struct assay_spec *spec)
{
    assay_json_open(json, key, '-');
    for (size_t z = 0; z < spec->n_zone; z++)
        assay_json_put_string(json, NULL, spec->zones[z].name);
    assay_json_close(json);
}

static void put_table(struct assay_json_writer *json, const struct moves *moves)
{
    assay_json_open(json, "table", '[');
    for (size_t k = 0; k < moves->n_move; k++) {
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "from", moves->list[k].from);
        assay_json_put_string(json, "to", moves->list[k].to);
        assay_json_put_number(json, "n", moves->list[k].n);
        assay_json_close(json);
    }
    assay_json_close(json);
}

enum assay_status assay_record_put_moves(struct assay_json_writer *json,
                                         const struct assay_release_facts *facts,
                                         struct assay_error *err)
{
    struct moves moves = {0};
    enum assay_status status = take(facts, &moves, err);
    if (status != ASSAY_OK)
        return status;
    if (moves.n_move == 0) {
        assay_json_put_null(json, "moves");
    } else {
        struct counts counts = count_moves(&moves, facts->previous, facts->model);
        assay_json_open(json, "moves", '{');
        assay_json_put_string(json, "source", moves.source);
        assay_json_put_number(json, "n", counts.n);
        assay_json_put_optional(json, "moved", counts.moved);
        assay_json_put_optional(json, "below", counts.below);
        assay_json_put_optional(json, "above", counts.above);
        put_zones(json, "before", &facts->previous->spec);
        put_zones(json, "after", &facts->model->spec);
        put_table(json, &moves);
        assay_json_close(json);
    }
    free(moves.list);
    return ASSAY_OK;
}
