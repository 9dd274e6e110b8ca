/* The candidate beside the version in force */
#include <math.h>
#include <string.h>

#include "release/gates/questions.h"

/* What is said where there is no version to stand beside; true: it was said. */
static bool is_first(const struct assay_gate_view *view, struct assay_gate_answer *answer)
{
    if (view->input->previous != NULL)
        return false;
    answer->result = ASSAY_GATE_NOT_ASKED;
    assay_text_puts(&answer->found, "this is the first version");
    return true;
}

static const char *previous_name(const struct assay_gate_view *view)
{
    return view->input->previous != NULL ? view->input->previous->version : "the version in force";
}

/* The audit where it compares, row by row, with the version in force; else NULL, and the answer is
 * closed and says why. */
static const struct assay_audit_facts *compared(const struct assay_gate_view *view,
                                                struct assay_gate_answer *answer)
{
    const struct assay_audit_facts *audit = assay_gate_measured(view, answer);
    if (audit == NULL)
        return NULL;
    struct assay_text *found = &answer->found;
    const struct assay_audited *champion = &audit->champion;
    if (champion->digest == NULL) {
        assay_text_printf(
            found, "not known: the audit compares with no champion; validate --champion takes %s",
            previous_name(view));
    } else if (!assay_gate_is_previous(view, champion->digest)) {
        assay_text_printf(found, "not known: the audit compares with %s, version %s, digest ",
                          champion->name, champion->version);
        assay_gate_put_digest(found, champion->digest);
        assay_text_printf(found, ", and not with %s", previous_name(view));
    } else if (audit->comparison.words == NULL) {
        assay_text_puts(found, "not known: the audit has no comparison");
    } else if (audit->comparison.n == 0) {
        assay_text_puts(found, "not known: no audited snapshot is scored by both");
    } else {
        return audit;
    }
    answer->result = ASSAY_GATE_CLOSED;
    return NULL;
}

/* ---- promotion ---- */

static const char no_rule[] =
    "none is declared; say in the spec by how much a new model may be worse: "
    "\"audit\": {\"promotion\": {\"auc\": 0.01, \"sensitivity\": 0.03, \"specificity\": 0.03}}";

static void ask_for_promotion(const struct assay_gate_view *view, struct assay_text *asked)
{
    const struct assay_spec *spec = &view->input->model->spec;
    assay_text_printf(asked, "the model's own promotion rule holds against %s",
                      previous_name(view));
    for (size_t k = 0; k < spec->audit.n_promotion; k++)
        assay_text_printf(asked, "%s%s within %g", k == 0 ? ": " : ", ",
                          spec->audit.promotion[k].metric, spec->audit.promotion[k].margin);
    if (spec->release.accept_inconclusive)
        assay_text_puts(asked, "; or is undecided (release.inconclusive is \"accept\")");
}

/* The audit's sentences, the last one without its full stop. */
static void put_words(struct assay_text *text, const char *words)
{
    size_t length = strlen(words);
    assay_text_add(text, words, length > 0 && words[length - 1] == '.' ? length - 1 : length);
}

void assay_gate_ask_promotion(const struct assay_gate_view *view, struct assay_gate_answer *answer)
{
    const struct assay_spec *spec = &view->input->model->spec;
    struct assay_text *found = &answer->found;
    ask_for_promotion(view, &answer->asked);
    if (is_first(view, answer))
        return;
    answer->result = ASSAY_GATE_CLOSED;
    if (spec->audit.n_promotion == 0) {
        assay_text_puts(found, no_rule);
        return;
    }
    const struct assay_audit_facts *audit = compared(view, answer);
    if (audit == NULL)
        return;
    enum assay_audit_promotion result = audit->comparison.promotion;
    if (audit->rules != NULL) {
        assay_text_printf(found,
                          "not known: the audit went by the rules of %s, which are no older than "
                          "itself, not by the model's own",
                          audit->rules);
        return;
    }
    put_words(found, result == ASSAY_AUDIT_NO_PROMOTION ? audit->comparison.words
                                                        : audit->comparison.promotion_words);
    bool accepted = result == ASSAY_AUDIT_UNDECIDED && spec->release.accept_inconclusive;
    if (accepted)
        assay_text_puts(found, ASSAY_ACCEPTED);
    if (accepted || result == ASSAY_AUDIT_PROMOTE)
        answer->result = ASSAY_GATE_OPEN;
}

/* ---- champion ---- */

static const struct {
    const char *name;
    bool less_is_better;
} metrics[ASSAY_COMPARED_METRICS] = {
    [ASSAY_COMPARED_AUC] = {"AUC", false},
    [ASSAY_COMPARED_BRIER] = {"Brier score", true},
    [ASSAY_COMPARED_LOG_LOSS] = {"log loss", true},
    [ASSAY_COMPARED_SENSITIVITY] = {"sensitivity", false},
    [ASSAY_COMPARED_SPECIFICITY] = {"specificity", false},
    [ASSAY_COMPARED_NET_BENEFIT] = {"net benefit", false},
};

static void put_difference(struct assay_text *text, const struct assay_audit_facts *audit,
                           size_t metric)
{
    assay_text_printf(text, "%s ", metrics[metric].name);
    assay_gate_put_estimate(text, audit->comparison.difference[metric], 4, true);
}

/* Names the metrics that are worse for sure; returns how many. */
static size_t put_worse(struct assay_text *text, const struct assay_audit_facts *audit)
{
    size_t n = 0;
    for (size_t m = 0; m < ASSAY_COMPARED_METRICS; m++) {
        const struct assay_estimate *d = &audit->comparison.difference[m];
        if (metrics[m].less_is_better ? d->low > 0 : d->high < 0) { /* false of NaN */
            assay_text_puts(text, n++ == 0 ? "worse: " : ", ");
            put_difference(text, audit, m);
        }
    }
    return n;
}

/* None is worse: of how many, and the first of them by how much. */
static bool put_none_worse(struct assay_text *text, const struct assay_audit_facts *audit)
{
    size_t n = 0, first = 0;
    for (size_t m = ASSAY_COMPARED_METRICS; m-- > 0;)
        if (!isnan(audit->comparison.difference[m].low)) {
            first = m;
            n++;
        }
    if (n == 0) {
        assay_text_puts(text, "not known: no metric is defined on the compared rows");
        return false;
    }
    assay_text_printf(text, "none of %zu metrics is worse beyond chance; ", n);
    put_difference(text, audit, first);
    return true;
}

void assay_gate_ask_champion(const struct assay_gate_view *view, struct assay_gate_answer *answer)
{
    assay_text_printf(&answer->asked,
                      "no metric is worse than that of %s with the whole 95%% interval of "
                      "the difference",
                      previous_name(view));
    if (is_first(view, answer))
        return;
    const struct assay_audit_facts *audit = compared(view, answer);
    if (audit == NULL)
        return;
    if (put_worse(&answer->found, audit) > 0 || !put_none_worse(&answer->found, audit))
        answer->result = ASSAY_GATE_CLOSED;
}

/* ---- weights ---- */

/* A signal that a model does not have weighs nothing in it. */
static double weight_in(const struct assay_estimate *side)
{
    return isnan(side->value) ? 0.0 : side->value;
}

static double moved_by(const struct assay_signal_change *signal)
{
    return fabs(weight_in(&signal->after) - weight_in(&signal->before));
}

/* "logins +2.4 points, from 15.0 to 17.4 [14.6, 20.2]"; of one that a model does not have: "from
 * none", "to none" */
static void put_weight(struct assay_text *text, const struct assay_signal_change *signal)
{
    struct assay_estimate after = {100 * signal->after.value, 100 * signal->after.low,
                                   100 * signal->after.high};
    double points = 100 * (weight_in(&signal->after) - weight_in(&signal->before));
    assay_text_printf(text, "%s ", signal->name);
    assay_gate_put_estimate(text, assay_estimate_without_interval(points), 1, true);
    assay_text_puts(text, " points, from ");
    if (isnan(signal->before.value))
        assay_text_puts(text, "none");
    else
        assay_gate_put_estimate(text, assay_estimate_without_interval(100 * signal->before.value),
                                1, false);
    assay_text_puts(text, " to ");
    if (isnan(signal->after.value))
        assay_text_puts(text, "none");
    else
        assay_gate_put_estimate(text, after, 1, false);
}

/* Those beyond the budget, or else the one that moved most. */
static size_t put_moved(struct assay_text *text, const struct assay_change *change, double budget)
{
    const struct assay_signal_change *most = NULL;
    size_t n = 0;
    for (size_t j = 0; j < change->n_signal; j++) {
        const struct assay_signal_change *signal = &change->signals[j];
        if (most == NULL || moved_by(signal) > moved_by(most))
            most = signal;
        if (moved_by(signal) > budget + ASSAY_BUDGET_SLACK) {
            assay_text_puts(text, n++ == 0 ? "" : "; ");
            put_weight(text, signal);
        }
    }
    if (most == NULL || moved_by(most) <= ASSAY_BUDGET_SLACK) {
        assay_text_puts(text, "no weight moves");
    } else if (n == 0) {
        put_weight(text, most);
        assay_text_puts(text, ", and no other by more");
    }
    return n;
}

void assay_gate_ask_weights(const struct assay_gate_view *view, struct assay_gate_answer *answer)
{
    const struct assay_gate_input *input = view->input;
    double budget = input->model->spec.release.max_weight_change;
    assay_text_printf(&answer->asked, "no weight moves by more than %g points against %s",
                      100 * budget, previous_name(view));
    if (is_first(view, answer))
        return;
    if (put_moved(&answer->found, input->change, budget) > 0)
        answer->result = ASSAY_GATE_CLOSED;
}

/* ---- zones ---- */

static bool same_zone_names(const struct assay_spec *a, const struct assay_spec *b)
{
    if (a->n_zone != b->n_zone)
        return false;
    for (size_t z = 0; z < a->n_zone; z++)
        if (strcmp(a->zones[z].name, b->zones[z].name) != 0)
            return false;
    return true;
}

static void put_zone_names(struct assay_text *text, const struct assay_spec *spec)
{
    for (size_t z = 0; z < spec->n_zone; z++)
        assay_text_printf(text, "%s%s", z == 0 ? "" : ", ", spec->zones[z].name);
}

struct moves {
    size_t n, moved;
    bool independent; /* no account is counted twice */
    const char *source;
};

/* The audit's comparison, which saw rows that neither model knew; else the calibration's own. n is
 * 0 where neither is with the version in force. */
static struct moves find_moves(const struct assay_gate_view *view)
{
    const struct assay_audit_facts *audit = assay_gate_audit(view);
    const struct assay_model *model = view->input->model;
    struct moves moves = {.source = "in the calibration"};
    if (audit != NULL && audit->comparison.zoned > 0 &&
        assay_gate_is_previous(view, audit->champion.digest))
        return (struct moves){audit->comparison.zoned, audit->comparison.moved, !audit->repeated,
                              "in the audit"};
    if (!assay_gate_is_previous(view, model->parent_digest))
        return moves;
    for (size_t k = 0; k < model->changes.n_move; k++) {
        const struct assay_zone_move *move = &model->changes.moves[k];
        moves.n += move->snapshots;
        moves.moved += strcmp(move->from, move->to) != 0 ? move->snapshots : 0;
    }
    return moves;
}

/* "5.4% [4.2, 6.8] of 1,249 snapshots in the audit" */
static void put_moves(struct assay_text *text, const struct moves *moves)
{
    double share = (double)moves->moved / (double)moves->n;
    struct assay_estimate wilson = assay_wilson_of_share(share, (double)moves->n, ASSAY_LEVEL);
    assay_text_printf(text, "%.1f%%", 100 * share);
    if (moves->independent)
        assay_text_printf(text, " [%.1f, %.1f]", 100 * wilson.low, 100 * wilson.high);
    assay_text_puts(text, " of ");
    assay_gate_put_count(text, moves->n);
    assay_text_printf(text, " snapshots %s", moves->source);
}

void assay_gate_ask_zones(const struct assay_gate_view *view, struct assay_gate_answer *answer)
{
    const struct assay_gate_input *input = view->input;
    struct assay_text *found = &answer->found;
    double budget = input->model->spec.release.max_zone_changes;
    assay_text_printf(&answer->asked, "at most %g%% of the snapshots change zone against %s",
                      100 * budget, previous_name(view));
    if (is_first(view, answer))
        return;
    if (!same_zone_names(&input->previous->spec, &input->model->spec)) {
        answer->result = ASSAY_GATE_NOT_ASKED;
        assay_text_puts(found, "zones are others, so that moves do not compare: ");
        put_zone_names(found, &input->previous->spec);
        assay_text_puts(found, " before, now ");
        put_zone_names(found, &input->model->spec);
        return;
    }
    struct moves moves = find_moves(view);
    if (moves.n == 0) {
        answer->result = ASSAY_GATE_CLOSED;
        assay_text_printf(found,
                          "not known: neither the audit nor the calibration compares with %s",
                          previous_name(view));
        return;
    }
    put_moves(found, &moves);
    if ((double)moves.moved / (double)moves.n > budget + ASSAY_BUDGET_SLACK)
        answer->result = ASSAY_GATE_CLOSED;
}
