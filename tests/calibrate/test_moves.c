/* Why a weight moved, where the test knows why. */
#include "calibrate/evidence/moves.h"

#include "tests/calibrate/fitted.h"

/* ---- two histories of one world ---- */

/* Risk falls with the ranks of logins, tickets (lower is better) and seats within their plan. What a
 * rank is worth in raw numbers depends on `era`: everybody logs in `era` times as often. */
struct world {
    uint64_t seed;
    size_t n_account;
    double era;
    double tilt; /* how much of the effect of logins has gone over to seats */
};

static struct assay_text make_csv(const struct world *w)
{
    struct assay_text csv = {0};
    struct test_random random = {w->seed * 7919};
    assay_text_puts(&csv, "id,plan,churned,logins,tickets,seats,use\n");
    for (size_t i = 0; i < 2 * w->n_account; i++) {
        double u[5];
        for (size_t k = 0; k < COUNT(u); k++)
            u[k] = test_uniform(&random);
        double log_odds = 1 - (2.4 - w->tilt) * u[0] - 1.6 * (1 - u[1]) - (0.8 + w->tilt) * u[2];
        double logins = (u[3] < 0.5 ? 20 : 60) * w->era * u[0];
        assay_text_printf(&csv, "A%zu,%s,%d,%.6f,%.6f,%.6f,%.6f\n", i / 2,
                          u[3] < 0.5 ? "Basic" : "Team", u[4] < 1 / (1 + exp(-log_odds)), logins,
                          8 * u[1], u[2], 100 * u[0]);
    }
    ck_assert(!csv.failed);
    return csv;
}

#define THREE(method, limits) \
    SPEC_HEAD "\"cohort\": {\"plan\": \"plan\"}, \"signals\": [" \
    SIGNAL("logins", "logins", "higher", method limits) "," \
    SIGNAL("tickets", "tickets", "lower", method) "," \
    SIGNAL("seats", "seats", "higher", "") "]}"
#define PERCENTILES THREE("", "")
#define RANGES THREE(METHOD("\"range\", \"low\": 0, \"high\": 60"), "")

static void fit_world(struct fitted *f, const char *spec, struct world world)
{
    struct assay_text csv = make_csv(&world);
    struct assay_error err = {0};
    ck_assay_ok(lab_read(&f->lab, spec, csv.data, &err));
    fitted_fit(f);
    assay_text_clear(&csv);
}

struct pair {
    struct fitted old, new;
    struct assay_weight_moves moves;
};

static void pair_clear(struct pair *p)
{
    assay_weight_moves_clear(&p->moves);
    fitted_clear(&p->new);
    fitted_clear(&p->old);
}

/* Settled in another way than the champion, as far as anybody says. */
static const struct assay_moves_question by_itself = {.estimation = NULL};

static void make_pair(struct pair *p, const char *old_spec, struct world old, const char *new_spec,
                      struct world new)
{
    struct assay_error err = {0};
    fit_world(&p->old, old_spec, old);
    p->new.lab.champion = fitted_champion(&p->old);
    fit_world(&p->new, new_spec, new);
    ck_assay_ok(assay_weight_moves_find(&p->new.lab.pipeline, &by_itself, &p->old.champion, &p->moves, &err));
    ck_assert_str_eq(p->moves.reason, "");
}

static void assert_adds_up(const struct pair *p)
{
    for (size_t j = 0; j < p->moves.n_signal; j++) {
        const struct assay_weight_move *m = &p->moves.moves[j];
        test_close("sum of the parts", m->data.value + m->baselines.value + m->method.value,
                   p->new.lab.pipeline.weight[j] - p->old.lab.pipeline.weight[j], 1e-14, 1);
    }
}

/* A fit settles at 1e-10 of a log-odds, and weights are no more sensitive than that. */
static void assert_nothing(const char *what, const struct assay_estimate *part)
{
    test_close(what, part->value, 0, 1e-9, 1);
}

/* ---- what is known beforehand ---- */

START_TEST(the_same_data_and_method_move_nothing)
{
    struct pair p = {0};
    struct world world = {(uint64_t)_i, 400, 1, 0};
    make_pair(&p, PERCENTILES, world, PERCENTILES, world);
    for (size_t j = 0; j < p.moves.n_signal; j++) {
        assert_nothing("data", &p.moves.moves[j].data);
        assert_nothing("baselines", &p.moves.moves[j].baselines);
        assert_nothing("method", &p.moves.moves[j].method);
    }
    assert_adds_up(&p);
    pair_clear(&p);
}
END_TEST

START_TEST(other_limits_on_the_same_data_are_all_method)
{
    struct pair p = {0};
    struct world world = {(uint64_t)_i, 400, 1, 0};
    make_pair(&p, PERCENTILES, world, THREE("", ", \"weight\": [0, 0.3]"), world);
    ck_assert(fabs(p.moves.moves[0].method.value) > 0.01);
    for (size_t j = 0; j < p.moves.n_signal; j++) {
        assert_nothing("data", &p.moves.moves[j].data);
        assert_nothing("baselines", &p.moves.moves[j].baselines);
    }
    assert_adds_up(&p);
    pair_clear(&p);
}
END_TEST

START_TEST(limits_and_anchor_of_the_champion_stay_its_own)
{
    static const double anchor[] = {0.2, 0.2, 0.6};
    struct pair p = {0};
    struct world world = {(uint64_t)_i, 400, 1, 0};
    p.old.anchor = p.new.anchor = anchor;
    p.old.strength = p.new.strength = _i % 2 == 0 ? 1.5 : HUGE_VAL;
    make_pair(&p, THREE("", ", \"weight\": [0, 0.3]"), world, THREE("", ", \"weight\": [0, 0.3]"),
              world);
    for (size_t j = 0; j < p.moves.n_signal; j++) {
        assert_nothing("data", &p.moves.moves[j].data);
        assert_nothing("method", &p.moves.moves[j].method);
        ck_assert(isnan(p.moves.moves[j].method.low));
        ck_assert(isfinite(p.new.strength) || isnan(p.moves.moves[j].data.low));
    }
    pair_clear(&p);
}
END_TEST

START_TEST(a_fixed_weight_has_parts_of_0_and_no_intervals)
{
    struct pair p = {0};
    const char *fixed = THREE("", ", \"weight\": 0.25");
    make_pair(&p, fixed, (struct world){1, 400, 1, 0}, fixed, (struct world){2, 400, 2, 0});
    assert_nothing("data", &p.moves.moves[0].data);
    assert_nothing("baselines", &p.moves.moves[0].baselines);
    ck_assert(isnan(p.moves.moves[0].data.low) && isnan(p.moves.moves[0].baselines.low));
    ck_assert(!isnan(p.moves.moves[1].data.low) && !isnan(p.moves.moves[1].baselines.low));
    pair_clear(&p);
}
END_TEST

/* Without percentiles there is nothing that baselines could change. */
START_TEST(without_percentiles_new_data_is_all_data)
{
    struct pair p = {0};
    make_pair(&p, THREE(METHOD("\"range\", \"low\": 0, \"high\": 60"), ""),
              (struct world){(uint64_t)_i, 400, 1, 0},
              THREE(METHOD("\"range\", \"low\": 0, \"high\": 60"), ""),
              (struct world){(uint64_t)_i + 50, 400, 1, 0});
    for (size_t j = 0; j < 2; j++)
        ck_assert(fabs(p.moves.moves[j].data.value) > 1e-4);
    assert_adds_up(&p);
    pair_clear(&p);
}
END_TEST

/* Seats are a rank in every era, and so is logins once its baselines are new: with the champion's, most
 * accounts of the later era sit at the top. The old baselines hide what logins says; new ones bring it
 * back. */
START_TEST(a_shifted_signal_moves_back_by_its_baselines)
{
    struct pair p = {0};
    make_pair(&p, PERCENTILES, (struct world){(uint64_t)_i, 1500, 1, 0}, PERCENTILES,
              (struct world){(uint64_t)_i + 50, 1500, 8, 0});
    const struct assay_weight_move *logins = &p.moves.moves[0];
    ck_assert_msg(logins->data.high < 0, "data %.3f [%.3f, %.3f]", logins->data.value,
                  logins->data.low, logins->data.high);
    ck_assert_msg(logins->baselines.low > 0, "baselines %.3f [%.3f, %.3f]", logins->baselines.value,
                  logins->baselines.low, logins->baselines.high);
    for (size_t j = 0; j < p.moves.n_signal; j++)
        assert_nothing("method", &p.moves.moves[j].method);
    assert_adds_up(&p);
    pair_clear(&p);
}
END_TEST

START_TEST(a_world_that_changed_shows_in_the_data)
{
    struct pair p = {0};
    make_pair(&p, PERCENTILES, (struct world){(uint64_t)_i, 1500, 1, 0}, PERCENTILES,
              (struct world){(uint64_t)_i + 50, 1500, 1, 1.5});
    ck_assert(p.moves.moves[0].data.high < 0 && p.moves.moves[2].data.low > 0);
    assert_adds_up(&p);
    pair_clear(&p);
}
END_TEST

START_TEST(rounding_belongs_to_the_method)
{
    struct pair p = {0};
    struct world world = {5, 400, 1, 0};
    double rounded[3], unrounded[3];
    struct assay_error err = {0};
    fit_world(&p.old, PERCENTILES, world);
    p.new.lab.champion = fitted_champion(&p.old);
    fit_world(&p.new, PERCENTILES, world);
    for (size_t j = 0; j < 3; j++) {
        unrounded[j] = p.old.lab.pipeline.weight[j];
        rounded[j] = j < 2 ? round(20 * unrounded[j]) / 20 : 1 - rounded[0] - rounded[1];
    }
    p.old.champion.weight = rounded;
    p.old.champion.fit.rounding = (struct assay_model_rounding){.step = 0.05, .before = unrounded};
    ck_assay_ok(assay_weight_moves_find(&p.new.lab.pipeline, &by_itself, &p.old.champion, &p.moves, &err));
    for (size_t j = 0; j < 3; j++) {
        assert_nothing("data", &p.moves.moves[j].data);
        test_close("method", p.moves.moves[j].method.value, unrounded[j] - rounded[j], 1e-9, 1);
    }
    pair_clear(&p);
}
END_TEST

/* ---- what cannot be split ---- */

START_TEST(a_signal_that_the_champion_has_not_has_no_parts)
{
    struct pair p = {0};
    struct world world = {3, 400, 1, 0};
    make_pair(&p, SPEC_HEAD "\"signals\": [" SIGNAL("logins", "logins", "higher", "") ","
                            SIGNAL("seats", "seats", "higher", "") "]}", world, PERCENTILES,
              (struct world){4, 400, 1, 0});
    ck_assert(isnan(p.moves.moves[1].data.value) && isnan(p.moves.moves[1].baselines.value) &&
              isnan(p.moves.moves[1].method.value));
    ck_assert(!isnan(p.moves.moves[0].data.value) && !isnan(p.moves.moves[2].method.value));
    ck_assert(p.moves.moves[2].method.low < p.moves.moves[2].method.value);
    pair_clear(&p);
}
END_TEST

START_TEST(a_champion_whose_columns_are_gone_is_a_reason_and_no_failure)
{
    struct pair p = {0};
    struct assay_error err = {0};
    fit_world(&p.old, PERCENTILES, (struct world){1, 300, 1, 0});
    fit_world(&p.new, SPEC_HEAD "\"signals\": [" SIGNAL("logins", "logins", "higher", "") ","
                                SIGNAL("seats", "seats", "higher", "") "]}",
              (struct world){2, 300, 1, 0});
    ck_assay_ok(assay_weight_moves_find(&p.new.lab.pipeline, &by_itself, fitted_champion(&p.old), &p.moves, &err));
    ck_assert_str_eq(p.moves.reason, "the champion's column \"tickets\" is not in the data");
    ck_assert(isnan(p.moves.moves[0].data.value));
    ck_assert(p.moves.influence.known);
    pair_clear(&p);
}
END_TEST

START_TEST(a_champion_that_cannot_be_refitted_is_a_reason_and_no_failure)
{
    struct pair p = {0};
    struct assay_error err = {0};
    const char *two = SPEC_HEAD "\"signals\": [" SIGNAL("seats", "seats", "higher", "") ","
                                SIGNAL("use", "use", "higher", METHOD("\"none\"")) "]}";
    fit_world(&p.old, two, (struct world){1, 300, 1, 0});
    p.new.lab.champion = fitted_champion(&p.old);
    fit_world(&p.new, PERCENTILES, (struct world){2, 300, 1, 0});
    size_t use = assay_table_find(&p.new.lab.intake.table, "use", ASSAY_NUMBER);
    for (size_t i = 0; i < p.new.lab.history.n_row; i++)
        p.new.lab.intake.table.columns[use].numbers[i] = 50;
    ck_assay_ok(assay_weight_moves_find(&p.new.lab.pipeline, &by_itself, &p.old.champion, &p.moves, &err));
    ck_assert_str_eq(p.moves.reason, "signal \"use\" has the same points in every snapshot; its weight "
                                     "cannot be estimated");
    pair_clear(&p);
}
END_TEST

/* ---- in the model ---- */

static void calibrate(struct lab *lab, struct world world, const struct assay_model *champion)
{
    struct assay_error err = {0};
    struct assay_text csv = make_csv(&world);
    lab->champion = champion;
    ck_assay_ok(lab_read(lab, SPEC_HEAD "\"cohort\": {\"plan\": \"plan\"}, \"fit\": {\"anchor\": "
                              "\"none\", \"bootstrap\": 0}, \"signals\": ["
                              SIGNAL("logins", "logins", "higher", "") ","
                              SIGNAL("tickets", "tickets", "lower", "") ","
                              SIGNAL("seats", "seats", "higher", "") "]}", csv.data, &err));
    ck_assay_ok(lab_model(lab, &err));
    assay_text_clear(&csv);
}

START_TEST(the_model_keeps_the_parts_and_who_pulled_its_way)
{
    struct lab old = {0}, new = {0};
    calibrate(&old, (struct world){1, 300, 1, 0}, NULL);
    calibrate(&new, (struct world){2, 300, 1, 1}, &old.model);
    ck_assert_uint_eq(new.model.changes.n_weight, 3);
    for (size_t j = 0; j < 3; j++) {
        const struct assay_weight_change *c = &new.model.changes.weights[j];
        test_close("sum of the parts", c->data.value + c->baselines.value + c->method.value,
                   c->after - c->before, 1e-14, 1);
        for (size_t k = 0; k < COUNT(c->accounts); k++) {
            ck_assert_ptr_nonnull(c->accounts[k]);
            ck_assert(c->accounts[k][0] == 'A' && c->pulls[k] * (c->after - c->before) > 0);
            ck_assert(k == 0 || fabs(c->pulls[k]) <= fabs(c->pulls[k - 1]));
        }
    }
    lab_clear(&new);
    lab_clear(&old);
}
END_TEST

/* ---- intervals ---- */

/* The data's part is w(new rows) less fixed numbers: its interval holds the expectation of that, which
 * the mean over all data sets tells. Of 300 data sets 95% is 95 -+ 3.8 (three standard errors). */
START_TEST(the_interval_of_the_datas_part_covers_as_it_claims)
{
    enum { SETS = 300, SIGNALS = 3 };
    struct assay_estimate data[SETS][SIGNALS];
    double mean[SIGNALS] = {0};
    struct fitted old = {0};
    fit_world(&old, RANGES, (struct world){999, 600, 1, 0});
    fitted_champion(&old);
    for (size_t k = 0; k < SETS; k++) {
        struct assay_error err = {0};
        struct assay_weight_moves moves = {0};
        struct fitted new = {.lab = {.champion = &old.champion}};
        fit_world(&new, RANGES, (struct world){1000 + k, 600, 1, 0});
        ck_assay_ok(assay_weight_moves_find(&new.lab.pipeline, &by_itself, &old.champion, &moves, &err));
        for (size_t j = 0; j < SIGNALS; j++) {
            data[k][j] = moves.moves[j].data;
            mean[j] += data[k][j].value / SETS;
        }
        assay_weight_moves_clear(&moves);
        fitted_clear(&new);
    }
    for (size_t j = 0; j < SIGNALS; j++) {
        size_t covered = 0;
        for (size_t k = 0; k < SETS; k++)
            covered += data[k][j].low <= mean[j] && mean[j] <= data[k][j].high;
        printf("signal %zu: covered %.1f%%\n", j, 100.0 * (double)covered / SETS);
        ck_assert(covered >= SETS * 912 / 1000 && covered <= SETS * 988 / 1000);
    }
    fitted_clear(&old);
}
END_TEST

START_TEST(a_failing_allocation_is_said_and_leaks_nothing)
{
    struct pair p = {0};
    struct assay_error err = {0};
    struct assay_weight_moves again = {0};
    make_pair(&p, PERCENTILES, (struct world){1, 100, 1, 0}, PERCENTILES,
              (struct world){2, 100, 1, 0});
    test_fail_allocation(0);
    enum assay_status status =
        assay_weight_moves_find(&p.new.lab.pipeline, &by_itself, &p.old.champion, &again, &err);
    size_t n = test_allocations();
    ck_assert_int_eq(status, ASSAY_OK);
    assay_weight_moves_clear(&again);
    for (size_t k = 1; k <= n; k++) {
        test_fail_allocation(k);
        status = assay_weight_moves_find(&p.new.lab.pipeline, &by_itself, &p.old.champion, &again, &err);
        test_fail_allocation(0);
        ck_assert_msg(status == ASSAY_ENOMEM, "allocation %zu of %zu: status %d", k, n, (int)status);
        ck_assert_ptr_null(again.moves);
    }
    pair_clear(&p);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, the_same_data_and_method_move_nothing, 1, 6);
    tcase_add_loop_test(tc, other_limits_on_the_same_data_are_all_method, 1, 6);
    tcase_add_loop_test(tc, limits_and_anchor_of_the_champion_stay_its_own, 1, 5);
    tcase_add_test(tc, a_fixed_weight_has_parts_of_0_and_no_intervals);
    tcase_add_test(tc, the_model_keeps_the_parts_and_who_pulled_its_way);
    tcase_add_loop_test(tc, without_percentiles_new_data_is_all_data, 1, 5);
    tcase_add_loop_test(tc, a_shifted_signal_moves_back_by_its_baselines, 1, 6);
    tcase_add_loop_test(tc, a_world_that_changed_shows_in_the_data, 1, 6);
    tcase_add_test(tc, rounding_belongs_to_the_method);
    tcase_add_test(tc, a_signal_that_the_champion_has_not_has_no_parts);
    tcase_add_test(tc, a_champion_whose_columns_are_gone_is_a_reason_and_no_failure);
    tcase_add_test(tc, a_champion_that_cannot_be_refitted_is_a_reason_and_no_failure);
    tcase_add_test(tc, the_interval_of_the_datas_part_covers_as_it_claims);
    tcase_add_test(tc, a_failing_allocation_is_said_and_leaks_nothing);
}

ASSAY_SUITE("calibrate/moves", add_tests)
