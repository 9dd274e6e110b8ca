#include "validate/figures/value.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "core/base/number.h"
#include "core/base/rows.h"

/* The row that stands for an account among those flagged before the event, missed, or flagged in vain;
 * no_row: none. */
static const size_t no_row = SIZE_MAX;

struct standing {
    size_t caught, missed, in_vain;
};

struct sums {
    double lost, caught, missed, in_vain;
    size_t n_missing;
};

/* The later of two rows of an account; of one day, the first in the file. */
static size_t later(const struct assay_audit_set *used, size_t before, size_t i)
{
    bool first = before == no_row || (used->as_of != NULL && used->as_of[i] > used->as_of[before]);
    return first ? i : before;
}

static size_t dearer(const struct assay_audit_set *used, size_t before, size_t i)
{
    return before == no_row || used->value[i] > used->value[before] ? i : before;
}

static void find_standing(const struct assay_audit_set *used, struct standing standing[], size_t n)
{
    for (size_t k = 0; k < n; k++)
        standing[k] = (struct standing){no_row, no_row, no_row};
    for (size_t i = 0; i < used->n; i++) {
        struct standing *s = &standing[used->account != NULL ? (size_t)used->account[i] : i];
        if (used->outcome[i] && used->flagged[i])
            s->caught = later(used, s->caught, i);
        else if (used->outcome[i])
            s->missed = later(used, s->missed, i);
        else if (used->flagged[i] && !isnan(used->value[i]))
            s->in_vain = dearer(used, s->in_vain, i);
    }
}

static double worth(const struct assay_audit_set *used, size_t row)
{
    return row == no_row || isnan(used->value[row]) ? 0.0 : used->value[row];
}

static enum assay_status sum_values(const struct assay_audit_input *input, struct sums *out,
                                    struct assay_error *err)
{
    const struct assay_audit_set *used = &input->used;
    size_t n = used->account != NULL ? input->n_account : used->n;
    struct sums sums = {0};
    struct standing *standing = assay_rows_alloc(n, sizeof *standing);
    if (standing == NULL)
        return assay_fail_memory(err, "adding up what accounts are worth");
    find_standing(used, standing, n);
    for (size_t k = 0; k < n; k++) {
        sums.caught += worth(used, standing[k].caught);
        sums.missed += standing[k].caught == no_row ? worth(used, standing[k].missed) : 0.0;
        sums.in_vain += worth(used, standing[k].in_vain);
    }
    assay_rows_free(standing);
    sums.lost = sums.caught + sums.missed;
    for (size_t i = 0; i < used->n; i++)
        sums.n_missing += isnan(used->value[i]) ? 1 : 0;
    *out = sums;
    return ASSAY_OK;
}

static void write_sums(struct assay_json_writer *json, const struct sums *sums, bool repeated)
{
    char lost[ASSAY_GROUPED_SIZE], caught[ASSAY_GROUPED_SIZE], missed[ASSAY_GROUPED_SIZE],
        in_vain[ASSAY_GROUPED_SIZE], words[400];
    snprintf(words, sizeof words, "Value lost with the event: %s, of which flagged before %s, %s %s. "
                                  "Flagged in vain: %s.%s",
             assay_number_group(sums->lost, lost), assay_number_group(sums->caught, caught),
             repeated ? "never flagged" : "missed", assay_number_group(sums->missed, missed),
             assay_number_group(sums->in_vain, in_vain),
             repeated ? " Each account counts once." : "");
    assay_json_open(json, "value", '{');
    assay_json_put_number(json, "lost", sums->lost);
    assay_json_put_number(json, "lost_flagged", sums->caught);
    assay_json_put_number(json, "lost_missed", sums->missed);
    assay_json_put_number(json, "flagged_in_vain", sums->in_vain);
    assay_json_put_count(json, "without_value", sums->n_missing);
    assay_json_put_string(json, "words", words);
    assay_json_close(json);
}

/* Far enough below what a number can hold that no section overflows with sums, means or multiples of them. */
static const double greatest = 1e300;

enum assay_status assay_audit_value_check(const struct assay_audit_input *input, struct assay_error *err)
{
    const struct assay_audit_set *sets[] = {&input->used, &input->waiting, &input->other};
    double sum = 0.0;
    for (size_t k = 0; k < sizeof sets / sizeof *sets; k++)
        for (size_t i = 0; sets[k]->value != NULL && i < sets[k]->n; i++)
            sum += isnan(sets[k]->value[i]) ? 0.0 : fabs(sets[k]->value[i]);
    return sum <= greatest ? ASSAY_OK
                           : assay_fail(err, ASSAY_EDATA,
                                        "the values of the accounts add up to more than a number can "
                                        "hold; expected amounts of money");
}

enum assay_status assay_audit_value(const struct assay_audit_input *input,
                                    struct assay_audit_output *out, struct assay_error *err)
{
    struct sums sums = {0};
    if (input->used.value == NULL) {
        assay_json_put_null(&out->json, "value");
        return ASSAY_OK;
    }
    enum assay_status status = sum_values(input, &sums, err);
    if (status == ASSAY_OK)
        write_sums(&out->json, &sums, input->repeated);
    return status;
}
