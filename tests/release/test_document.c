#include "release/document/document.h"

#include "tests/release/documented.h"

/* ---- sections and items ---- */

static const char *const titles[] = {"Summary",
                                     "Purpose and use",
                                     "Data",
                                     "Outcome",
                                     "Signals",
                                     "Weights and formula",
                                     "How it was fitted",
                                     "Line and zones",
                                     "Performance",
                                     "Audit at release",
                                     "Segments and fairness",
                                     "Limits",
                                     "Release",
                                     "Changes",
                                     "Monitoring plan",
                                     "Change history",
                                     "Approval and openness",
                                     "TRIPOD+AI checklist"};
static const char *const items[] = {
    "1",   "2",   "3a",  "3b", "3c", "4",   "5a",  "5b",  "6a",  "6b",  "6c",  "7",   "8a",
    "8b",  "8c",  "9a",  "9b", "9c", "10",  "11",  "12a", "12b", "12c", "12d", "12e", "12f",
    "12g", "13",  "14",  "15", "16", "17",  "18a", "18b", "18c", "18d", "18e", "18f", "19",
    "20a", "20b", "20c", "21", "22", "23a", "23b", "24",  "25",  "26",  "27a", "27b", "27c"};
#define CHECKLIST "Items, and where they are answered"

/* Every kind of version: i = 0 .. 11. */
static void make_kind(struct documented *d, int i)
{
    const char *audit = i / 2 == 0 ? NULL : i / 2 == 1 ? rich_audit : poor_audits[i / 2 - 2];
    bool poor = i / 2 >= 2; /* a record is made of sound audits only */
    if (i % 2 == 0)
        documented_first(d, poor ? NULL : audit);
    else
        documented_second(d, poor ? NULL : audit);
    recorded_audit(&d->recorded, audit);
    d->input.audit = d->recorded.audit;
}

START_TEST(sections_and_items_all_stand_in_their_order)
{
    struct documented d;
    make_kind(&d, _i);
    struct assay_text markdown = markdown_of(&d), html = html_of(&d);
    const char *in_markdown = markdown.data, *in_html = strstr(html.data, "<main");
    char line[128];
    for (size_t k = 0; k < COUNT(titles); k++) {
        snprintf(line, sizeof line, "\n## %s\n", titles[k]);
        in_markdown = strstr(in_markdown, line);
        snprintf(line, sizeof line, "-title\">%s</h2>\n", titles[k]);
        in_html = strstr(in_html, line);
        ck_assert_msg(in_markdown != NULL && in_html != NULL, "%s", titles[k]);
    }
    for (size_t k = 0; k < COUNT(items); k++) {
        snprintf(line, sizeof line, "\n| %s ", items[k]);
        in_markdown = strstr(in_markdown, line);
        snprintf(line, sizeof line, "<th scope=\"row\">%s</th>", items[k]);
        in_html = strstr(in_html, line);
        ck_assert_msg(in_markdown != NULL && in_html != NULL, "%s", items[k]);
    }
    assay_text_clear(&markdown);
    assay_text_clear(&html);
    documented_clear(&d);
}
END_TEST

static bool is_listed(const char *list, const char *item)
{
    char word[16];
    snprintf(word, sizeof word, " %s ", item);
    return strstr(list, word) != NULL;
}

/* Items that need a key of "about", the keys in their order. */
static const char *const needing[ASSAY_ABOUT_KEYS] = {[ASSAY_ABOUT_PURPOSE] = " 3a 3b ",
                                                      [ASSAY_ABOUT_USERS] = " 3b 27b ",
                                                      [ASSAY_ABOUT_ACTION] = " 6c ",
                                                      [ASSAY_ABOUT_POPULATION] = " 1 3b 6a 6b ",
                                                      [ASSAY_ABOUT_DATA] = " 5a 7 ",
                                                      [ASSAY_ABOUT_OUTCOME] = " 8a 8b 8c ",
                                                      [ASSAY_ABOUT_SIGNALS] = " 9a 9b 9c ",
                                                      [ASSAY_ABOUT_FAIRNESS] = " 3c 14 25 ",
                                                      [ASSAY_ABOUT_LIMITATIONS] = " 26 ",
                                                      [ASSAY_ABOUT_MONITORING] = " 27c ",
                                                      [ASSAY_ABOUT_OWNER] = "",
                                                      [ASSAY_ABOUT_APPROVAL] = " 17 ",
                                                      [ASSAY_ABOUT_INVOLVEMENT] = " 19 ",
                                                      [ASSAY_ABOUT_FUNDING] = " 18a 18b ",
                                                      [ASSAY_ABOUT_PROTOCOL] = " 18c 18d ",
                                                      [ASSAY_ABOUT_DATA_ACCESS] = " 18e ",
                                                      [ASSAY_ABOUT_CODE_ACCESS] = " 18f "};

/* A model with all that the checklist asks for but for texts. */
static void declare_the_rest(struct documented *d)
{
    struct assay_model *model = documented_model(d);
    model->spec.segments = handmade_alloc(1, sizeof *model->spec.segments);
    model->spec.segments[0] = handmade_text("region");
    model->spec.n_segment = 1;
    model->spec.audit.acted_on_column = handmade_text("acted");
    model->training.reference.rows = 900;
}

START_TEST(a_key_of_about_left_out_leaves_its_items_missing_and_no_others)
{
    struct documented d;
    char row[1024], named[64];
    size_t key = (size_t)_i; /* ASSAY_ABOUT_KEYS: none is left out */
    documented_second(&d, rich_audit);
    declare_the_rest(&d);
    documented_say_all(&d);
    snprintf(named, sizeof named, "\x1f\"about.%s\"\x1f",
             key < ASSAY_ABOUT_KEYS ? assay_about_names[key] : "");
    if (key < ASSAY_ABOUT_KEYS)
        documented_say(&d, key, NULL);
    struct assay_text markdown = markdown_of(&d), tables = tables_of_markdown(&markdown);
    for (size_t k = 0; k < COUNT(items); k++) {
        ck_assert_ptr_nonnull(find_row(&tables, CHECKLIST, items[k], row));
        bool missing = key < ASSAY_ABOUT_KEYS && is_listed(needing[key], items[k]);
        const char *state = strcmp(items[k], "13") == 0 ? "\x1f"
                                                          "does not apply\x1f"
                            : missing                   ? "\x1fmissing\x1f"
                                                        : "\x1f"
                                                          "filled\x1f";
        ck_assert_msg(strstr(row, state) != NULL, "%s: %s", items[k], row);
        ck_assert_msg((strstr(row, named) != NULL) == missing, "%s: %s", items[k], row);
    }
    assay_text_clear(&markdown);
    assay_text_clear(&tables);
    documented_clear(&d);
}
END_TEST

START_TEST(the_audit_of_another_model_is_left_out)
{
    struct documented d;
    static const char foreign[] =
        AUDIT_HEAD(DIGEST("9"), "null") "\"metrics\": {\"auc\": {\"value\": 0.999, "
                                        "\"interval\": [0.998, 1]}}, \"verdict\": {\"result\": "
                                        "\"pass\", \"headline\": \"pass: all is well\"}}";
    documented_second(&d, foreign);
    struct assay_text markdown = markdown_of(&d);
    ck_assert_ptr_nonnull(strstr(markdown.data, "Released with the audit of another model."));
    ck_assert_ptr_null(strstr(markdown.data, "0.999 [0.998"));
    ck_assert_ptr_null(strstr(markdown.data, "all is well"));
    assay_text_clear(&markdown);
    documented_clear(&d);
}
END_TEST

/* What else items need: with everything said, this is missing when it is taken away. */
static const struct {
    const char *what, *items, *words;
} other_needs[] = {{"audit", " 16 20c 23a 23b 25 ", "an audit"},
                   {"segments", " 12d 23a 23b ", "\"segments\""},
                   {"acted_on", " 6c ", "\"audit.acted_on\""},
                   {"reference", " 20b 20c ", "a calibration by this program"},
                   {"as_of", " 5b ", "\"as_of\""}};

START_TEST(what_else_is_left_out_is_missing_by_its_name)
{
    struct documented d;
    char row[1024];
    documented_second(&d, _i == 0 ? NULL : rich_audit);
    declare_the_rest(&d);
    documented_say_all(&d);
    struct assay_model *model = documented_model(&d);
    model->spec.n_segment -= _i == 1;
    if (_i == 1)
        free(model->spec.segments[0]);
    if (_i == 2) {
        free(model->spec.audit.acted_on_column);
        model->spec.audit.acted_on_column = NULL;
    }
    model->training.reference.rows = _i == 3 ? 0 : 900;
    model->training.from = _i == 4 ? ASSAY_NO_DATE : model->training.from;
    struct assay_text markdown = markdown_of(&d), tables = tables_of_markdown(&markdown);
    for (size_t k = 0; k < COUNT(items); k++) {
        ck_assert_ptr_nonnull(find_row(&tables, CHECKLIST, items[k], row));
        bool missing = is_listed(other_needs[_i].items, items[k]);
        ck_assert_msg((strstr(row, "\x1fmissing\x1f") != NULL) == missing, "%s: %s", items[k], row);
        ck_assert_msg((strstr(row, other_needs[_i].words) != NULL) == missing, "%s: %s", items[k],
                      row);
    }
    assay_text_clear(&markdown);
    assay_text_clear(&tables);
    documented_clear(&d);
}
END_TEST

START_TEST(a_first_look_does_not_claim_to_be_cross_validated)
{
    struct documented d;
    documented_first(&d, NULL);
    if (_i == 1)
        documented_model(&d)->spec.fit.folds = 0;
    struct assay_text markdown = markdown_of(&d);
    ck_assert_int_eq(strstr(markdown.data, "by cross-validation over accounts") != NULL, _i == 0);
    ck_assert_int_eq(strstr(markdown.data, "none: a first look, nothing was held out") != NULL, _i == 1);
    assay_text_clear(&markdown);
    documented_clear(&d);
}
END_TEST

START_TEST(a_first_version_updates_nothing)
{
    struct documented d;
    char row[1024];
    documented_first(&d, NULL);
    struct assay_text markdown = markdown_of(&d), tables = tables_of_markdown(&markdown);
    ck_assert_str_eq(find_row(&tables, CHECKLIST, "24", row),
                     "24\x1fwhat updating brought\x1f"
                     "does not apply\x1f"
                     "the first version updates nothing\x1f");
    ck_assert_ptr_nonnull(
        strstr(markdown.data, "This is the first version: there is nothing that it changes."));
    ck_assert_ptr_nonnull(strstr(markdown.data, "Filled: 15; missing: 34; not applicable: 3."));
    assay_text_clear(&markdown);
    assay_text_clear(&tables);
    documented_clear(&d);
}
END_TEST

/* ---- the two forms ---- */

START_TEST(markdown_and_html_hold_the_same_tables)
{
    struct documented d;
    make_kind(&d, _i);
    documented_say_all(&d);
    struct assay_text markdown = markdown_of(&d), html = html_of(&d);
    struct assay_text of_markdown = tables_of_markdown(&markdown), of_html = tables_of_html(&html);
    ck_assert_uint_gt(of_markdown.length, 2000);
    ck_assert_str_eq(of_markdown.data, of_html.data);
    assay_text_clear(&markdown);
    assay_text_clear(&html);
    assay_text_clear(&of_markdown);
    assay_text_clear(&of_html);
    documented_clear(&d);
}
END_TEST

/* Every link within the page leads somewhere, and no place has a namesake. */
static void check_links(const char *html)
{
    char id[64];
    for (const char *at = html; (at = strstr(at, "href=\"")) != NULL; at++) {
        ck_assert_int_eq(at[6], '#');
        snprintf(id, sizeof id, "id=\"%.*s\"", (int)strcspn(at + 7, "\""), at + 7);
        const char *found = strstr(html, id);
        ck_assert_msg(found != NULL && strstr(found + 1, id) == NULL, "%s", id);
    }
}

START_TEST(the_page_is_well_formed_and_needs_nothing_else)
{
    struct documented d;
    make_kind(&d, _i);
    struct assay_text html = html_of(&d);
    check_nesting(html.data);
    check_links(html.data);
    ck_assert_int_eq(strncmp(html.data, "<!DOCTYPE html>\n<html lang=\"en\">", 32), 0);
    static const char *const foreign[] = {"<script", "<img",  "<link",  "url(",
                                          "@import", "http:", "https:", " on"};
    for (size_t k = 0; k + 1 < COUNT(foreign); k++)
        ck_assert_msg(strstr(html.data, foreign[k]) == NULL, "%s", foreign[k]);
    assay_text_clear(&html);
    documented_clear(&d);
}
END_TEST

START_TEST(no_number_is_printed_that_is_none)
{
    struct documented d;
    make_kind(&d, _i);
    struct assay_text markdown = markdown_of(&d), html = html_of(&d);
    static const char *const wrong[] = {"nan",   "NaN",     " inf",    "[inf",   "(null)",
                                        "-0.0 ", "-0.000 ", "-0.000]", "-0.000,"};
    for (size_t k = 0; k < COUNT(wrong); k++) {
        ck_assert_msg(strstr(markdown.data, wrong[k]) == NULL, "%s", wrong[k]);
        ck_assert_msg(strstr(strstr(html.data, "<body"), wrong[k]) == NULL, "%s", wrong[k]);
    }
    assay_text_clear(&markdown);
    assay_text_clear(&html);
    documented_clear(&d);
}
END_TEST

START_TEST(lines_outside_tables_fit_a_page)
{
    struct documented d;
    make_kind(&d, _i);
    documented_say_all(&d);
    struct assay_text markdown = markdown_of(&d);
    for (const char *line = markdown.data; *line != '\0'; line += strcspn(line, "\n") + 1) {
        size_t length = strcspn(line, "\n");
        ck_assert_msg(length <= 100 || line[0] == '|', "%.*s", (int)length, line);
        ck_assert_msg(length == 0 || line[length - 1] != ' ', "%.*s", (int)length, line);
    }
    assay_text_clear(&markdown);
    documented_clear(&d);
}
END_TEST

/* ---- foreign texts ---- */

#define HOSTILE                                                                                    \
    "<script>alert('x')</script>|\"&amp;[a](javascript:b)\n# h\n\n- \xe2\x80\xae"                  \
    "evil"

static void rename_all(struct documented *d, struct assay_model *model)
{
    struct assay_spec *spec = &model->spec;
    char **names[] = {&spec->name,
                      &spec->signals[0].name,
                      &spec->signals[0].column,
                      &spec->signals[0].dimension,
                      &spec->zones[0].name,
                      &spec->outcome.column,
                      &spec->as_of};
    for (size_t k = 0; k < COUNT(names); k++) {
        free(*names[k]);
        *names[k] = handmade_text(HOSTILE);
    }
    for (size_t key = 0; model == documented_model(d) && key < ASSAY_ABOUT_KEYS; key++)
        documented_say(d, key, HOSTILE);
}

/* Names, texts of people, gates and reasons, all hostile. */
static void make_hostile(struct documented *d)
{
    struct assay_error err = {0};
    struct recorded *r = &d->recorded;
    documented_second(d, rich_audit);
    rename_all(d, &r->first);
    rename_all(d, &r->second);
    assay_change_clear(&r->change);
    ck_assay_ok(assay_change_find(&r->first, &r->second, &r->change, &err));
    recorded_close(r, ASSAY_GATE_VERDICT, HOSTILE, HOSTILE);
    r->facts.override = r->facts.approver = r->facts.notes = HOSTILE;
    documented_record(d);
}

START_TEST(hostile_texts_stay_texts_in_html)
{
    struct documented d;
    make_hostile(&d);
    struct assay_text html = html_of(&d);
    const char *body = strstr(html.data, "<body");
    ck_assert_ptr_null(strstr(body, "<script"));
    ck_assert_ptr_null(strstr(body, "alert('x')"));
    ck_assert_ptr_null(strstr(body, "\"&amp;["));
    ck_assert_ptr_null(strstr(body, "\xe2\x80\xae"));
    ck_assert_ptr_nonnull(strstr(
        body, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;|&quot;&amp;amp;[a](javascript:b)"));
    check_nesting(html.data);
    check_links(html.data);
    assay_text_clear(&html);
    documented_clear(&d);
}
END_TEST

static void check_line(const char *line, const char *end)
{
    for (; line < end; line++) {
        ck_assert(strncmp(line, "](javascript", 12) != 0 || line[-1] == '\\');
        ck_assert(strncmp(line, "\xe2\x80\xae", 3) != 0);
        ck_assert(strncmp(line, "<script", 7) != 0 || line[-1] == '\\');
    }
}

START_TEST(hostile_texts_stay_texts_in_markdown)
{
    struct documented d;
    make_hostile(&d);
    struct assay_text markdown = markdown_of(&d), html = html_of(&d);
    ck_assert_ptr_null(strstr(markdown.data, "\n# h"));
    for (const char *line = markdown.data; *line != '\0'; line += strcspn(line, "\n") + 1)
        if (strncmp(line, "    ", 4) != 0) /* nothing is markup in the formula */
            check_line(line, line + strcspn(line, "\n"));
    ck_assert_ptr_nonnull(strstr(
        markdown.data, "\\<script>alert('x')\\</script>\\|\"\\&amp;[a\\](javascript:b) # h - "));
    /* Within tables a line end is a blank, so that rows keep their cells. */
    struct assay_text of_markdown = tables_of_markdown(&markdown), of_html = tables_of_html(&html);
    size_t cells = 0;
    for (size_t k = 0; k < of_markdown.length; k++)
        cells += of_markdown.data[k] == '\x1f';
    for (size_t k = 0; k < of_html.length; k++)
        cells -= of_html.data[k] == '\x1f';
    ck_assert_uint_eq(cells, 0);
    assay_text_clear(&markdown);
    assay_text_clear(&html);
    assay_text_clear(&of_markdown);
    assay_text_clear(&of_html);
    documented_clear(&d);
}
END_TEST

/* ---- what stands at the top ---- */

START_TEST(an_override_comes_first_with_the_gates_it_overrode)
{
    struct documented d;
    documented_second(&d, rich_audit);
    recorded_close(&d.recorded, ASSAY_GATE_ZONES, "at most 20%", "31% of 900 snapshots");
    d.recorded.facts.override = "the team decided";
    documented_record(&d);
    struct assay_text markdown = markdown_of(&d), html = html_of(&d);
    ck_assert_ptr_nonnull(strstr(
        markdown.data,
        "\n## Summary\n\n> **Released over closed gates. Reason given: the team decided**\n>\n"
        "> - zones: asked for at most 20%; found 31% of 900 snapshots\n\n"));
    ck_assert_ptr_nonnull(strstr(html.data,
                                 "Summary</h2>\n<div class=\"notice bad\" role=\"note\">\n<p "
                                 "class=\"first\">Released over closed gates."));
    ck_assert_ptr_nonnull(find_behind(&markdown, "## Change history", "| overridden |"));
    ck_assert_ptr_nonnull(find_behind(&markdown, "## Release", "Closed gates were overridden."));
    assay_text_clear(&markdown);
    assay_text_clear(&html);
    documented_clear(&d);
}
END_TEST

START_TEST(a_version_that_is_not_in_force_says_so)
{
    struct documented d;
    documented_second(&d, NULL);
    struct assay_text before = markdown_of(&d);
    ck_assert_ptr_null(strstr(before.data, "Not in force"));
    ck_assert_ptr_nonnull(strstr(before.data, "- Version: 1.1.0, in force\n"));
    ck_assert_ptr_nonnull(strstr(before.data, "> **Released without an audit:"));
    documented_entry(&d, "1.0.0", "1.1.0", ASSAY_EVENT_ROLLBACK, "zones moved");
    struct assay_text after = markdown_of(&d);
    ck_assert_ptr_nonnull(strstr(after.data, "> **Not in force: version 1.0.0 is.**\n"));
    ck_assert_ptr_nonnull(strstr(after.data, "- Version: 1.1.0\n"));
    documented_entry(&d, "1.1.0", NULL, ASSAY_EVENT_WITHDRAW, "wrong data");
    struct assay_text last = markdown_of(&d);
    ck_assert_ptr_nonnull(
        strstr(last.data, "> **Withdrawn on 2026-10-05. Reason given: wrong data**\n"));
    ck_assert_ptr_nonnull(
        find_behind(&last, "## Change history", "| gone back to | 1.1.0  | -   | zones moved |"));
    assay_text_clear(&before);
    assay_text_clear(&after);
    assay_text_clear(&last);
    documented_clear(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, sections_and_items_all_stand_in_their_order, 0, 12);
    tcase_add_loop_test(tc, a_key_of_about_left_out_leaves_its_items_missing_and_no_others, 0,
                        ASSAY_ABOUT_KEYS + 1);
    tcase_add_test(tc, the_audit_of_another_model_is_left_out);
    tcase_add_loop_test(tc, what_else_is_left_out_is_missing_by_its_name, 0, COUNT(other_needs));
    tcase_add_loop_test(tc, a_first_look_does_not_claim_to_be_cross_validated, 0, 2);
    tcase_add_test(tc, a_first_version_updates_nothing);
    tcase_add_loop_test(tc, markdown_and_html_hold_the_same_tables, 0, 12);
    tcase_add_loop_test(tc, the_page_is_well_formed_and_needs_nothing_else, 0, 12);
    tcase_add_loop_test(tc, no_number_is_printed_that_is_none, 0, 12);
    tcase_add_loop_test(tc, lines_outside_tables_fit_a_page, 0, 12);
    tcase_add_test(tc, hostile_texts_stay_texts_in_html);
    tcase_add_test(tc, hostile_texts_stay_texts_in_markdown);
    tcase_add_test(tc, an_override_comes_first_with_the_gates_it_overrode);
    tcase_add_test(tc, a_version_that_is_not_in_force_says_so);
}

ASSAY_SUITE("release/document", add_tests)
