/* The training data's shape in the model file: what is written is read, and what breaks a rule is refused
 * at its place. */
#include "tests/model/damage.h"
#include "tests/model/handmade.h"

static void add_numbers(struct assay_model *model, enum assay_reference_kind kind, const char *name,
                        size_t missing, double step)
{
    struct assay_model_reference *reference = &model->training.reference;
    struct assay_reference_variable *v = &reference->variables[reference->n_variable++];
    struct assay_percentiles *numbers = handmade_alloc(1, sizeof *numbers);
    *v = (struct assay_reference_variable){
        .kind = kind, .name = handmade_text(name), .missing = missing, .numbers = numbers};
    numbers->n = reference->rows - missing;
    if (numbers->n == 0)
        return;
    numbers->lowest = -1.0 / 3;
    numbers->highest = 100 * step;
    for (size_t k = 0; k < ASSAY_PERCENTILES; k++) {
        numbers->at[k] = (double)k * step;
        numbers->up_to[k] = (k + 1) * numbers->n / 100;
    }
}

static void add_texts(struct assay_model *model, enum assay_reference_kind kind, const char *name)
{
    struct assay_model_reference *reference = &model->training.reference;
    struct assay_reference_variable *v = &reference->variables[reference->n_variable++];
    *v = (struct assay_reference_variable){.kind = kind,
                                           .name = handmade_text(name),
                                           .missing = 10,
                                           .values = handmade_alloc(2, sizeof *v->values),
                                           .counts = handmade_alloc(2, sizeof *v->counts),
                                           .n_value = 2,
                                           .others = 90};
    v->values[0] = handmade_text("north");
    v->values[1] = handmade_text("S\"\\<b>");
    v->counts[0] = 500;
    v->counts[1] = 300;
}

/* The plain model with a plan and a segment, which its fit has no part in. */
static void make_model(struct assay_model *model)
{
    struct assay_model_reference *reference = &model->training.reference;
    handmade_model(model, PLAIN_FIT);
    model->spec.segments = handmade_alloc(1, sizeof *model->spec.segments);
    model->spec.segments[0] = handmade_text("region");
    model->spec.n_segment = 1;
    reference->rows = 900;
    reference->accounts = 450;
    reference->effective = 1000.0 / 3;
    for (size_t z = 0; z < 4; z++) {
        reference->zone_rows[z] = 150 + 50 * z;
        reference->zone_events[z] = 30 - 10 * z;
    }
    reference->variables = handmade_alloc(5, sizeof *reference->variables);
    add_numbers(model, ASSAY_OF_SIGNAL, "use", 0, 1.0 / 7);
    add_numbers(model, ASSAY_OF_SIGNAL, "seats", 100, 0);
    add_numbers(model, ASSAY_OF_SIGNAL, "nps", 900, 0);
    add_numbers(model, ASSAY_OF_SCORE, "score", 0, 1);
    add_texts(model, ASSAY_OF_SEGMENT, "region");
    model->training.reference.variables[1].numbers->lowest = 0; /* a constant */
}

static struct assay_text file(void)
{
    struct assay_error err = {0};
    struct assay_model model;
    struct assay_text text = {0};
    make_model(&model);
    ck_assay_ok(assay_model_write(&model, &text, &err));
    assay_model_clear(&model);
    return text;
}

static void assert_same(const struct assay_reference_variable *a,
                        const struct assay_reference_variable *b)
{
    ck_assert_int_eq(a->kind, b->kind);
    ck_assert_str_eq(a->name, b->name);
    ck_assert_uint_eq(a->missing, b->missing);
    ck_assert_uint_eq(a->n_value, b->n_value);
    ck_assert_uint_eq(a->others, b->others);
    ck_assert_int_eq(a->numbers == NULL, b->numbers == NULL);
    if (a->numbers != NULL)
        ck_assert_mem_eq(a->numbers, b->numbers, sizeof *a->numbers);
    for (size_t k = 0; k < a->n_value; k++) {
        ck_assert_str_eq(a->values[k], b->values[k]);
        ck_assert_uint_eq(a->counts[k], b->counts[k]);
    }
}

START_TEST(what_is_written_is_read)
{
    struct assay_error err = {0};
    struct assay_model made, read;
    struct assay_text text = {0}, again = {0};
    make_model(&made);
    ck_assay_ok(assay_model_write(&made, &text, &err));
    ck_assay_ok(assay_model_read_text("m.json", text.data, text.length, &read, &err));
    const struct assay_model_reference *a = &made.training.reference, *b = &read.training.reference;
    ck_assert_uint_eq(b->rows, a->rows);
    ck_assert_uint_eq(b->accounts, a->accounts);
    ck_assert_double_eq(b->effective, a->effective);
    ck_assert_mem_eq(b->zone_rows, a->zone_rows, sizeof a->zone_rows);
    ck_assert_mem_eq(b->zone_events, a->zone_events, sizeof a->zone_events);
    ck_assert_uint_eq(b->n_variable, a->n_variable);
    for (size_t v = 0; v < a->n_variable; v++)
        assert_same(&a->variables[v], &b->variables[v]);
    ck_assay_ok(assay_model_write(&read, &again, &err));
    ck_assert_str_eq(again.data, text.data);
    assay_text_clear(&text);
    assay_text_clear(&again);
    assay_model_clear(&made);
    assay_model_clear(&read);
}
END_TEST

START_TEST(a_file_of_before_references_is_read_as_it_was)
{
    struct assay_error err = {0};
    struct assay_model read;
    struct assay_text text = handmade_file(PLAIN_FIT), again = {0};
    ck_assert_ptr_null(strstr(text.data, "\"reference\""));
    ck_assay_ok(assay_model_read_text("m.json", text.data, text.length, &read, &err));
    ck_assert_uint_eq(read.training.reference.rows, 0);
    ck_assert_uint_eq(read.training.reference.n_variable, 0);
    ck_assay_ok(assay_model_write(&read, &again, &err));
    ck_assert_str_eq(again.data, text.data);
    assay_text_clear(&text);
    assay_text_clear(&again);
    assay_model_clear(&read);
}
END_TEST

/* What stands behind the place in the message. */
static const struct {
    const char *from, *to, *message;
} damages[] = {
    {"\"reference\": {", "\"reference\": null, \"x\": {", "unknown key \"x\" in \"training_data\""},
    {"\"effective\": 333", "\"effectve\": 333,", "unknown key \"effectve\" in \"reference\""},
    {"\"effective\": 333", "\"effective\": 451,",
     "\"effective\" is 451; expected a number from 1 to \"accounts\""},
    {"\"effective\": 333", "\"effective\": 0.5,",
     "\"effective\" is 0.5; expected a number from 1 to \"accounts\""},
    {"\"rows\": 900,\n      \"accounts\": 450,\n      \"effective\"", "\"rows\": 901,",
     "\"rows\" is 901; expected a whole number from 1 to 900"},
    {"\"accounts\": 450,\n      \"effective\"", "\"accounts\": 0,",
     "\"accounts\" is 0; expected a whole number from 1 to 900"},
    {"\"zone_rows\": [", "\"zone_rows\": [150, 200, 250],",
     "\"zone_rows\" is a list; expected 4 counts"},
    {"\"zone_rows\": [", "\"zone_rows\": [150, 200, 250, 299],",
     "\"zone_rows\" is a list; expected counts that add up to \"rows\""},
    {"\"zone_rows\": [", "\"zone_rows\": [150, 200, 250.5, 300],",
     "found 250.5; expected a whole number from 0 to 900"},
    {"\"zone_events\": [", "\"zone_events\": [151, 0, 0, 0],",
     "found 151; expected a whole number from 0 to 150"},
    {"\"variables\": [", "\"variables\": 3, \"x\": [", "unknown key \"x\" in \"reference\""},
    {"\"kind\": \"signal\",\n          \"name\": \"use\"", "\"kind\": \"signl\",",
     "\"kind\" is \"signl\"; expected \"signal\", \"score\", \"segment\" or \"plan\""},
    {"\"kind\": \"signal\",\n          \"name\": \"use\"", "\"kind\": \"plan\",",
     "\"kind\" is \"plan\"; expected \"signal\""},
    {"\"name\": \"use\",\n          \"missing\"", "\"name\": \"seats\",",
     "\"name\" is \"seats\"; expected use"},
    {"\"name\": \"region\"", "\"name\": \"industry\",",
     "\"name\" is \"industry\"; expected a declared segment"},
    {"\"kind\": \"segment\"", "\"kind\": \"plan\",",
     "\"name\" is \"region\"; expected no plan: none is declared"},
    {"\"missing\": 100", "\"missing\": 901,",
     "\"missing\" is 901; expected a whole number from 0 to 900"},
    {"\"missing\": 100", "\"missing\": 900,",
     "\"range\" is a list; expected null where every value is missing"},
    {"\"missing\": 900", "\"missing\": 899,",
     "\"range\" is null; expected [lowest, highest]"},
    {"\"range\": [-0.3", "\"range\": [7, -7],",
     "\"range\" is a list; expected [low, high], the lower one first"},
    {"\"range\": [-0.3", "\"range\": [0.1, 100],",
     "\"percentiles\" is a list; expected numbers that ascend within \"range\""},
    {"\"percentiles\": [0, 0.1", "\"percentiles\": [0, 1],",
     "\"percentiles\" is a list; expected 99 numbers"},
    {"\"up_to\": [9, 18", "\"up_to\": [9]", "\"up_to\" is a list; expected 99 counts"},
    {"\"values\": [\"north\"", "\"values\": [\"north\", \"north\"],",
     "found \"north\"; expected each value once"},
    {"\"values\": [\"north\"", "\"values\": [\"north\", 3],", "found 3; expected text in quotes"},
    {"\"counts\": [500, 300]", "\"counts\": [500, 300, 1],",
     "\"counts\" is a list; expected 2 counts"},
    {"\"counts\": [500, 300]", "\"counts\": [500, 301],",
     "\"others\" is 90; expected what \"rows\" leave, less \"missing\" and \"counts\""},
    {"\"others\": 90", "\"others\": 89",
     "\"others\" is 89; expected what \"rows\" leave, less \"missing\" and \"counts\""},
    {"\"others\": 90", "\"others\": 90, \"range\": null",
     "unknown key \"range\" in a variable"},
};

START_TEST(a_reference_that_breaks_a_rule_is_refused_at_its_place)
{
    struct assay_text text = file();
    struct assay_error err = {0};
    struct assay_model model, untouched;
    memset(&model, 0x5a, sizeof model);
    untouched = model;
    edit(&text, damages[_i].from, damages[_i].to);
    digest_anew(&text);
    enum assay_status status =
        assay_model_read_text("m.json", text.data, text.length, &model, &err);
    ck_assert_msg(strncmp(err.message, "m.json:", 7) == 0, "%s", err.message);
    const char *behind = strchr(err.message, ' ');
    ck_assert_str_eq(behind + 1, damages[_i].message);
    ck_assert_int_eq(status, ASSAY_EDATA);
    ck_assert_mem_eq(&model, &untouched, sizeof model);
    assay_text_clear(&text);
}
END_TEST

/* Counts that descend, in the place of the first list of them. */
START_TEST(counts_that_descend_are_refused)
{
    struct assay_text text = file();
    struct assay_error err = {0};
    struct assay_model model;
    char *at = strstr(text.data, "\"up_to\": [9, 18");
    ck_assert_ptr_nonnull(at);
    memcpy(at + strlen("\"up_to\": [9, "), " 8", 2); /* as long as it was */
    digest_anew(&text);
    ck_assert_int_eq(assay_model_read_text("m.json", text.data, text.length, &model, &err),
                     ASSAY_EDATA);
    ck_assert_ptr_nonnull(strstr(err.message, "\"up_to\" is a list; expected counts that ascend"));
    assay_text_clear(&text);
}
END_TEST

START_TEST(a_variable_must_be_there_and_once)
{
    struct assay_error err = {0};
    struct assay_model model, read;
    struct assay_text text = {0};
    make_model(&model);
    model.training.reference.n_variable = 3; /* no score */
    ck_assay_ok(assay_model_write(&model, &text, &err));
    model.training.reference.n_variable = 5;
    ck_assert_int_eq(assay_model_read_text("m.json", text.data, text.length, &read, &err),
                     ASSAY_EDATA);
    ck_assert_ptr_nonnull(strstr(err.message, "\"variables\" is a list; expected every signal, and the "
                                              "score behind them"));
    assay_text_clear(&text);
    struct assay_reference_variable *v = model.training.reference.variables;
    struct assay_reference_variable six[6] = {v[0], v[1], v[2], v[3], v[4], v[4]};
    model.training.reference.variables = six;
    model.training.reference.n_variable = 6;
    text = (struct assay_text){0};
    ck_assay_ok(assay_model_write(&model, &text, &err));
    model.training.reference.variables = v;
    model.training.reference.n_variable = 5;
    ck_assert_int_eq(assay_model_read_text("m.json", text.data, text.length, &read, &err),
                     ASSAY_EDATA);
    ck_assert_ptr_nonnull(strstr(err.message, "\"name\" is \"region\"; expected each variable once"));
    assay_text_clear(&text);
    assay_model_clear(&model);
}
END_TEST

/* Refused, or a model that is written and read again. */
static void assert_refused_or_kept(const struct assay_text *text)
{
    struct assay_error err = {0};
    struct assay_model model, again;
    struct assay_text once = {0}, twice = {0};
    if (assay_model_read_text("m.json", text->data, text->length, &model, &err) != ASSAY_OK) {
        ck_assert_uint_gt(strlen(err.message), 0);
        return;
    }
    ck_assay_ok(assay_model_write(&model, &once, &err));
    ck_assay_ok(assay_model_read_text("m.json", once.data, once.length, &again, &err));
    ck_assay_ok(assay_model_write(&again, &twice, &err));
    ck_assert_str_eq(once.data, twice.data);
    assay_text_clear(&once);
    assay_text_clear(&twice);
    assay_model_clear(&model);
    assay_model_clear(&again);
}

/* Every 11th number of the lists, and so some of each: a list has 99. */
START_TEST(any_number_may_be_any_other)
{
    static const char *const extremes[] = {"-1", "0", "5e-324", "1.7976931348623157e308",
                                           "9007199254740991"};
    struct assay_text text = file();
    const char *end = strstr(text.data, "\n  \"changes\"");
    size_t seen = 0;
    for (const char *at = strstr(text.data, "\"reference\""); at < end; at++) {
        if (strchr(" [", at[-1]) == NULL || strchr("-0123456789", *at) == NULL || seen++ % 11 > 0)
            continue;
        for (size_t k = 0; k < COUNT(extremes); k++) {
            struct assay_text changed = {0};
            assay_text_add(&changed, text.data, (size_t)(at - text.data));
            assay_text_puts(&changed, extremes[k]);
            assay_text_puts(&changed, at + strspn(at, "+-.0123456789e"));
            digest_anew(&changed);
            assert_refused_or_kept(&changed);
            assay_text_clear(&changed);
        }
    }
    ck_assert_uint_gt(seen, 600);
    assay_text_clear(&text);
}
END_TEST

START_TEST(running_out_of_memory_while_reading_is_an_error)
{
    struct assay_text text = file();
    struct assay_error err = {0};
    struct assay_model model;
    size_t failures = 0;
    enum assay_status status;
    do {
        test_fail_allocation(failures + 1);
        status = assay_model_read_text("m.json", text.data, text.length, &model, &err);
        test_fail_allocation(0);
        failures += status == ASSAY_ENOMEM;
    } while (status == ASSAY_ENOMEM);
    ck_assay_ok(status);
    ck_assert_uint_gt(failures, 20);
    assay_model_clear(&model);
    assay_text_clear(&text);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, what_is_written_is_read);
    tcase_add_test(tc, a_file_of_before_references_is_read_as_it_was);
    tcase_add_loop_test(tc, a_reference_that_breaks_a_rule_is_refused_at_its_place, 0, COUNT(damages));
    tcase_add_test(tc, counts_that_descend_are_refused);
    tcase_add_test(tc, a_variable_must_be_there_and_once);
    tcase_add_test(tc, any_number_may_be_any_other);
    tcase_add_test(tc, running_out_of_memory_while_reading_is_an_error);
}

ASSAY_SUITE("model/reference", add_tests)
