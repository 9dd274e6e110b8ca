/* The query is one of its dialect, runs in SQLite where that is installed, and its self-test can fail. */
#include "core/base/number.h"
#include "release/export/sql.h"
#include "tests/release/exported_program.h"

static struct assay_text sql_text(const struct assay_model *model, enum assay_sql_dialect dialect,
                                  bool self_test)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    struct assay_export_request request = {
        .model = model, .self_test = self_test, .dialect = dialect, .table = "accounts"};
    ck_assay_ok(assay_export_sql(&request, &text, &err));
    return text;
}

static size_t count_of(const char *text, const char *part)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        n++;
    return n;
}

/* ---- words of the dialects ---- */

/* By dialect: postgresql, sqlite, duckdb, bigquery, snowflake. */
static const struct {
    const char *text, *literal[ASSAY_SQL_DIALECTS];
} literals[] = {
    {"Team", {"'Team'", "'Team'", "'Team'", "'Team'", "'Team'"}},
    {"", {"''", "''", "''", "''", "''"}},
    {"O'Neil", {"'O''Neil'", "'O''Neil'", "'O''Neil'", "'O\\'Neil'", "'O''Neil'"}},
    {"a\\b", {"'a\\b'", "'a\\b'", "'a\\b'", "'a\\\\b'", "'a\\\\b'"}},
    {"a\\'", {"'a\\'''", "'a\\'''", "'a\\'''", "'a\\\\\\''", "'a\\\\'''"}},
    {"two\nlines",
     {"'two\nlines'", "'two\nlines'", "'two\nlines'", "'two\\x0alines'", "'two\\x0alines'"}},
    {"Gr\xc3\xb6\xc3\x9f",
     {"'Gr\xc3\xb6\xc3\x9f'", "'Gr\xc3\xb6\xc3\x9f'", "'Gr\xc3\xb6\xc3\x9f'",
      "'Gr\xc3\xb6\xc3\x9f'", "'Gr\xc3\xb6\xc3\x9f'"}},
    {NULL, {"NULL", "NULL", "NULL", "NULL", "NULL"}},
};

START_TEST(a_text_ends_where_the_dialect_says)
{
    for (int d = 0; d < ASSAY_SQL_DIALECTS; d++) {
        struct assay_text out = {0};
        struct assay_sql q = {.out = &out, .dialect = (enum assay_sql_dialect)d};
        assay_sql_string(&q, literals[_i].text);
        ck_assert_str_eq(out.data, literals[_i].literal[d]);
        assay_text_clear(&out);
    }
}
END_TEST

static const struct {
    const char *name, *quoted[ASSAY_SQL_DIALECTS];
} columns[] = {
    {"nps", {"\"nps\"", "\"nps\"", "\"nps\"", "`nps`", "\"NPS\""}},
    {"Order", {"\"Order\"", "\"Order\"", "\"Order\"", "`Order`", "\"ORDER\""}},
    {"NPS score",
     {"\"NPS score\"", "\"NPS score\"", "\"NPS score\"", "`NPS score`", "\"NPS score\""}},
    {"a\"b`c\\d",
     {"\"a\"\"b`c\\d\"", "\"a\"\"b`c\\d\"", "\"a\"\"b`c\\d\"", "`a\"b\\`c\\\\d`",
      "\"a\"\"b`c\\d\""}},
    {"30d", {"\"30d\"", "\"30d\"", "\"30d\"", "`30d`", "\"30d\""}},
};

START_TEST(a_column_has_the_quotes_of_its_dialect)
{
    for (int d = 0; d < ASSAY_SQL_DIALECTS; d++) {
        struct assay_text out = {0};
        struct assay_sql q = {.out = &out, .dialect = (enum assay_sql_dialect)d};
        assay_sql_name(&q, columns[_i].name);
        ck_assert_str_eq(out.data, columns[_i].quoted[d]);
        assay_text_clear(&out);
    }
}
END_TEST

static const struct {
    const char *table;
    enum assay_sql_dialect dialect;
    const char *quoted;
} tables[] = {
    {"accounts", ASSAY_SQL_POSTGRESQL, "\"accounts\""},
    {"analytics.Accounts", ASSAY_SQL_DUCKDB, "\"analytics\".\"Accounts\""},
    {"my-project.health.accounts", ASSAY_SQL_BIGQUERY, "`my-project`.`health`.`accounts`"},
    {"Analytics.accounts", ASSAY_SQL_SNOWFLAKE, "\"ANALYTICS\".\"ACCOUNTS\""},
    {"analytics.\"Mine\"", ASSAY_SQL_SNOWFLAKE, "\"ANALYTICS\".\"Mine\""},
    {"\"a.b\".\"c \"\"d\"\"\"", ASSAY_SQL_SQLITE, "\"a.b\".\"c \"\"d\"\"\""},
};

START_TEST(a_table_is_quoted_part_by_part)
{
    struct assay_error err = {0};
    struct assay_text out = {0};
    ck_assay_ok(assay_sql_table(tables[_i].table, tables[_i].dialect, &out, &err));
    ck_assert_str_eq(out.data, tables[_i].quoted);
    assay_text_clear(&out);
}
END_TEST

static const char *const no_tables[] = {"",    ".",    "a.",     ".a",    "a..b",
                                        "\"a", "\"\"", "a\"b\"", "\"a\"b"};

START_TEST(what_is_no_table_is_refused)
{
    struct assay_error err = {0};
    struct assay_text out = {0};
    char message[200], quoted[ASSAY_QUOTE_SIZE];
    ck_assert_int_eq(assay_sql_table(no_tables[_i], ASSAY_SQL_SQLITE, &out, &err), ASSAY_EDATA);
    snprintf(
        message, sizeof message,
        "table \"%s\"; expected names parted by dots, such as analytics.accounts, in double quotes "
        "where they hold dots or quotes",
        assay_quote_value(no_tables[_i], strlen(no_tables[_i]), quoted));
    ck_assert_str_eq(err.message, message);
    assay_text_clear(&out);
}
END_TEST

static const struct {
    double value;
    const char *literal;
} numbers[] = {
    {0, "0e0"}, {12, "12e0"}, {-0.1, "-0.1e0"}, {1e300, "1e+300"}, {5e-324, "5e-324"},
};

START_TEST(every_number_is_a_double)
{
    struct assay_text out = {0};
    struct assay_sql q = {.out = &out, .words = &assay_sql_words[ASSAY_SQL_SQLITE]};
    assay_sql_number(&q, numbers[_i].value);
    ck_assert_str_eq(out.data, numbers[_i].literal);
    assay_text_clear(&out);
}
END_TEST

/* ---- the query ---- */

START_TEST(the_query_says_whose_it_is_and_ends_without_a_semicolon)
{
    struct lab lab = {0};
    exported_model(&lab, 3);
    for (int d = 0; d < ASSAY_SQL_DIALECTS; d++) {
        struct assay_text text = sql_text(&lab.model, (enum assay_sql_dialect)d, false);
        struct assay_text again = sql_text(&lab.model, (enum assay_sql_dialect)d, false);
        ck_assert_str_eq(text.data, again.data);
        ck_assert_ptr_nonnull(
            strstr(text.data, "-- Model made-up\n-- version candidate\n-- sha256:"));
        ck_assert_ptr_nonnull(strstr(text.data, "not covered by the licence"));
        ck_assert_int_eq(strcmp(text.data + text.length - 14, "  FROM scored\n"), 0);
        assay_text_clear(&text);
        assay_text_clear(&again);
    }
    lab_clear(&lab);
}
END_TEST

/* What only some models and dialects need; models by their place in tests/model/specs.h. */
static const struct {
    size_t spec;
    enum assay_sql_dialect dialect;
    const char *there[5], *not_there[4];
} pieces[] = {
    {0,
     ASSAY_SQL_SQLITE,
     {"AS MATERIALIZED (", "normalised"},
     {"placed", "curved", "no_score", "OFFSET"}},
    {1,
     ASSAY_SQL_POSTGRESQL,
     {"width_bucket(v_logins, x_logins)", "OFFSET 0", "THEN sign("},
     {"JOIN k_"}},
    {1,
     ASSAY_SQL_DUCKDB,
     {"len([e for e in x_logins if e <= v_logins])"},
     {"OFFSET", "MATERIALIZED"}},
    {2,
     ASSAY_SQL_BIGQUERY,
     {"UNNEST(ARRAY<STRUCT<cohort INT64, x0 FLOAT64", "CAST(a.`plan` AS STRING)"},
     {"\"", "VALUES", "MATERIALIZED"}},
    {2, ASSAY_SQL_SNOWFLAKE, {"SELECT * FROM (VALUES", "a.\"PLAN\"", "new_plan"}, {"`", "UNNEST"}},
    {3, ASSAY_SQL_SQLITE, {"no_score = 0", "COALESCE(", " AS rest"}, {"r_1"}},
    {7, ASSAY_SQL_SQLITE, {"composite AS unclamped"}, {"line_of"}},
    {COUNT(model_specs) - 2,
     ASSAY_SQL_SQLITE,
     {"floor(", "AS r_2", "AS d_1", "12.5e0"},
     {"50e0 +"}},
    {COUNT(model_specs) - 1,
     ASSAY_SQL_SQLITE,
     {"CASE weights_of", "CASE line_of", "new_segment"},
     {"r_1"}},
};

START_TEST(the_query_has_the_steps_that_the_model_needs_and_no_other)
{
    struct lab lab = {0};
    exported_model(&lab, pieces[_i].spec);
    struct assay_text text = sql_text(&lab.model, pieces[_i].dialect, false);
    const char *query = strstr(text.data, "WITH ");
    for (size_t k = 0; k < 5 && pieces[_i].there[k] != NULL; k++)
        ck_assert_msg(strstr(query, pieces[_i].there[k]) != NULL, "%s", pieces[_i].there[k]);
    for (size_t k = 0; k < 4 && pieces[_i].not_there[k] != NULL; k++)
        ck_assert_msg(strstr(query, pieces[_i].not_there[k]) == NULL, "%s",
                      pieces[_i].not_there[k]);
    assay_text_clear(&text);
    lab_clear(&lab);
}
END_TEST

START_TEST(sixty_curves_are_joined_in_two_steps)
{
    struct lab lab = {0};
    exported_model(&lab, 1);
    struct assay_signal_spec *signals = assay_alloc(60, sizeof *signals);
    struct assay_baseline *baselines = assay_alloc(60, sizeof *baselines);
    double *none = assay_alloc(60, sizeof *none);
    struct assay_model model = lab.model;
    ck_assert(signals != NULL && baselines != NULL && none != NULL);
    for (size_t j = 0; j < 60; j++) {
        signals[j] = lab.model.spec.signals[0];
        baselines[j] = lab.model.baselines[0];
    }
    model.n_signal = model.spec.n_signal = 60;
    model.spec.signals = signals;
    model.baselines = baselines;
    model.slope = model.weight = model.missing_term = none;
    struct assay_text text = sql_text(&model, ASSAY_SQL_SQLITE, false);
    ck_assert_uint_eq(count_of(text.data, "LEFT JOIN k_logins"), 60);
    const char *second = strstr(text.data, "curved_2 AS");
    ck_assert_ptr_nonnull(second);
    ck_assert_uint_eq(count_of(second, "LEFT JOIN k_logins"), 10);
    ck_assert_ptr_null(strstr(text.data, "curved_3"));
    assay_text_clear(&text);
    free(signals);
    free(baselines);
    free(none);
    lab_clear(&lab);
}
END_TEST

/* ---- what is refused ---- */

static const struct {
    const char *rename_id, *input, *to;
    bool self_test;
    const char *message;
} bad[] = {
    {NULL, "months", "PLAN", false,
     "duckdb cannot hold this model: columns \"plan\" and \"PLAN\" differ in case alone"},
    {"plan", NULL, NULL, true,
     "sql cannot hold this model: column \"plan\" is the id and an input, which the self-test "
     "cannot tell "
     "apart"},
};

START_TEST(what_a_table_cannot_be_is_refused_by_name)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_text text = {0};
    exported_model(&lab, 4);
    if (bad[_i].rename_id != NULL)
        exported_rename(&lab.model.spec.id, bad[_i].rename_id);
    for (size_t k = 0; k < lab.model.n_input && bad[_i].input != NULL; k++)
        if (strcmp(lab.model.inputs[k].column, bad[_i].input) == 0)
            exported_rename(&lab.model.inputs[k].column, bad[_i].to);
    struct assay_export_request request = {.model = &lab.model,
                                           .self_test = bad[_i].self_test,
                                           .dialect = ASSAY_SQL_DUCKDB,
                                           .table = "accounts"};
    ck_assert_int_eq(assay_export_sql(&request, &text, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    assay_text_clear(&text);
    lab_clear(&lab);
}
END_TEST

START_TEST(a_column_that_is_a_number_and_a_text_is_refused_with_what_to_do)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_text text = {0};
    exported_model(&lab, N_EXPORTED - 1);
    struct assay_export_request request = {.model = &lab.model, .table = "accounts"};
    ck_assert_int_eq(assay_export_dbt(&request, &text, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message,
                     "dbt cannot hold this model: column \"nps\" is read both as a number and "
                     "as a text");
    ck_assert_str_eq(err.hint, "Give each use a column of its own and calibrate again.");
    assay_text_clear(&text);
    lab_clear(&lab);
}
END_TEST

/* Gives the first zone a name of a megabyte. */
static void lengthen(struct assay_model *model)
{
    struct assay_text name = {0};
    for (size_t k = 0; k < 1 << 16; k++)
        assay_text_puts(&name, "Critical indeed!");
    exported_rename(&model->spec.zones[0].name, name.data);
    assay_text_clear(&name);
}

START_TEST(a_statement_beyond_the_limit_is_refused_with_its_length)
{
    static const enum assay_sql_dialect limited[] = {ASSAY_SQL_BIGQUERY, ASSAY_SQL_SNOWFLAKE};
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_text text = {0};
    char message[200], have[ASSAY_GROUPED_SIZE];
    exported_model(&lab, 1);
    lengthen(&lab.model);
    for (size_t k = 0; k < COUNT(limited); k++) {
        struct assay_export_request request = {
            .model = &lab.model, .dialect = limited[k], .table = "accounts"};
        assay_text_reset(&text);
        ck_assert_int_eq(assay_export_sql(&request, &text, &err), ASSAY_EDATA);
        snprintf(message, sizeof message,
                 "%s cannot hold this model: the statement has %s bytes; its limit is 1,048,576",
                 assay_sql_dialect_names[limited[k]],
                 assay_number_group((double)text.length, have));
        ck_assert_str_eq(err.message, message);
    }
    assay_text_clear(&text);
    text = sql_text(&lab.model, ASSAY_SQL_SQLITE, false);
    ck_assert_uint_gt(text.length, 1048576);
    assay_text_clear(&text);
    lab_clear(&lab);
}
END_TEST

/* ---- dbt ---- */

static struct assay_text dbt_text(const struct assay_model *model, bool self_test)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    struct assay_export_request request = {.model = model, .self_test = self_test};
    ck_assay_ok(assay_export_dbt(&request, &text, &err));
    return text;
}

START_TEST(the_macro_is_named_after_the_model_and_its_test_calls_it)
{
    struct lab lab = {0};
    exported_model(&lab, 3);
    struct assay_text macro = dbt_text(&lab.model, false), test = dbt_text(&lab.model, true);
    ck_assert_ptr_nonnull(strstr(macro.data, "{%- macro made_up_score(relation) -%}"));
    ck_assert_ptr_nonnull(strstr(macro.data, "FROM {{ relation }} AS a"));
    ck_assert_uint_eq(count_of(macro.data, "{%- macro "), count_of(macro.data, "{%- endmacro -%}"));
    ck_assert_uint_eq(count_of(macro.data, "{%- if "), count_of(macro.data, "{%- endif "));
    ck_assert_ptr_null(strstr(macro.data, "raise_compiler_error(\"bigquery"));
    ck_assert_ptr_nonnull(strstr(test.data, "results AS (\n{{ made_up_score('examples') }}\n)"));
    ck_assert_ptr_null(strstr(test.data, "{%- macro "));
    assay_text_clear(&macro);
    assay_text_clear(&test);
    lab_clear(&lab);
}
END_TEST

START_TEST(the_macro_refuses_where_one_adapter_cannot_hold_the_model)
{
    struct lab lab = {0};
    exported_model(&lab, 1);
    lengthen(&lab.model);
    struct assay_text macro = dbt_text(&lab.model, false);
    ck_assert_ptr_nonnull(strstr(macro.data,
                                 "{%- if target.type == 'bigquery' -%}\n"
                                 "  {{- exceptions.raise_compiler_error(\"bigquery cannot hold "
                                 "this model: the statement has "));
    assay_text_clear(&macro);
    lab_clear(&lab);
}
END_TEST

/* Braces of a template open where this program wrote them alone. */
START_TEST(no_text_of_the_model_is_taken_for_a_template)
{
    struct lab lab = {0};
    struct assay_text plain, odd;
    exported_model(&lab, 2);
    plain = dbt_text(&lab.model, false);
    exported_reword(&lab.model, "Team", "{{x}} {%y%} {#z#} '\\");
    odd = dbt_text(&lab.model, false);
    ck_assert_ptr_nonnull(strstr(odd.data, "{{ made_up_text(\"{{x}} {%y%} {#z#} '\\\\\") }}"));
    ck_assert_uint_eq(count_of(odd.data, "{{x}}"), count_of(odd.data, "_text(\"{{x}}"));
    ck_assert_uint_gt(count_of(odd.data, "-- ((x)) (%y%) (#z#)"), 0);
    ck_assert_uint_eq(count_of(plain.data, "{% "), count_of(odd.data, "{% "));
    assay_text_clear(&plain);
    assay_text_clear(&odd);
    lab_clear(&lab);
}
END_TEST

/* ---- in SQLite ---- */

static bool has_sqlite(void)
{
    if (!exported_has("sqlite3"))
        return false;
    int status = system("test \"$(sqlite3 :memory: 'WITH a AS MATERIALIZED (SELECT 1) SELECT "
                        "CAST(exp(0) + floor(0) AS INTEGER)' 2>/dev/null)\" = 1");
    if (status == 0)
        return true;
    test_skip("sqlite3 is older than 3.35 or without its mathematical functions");
    return false;
}

/* What sqlite3 says to a script and then the text; said is emptied before. */
static void run_sqlite(const char *folder, const char *before, const char *text, const char *after,
                       struct assay_text *said)
{
    struct assay_text script = {0};
    assay_text_printf(&script, "%s%s%s;\n", before, text, after);
    exported_write(folder, "script.sql", script.data, script.length);
    ck_assert_int_eq(exported_run(folder, "sqlite3 -bail :memory: <script.sql", said), 0);
    assay_text_clear(&script);
}

START_TEST(every_self_test_passes_in_sqlite_and_a_spoilt_one_does_not)
{
    char folder[] = "/tmp/assay-sql-XXXXXX";
    struct assay_text said = {0};
    if (!has_sqlite())
        return;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    static const size_t scored[] = {
        0, 1, 2, 3, 4, 5, 6, 7, 9, COUNT(model_specs) - 2, COUNT(model_specs) - 1};
    for (size_t i = 0; i < COUNT(scored); i++) {
        size_t k = scored[i];
        struct lab lab = {0};
        exported_model(&lab, k);
        exported_mix(&lab.model, k);
        struct assay_text text = sql_text(&lab.model, ASSAY_SQL_SQLITE, true);
        run_sqlite(folder, "", text.data, "", &said);
        ck_assert_msg(said.length == 0, "%s: %s", model_specs[k].what, said.data);
        assay_text_clear(&text);
        if (k == 3) {
            lab.model.intercept += 0.001;
            text = sql_text(&lab.model, ASSAY_SQL_SQLITE, true);
            run_sqlite(folder, "", text.data, "", &said);
            ck_assert_uint_gt(count_of(said.data, "|score|"), 10);
            assay_text_clear(&text);
        }
        lab_clear(&lab);
    }
    assay_text_clear(&said);
    exported_remove(folder);
}
END_TEST

START_TEST(odd_texts_of_a_model_pass_through_sqlite)
{
    char folder[] = "/tmp/assay-sql-XXXXXX";
    struct assay_text said = {0};
    struct lab lab = {0};
    if (!has_sqlite())
        return;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    exported_model(&lab, 3);
    for (size_t j = 0; j < lab.model.n_signal; j++)
        exported_rename(&lab.model.spec.signals[j].name, exported_odd[j % COUNT(exported_odd)]);
    for (size_t z = 0; z < lab.model.spec.n_zone; z++)
        exported_rename(&lab.model.spec.zones[z].name, exported_odd[z % COUNT(exported_odd)]);
    exported_reword(&lab.model, "Team", exported_odd[5]);
    exported_reword(&lab.model, "yearly", exported_odd[2]);
    struct assay_text text = sql_text(&lab.model, ASSAY_SQL_SQLITE, true);
    run_sqlite(folder, "", text.data, "", &said);
    ck_assert_str_eq(said.data == NULL ? "" : said.data, "");
    assay_text_clear(&text);
    assay_text_clear(&said);
    lab_clear(&lab);
    exported_remove(folder);
}
END_TEST

/* SQLite lets a column hold anything: a text that is a number is one, and a text that is none is missing,
 * not 0. */
START_TEST(a_text_that_is_no_number_is_missing_in_sqlite)
{
    char folder[] = "/tmp/assay-sql-XXXXXX";
    struct assay_text said = {0};
    struct lab lab = {0};
    if (!has_sqlite())
        return;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    exported_model(&lab, 0);
    struct assay_text text = sql_text(&lab.model, ASSAY_SQL_SQLITE, false);
    run_sqlite(folder,
               "CREATE TABLE accounts (id, \"use\" TEXT, seats);\n"
               "INSERT INTO accounts VALUES (1, '30.5', 0.5), (2, ' 30.5 ', '5e-1'),\n"
               "  (3, '', 0.5), (4, 'abc', 0.5), (5, '30.5x', 0.5), (6, NULL, 0.5),\n"
               "  (7, '0', 0.5), (8, '0x10', 0.5);\n"
               "SELECT id, missing, \"use\" FROM (\n",
               text.data, ")", &said);
    ck_assert_str_eq(said.data, "1|0|30.5\n2|0|30.5\n3|1|50.0\n4|1|50.0\n5|1|50.0\n6|1|50.0\n"
                                "7|0|0.0\n8|1|50.0\n");
    assay_text_clear(&text);
    assay_text_clear(&said);
    lab_clear(&lab);
    exported_remove(folder);
}
END_TEST

START_TEST(plans_differ_in_case_whatever_the_column_says)
{
    char folder[] = "/tmp/assay-sql-XXXXXX";
    struct assay_text said = {0};
    struct lab lab = {0};
    if (!has_sqlite())
        return;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    exported_model(&lab, 2);
    struct assay_text text = sql_text(&lab.model, ASSAY_SQL_SQLITE, false);
    run_sqlite(folder,
               "CREATE TABLE accounts (id, plan TEXT COLLATE NOCASE, logins, tickets);\n"
               "INSERT INTO accounts VALUES (1, 'Team', 3, 3), (2, 'TEAM', 3, 3), (3, '', 3, "
               "3);\n"
               "SELECT id, new_plan FROM (\n",
               text.data, ")", &said);
    ck_assert_str_eq(said.data, "1|0\n2|1\n3|0\n");
    assay_text_clear(&text);
    assay_text_clear(&said);
    lab_clear(&lab);
    exported_remove(folder);
}
END_TEST

/* ---- memory ---- */

START_TEST(running_out_of_memory_is_said_and_nothing_leaks)
{
    assay_export_target *const targets[] = {assay_export_sql, assay_export_dbt};
    struct lab lab = {0};
    exported_model(&lab, COUNT(model_specs) - 1);
    for (size_t t = 0; t < COUNT(targets); t++) {
        struct assay_export_request request = {
            .model = &lab.model, .self_test = t == 0, .table = "accounts"};
        enum assay_status status = ASSAY_ENOMEM;
        size_t n = 1;
        for (; status != ASSAY_OK; n++) {
            struct assay_error err = {0};
            struct assay_text text = {0};
            test_fail_allocation(n);
            status = targets[t](&request, &text, &err);
            test_fail_allocation(0);
            assay_text_clear(&text);
            ck_assert(status == ASSAY_OK || strncmp(err.message, "out of memory", 13) == 0);
        }
        ck_assert_uint_gt(n, 20);
    }
    lab_clear(&lab);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, a_text_ends_where_the_dialect_says, 0, COUNT(literals));
    tcase_add_loop_test(tc, a_column_has_the_quotes_of_its_dialect, 0, COUNT(columns));
    tcase_add_loop_test(tc, a_table_is_quoted_part_by_part, 0, COUNT(tables));
    tcase_add_loop_test(tc, what_is_no_table_is_refused, 0, COUNT(no_tables));
    tcase_add_loop_test(tc, every_number_is_a_double, 0, COUNT(numbers));
    tcase_add_test(tc, the_query_says_whose_it_is_and_ends_without_a_semicolon);
    tcase_add_loop_test(tc, the_query_has_the_steps_that_the_model_needs_and_no_other, 0,
                        COUNT(pieces));
    tcase_add_test(tc, sixty_curves_are_joined_in_two_steps);
    tcase_add_loop_test(tc, what_a_table_cannot_be_is_refused_by_name, 0, COUNT(bad));
    tcase_add_test(tc, a_column_that_is_a_number_and_a_text_is_refused_with_what_to_do);
    tcase_add_test(tc, a_statement_beyond_the_limit_is_refused_with_its_length);
    tcase_add_test(tc, the_macro_is_named_after_the_model_and_its_test_calls_it);
    tcase_add_test(tc, the_macro_refuses_where_one_adapter_cannot_hold_the_model);
    tcase_add_test(tc, no_text_of_the_model_is_taken_for_a_template);
    tcase_add_test(tc, every_self_test_passes_in_sqlite_and_a_spoilt_one_does_not);
    tcase_add_test(tc, odd_texts_of_a_model_pass_through_sqlite);
    tcase_add_test(tc, a_text_that_is_no_number_is_missing_in_sqlite);
    tcase_add_test(tc, plans_differ_in_case_whatever_the_column_says);
    tcase_add_test(tc, running_out_of_memory_is_said_and_nothing_leaks);
}

ASSAY_SUITE("release/export_sql", add_tests)
