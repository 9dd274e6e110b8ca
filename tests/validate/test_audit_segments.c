/* Segments and values of an audit, against their definitions and against R. */
#include "core/base/json.h"
#include "tests/support/random.h"
#include "tests/validate/measuring.h"

/* ---- random rows ---- */

enum { MOST = 300, COLUMNS = 3 };
static const char *const columns[COLUMNS] = {"region", "industry", "nowhere"};
/* In byte order, as segments are to be; every byte of UTF-8 beyond ASCII comes behind it. */
static const char *const texts[] = {"", "10", "9", "Alpha", "Zeta", "alpha", "zeta", "\xc3\xa9"};

struct draw {
    size_t n;
    double score[MOST], prob[MOST], value[MOST];
    unsigned char outcome[MOST];
    int32_t codes[COLUMNS][MOST];
    const int32_t *code_lists[COLUMNS];
    struct assay_dictionary *dictionaries[COLUMNS];
    struct assay_audit_rows rows;
    struct assay_audit_rules rules;
};

static const char *text_of(const struct draw *draw, size_t column, size_t row)
{
    int32_t code = draw->codes[column][row];
    return code == ASSAY_NO_CODE ? "" : assay_dictionary_text(draw->dictionaries[column], code);
}

/* Texts enter the dictionaries in an order that is the seed's; the last of them all is entered and
 * never used, and the third column is empty throughout. */
static void draw_columns(struct draw *draw, struct test_random *random)
{
    for (size_t c = 0; c < COLUMNS; c++) {
        draw->dictionaries[c] = assay_dictionary_new();
        draw->code_lists[c] = draw->codes[c];
        size_t first = test_below(random, COUNT(texts) - 1);
        for (size_t k = 0; k < COUNT(texts) - 1; k++) {
            const char *text = texts[1 + (first + 3 * k) % (COUNT(texts) - 1)];
            assay_dictionary_enter(draw->dictionaries[c], text, strlen(text));
        }
        assay_dictionary_enter(draw->dictionaries[c], "never", 5);
        for (size_t i = 0; i < draw->n; i++)
            draw->codes[c][i] = c == 2 || test_uniform(random) < 0.1
                                    ? ASSAY_NO_CODE
                                    : (int32_t)test_below(random, COUNT(texts) - 1);
    }
}

/* Odd seeds have probabilities; every other pair of them reads the score as a risk. Scores are on a
 * grid of quarters, so that some are tied and some stand on the line. */
static void draw_init(struct draw *draw, uint64_t seed)
{
    struct test_random random = {seed};
    *draw = (struct draw){.n = 20 + test_below(&random, MOST - 20)};
    for (size_t i = 0; i < draw->n; i++) {
        draw->prob[i] = 0.005 + 0.99 * test_uniform(&random);
        draw->score[i] = floor(400 * test_uniform(&random)) / 4;
        draw->outcome[i] = i < 2 ? (unsigned char)i : test_uniform(&random) < draw->prob[i];
        draw->value[i] = test_uniform(&random) < 0.15 ? (double)NAN
                                                      : 1000 * test_uniform(&random) - 100;
    }
    draw_columns(draw, &random);
    draw->rows = (struct assay_audit_rows){
        .n = draw->n,
        .score = draw->score,
        .prob = seed % 2 ? draw->prob : NULL,
        .outcome = draw->outcome,
        .value = draw->value,
        .n_segment = COLUMNS,
        .segment_codes = draw->code_lists,
        .segment_dictionary = (const struct assay_dictionary *const *)draw->dictionaries};
    draw->rules = (struct assay_audit_rules){
        .line = 50,
        .higher_is = seed % 4 < 2 ? ASSAY_HIGHER_IS_HEALTH : ASSAY_HIGHER_IS_RISK,
        .target_sensitivity = 0.75,
        .target_specificity = 0.7,
        .segments = columns};
}

static void draw_clear(struct draw *draw)
{
    for (size_t c = 0; c < COLUMNS; c++)
        assay_dictionary_free(draw->dictionaries[c]);
}

/* ---- segments, by definition ---- */

static bool flagged(const struct draw *draw, size_t i)
{
    return draw->rules.higher_is == ASSAY_HIGHER_IS_HEALTH ? draw->score[i] < 50
                                                           : draw->score[i] >= 50;
}

/* The larger, the likelier the event. */
static double risk_of(const struct draw *draw, size_t i)
{
    if (draw->rows.prob != NULL)
        return draw->prob[i];
    return draw->rules.higher_is == ASSAY_HIGHER_IS_HEALTH ? -draw->score[i] : draw->score[i];
}

/* The share of the other class that row i is on the right side of, ties half (DeLong et al. 1988),
 * among rows of one segment: the AUC is its mean over either class. */
static double placement(const struct draw *draw, size_t column, const char *text, size_t i)
{
    double right = 0, n = 0;
    for (size_t k = 0; k < draw->n; k++) {
        if (draw->outcome[k] == draw->outcome[i] || strcmp(text_of(draw, column, k), text) != 0)
            continue;
        double gap = risk_of(draw, i) - risk_of(draw, k);
        gap = draw->outcome[i] ? gap : -gap;
        right += gap > 0 ? 1 : gap == 0 ? 0.5 : 0;
        n++;
    }
    return right / n;
}

/* [0]: without the event, [1]: with. Variances with divisor n - 1. */
static struct assay_estimate auc_by_definition(const struct draw *draw, size_t column,
                                               const char *text)
{
    double n[2] = {0}, sum[2] = {0}, squares[2] = {0}, variance = 0;
    for (size_t i = 0; i < draw->n; i++) {
        if (strcmp(text_of(draw, column, i), text) != 0)
            continue;
        double at = placement(draw, column, text, i);
        n[draw->outcome[i]]++;
        sum[draw->outcome[i]] += at;
        squares[draw->outcome[i]] += at * at;
    }
    if (n[0] == 0 || n[1] == 0)
        return assay_estimate_undefined();
    for (size_t y = 0; y < 2; y++)
        variance += (squares[y] - sum[y] * sum[y] / n[y]) / (n[y] - 1) / n[y];
    double auc = sum[1] / n[1];
    if (!(variance > 1e-12)) /* nothing but rounding */
        return assay_estimate_without_interval(auc);
    double reach = assay_normal_quantile(ASSAY_LEVEL) * sqrt(variance);
    return (struct assay_estimate){auc, fmax(auc - reach, 0), fmin(auc + reach, 1)};
}

/* The cancellation in a variance by sums of squares leaves about 1e-14 of 1e-3. */
static void check_auc(const struct assay_estimate *got, const struct assay_estimate *want)
{
    ck_assert_int_eq(isnan(got->value), isnan(want->value));
    ck_assert_int_eq(isnan(got->low), isnan(want->low));
    if (!isnan(want->value))
        test_close("segment's AUC", got->value, want->value, 1e-14, 1);
    if (isnan(want->low))
        return;
    test_close("its lower limit", got->low, want->low, 1e-10, 1);
    test_close("its upper limit", got->high, want->high, 1e-10, 1);
}

static void check_segment(const struct draw *draw, size_t column, const char *text,
                          const struct assay_audit_segment *segment)
{
    struct assay_confusion counts = {0};
    for (size_t i = 0; i < draw->n; i++) {
        if (strcmp(text_of(draw, column, i), text) != 0)
            continue;
        if (draw->outcome[i])
            *(flagged(draw, i) ? &counts.tp : &counts.fn) += 1;
        else
            *(flagged(draw, i) ? &counts.fp : &counts.tn) += 1;
    }
    struct assay_confusion_rates rates = assay_confusion_rates_of(&counts);
    struct assay_estimate auc = auc_by_definition(draw, column, text);
    ck_assert_str_eq(segment->column, columns[column]);
    ck_assert_str_eq(segment->value, text);
    ck_assert(same_counts(&segment->counts, &counts));
    ck_assert_uint_eq(segment->n, counts.tp + counts.fp + counts.fn + counts.tn);
    ck_assert_uint_eq(segment->n_event, counts.tp + counts.fn);
    ck_assert(same_rate(&segment->rates.sensitivity, &rates.sensitivity));
    ck_assert(same_rate(&segment->rates.specificity, &rates.specificity));
    ck_assert(same_rate(&segment->rates.flagged_share, &rates.flagged_share));
    check_auc(&segment->auc, &auc);
}

static bool is_used(const struct draw *draw, size_t column, const char *text)
{
    for (size_t i = 0; i < draw->n; i++)
        if (strcmp(text_of(draw, column, i), text) == 0)
            return true;
    return false;
}

START_TEST(segments_are_what_their_definition_says_in_byte_order)
{
    struct draw draw;
    size_t at = 0;
    draw_init(&draw, (uint64_t)_i);
    struct assay_audit audit = measure(&draw.rows, &draw.rules);
    for (size_t c = 0; c < COLUMNS; c++)
        for (size_t k = 0; k < COUNT(texts); k++)
            if (is_used(&draw, c, texts[k])) {
                ck_assert_uint_lt(at, audit.n_segment);
                check_segment(&draw, c, texts[k], &audit.segments[at++]);
            }
    ck_assert_uint_eq(at, audit.n_segment);
    /* the empty column is one segment, and that is the whole */
    ck_assert_uint_eq(audit.segments[at - 1].n, draw.n);
    ck_assert(same_counts(&audit.segments[at - 1].counts, &audit.counts));
    ck_assert_double_eq(audit.segments[at - 1].auc.value, audit.auc.wald.value);
    assay_audit_clear(&audit);
    draw_clear(&draw);
}
END_TEST

START_TEST(without_segment_columns_there_are_no_segments)
{
    struct draw draw;
    draw_init(&draw, 1);
    draw.rows.n_segment = 0;
    struct assay_audit audit = measure(&draw.rows, &draw.rules);
    ck_assert_uint_eq(audit.n_segment, 0);
    assay_audit_clear(&audit);
    draw_clear(&draw);
}
END_TEST

/* ---- worth ---- */

START_TEST(values_add_up_by_what_was_said_and_what_happened)
{
    struct draw draw;
    double sum[2][2] = {{0}}; /* [outcome][flagged] */
    size_t n_missing = 0;
    draw_init(&draw, (uint64_t)_i);
    for (size_t i = 0; i < draw.n; i++)
        if (isnan(draw.value[i]))
            n_missing++;
        else
            sum[draw.outcome[i]][flagged(&draw, i)] += draw.value[i];
    struct assay_audit audit = measure(&draw.rows, &draw.rules);
    /* the same additions in the same order */
    ck_assert_double_eq(audit.value_caught, sum[1][1]);
    ck_assert_double_eq(audit.value_missed, sum[1][0]);
    ck_assert_double_eq(audit.value_in_vain, sum[0][1]);
    test_close("value lost", audit.value_churned, sum[1][0] + sum[1][1], 1e-12, 1000);
    ck_assert_uint_eq(audit.n_value_missing, n_missing);
    assay_audit_clear(&audit);
    draw.rows.value = NULL;
    audit = measure(&draw.rows, &draw.rules);
    ck_assert(isnan(audit.value_churned) && isnan(audit.value_caught));
    ck_assert(isnan(audit.value_missed) && isnan(audit.value_in_vain));
    ck_assert_uint_eq(audit.n_value_missing, 0);
    assay_audit_clear(&audit);
    draw_clear(&draw);
}
END_TEST

/* ---- segments, by R ---- */

static const struct {
    const char *key, *column;
} references[] = {{"B_core_by_plan", "plan"}, {"B_core_by_internet_service", "internet_service"}};

/* The B rows of telco_scores.csv with a column of telco_signals.csv, whose rows are in the same
 * order. The caller frees all four. */
struct customers {
    size_t n;
    double *prob;
    unsigned char *outcome;
    int32_t *codes;
    struct assay_dictionary *dictionary;
};

static struct customers read_customers(const char *segment)
{
    struct test_frame *scores = test_frame_read("datasets/telco_scores.csv");
    struct test_frame *signals = test_frame_read("datasets/telco_signals.csv");
    size_t prob = test_frame_column(scores, "p_core"), half = test_frame_column(scores, "split");
    size_t churned = test_frame_column(scores, "churned");
    size_t text = test_frame_column(signals, segment);
    struct customers c = {.prob = calloc(scores->n_row, sizeof *c.prob),
                          .outcome = calloc(scores->n_row, 1),
                          .codes = calloc(scores->n_row, sizeof *c.codes),
                          .dictionary = assay_dictionary_new()};
    for (size_t r = 0; r < scores->n_row; r++) {
        if (strcmp(scores->text[half][r], "B") != 0)
            continue;
        const char *value = signals->text[text][r];
        c.prob[c.n] = scores->values[prob][r];
        c.outcome[c.n] = scores->values[churned][r] != 0;
        c.codes[c.n++] = assay_dictionary_enter(c.dictionary, value, strlen(value));
    }
    test_frame_free(signals);
    test_frame_free(scores);
    return c;
}

/* pROC prints 15 digits of an AUC and its standard error. */
static void check_reference(const struct assay_audit_segment *segment, const struct cJSON *expected)
{
    double z = assay_normal_quantile(ASSAY_LEVEL);
    ck_assert_double_eq((double)segment->n, test_number(expected, "n", NULL));
    ck_assert_double_eq((double)segment->n_event, test_number(expected, "churn", "x", NULL));
    test_close("AUC", segment->auc.value, test_number(expected, "auc", NULL), 1e-13, 0);
    test_close("its standard error", (segment->auc.high - segment->auc.value) / z,
               test_number(expected, "auc_delong_se", NULL), 1e-11, 0);
}

START_TEST(segments_of_real_customers_are_what_r_has)
{
    if (!test_needs_shared("reference/telco_validation.json") ||
        !test_needs_shared("datasets/telco_scores.csv") ||
        !test_needs_shared("datasets/telco_signals.csv"))
        return;
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    const struct cJSON *expected = test_at(assay_json_root(doc), references[_i].key, NULL);
    struct customers c = read_customers(references[_i].column);
    const int32_t *codes[] = {c.codes};
    const struct assay_dictionary *dictionaries[] = {c.dictionary};
    struct assay_audit_rows rows = {.n = c.n,
                                    .score = c.prob,
                                    .prob = c.prob,
                                    .outcome = c.outcome,
                                    .n_segment = 1,
                                    .segment_codes = codes,
                                    .segment_dictionary = dictionaries};
    struct assay_audit_rules rules = {.line = 0.3,
                                      .higher_is = ASSAY_HIGHER_IS_RISK,
                                      .segments = &references[_i].column};
    struct assay_audit audit = measure(&rows, &rules);
    ck_assert_uint_eq(audit.n_segment, assay_json_count(expected));
    for (size_t k = 0; k < audit.n_segment; k++)
        check_reference(&audit.segments[k], test_at(expected, audit.segments[k].value, NULL));
    assay_audit_clear(&audit);
    assay_dictionary_free(c.dictionary);
    free(c.prob);
    free(c.outcome);
    free(c.codes);
    assay_json_free(doc);
}
END_TEST

/* ---- memory ---- */

START_TEST(every_lack_of_memory_is_reported)
{
    static const struct assay_zone zones[] = {{(char *)"Low", 0}, {(char *)"High", 50}};
    struct draw draw;
    struct assay_error err = {0};
    struct assay_audit audit = {.n = 77};
    size_t n_failed = 0;
    draw_init(&draw, 3);
    draw.rules.zones = zones;
    draw.rules.n_zone = COUNT(zones);
    for (;; n_failed++) {
        test_fail_allocation(n_failed + 1);
        enum assay_status status = assay_audit_measure(&draw.rows, &draw.rules, &audit, &err);
        test_fail_allocation(0); /* Check allocates, too */
        if (status == ASSAY_OK)
            break;
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_int_eq(strncmp(err.message, "out of memory ", 14), 0);
        ck_assert_uint_eq(audit.n, 77);
    }
    ck_assert_uint_gt(n_failed, 10); /* the performance, zones, segments and their AUCs */
    assay_audit_clear(&audit);
    draw_clear(&draw);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, segments_are_what_their_definition_says_in_byte_order, 0, 60);
    tcase_add_test(tc, without_segment_columns_there_are_no_segments);
    tcase_add_loop_test(tc, segments_of_real_customers_are_what_r_has, 0, COUNT(references));
    tcase_add_loop_test(tc, values_add_up_by_what_was_said_and_what_happened, 0, 20);
    tcase_add_test(tc, every_lack_of_memory_is_reported);
}

ASSAY_SUITE("validate/audit_segments", add_tests)
