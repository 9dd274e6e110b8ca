#include <stdio.h>

#include "core/metric/accuracy.h"
#include "core/metric/paired.h"
#include "core/metric/roc.h"
#include "tests/metric/sample.h"

/* ---- against pROC ---- */

static const struct {
    const char *key, *column;
} references[] = {{"B_core_vs_small", "p_small"}, {"B_core_vs_health", "health_score"}};

/* A health score as a probability: AUCs know nothing but the order. */
static void turn(struct sample *s)
{
    for (size_t i = 0; i < s->n; i++)
        s->value[i] = 1.0 / (1.0 + exp(s->value[i] / 25.0 - 2.0));
}

/* 15 digits; pROC and we sum thousands of placements in another order, and an error is a square root
 * of what is left of variances after their covariance is taken out: two digits more. */
START_TEST(paired_aucs_agree_with_the_reference)
{
    if (!sample_files_are_here())
        return;
    struct assay_error err = {0};
    struct assay_paired paired;
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    const struct cJSON *pair = test_at(assay_json_root(doc), references[_i].key, NULL);
    struct sample a = sample_read("p_core", "B"), b = sample_read(references[_i].column, "B");
    if (_i == 1)
        turn(&b);
    ck_assay_ok(assay_paired_measure(a.value, b.value, a.outcome, NULL, a.n, &paired, &err));
    const struct assay_estimate *difference = &paired.auc.difference;
    const struct cJSON *low = assay_json_first(test_at(pair, "ci95", NULL));
    double error = test_number(pair, "se_difference", NULL);
    test_close("first", paired.auc.first, test_number(pair, "auc_a", NULL), 1e-13, 0);
    test_close("second", paired.auc.second, test_number(pair, "auc_b", NULL), 1e-13, 0);
    test_close("difference", difference->value, test_number(pair, "difference", NULL), 1e-12, 0);
    test_close("error", paired.auc.std_error, error, 1e-11, 0);
    test_close("low", difference->low, assay_json_number(low), 1e-11, 0);
    test_close("high", difference->high, assay_json_number(assay_json_next(low)), 1e-11, 0);
    if (_i == 0)
        test_close("Brier", paired.brier.difference.value,
                   test_number(pair, "brier_difference", NULL), 1e-12, 0);
    printf("%s: error of the difference off by %.1e\n", references[_i].key,
           fabs(paired.auc.std_error / error - 1.0));
    sample_free(&a);
    sample_free(&b);
    assay_json_free(doc);
}
END_TEST

/* ---- by definition ---- */

/* Two predictions of n rows in clusters of up to three, tied here and there. */
struct pair {
    size_t n;
    double *first, *second;
    unsigned char *outcome;
    int32_t *cluster;
};

static struct pair pair_random(uint64_t seed, size_t n)
{
    struct sample s = sample_random(seed, n, 40);
    struct pair p = {n, s.value, calloc(n, sizeof *p.second), s.outcome,
                     calloc(n, sizeof *p.cluster)};
    for (size_t i = 0; i < n; i++) {
        p.second[i] = (floor(20 * (0.5 * p.first[i] + 0.5 * random_unit(&seed))) + 0.5) / 20;
        p.cluster[i] = (int32_t)(random_bits(&seed) % (n / 2)); /* codes with gaps */
    }
    return p;
}

static void pair_free(struct pair *p)
{
    free(p->first);
    free(p->second);
    free(p->outcome);
    free(p->cluster);
}

static double won(const double value[], size_t event, size_t other)
{
    return value[event] > value[other] ? 1.0 : value[event] == value[other] ? 0.5 : 0.0;
}

/* Obuchowski's three terms from every pair of an event and another, cluster by cluster. */
static double obuchowski(const struct pair *p, double *auc_difference)
{
    double count[2] = {0}, sum = 0, s[3] = {0};
    size_t held[3] = {0};
    for (size_t i = 0; i < p->n; i++)
        count[p->outcome[i]]++;
    double *place = calloc(p->n, sizeof *place);
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->n; k++)
            if (p->outcome[i] && !p->outcome[k]) {
                double d = won(p->first, i, k) - won(p->second, i, k);
                place[i] += d / count[0];
                place[k] += d / count[1];
                sum += d;
            }
    double mean = sum / (count[0] * count[1]);
    for (size_t g = 0; g < p->n / 2; g++) {
        double part[2] = {0};
        size_t n[2] = {0};
        for (size_t i = 0; i < p->n; i++)
            if ((size_t)p->cluster[i] == g) {
                part[p->outcome[i]] += place[i] - mean;
                n[p->outcome[i]]++;
            }
        held[0] += n[0] > 0;
        held[1] += n[1] > 0;
        held[2] += n[0] + n[1] > 0;
        s[0] += part[0] * part[0];
        s[1] += part[1] * part[1];
        s[2] += part[0] * part[1];
    }
    free(place);
    *auc_difference = mean;
    for (size_t k = 0; k < 3; k++)
        s[k] *= (double)held[k] / ((double)held[k] - 1.0);
    return s[1] / (count[1] * count[1]) + s[0] / (count[0] * count[0]) +
           2 * s[2] / (count[0] * count[1]);
}

START_TEST(clustered_variance_is_what_all_pairs_give)
{
    struct assay_error err = {0};
    struct assay_paired paired;
    struct pair p = pair_random((uint64_t)_i, 30 + 7 * (size_t)_i);
    double difference, variance = obuchowski(&p, &difference);
    ck_assay_ok(assay_paired_measure(p.first, p.second, p.outcome, p.cluster, p.n, &paired, &err));
    test_close("difference", paired.auc.difference.value, difference, 1e-12, 0.01);
    test_close("variance", paired.auc.std_error * paired.auc.std_error, variance, 1e-11, 0);
    pair_free(&p);
}
END_TEST

START_TEST(what_is_known_of_the_first_need_not_be_measured)
{
    struct assay_error err = {0};
    struct assay_paired want, got;
    struct assay_placing placing;
    struct assay_mean_loss brier, log_loss;
    struct assay_auc auc;
    struct pair p = pair_random((uint64_t)_i, 60);
    ck_assay_ok(assay_paired_measure(p.first, p.second, p.outcome, p.cluster, p.n, &want, &err));
    ck_assay_ok(assay_auc_place(p.first, p.outcome, p.n, want.n_event, &auc, &placing, &err));
    ck_assay_ok(assay_brier_score(p.first, p.outcome, p.n, &brier, &err));
    ck_assay_ok(assay_log_loss(p.first, p.outcome, p.n, &log_loss, &err));
    struct assay_paired_known known = {
        auc.wald.value, brier.estimate.value, log_loss.estimate.value, &placing};
    ck_assay_ok(assay_paired_measure_known(p.first, &known, p.second, p.outcome, p.cluster, p.n, &got,
                                           &err));
    ck_assert_mem_eq(&got, &want, sizeof want);
    assay_placing_clear(&placing);
    pair_free(&p);
}
END_TEST

/* The sandwich of a mean: squares of cluster sums of what is left of each row. */
START_TEST(losses_differ_by_what_their_rows_say)
{
    struct assay_error err = {0};
    struct assay_paired paired;
    struct assay_mean_loss loss[2], brier[2];
    struct pair p = pair_random((uint64_t)_i + 500, 40 + 9 * (size_t)_i);
    ck_assay_ok(assay_paired_measure(p.first, p.second, p.outcome, p.cluster, p.n, &paired, &err));
    ck_assay_ok(assay_log_loss(p.first, p.outcome, p.n, &loss[0], &err));
    ck_assay_ok(assay_log_loss(p.second, p.outcome, p.n, &loss[1], &err));
    ck_assay_ok(assay_brier_score(p.first, p.outcome, p.n, &brier[0], &err));
    ck_assay_ok(assay_brier_score(p.second, p.outcome, p.n, &brier[1], &err));
    ck_assert_double_eq(paired.log_loss.first, loss[0].estimate.value);
    ck_assert_double_eq(paired.log_loss.second, loss[1].estimate.value);
    ck_assert_double_eq(paired.brier.first, brier[0].estimate.value);
    ck_assert_double_eq(paired.brier.second, brier[1].estimate.value);
    double mean = loss[0].estimate.value - loss[1].estimate.value, squares = 0;
    size_t n_cluster = 0;
    for (size_t g = 0; g < p.n / 2; g++) {
        double sum = 0;
        size_t n = 0;
        for (size_t i = 0; i < p.n; i++)
            if ((size_t)p.cluster[i] == g) {
                double of_first = p.outcome[i] ? p.first[i] : 1 - p.first[i];
                double of_second = p.outcome[i] ? p.second[i] : 1 - p.second[i];
                sum += log(of_second / of_first) - mean;
                n++;
            }
        squares += sum * sum;
        n_cluster += n > 0;
    }
    double g = (double)n_cluster, n = (double)p.n;
    ck_assert_uint_eq(paired.n_cluster, n_cluster);
    ck_assert_double_eq(paired.log_loss.difference.value, mean);
    test_close("error", paired.log_loss.std_error, sqrt(g / (g - 1) * squares) / n, 1e-11, 0);
    pair_free(&p);
}
END_TEST

/* ---- invariants ---- */

static void close_figures(const struct assay_paired_figure *a, const struct assay_paired_figure *b,
                          double sign)
{
    test_close("difference", a->difference.value, sign * b->difference.value, 1e-12, 1);
    test_close("error", a->std_error, b->std_error, 1e-11, 0);
    test_close("low", a->difference.low, sign > 0 ? b->difference.low : -b->difference.high, 1e-11, 1);
}

static void close_pairs(const struct assay_paired *a, const struct assay_paired *b, double sign)
{
    close_figures(&a->auc, &b->auc, sign);
    close_figures(&a->brier, &b->brier, sign);
    close_figures(&a->log_loss, &b->log_loss, sign);
}

START_TEST(who_is_first_and_in_which_order_rows_come_is_of_no_account)
{
    struct assay_error err = {0};
    struct assay_paired forth, back, shuffled;
    struct pair p = pair_random((uint64_t)_i + 900, 200), q = pair_random(1, 200);
    ck_assay_ok(assay_paired_measure(p.first, p.second, p.outcome, p.cluster, p.n, &forth, &err));
    ck_assay_ok(assay_paired_measure(p.second, p.first, p.outcome, p.cluster, p.n, &back, &err));
    close_pairs(&forth, &back, -1);
    for (size_t i = 0; i < p.n; i++) { /* 37 is prime to 200; and other codes for the clusters */
        size_t k = (i * 37 + 11) % p.n;
        q.first[i] = p.first[k];
        q.second[i] = p.second[k];
        q.outcome[i] = p.outcome[k];
        q.cluster[i] = 1000 - 3 * p.cluster[k];
    }
    ck_assay_ok(assay_paired_measure(q.first, q.second, q.outcome, q.cluster, q.n, &shuffled, &err));
    close_pairs(&forth, &shuffled, 1);
    pair_free(&p);
    pair_free(&q);
}
END_TEST

/* Every row three times, the copies a cluster: the errors of the rows once, each its own cluster. */
START_TEST(copies_in_one_cluster_do_not_count_as_news)
{
    struct assay_error err = {0};
    struct assay_paired once, thrice;
    struct pair p = pair_random((uint64_t)_i + 40, 120), q = pair_random(2, 360);
    for (size_t i = 0; i < q.n; i++) {
        q.first[i] = p.first[i % p.n];
        q.second[i] = p.second[i % p.n];
        q.outcome[i] = p.outcome[i % p.n];
        q.cluster[i] = (int32_t)(i % p.n);
    }
    ck_assay_ok(assay_paired_measure(p.first, p.second, p.outcome, NULL, p.n, &once, &err));
    ck_assay_ok(assay_paired_measure(q.first, q.second, q.outcome, q.cluster, q.n, &thrice, &err));
    ck_assert_uint_eq(thrice.n_cluster, p.n);
    close_pairs(&once, &thrice, 1);
    pair_free(&p);
    pair_free(&q);
}
END_TEST

static void assert_all(const struct assay_paired *paired, double value, bool interval)
{
    const struct assay_paired_figure *figures[] = {&paired->auc, &paired->brier, &paired->log_loss};
    for (size_t k = 0; k < COUNT(figures); k++) {
        const struct assay_estimate *d = &figures[k]->difference;
        ck_assert_double_eq(d->value, value);
        ck_assert(interval ? d->low == value && d->high == value : isnan(d->low) && isnan(d->high));
    }
}

START_TEST(the_same_prediction_differs_by_nothing_and_surely_so)
{
    struct assay_error err = {0};
    struct assay_paired paired;
    struct pair p = pair_random(7, 100);
    ck_assay_ok(assay_paired_measure(p.first, p.first, p.outcome, p.cluster, p.n, &paired, &err));
    ck_assert(paired.same);
    assert_all(&paired, 0, true);
    for (size_t i = 0; i < p.n; i++) /* a fit that stopped elsewhere */
        p.second[i] = p.first[i] + (i % 2 ? 1e-9 : -1e-9);
    ck_assay_ok(assay_paired_measure(p.first, p.second, p.outcome, p.cluster, p.n, &paired, &err));
    ck_assert(paired.same);
    assert_all(&paired, 0, true);
    p.second[3] = p.first[3] + 1.1e-8;
    ck_assay_ok(assay_paired_measure(p.first, p.second, p.outcome, p.cluster, p.n, &paired, &err));
    ck_assert(!paired.same);
    ck_assert_double_gt(paired.brier.std_error, 0);
    pair_free(&p);
}
END_TEST

START_TEST(no_interval_where_the_rows_say_nothing_of_their_uncertainty)
{
    static const double first[] = {0.1, 0.2, 0.7, 0.8}, second[] = {0.3, 0.1, 0.6, 0.9};
    static const unsigned char outcome[] = {0, 0, 1, 1}, none[] = {0, 0, 0, 0};
    static const int32_t together[] = {5, 5, 5, 5};
    struct assay_error err = {0};
    struct assay_paired paired;
    ck_assay_ok(assay_paired_measure(first, second, outcome, NULL, 4, &paired, &err));
    ck_assert_double_eq(paired.auc.difference.value, 0); /* both orders are perfect */
    ck_assert_double_nan(paired.auc.difference.low);
    ck_assert_double_gt(paired.log_loss.difference.high, paired.log_loss.difference.low);
    ck_assay_ok(assay_paired_measure(first, second, none, NULL, 4, &paired, &err));
    ck_assert_double_nan(paired.auc.first);
    ck_assert_double_nan(paired.auc.difference.value);
    ck_assert(!isnan(paired.brier.difference.low));
    ck_assay_ok(assay_paired_measure(first, second, outcome, together, 4, &paired, &err));
    ck_assert_uint_eq(paired.n_cluster, 1);
    ck_assert_double_nan(paired.brier.std_error);
    ck_assert_double_nan(paired.brier.difference.low);
    ck_assert(!isnan(paired.brier.difference.value));
}
END_TEST

static double shifted(double prob, double intercept, double slope)
{
    return 1 / (1 + exp(-(intercept + slope * log(prob / (1 - prob)))));
}

START_TEST(the_same_score_with_another_intercept_has_the_same_auc_for_sure)
{
    static const double first[] = {0.1, 0.2, 0.2, 0.7, 0.3, 0.8};
    static const unsigned char outcome[] = {0, 1, 1, 0, 0, 1};
    double moved[6], bent[6];
    struct assay_error err = {0};
    struct assay_paired paired;
    for (size_t i = 0; i < 6; i++) {
        moved[i] = shifted(first[i], 0.5, 1.3);
        bent[i] = first[i] * first[i]; /* the same order, on these rows */
    }
    ck_assay_ok(assay_paired_measure(first, moved, outcome, NULL, 6, &paired, &err));
    ck_assert(!paired.same);
    ck_assert_double_eq(paired.auc.difference.value, 0);
    ck_assert_double_eq(paired.auc.difference.low, 0);
    ck_assert_double_eq(paired.auc.difference.high, 0);
    ck_assert_double_gt(paired.brier.std_error, 0);
    ck_assay_ok(assay_paired_measure(first, bent, outcome, NULL, 6, &paired, &err));
    ck_assert_double_eq(paired.auc.difference.value, 0);
    ck_assert_double_nan(paired.auc.difference.low);
}
END_TEST

/* ---- coverage ---- */

/* Accounts of `size` rows that share a risk; two predictions see it, with errors of their own that
 * stay with the account too. Normal draws by Box and Muller (1958). */
static double normal(uint64_t *seed)
{
    double radius = sqrt(-2 * log(random_unit(seed)));
    return radius * cos(2 * 3.14159265358979323846 * random_unit(seed));
}

static void draw_accounts(struct pair *p, size_t size, uint64_t seed)
{
    double shared = 0, errors[2] = {0};
    for (size_t i = 0; i < p->n; i++) {
        if (i % size == 0) {
            shared = normal(&seed);
            errors[0] = normal(&seed);
            errors[1] = normal(&seed);
        }
        double risk = 0.8 * shared + 0.6 * normal(&seed);
        double noise[2] = {0.6 * errors[0] + 0.3 * normal(&seed), 0.9 * errors[1] + 0.3 * normal(&seed)};
        p->outcome[i] = random_unit(&seed) < 1 / (1 + exp(1.5 - 1.2 * risk));
        p->first[i] = 1 / (1 + exp(1.5 - (risk + noise[0])));
        p->second[i] = 1 / (1 + exp(1.6 - 0.8 * (risk + noise[1])));
        p->cluster[i] = (int32_t)(i / size);
    }
}

static struct pair pair_new(size_t n)
{
    return (struct pair){n, calloc(n, sizeof(double)), calloc(n, sizeof(double)), calloc(n, 1),
                         calloc(n, sizeof(int32_t))};
}

static void measure(const struct pair *p, size_t size, struct assay_estimate out[3])
{
    struct assay_error err = {0};
    struct assay_paired paired;
    ck_assay_ok(assay_paired_measure(p->first, p->second, p->outcome, size > 1 ? p->cluster : NULL,
                                     p->n, &paired, &err));
    out[0] = paired.auc.difference;
    out[1] = paired.brier.difference;
    out[2] = paired.log_loss.difference;
}

/* The truth is measured on 1,200,000 rows, 800 times as many: its own error is a 28th of an interval's,
 * and takes less than a tenth of a point off the coverage. 1,000 data sets: 95% -+ 1.4. */
START_TEST(intervals_cover_the_truth_as_often_as_they_say)
{
    enum { ROWS = 1500, WORLD = 1200000, REPEATS = 1000 };
    size_t size = _i == 0 ? 1 : 4, covered[3] = {0};
    struct assay_estimate truth[3], found[3];
    struct pair world = pair_new(WORLD), p = pair_new(ROWS);
    draw_accounts(&world, size, 77);
    measure(&world, size, truth);
    for (uint64_t r = 0; r < REPEATS; r++) {
        draw_accounts(&p, size, 1000003 * (r + 1));
        measure(&p, size, found);
        for (size_t k = 0; k < 3; k++)
            covered[k] += found[k].low <= truth[k].value && truth[k].value <= found[k].high;
    }
    printf("accounts of %zu: AUC %.1f%%, Brier %.1f%%, log loss %.1f%%\n", size,
           (double)covered[0] / 10, (double)covered[1] / 10, (double)covered[2] / 10);
    for (size_t k = 0; k < 3; k++) {
        ck_assert_uint_ge(covered[k], 930);
        ck_assert_uint_le(covered[k], 970);
    }
    pair_free(&world);
    pair_free(&p);
}
END_TEST

/* ---- refusals ---- */

static const struct {
    double first[2], second[2];
    unsigned char outcome[2];
    int32_t cluster[2];
    size_t n;
    const char *message;
} bad[] = {
    {{0.1, 0.2}, {0.1, 0.2}, {0, 1}, {0, 1}, 0,
     "paired comparison: n is 0; expected at least 1 row"},
    {{0.1, 0.2}, {0.1, 0.2}, {0, 2}, {0, 1}, 2,
     "paired comparison: outcome[1] is 2; expected 0 or 1"},
    {{0.1, 1.2}, {0.1, 0.2}, {0, 1}, {0, 1}, 2, "first prediction: prob[1] is 1.2; expected 0 to 1"},
    {{0.1, 0.2}, {NAN, 0.2}, {0, 1}, {0, 1}, 2, "second prediction: prob[0] is NaN; expected 0 to 1"},
    {{0.1, 0.2}, {0.3, 0}, {0, 1}, {0, 1}, 2,
     "second prediction: prob[1] is 0 and outcome[1] is 1; expected no outcome that was given "
     "probability 0"},
    {{0.1, 0.2}, {0.1, 0.3}, {0, 1}, {0, -1}, 2,
     "paired comparison: cluster[1] is -1; expected 0 or more"},
};

START_TEST(what_cannot_be_compared_is_named)
{
    struct assay_error err = {0};
    struct assay_paired paired = {.n = 99};
    ck_assert_int_eq(assay_paired_measure(bad[_i].first, bad[_i].second, bad[_i].outcome,
                                          bad[_i].cluster, bad[_i].n, &paired, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_uint_eq(paired.n, 99);
}
END_TEST

/* Wherever among many rows that is. */
START_TEST(the_last_of_many_rows_is_looked_at_too)
{
    struct assay_error err = {0};
    struct assay_paired paired;
    struct pair p = pair_random(13, 140001);
    size_t last = p.n - 1;
    for (size_t i = 0; i < last; i++)
        p.second[i] = p.first[i];
    p.second[last] = p.first[last] + 1e-6;
    ck_assay_ok(assay_paired_measure(p.first, p.second, p.outcome, p.cluster, p.n, &paired, &err));
    ck_assert(!paired.same);
    p.second[last] = p.first[last];
    ck_assay_ok(assay_paired_measure(p.first, p.second, p.outcome, p.cluster, p.n, &paired, &err));
    ck_assert(paired.same);
    p.second[last] = -0.5;
    ck_assert_int_eq(
        assay_paired_measure(p.first, p.second, p.outcome, p.cluster, p.n, &paired, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "second prediction: prob[140000] is -0.5; expected 0 to 1");
    p.second[last] = p.first[last];
    p.cluster[last] = -2;
    ck_assert_int_eq(
        assay_paired_measure(p.first, p.second, p.outcome, p.cluster, p.n, &paired, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "paired comparison: cluster[140000] is -2; expected 0 or more");
    pair_free(&p);
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    struct assay_error err = {0};
    struct assay_paired paired = {.n = 99}, whole;
    struct pair p = pair_random(11, 60);
    test_fail_allocation(0);
    enum assay_status status =
        assay_paired_measure(p.first, p.second, p.outcome, p.cluster, p.n, &whole, &err);
    size_t made = test_allocations();
    ck_assert_int_eq(status, ASSAY_OK);
    for (size_t n = 1; n <= made; n++) {
        test_fail_allocation(n);
        status = assay_paired_measure(p.first, p.second, p.outcome, p.cluster, p.n, &paired, &err);
        test_fail_allocation(0);
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_uint_eq(paired.n, 99);
    }
    ck_assert_uint_ge(made, 3);
    pair_free(&p);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, paired_aucs_agree_with_the_reference, 0, COUNT(references));
    tcase_add_loop_test(tc, clustered_variance_is_what_all_pairs_give, 0, 20);
    tcase_add_loop_test(tc, losses_differ_by_what_their_rows_say, 0, 20);
    tcase_add_loop_test(tc, what_is_known_of_the_first_need_not_be_measured, 0, 5);
    tcase_add_loop_test(tc, who_is_first_and_in_which_order_rows_come_is_of_no_account, 0, 20);
    tcase_add_loop_test(tc, copies_in_one_cluster_do_not_count_as_news, 0, 10);
    tcase_add_test(tc, the_same_prediction_differs_by_nothing_and_surely_so);
    tcase_add_test(tc, no_interval_where_the_rows_say_nothing_of_their_uncertainty);
    tcase_add_test(tc, the_same_score_with_another_intercept_has_the_same_auc_for_sure);
    tcase_add_loop_test(tc, intervals_cover_the_truth_as_often_as_they_say, 0, 2);
    tcase_add_loop_test(tc, what_cannot_be_compared_is_named, 0, COUNT(bad));
    tcase_add_test(tc, the_last_of_many_rows_is_looked_at_too);
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("metric/paired", add_tests)
