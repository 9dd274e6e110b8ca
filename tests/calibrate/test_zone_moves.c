/* Who changes zone between two models, where the test can count them by hand. */
#include "calibrate/evidence/zone_moves.h"

#include "tests/calibrate/lab.h"

/* Accounts have one or two dates; what counts is the latest. s is the one signal, 0 to 100. */
static const char table[] =
    "id,as_of,churned,s,arr,region\n"
    "A,2025-03-31,0,90,100,EMEA\n"
    "A,2025-06-30,0,30,120,EMEA\n"
    "B,2025-06-30,1,70,1000,APAC\n"
    "B,2025-03-31,0,10,1000,APAC\n"
    "C,2025-03-31,1,5,50,EMEA\n"
    "D,2025-06-30,0,95,,\n"
    "E,2025-06-30,,45,700,\"EMEA\"\n"
    "F,2025-06-30,0,,10,APAC\n"
    "G,2025-03-31,1,55,3,\n";

#define ZONED(zones) \
    "{\"name\": \"z\", \"id\": \"id\", \"as_of\": \"as_of\", \"value\": \"arr\"," \
    "\"segments\": [\"region\"], \"outcome\": {\"column\": \"churned\"}," \
    "\"scale\": \"weighted-average\", \"signals\": [" \
    SIGNAL("s", "s", "higher", METHOD("\"none\"") MISSING("drop")) "]," \
    "\"zones\": [" zones "]}"
#define ZONE(name, from) "{\"name\": \"" name "\", \"from\": " #from "}"

/* A model that gives s back as its score. */
static void plain_model(struct lab *lab, struct assay_model *model)
{
    static double slope[] = {1}, weight[] = {1}, term[] = {0};
    static struct assay_cohort_node everybody[1];
    static struct assay_baseline baselines[1];
    *model = (struct assay_model){.spec = lab->spec,
                                  .n_signal = 1,
                                  .n_coef = 2,
                                  .slope = slope,
                                  .weight = weight,
                                  .missing_term = term,
                                  .at_risk_probability = 0.5,
                                  .at_risk_score = 50,
                                  .pooling = NAN,
                                  .baselines = baselines,
                                  .cohorts = {everybody, 1, &model->spec.cohort}};
}

struct stage {
    struct lab old, new;
    struct assay_model champion, model;
    struct assay_zone_moves moves;
};

static const struct assay_window whole = {ASSAY_NO_DATE, ASSAY_NO_DATE};

static void set_up(struct stage *stage, const char *old_zones, const char *new_zones)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_spec_read_text("old", old_zones, strlen(old_zones), &stage->old.spec, &err));
    ck_assay_ok(lab_read(&stage->new, new_zones, table, &err));
    plain_model(&stage->old, &stage->champion);
    plain_model(&stage->new, &stage->model);
}

static void find(struct stage *stage, struct assay_window window)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_zone_moves_find(&stage->champion, &stage->model, &stage->new.history, window,
                                      &stage->moves, &err));
}

static void take_down(struct stage *stage)
{
    assay_zone_moves_clear(&stage->moves);
    lab_clear(&stage->new);
    lab_clear(&stage->old);
}

#define OLD ZONED(ZONE("Low", 0) "," ZONE("Middle", 40) "," ZONE("High", 80))
#define STRICTER ZONED(ZONE("Low", 0) "," ZONE("Middle", 50) "," ZONE("High", 60))

/* A 30: Low both. B 70: Middle to High. C 5: Low. D 95: High. E 45, no outcome yet: Middle to Low.
 * F: no score. G 55: Middle. */
START_TEST(each_account_counts_once_where_it_stands_now)
{
    static const size_t matrix[] = {2, 0, 0, 1, 1, 1, 0, 0, 1};
    struct stage stage = {0};
    set_up(&stage, OLD, STRICTER);
    find(&stage, whole);
    const struct assay_zone_moves *m = &stage.moves;
    ck_assert_uint_eq(m->n_account, 6);
    ck_assert_uint_eq(m->n_unscored, 1);
    for (size_t k = 0; k < COUNT(matrix); k++)
        ck_assert_msg(m->matrix[k] == matrix[k], "cell %zu: %zu", k, m->matrix[k]);
    ck_assert(m->all.accounts == 6 && m->all.moved == 2 && m->all.up == 1 && m->all.down == 1);
    ck_assert(m->has_value && m->all.value == 120 + 1000 + 50 + 700 + 3);
    ck_assert(m->all.value_moved == 1700 && m->all.value_up == 1000 && m->all.value_down == 700);
    take_down(&stage);
}
END_TEST

START_TEST(segments_come_by_name_and_those_without_one_last)
{
    struct stage stage = {0};
    set_up(&stage, OLD, STRICTER);
    find(&stage, whole);
    const struct assay_zone_segment *s = stage.moves.segments;
    ck_assert_uint_eq(stage.moves.n_segment, 3);
    ck_assert_str_eq(s[0].name, "APAC");
    ck_assert(s[0].tally.accounts == 1 && s[0].tally.up == 1 && s[0].tally.value_up == 1000);
    ck_assert_str_eq(s[1].name, "EMEA");
    ck_assert(s[1].tally.accounts == 3 && s[1].tally.moved == 1 && s[1].tally.down == 1);
    ck_assert_ptr_null(s[2].name);
    ck_assert(s[2].tally.accounts == 2 && s[2].tally.moved == 0 && s[2].tally.value == 3);
    take_down(&stage);
}
END_TEST

START_TEST(the_window_decides_which_snapshot_is_the_latest)
{
    struct stage stage = {0};
    struct assay_window window = whole;
    set_up(&stage, OLD, STRICTER);
    ck_assert(assay_date_parse("2025-03-31", 10, &window.until));
    find(&stage, window);
    ck_assert_uint_eq(stage.moves.n_account, 4); /* A 90, B 10, C 5, G 55 */
    ck_assert_uint_eq(stage.moves.all.moved, 0);
    take_down(&stage);
}
END_TEST

START_TEST(the_file_lists_who_moves_the_dearest_first)
{
    struct stage stage = {0};
    struct assay_error err = {0};
    struct assay_text text = {0};
    set_up(&stage, OLD, STRICTER);
    find(&stage, whole);
    ck_assay_ok(assay_zone_moves_write(&stage.moves, &stage.champion, &stage.model,
                                       &stage.new.history, &text, &err));
    ck_assert_str_eq(text.data,
                     "id,as_of,region,arr,champion_score,champion_zone,score,zone,move\n"
                     "B,2025-06-30,APAC,1000,70,Middle,70,High,up\n"
                     "E,2025-06-30,EMEA,700,45,Middle,45,Low,down\n");
    assay_text_clear(&text);
    take_down(&stage);
}
END_TEST

/* G has a value and D none: D comes last. Zones with new names are other zones, neither up nor down. */
START_TEST(zones_that_are_renamed_are_other_zones)
{
    struct stage stage = {0};
    struct assay_error err = {0};
    struct assay_text text = {0};
    set_up(&stage, OLD, ZONED(ZONE("Red", 0) "," ZONE("Middle", 50) "," ZONE("Green, good", 80)));
    find(&stage, whole);
    ck_assert(stage.moves.all.moved == 4 && stage.moves.all.up == 0 && stage.moves.all.down == 1);
    ck_assay_ok(assay_zone_moves_write(&stage.moves, &stage.champion, &stage.model,
                                       &stage.new.history, &text, &err));
    ck_assert_str_eq(text.data,
                     "id,as_of,region,arr,champion_score,champion_zone,score,zone,move\n"
                     "E,2025-06-30,EMEA,700,45,Middle,45,Red,down\n"
                     "A,2025-06-30,EMEA,120,30,Low,30,Red,other\n"
                     "C,2025-03-31,EMEA,50,5,Low,5,Red,other\n"
                     "D,2025-06-30,,,95,High,95,\"Green, good\",other\n");
    assay_text_clear(&text);
    take_down(&stage);
}
END_TEST

START_TEST(the_same_model_moves_nobody)
{
    struct stage stage = {0};
    struct assay_error err = {0};
    struct assay_text text = {0};
    set_up(&stage, OLD, OLD);
    find(&stage, whole);
    ck_assert_uint_eq(stage.moves.all.moved, 0);
    ck_assay_ok(assay_zone_moves_write(&stage.moves, &stage.champion, &stage.model,
                                       &stage.new.history, &text, &err));
    ck_assert_str_eq(text.data, "id,as_of,region,arr,champion_score,champion_zone,score,zone,move\n");
    assay_text_clear(&text);
    take_down(&stage);
}
END_TEST

START_TEST(a_failing_allocation_is_said_and_leaks_nothing)
{
    struct stage stage = {0};
    struct assay_error err = {0};
    set_up(&stage, OLD, STRICTER);
    test_fail_allocation(0);
    enum assay_status status =
        assay_zone_moves_find(&stage.champion, &stage.model, &stage.new.history, whole, &stage.moves,
                              &err);
    size_t n = test_allocations();
    ck_assert_int_eq(status, ASSAY_OK);
    assay_zone_moves_clear(&stage.moves);
    for (size_t k = 1; k <= n; k++) {
        test_fail_allocation(k);
        status = assay_zone_moves_find(&stage.champion, &stage.model, &stage.new.history, whole,
                                       &stage.moves, &err);
        test_fail_allocation(0);
        ck_assert_msg(status == ASSAY_ENOMEM, "allocation %zu of %zu", k, n);
        ck_assert_ptr_null(stage.moves.accounts);
    }
    take_down(&stage);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, each_account_counts_once_where_it_stands_now);
    tcase_add_test(tc, segments_come_by_name_and_those_without_one_last);
    tcase_add_test(tc, the_window_decides_which_snapshot_is_the_latest);
    tcase_add_test(tc, the_file_lists_who_moves_the_dearest_first);
    tcase_add_test(tc, zones_that_are_renamed_are_other_zones);
    tcase_add_test(tc, the_same_model_moves_nobody);
    tcase_add_test(tc, a_failing_allocation_is_said_and_leaks_nothing);
}

ASSAY_SUITE("calibrate/zone_moves", add_tests)
