/* drafting.h - what the tests of drafts share: a file drafted and read back, and made-up worlds
 *
 * A world is a CSV of accounts whose logins, tickets, answers to nps and onboarding go with their
 * risk; further columns can be added. Drafting happens in a folder of its own, so that messages say
 * t.csv.
 */
#ifndef ASSAY_TESTS_CALIBRATE_DRAFTING_H
#define ASSAY_TESTS_CALIBRATE_DRAFTING_H

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calibrate/init/draft.h"
#include "calibrate/init/draft_text.h"
#include "core/base/file.h"
#include "tests/support/suite.h"

/* ---- from text to draft ---- */

static char folder[] = "/tmp/assay-draft-XXXXXX";
static char here[4096];

static inline void enter(void)
{
    ck_assert_ptr_nonnull(getcwd(here, sizeof here));
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

static inline void leave(void)
{
    static const char *const files[] = {"t.csv", "t.json"};
    for (size_t k = 0; k < COUNT(files); k++)
        unlink(files[k]);
    ck_assert_int_eq(chdir(here), 0);
    rmdir(folder);
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
}

struct drafted {
    struct assay_profile profile;
    struct assay_draft draft;
    struct assay_text text;
    struct assay_spec spec;
};

static inline enum assay_status draft_file(const char *path,
                                           const struct assay_draft_options *options,
                                           struct drafted *d, struct assay_error *err)
{
    struct assay_profile_options quiet = {.quiet = true};
    struct assay_wanted_column wanted[3] = {{options->outcome, "outcome"}};
    size_t n = 1;
    if (options->id != NULL)
        wanted[n++] = (struct assay_wanted_column){options->id, "id"};
    if (options->as_of != NULL)
        wanted[n++] = (struct assay_wanted_column){options->as_of, "as_of"};
    enum assay_status status = assay_profile_read(path, &quiet, wanted, n, &d->profile, err);
    if (status == ASSAY_OK)
        status = assay_draft_make(&d->profile, options, &d->draft, err);
    if (status == ASSAY_OK) {
        assay_draft_print_spec(&d->draft, &d->text);
        if (d->text.failed)
            status = assay_fail_memory(err, "writing the spec");
    }
    return status;
}

static inline void clear(struct drafted *d)
{
    assay_spec_clear(&d->spec);
    assay_text_clear(&d->text);
    assay_draft_clear(&d->draft);
    assay_profile_clear(&d->profile);
}

/* Drafts from t.csv, and reads the spec back. */
static inline void draft_text(const char *text, const struct assay_draft_options *options,
                       struct drafted *d)
{
    struct assay_error err = {0};
    enter();
    ck_assay_ok(assay_file_write("t.csv", text, strlen(text), &err));
    ck_assay_ok(draft_file("t.csv", options, d, &err));
    leave();
    ck_assay_ok(assay_spec_read_text("t.json", d->text.data, d->text.length, &d->spec, &err));
}

static const struct assay_draft_options by_flag = {
    .outcome = "churned", .horizon_days = 90, .observed_until = ASSAY_NO_DATE};

static inline const struct assay_signal_spec *signal_named(const struct assay_spec *spec,
                                                           const char *name)
{
    for (size_t j = 0; j < spec->n_signal; j++)
        if (strcmp(spec->signals[j].column, name) == 0)
            return &spec->signals[j];
    return NULL;
}

static inline const struct assay_left_out *left_named(const struct drafted *d, const char *name)
{
    for (size_t k = 0; k < d->draft.n_left; k++)
        if (strcmp(d->profile.table.columns[d->draft.left[k].column].name, name) == 0)
            return &d->draft.left[k];
    return NULL;
}

/* ---- a made-up world ---- */

/* A congruential generator (Knuth's MMIX constants), uniform in (0, 1). */
static inline double draw(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return ((double)(*state >> 11) + 0.5) / 9007199254740992.0;
}

struct account {
    size_t number;
    bool churned;
    double risk, noise; /* (0, 1) */
};

/* One more column, at the end. */
struct extra {
    const char *header;
    void (*put)(const struct account *account, struct assay_text *csv);
};

static inline void put_account(const struct account *a, struct assay_text *csv, uint64_t *state)
{
    static const char *const plans[] = {"Basic", "Team", "Pro"};
    static const char *const regions[] = {"EMEA", "AMER", "APAC"};
    double u = draw(state);
    assay_text_printf(csv, "A-%04zu,%s,%d,%d,", a->number, plans[(size_t)(3 * draw(state))],
                      (int)(48 * draw(state)), (int)(5000 * (1 + u)));
    assay_text_printf(csv, "%d,%d,", (int)(100 * (1 - a->risk) + 40 * draw(state)),
                      (int)(4 * a->risk + 3 * draw(state)));
    if (draw(state) < (a->churned ? 0.5 : 0.9)) /* leavers do not answer */
        assay_text_printf(csv, "%d", (int)(11 * draw(state)));
    assay_text_printf(csv, ",%s,%s,%d", regions[(size_t)(3 * draw(state))],
                      draw(state) < 0.2 + 0.4 * a->risk ? "No" : "yes", a->churned);
}

static inline void make_world(size_t n, uint64_t seed, const struct extra extras[], size_t n_extra,
                       struct assay_text *csv)
{
    uint64_t state = seed;
    assay_text_puts(csv, "account_id,plan,tenure_months,arr,logins_30d,open_tickets,nps,region,"
                         "onboarded,churned");
    for (size_t k = 0; k < n_extra; k++)
        assay_text_printf(csv, ",%s", extras[k].header);
    assay_text_putc(csv, '\n');
    for (size_t i = 0; i < n; i++) {
        struct account a = {.number = i, .risk = draw(&state), .noise = draw(&state)};
        a.churned = draw(&state) < 0.05 + 0.6 * a.risk * a.risk;
        put_account(&a, csv, &state);
        for (size_t k = 0; k < n_extra; k++) {
            assay_text_putc(csv, ',');
            extras[k].put(&a, csv);
        }
        assay_text_putc(csv, '\n');
    }
}

static inline void draft_world(uint64_t seed, const struct extra extras[], size_t n_extra,
                        struct drafted *d)
{
    struct assay_text csv = {0};
    make_world(600, seed, extras, n_extra, &csv);
    draft_text(csv.data, &by_flag, d);
    assay_text_clear(&csv);
}

/* ---- columns to add ---- */

static inline void put_segmented(const struct account *a, struct assay_text *csv)
{
    assay_text_puts(csv, a->risk < 0.3 ? "gold" : a->risk < 0.7 ? "silver" : "lead");
}

static inline void put_flipped(const struct account *a, struct assay_text *csv)
{
    assay_text_printf(csv, "%.3f", 10 * a->risk + a->noise);
}

static inline void put_noise(const struct account *a, struct assay_text *csv)
{
    assay_text_printf(csv, "%.6f", a->noise);
}

static inline void put_twice(const struct account *a, struct assay_text *csv)
{
    assay_text_printf(csv, "%.6f", 3 - 2 * a->noise);
}

static inline void put_rate(const struct account *a, struct assay_text *csv)
{
    assay_text_printf(csv, "%zu", 1 + a->number % 7);
}

static inline void put_product(const struct account *a, struct assay_text *csv)
{
    assay_text_printf(csv, "%.6f", (double)(1 + a->number % 7) * a->noise);
}

/* Columns that cannot be signals, and what is said of them. */

static inline void put_reason(const struct account *a, struct assay_text *csv)
{
    assay_text_puts(csv, a->churned && a->noise < 0.7 ? "price" : "");
}

static inline void put_final(const struct account *a, struct assay_text *csv)
{
    if (a->churned)
        assay_text_printf(csv, "%.2f", a->noise);
}

static inline void put_status(const struct account *a, struct assay_text *csv)
{
    assay_text_puts(csv, !a->churned ? "live" : a->noise < 0.5 ? "gone" : "moved");
}

static inline void put_index(const struct account *a, struct assay_text *csv)
{
    assay_text_printf(csv, "%.3f", 5 * a->churned + a->noise);
}

static inline void put_constant(const struct account *a, struct assay_text *csv)
{
    assay_text_puts(csv, a->number % 2 == 0 ? "1" : "1.0");
}

static inline void put_empty(const struct account *a, struct assay_text *csv)
{
    assay_text_puts(csv, a->number % 2 == 0 ? "" : "N/A");
}

static inline void put_remark(const struct account *a, struct assay_text *csv)
{
    assay_text_printf(csv, "remark %zu", a->number % 97);
}

static inline void put_money(const struct account *a, struct assay_text *csv)
{
    if (a->number == 3)
        assay_text_puts(csv, "unknown");
    else
        assay_text_printf(csv, "%zu", a->number % 91);
}

static inline void put_rare(const struct account *a, struct assay_text *csv)
{
    assay_text_printf(csv, "%d", a->number < 4);
}

/* Never above 0 with the event, and not often without it. */
static inline void put_telling(const struct account *a, struct assay_text *csv)
{
    assay_text_printf(csv, "%zu", a->churned || a->number % 4 > 0 ? 0 : a->number % 9);
}

static inline void put_euros(const struct account *a, struct assay_text *csv)
{
    assay_text_printf(csv, "\"\xe2\x82\xac %zu.%03zu,%02zu\"", 1 + a->number % 9, a->number % 1000,
                      a->number % 100);
}

static inline void put_number(const struct account *a, struct assay_text *csv)
{
    assay_text_printf(csv, "%zu", a->number + 1);
}

static inline void put_day(const struct account *a, struct assay_text *csv)
{
    assay_text_printf(csv, "2026-01-%02zu", a->number % 28 + 1);
}

static inline void put_acted(const struct account *a, struct assay_text *csv)
{
    assay_text_printf(csv, "%d", a->noise < 0.3);
}

static inline void put_person(const struct account *a, struct assay_text *csv)
{
    assay_text_printf(csv, "Person %zu", a->number % 5);
}

static const struct {
    struct extra extra;
    enum assay_left_reason reason;
    const char *note; /* its beginning */
} outs[] = {
    {{"churn_reason", put_reason}, ASSAY_LEFT_LEAK, "by its name"},
    {{"CancelledOn", put_day}, ASSAY_LEFT_LEAK, "by its name"},
    {{"final_amount", put_final}, ASSAY_LEFT_LEAK, "whether it is empty alone has an AUC of 1.000"},
    {{"status", put_status}, ASSAY_LEFT_LEAK, "alone it has an AUC of 1.000"},
    {{"risk_index", put_index}, ASSAY_LEFT_LEAK, "alone it has an AUC of 1.000"},
    {{"always", put_constant}, ASSAY_LEFT_CONSTANT, ""},
    {{"nothing", put_empty}, ASSAY_LEFT_EMPTY, ""},
    {{"remark", put_remark}, ASSAY_LEFT_TEXT, ""},
    {{"seats", put_money}, ASSAY_LEFT_MIXED, "1 of its values is not a number, such as \"unknown\"; "
                                            "empty that cell to use it"},
    {{"billed", put_euros}, ASSAY_LEFT_FORMAT,
     "numbers written as \"\xe2\x82\xac 1.000,00\"; write 1000.00 to use it"},
    {{"telling", put_telling}, ASSAY_LEFT_SEPARATES,
     "the rows with the event lie on one side of 0 and all others on the other"},
    {{"beta", put_rare}, ASSAY_LEFT_UNWEIGHABLE, "fewer than two of its values have 5 rows"},
    {{"line", put_number}, ASSAY_LEFT_KEY, ""},
    {{"billed_on", put_day}, ASSAY_LEFT_DATE, ""},
    {{"acted_on", put_acted}, ASSAY_LEFT_INTERVENTION, ""},
    {{"csm_name", put_person}, ASSAY_LEFT_OWNER, ""},
};

#endif
