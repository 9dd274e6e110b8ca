#include <math.h>
#include <string.h>

#include "core/base/number.h"
#include "release/record/look.h"
#include "release/record/markdown.h"
#include "release/record/markdown_table.h"
#include "release/record/words_parts.h"

/* ---- the matrix ---- */

/* Snapshots of one pair; a pair that the table does not have has none. */
static double cell_of(const struct cJSON *table, const char *from, const char *to)
{
    for (const struct cJSON *m = assay_look_first(table); m != NULL; m = assay_json_next(m)) {
        const char *f = assay_look_text(m, "from"), *t = assay_look_text(m, "to");
        if (f != NULL && t != NULL && strcmp(f, from) == 0 && strcmp(t, to) == 0)
            return assay_look_number(m, "n");
    }
    return 0;
}

static void put_matrix(const struct cJSON *moves, struct assay_text *text)
{
    const struct cJSON *before = assay_look_first(assay_look_at(moves, "before")),
                       *after = assay_look_first(assay_look_at(moves, "after"));
    struct assay_markdown_table table = {
        .n_column = 1 + assay_json_count(assay_look_at(moves, "after")), .n_left = 1};
    char grouped[ASSAY_GROUPED_SIZE];
    if (table.n_column < 2 || table.n_column > ASSAY_MARKDOWN_COLUMNS)
        return;
    assay_markdown_table_put(&table, "from (down), to (across)");
    for (const struct cJSON *to = after; to != NULL; to = assay_json_next(to))
        assay_markdown_table_put_foreign(&table, assay_json_string(to));
    for (const struct cJSON *from = before; from != NULL; from = assay_json_next(from)) {
        assay_markdown_table_put_foreign(&table, assay_json_string(from));
        for (const struct cJSON *to = after; to != NULL; to = assay_json_next(to)) {
            double n = cell_of(assay_look_at(moves, "table"), assay_json_string(from),
                               assay_json_string(to));
            assay_markdown_table_put(&table, assay_number_group(isnan(n) ? 0 : n, grouped));
        }
    }
    assay_text_putc(text, '\n');
    assay_markdown_table_end(&table, text);
}

/* ---- the sentence ---- */

static size_t place_of(const struct cJSON *zones, const char *name)
{
    size_t k = 0;
    for (const struct cJSON *z = assay_look_first(zones); z != NULL; z = assay_json_next(z), k++)
        if (strcmp(assay_json_string(z), name) == 0)
            break;
    return k;
}

/* Snapshots that moved to a riskier zone; the zones are the same, riskiest first. */
static double riskier_of(const struct cJSON *moves)
{
    const struct cJSON *zones = assay_look_at(moves, "before");
    double n = 0;
    for (const struct cJSON *m = assay_look_first(assay_look_at(moves, "table")); m != NULL;
         m = assay_json_next(m)) {
        const char *from = assay_look_text(m, "from"), *to = assay_look_text(m, "to");
        if (from != NULL && to != NULL && place_of(zones, to) < place_of(zones, from))
            n += assay_look_number(m, "n");
    }
    return n;
}

static void say_moved(const struct cJSON *moves, double n, double moved, struct assay_text *line)
{
    double riskier = riskier_of(moves);
    if (moved == 0) {
        assay_text_puts(line, "None of ");
        assay_words_count(line, n);
        assay_text_puts(line, " snapshots changes zone");
        return;
    }
    assay_words_count(line, moved);
    assay_text_puts(line, " of ");
    assay_words_count(line, n);
    assay_text_printf(line, " snapshots (%.1f%%) %s zone: ", 100 * moved / n,
                      moved == 1 ? "changes" : "change");
    assay_words_count(line, riskier);
    assay_text_puts(line, " to a riskier one, ");
    assay_words_count(line, moved - riskier);
    assay_text_puts(line, " to a healthier one");
}

static void say_crossing(double below, double above, struct assay_text *line)
{
    if (isnan(below) || isnan(above) || below + above == 0)
        return;
    assay_text_puts(line, "; ");
    assay_words_count(line, below);
    assay_text_puts(line,
                    below == 1 ? " goes below the at-risk line, " : " go below the at-risk line, ");
    assay_words_count(line, above);
    assay_text_puts(line, above == 1 ? " comes above it" : " come above it");
}

static void say_source(const struct cJSON *moves, struct assay_text *line)
{
    const char *source = assay_look_text(moves, "source");
    assay_text_puts(line, source != NULL && strcmp(source, "audit") == 0
                              ? ". Counted on the snapshots of the audit."
                              : ". Counted on the snapshots of the calibration.");
}

void assay_words_moves(const struct cJSON *record, struct assay_text *text)
{
    const struct cJSON *moves = assay_look_at(record, "moves");
    double n = assay_look_number(moves, "n"), moved = assay_look_number(moves, "moved");
    struct assay_text line = {0};
    if (!(n > 0))
        return;
    assay_words_heading(text, "Who moves zone");
    if (isnan(moved)) {
        assay_text_puts(&line, "The zones are not the same as before: ");
        assay_words_count(&line, n);
        assay_text_puts(&line, " snapshots by their zone then and now");
    } else {
        say_moved(moves, n, moved, &line);
    }
    say_crossing(assay_look_number(moves, "below"), assay_look_number(moves, "above"), &line);
    say_source(moves, &line);
    assay_words_paragraph(text, &line);
    put_matrix(moves, text);
    assay_text_clear(&line);
}
