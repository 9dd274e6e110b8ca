/* accounts.h - audits of made-up accounts, filled by hand: two segment columns, a plan, two signals
 *
 * What a test does not need it takes away (a bare score, no plan). All arrays belong to the struct.
 */
#ifndef ASSAY_TESTS_GROUPS_ACCOUNTS_H
#define ASSAY_TESTS_GROUPS_ACCOUNTS_H

#include <math.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/number.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"

enum { ACCOUNTS_MOST = 6000, ACCOUNTS_SIGNALS = 2 };

struct accounts {
    double prob[ACCOUNTS_MOST], score[ACCOUNTS_MOST], tenure[ACCOUNTS_MOST], value[ACCOUNTS_MOST];
    unsigned char flagged[ACCOUNTS_MOST], outcome[ACCOUNTS_MOST], missing[2][ACCOUNTS_MOST];
    float s[2][ACCOUNTS_MOST];
    int32_t code[2][ACCOUNTS_MOST], plan[ACCOUNTS_MOST], account[ACCOUNTS_MOST];
    int32_t *codes[2];
    float *points[2];
    unsigned char *missings[2];
    struct assay_dictionary *texts[3];
    const struct assay_dictionary *values[2];
    const char *segments[2];
    struct assay_signal_spec signals[2];
    struct assay_spec spec;
    struct assay_audit_input input;
    struct assay_audit_output out;
    struct assay_json *doc;
};

static inline struct assay_dictionary *accounts_texts(const char *const text[], size_t n)
{
    struct assay_dictionary *texts = assay_dictionary_new();
    for (size_t k = 0; k < n; k++)
        ck_assert_int_eq(assay_dictionary_enter(texts, text[k], strlen(text[k])), (int)k);
    return texts;
}

/* Without rows. Codes of "industry": Retail, Energy, Health; of "partner": yes, no; of "plan": Starter,
 * Team. Signals are "logins" and "nps"; the line is a probability of 0.2, a score of 50. */
static inline void accounts_init(struct accounts *a)
{
    static const char *const industry[] = {"Retail", "Energy", "Health"};
    static const char *const partner[] = {"yes", "no"}, *const plan[] = {"Starter", "Team"};
    static char names[2][8] = {"logins", "nps"}, plan_column[] = "plan", tenure[] = "months",
                value[] = "arr";
    static double bands[2] = {6, 24};
    memset(a, 0, sizeof *a);
    a->texts[0] = accounts_texts(industry, 3);
    a->texts[1] = accounts_texts(partner, 2);
    a->texts[2] = accounts_texts(plan, 2);
    a->segments[0] = "industry";
    a->segments[1] = "partner";
    for (size_t k = 0; k < 2; k++) {
        a->codes[k] = a->code[k];
        a->points[k] = a->s[k];
        a->missings[k] = a->missing[k];
        a->values[k] = a->texts[k];
        a->signals[k].name = names[k];
    }
    a->spec = (struct assay_spec){
        .value = value,
        .cohort = {.plan = plan_column, .tenure = tenure, .bands = bands, .n_band = 2},
        .signals = a->signals,
        .n_signal = 2,
        .seed = 1};
    a->input = (struct assay_audit_input){
        .spec = &a->spec,
        .higher_is = ASSAY_HIGHER_IS_HEALTH,
        .plans = a->texts[2],
        .n_segment = 2,
        .segments = a->segments,
        .segment_values = a->values,
        .n_signal = 2,
        .used = {.score = a->score, .prob = a->prob, .flagged = a->flagged, .outcome = a->outcome,
                 .account = a->account, .value = a->value, .plan = a->plan, .tenure = a->tenure,
                 .segment = a->codes, .s = a->points, .missing = a->missings}};
}

static inline void accounts_clear(struct accounts *a)
{
    for (size_t k = 0; k < 3; k++)
        assay_dictionary_free(a->texts[k]);
    assay_text_clear(&a->out.json.out);
    assay_json_free(a->doc);
}

/* n accounts with a probability that is right; every code equally likely, some missing. */
static inline void accounts_draw(struct accounts *a, uint64_t seed, size_t n)
{
    struct test_random random = {seed};
    a->input.used.n = a->input.n_account = n;
    for (size_t i = 0; i < n; i++) {
        double eta = -2.5;
        for (size_t j = 0; j < 2; j++) {
            double u = test_uniform(&random);
            a->s[j][i] = (float)(100 * u);
            a->missing[j][i] = j == 1 && test_below(&random, 5) == 0;
            eta += (j == 0 ? 3.0 : 1.5) * (0.5 - u);
        }
        a->prob[i] = assay_expit(eta);
        a->score[i] = 50.0 - 14.0 * (eta - log(0.25));
        a->flagged[i] = a->prob[i] >= 0.2;
        a->outcome[i] = test_uniform(&random) < a->prob[i];
        a->code[0][i] = (int32_t)test_below(&random, 3);
        a->code[1][i] = (int32_t)test_below(&random, 3) - 1; /* a third without */
        a->plan[i] = (int32_t)test_below(&random, 2);
        a->tenure[i] = test_below(&random, 10) == 0 ? NAN : 48.0 * test_uniform(&random);
        a->value[i] = 1000.0 * (1.0 + 9.0 * test_uniform(&random));
        a->account[i] = (int32_t)i;
    }
}

static inline void accounts_count(struct accounts *a)
{
    a->input.used.n_event = 0;
    for (size_t i = 0; i < a->input.used.n; i++)
        a->input.used.n_event += a->outcome[i];
}

/* No probabilities, signals, plan, tenure, value, accounts. */
static inline void accounts_bare(struct accounts *a)
{
    struct assay_audit_set *used = &a->input.used;
    used->prob = used->tenure = used->value = NULL;
    used->plan = used->account = NULL;
    used->s = NULL;
    used->missing = NULL;
    a->input.plans = NULL;
    a->input.n_signal = a->input.n_account = 0;
    a->spec.cohort = (struct assay_cohort_spec){0};
    a->spec.value = NULL;
}

/* Every row `times` times, as snapshots of one account. */
static inline void accounts_repeat(struct accounts *a, size_t times)
{
    size_t n = a->input.used.n;
    ck_assert_uint_le(n * times, ACCOUNTS_MOST);
    for (size_t i = n * times; i-- > 0;) {
        size_t from = i / times;
        for (size_t k = 0; k < 2; k++) {
            a->s[k][i] = a->s[k][from];
            a->missing[k][i] = a->missing[k][from];
            a->code[k][i] = a->code[k][from];
        }
        a->prob[i] = a->prob[from];
        a->score[i] = a->score[from];
        a->tenure[i] = a->tenure[from];
        a->value[i] = a->value[from];
        a->plan[i] = a->plan[from];
        a->flagged[i] = a->flagged[from];
        a->outcome[i] = a->outcome[from];
        a->account[i] = (int32_t)from;
    }
    a->input.used.n = n * times;
    a->input.repeated = times > 1;
}

typedef enum assay_status (*accounts_section)(const struct assay_audit_input *input,
                                              struct assay_audit_output *out,
                                              struct assay_error *err);

/* Runs a section and reads back what it wrote; what was written before is gone. */
static inline const struct cJSON *accounts_run(struct accounts *a, accounts_section section)
{
    struct assay_error err = {0};
    assay_text_clear(&a->out.json.out);
    assay_json_free(a->doc);
    memset(&a->out, 0, sizeof a->out);
    accounts_count(a);
    assay_json_open(&a->out.json, NULL, '{');
    ck_assay_ok(section(&a->input, &a->out, &err));
    assay_json_close(&a->out.json);
    ck_assay_ok(assay_json_parse("audit", a->out.json.out.data, a->out.json.out.length,
                                 ASSAY_JSON_STRICT, &a->doc, &err));
    return assay_json_root(a->doc);
}

/* The k-th member of a list. */
static inline const struct cJSON *accounts_item(const struct cJSON *list, size_t k)
{
    const struct cJSON *item = assay_json_first(list);
    while (k-- > 0)
        item = assay_json_next(item);
    ck_assert_ptr_nonnull(item);
    return item;
}

#endif
