/* documented.h - versions to write documents of, and documents taken apart again
 *
 * The versions are those of recorded.h; the ledger releases 1.0.0 and then 1.1.0.
 */
#ifndef ASSAY_TESTS_RELEASE_DOCUMENTED_H
#define ASSAY_TESTS_RELEASE_DOCUMENTED_H

#include "core/spec/release_spec.h"
#include "release/document/document.h"
#include "tests/release/recorded.h"

struct documented {
    struct recorded recorded;
    struct assay_json *records[2];
    struct assay_ledger ledger;
    struct assay_document_input input;
};

static inline void documented_entry(struct documented *d, const char *version, const char *from,
                                    enum assay_event event, const char *reason)
{
    struct assay_error err = {0};
    struct assay_entry entry = {.event = event, .version = handmade_text(version)};
    entry.from = from != NULL ? handmade_text(from) : NULL;
    entry.reason = reason != NULL ? handmade_text(reason) : NULL;
    strcpy(entry.at, "2026-10-05T09:30:00Z");
    if (event == ASSAY_EVENT_RELEASE) {
        bool first = strcmp(version, "1.0.0") == 0;
        strcpy(entry.digest, first ? DIGEST("2") : DIGEST("4"));
        strcpy(entry.candidate, first ? DIGEST("1") : DIGEST("3"));
        strcpy(entry.record, DIGEST("e"));
    }
    ck_assay_ok(assay_ledger_add(&d->ledger, &entry, &err));
    assay_entry_clear(&entry);
}

/* Writes the record of the version anew, after something in d->recorded was changed. */
static inline void documented_record(struct documented *d)
{
    struct assay_text text = record_of(&d->recorded);
    size_t last = d->input.n_record - 1;
    assay_json_free(d->records[last]);
    d->records[last] = record_read(&text);
    d->input.record = d->records[last];
    d->input.audit = d->recorded.audit;
    d->input.model = d->recorded.facts.model;
    d->input.records = d->records;
    d->input.ledger = &d->ledger;
    assay_text_clear(&text);
}

/* audit: its text, NULL: none. */
static inline void documented_first(struct documented *d, const char *audit)
{
    *d = (struct documented){.input.n_record = 1};
    recorded_first(&d->recorded);
    recorded_audit(&d->recorded, audit);
    documented_record(d);
    documented_entry(d, "1.0.0", NULL, ASSAY_EVENT_RELEASE, NULL);
}

static inline void documented_second(struct documented *d, const char *audit)
{
    struct recorded first;
    *d = (struct documented){.input.n_record = 2};
    recorded_first(&first);
    struct assay_text text = record_of(&first);
    d->records[0] = record_read(&text);
    assay_text_clear(&text);
    recorded_clear(&first);
    recorded_second(&d->recorded);
    recorded_audit(&d->recorded, audit);
    documented_record(d);
    documented_entry(d, "1.0.0", NULL, ASSAY_EVENT_RELEASE, NULL);
    documented_entry(d, "1.1.0", "1.0.0", ASSAY_EVENT_RELEASE, NULL);
}

static inline struct assay_model *documented_model(struct documented *d)
{
    return d->recorded.facts.model == &d->recorded.first ? &d->recorded.first : &d->recorded.second;
}

static inline void documented_say(struct documented *d, size_t key, const char *text)
{
    char **slot = &documented_model(d)->spec.about.text[key];
    free(*slot);
    *slot = text != NULL ? handmade_text(text) : NULL;
}

static inline void documented_say_all(struct documented *d)
{
    for (size_t key = 0; key < ASSAY_ABOUT_KEYS; key++) {
        char text[64];
        snprintf(text, sizeof text, "What people said of %s.", assay_about_names[key]);
        documented_say(d, key, text);
    }
}

static inline void documented_clear(struct documented *d)
{
    recorded_clear(&d->recorded);
    assay_json_free(d->records[0]);
    assay_json_free(d->records[1]);
    assay_ledger_clear(&d->ledger);
}

static inline struct assay_text markdown_of(const struct documented *d)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    ck_assay_ok(assay_document_markdown(&d->input, &text, &err));
    return text;
}

static inline struct assay_text html_of(const struct documented *d)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    ck_assay_ok(assay_document_html(&d->input, &text, &err));
    return text;
}

/* Where `then` stands behind `first`, or NULL. */
static inline const char *find_behind(const struct assay_text *text, const char *first,
                                      const char *then)
{
    const char *at = strstr(text->data, first);
    ck_assert_msg(at != NULL, "%s", first);
    return strstr(at, then);
}

/* ---- tables: a line for each caption and row, cells ended by "\x1f" ---- */

/* One line of a Markdown table, which begins behind its first "| "; escapes and links are undone. */
static inline void take_row(const char *line, size_t length, struct assay_text *out)
{
    size_t start = out->length;
    for (size_t k = 2; k < length; k++) {
        if (line[k] == '\\') {
            assay_text_putc(out, line[++k]);
        } else if (line[k] == '|') {
            while (out->length > start && out->data[out->length - 1] == ' ')
                out->length--;
            assay_text_putc(out, '\x1f');
            k++; /* the blank behind it */
            while (k + 1 < length && line[k + 1] == ' ')
                k++;
            start = out->length;
        } else if (line[k] == '[' && strstr(line + k, "](#") != NULL &&
                   memchr(line + k, '|', (size_t)(strstr(line + k, "](#") - line) - k) == NULL) {
            size_t n = (size_t)(strstr(line + k, "](#") - line) - k - 1;
            assay_text_add(out, line + k + 1, n);
            k += n + 1 + strcspn(line + k + n + 1, ")");
        } else {
            assay_text_putc(out, line[k]);
        }
    }
    assay_text_putc(out, '\n');
}

static inline struct assay_text tables_of_markdown(const struct assay_text *markdown)
{
    struct assay_text out = {0};
    const char *paragraph = "", *line = markdown->data;
    for (bool within = false; *line != '\0'; line += strcspn(line, "\n") + 1) {
        size_t length = strcspn(line, "\n");
        if (length > 0 && line[0] != '|')
            paragraph = line;
        if (length == 0 || line[0] != '|') {
            within = false;
        } else {
            if (!within) {
                assay_text_add(&out, paragraph, strcspn(paragraph, "\n"));
                assay_text_putc(&out, '\n');
            }
            within = true;
            if (strncmp(line, "| --", 4) != 0)
                take_row(line, length, &out);
        }
    }
    return out;
}

/* Text of HTML up to `end`, tags left out and entities undone. */
static inline void take_text(const char *from, const char *end, struct assay_text *out)
{
    static const char *const entities[][2] = {
        {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}};
    while (from < end) {
        size_t k = 0;
        if (*from == '<') {
            from = strchr(from, '>') + 1;
            continue;
        }
        while (k < COUNT(entities) && strncmp(from, entities[k][0], strlen(entities[k][0])) != 0)
            k++;
        ck_assert(*from != '&' || k < COUNT(entities));
        assay_text_putc(out, k < COUNT(entities) ? entities[k][1][0] : *from);
        from += k < COUNT(entities) ? strlen(entities[k][0]) : 1;
    }
}

static inline struct assay_text tables_of_html(const struct assay_text *html)
{
    struct assay_text out = {0};
    for (const char *at = html->data; (at = strstr(at, "<table")) != NULL;) {
        const char *end = strstr(at, "</table>");
        for (; at < end; at++) {
            if (strncmp(at, "<caption>", 9) == 0) {
                take_text(at, strstr(at, "</caption>"), &out);
                assay_text_putc(&out, '\n');
            } else if (strncmp(at, "<th scope", 9) == 0 || strncmp(at, "<td", 3) == 0) {
                take_text(at, strstr(at, at[2] == 'h' ? "</th>" : "</td>"), &out);
                assay_text_putc(&out, '\x1f');
            } else if (strncmp(at, "</tr>", 5) == 0) {
                assay_text_putc(&out, '\n');
            }
        }
    }
    return out;
}

/* The row of the table of this caption that begins with this cell, up to its end; NULL: there is none. */
static inline const char *find_row(const struct assay_text *tables, const char *caption,
                                   const char *first, char row[1024])
{
    char line[256];
    snprintf(line, sizeof line, "%s\n", caption);
    const char *at = strstr(tables->data, line);
    snprintf(line, sizeof line, "\n%s\x1f", first);
    if (at == NULL || (at = strstr(at, line)) == NULL)
        return NULL;
    snprintf(row, 1024, "%.*s", (int)strcspn(at + 1, "\n"), at + 1);
    return row;
}

/* ---- pages ---- */

static inline bool is_void(const char *tag, size_t length)
{
    return (length == 4 && strncmp(tag, "meta", 4) == 0) || (length > 0 && tag[length - 1] == '/');
}

/* Every tag is closed in its turn. */
static inline void check_nesting(const char *html)
{
    struct {
        const char *tag;
        size_t length;
    } open[32];
    size_t depth = 0;
    for (const char *at = strchr(html + 1, '<'); at != NULL; at = strchr(at + 1, '<')) {
        bool closes = at[1] == '/';
        const char *tag = at + 1 + closes;
        size_t length = strcspn(tag, " \n>"), whole = strcspn(tag, ">");
        if (closes) {
            ck_assert_uint_gt(depth--, 0);
            ck_assert_msg(open[depth].length == length &&
                              strncmp(open[depth].tag, tag, length) == 0,
                          "%.40s", at);
        } else if (!is_void(tag, length) && !is_void(tag, whole)) {
            ck_assert_uint_lt(depth, COUNT(open));
            open[depth].tag = tag;
            open[depth++].length = length;
        }
    }
    ck_assert_uint_eq(depth, 0);
}

/* ---- audits ---- */

/* Every section of the document has something to say. */
static const char rich_audit[] = AUDIT_HEAD(
    DIGEST("3"),
    CHAMPION(
        DIGEST("2"))) "\"data\": {\"rows\": 900, \"used\": 100, \"events\": 10, "
                      "\"accounts\": 100, \"from\": \"2026-06-30\", \"to\": \"2026-06-30\", "
                      "\"sha256\": \"0123456789abcdef\", "
                      "\"dropped\": {\"not_matured\": 3, \"bad_width\": 2}},"
                      "\"verdict\": {\"result\": \"fail\", \"headline\": \"fail: sensitivity\", "
                      "\"reasons\": [\"too many "
                      "missed\"], \"power\": {\"words\": \"With 10 churners little shows\"}, "
                      "\"floors\": [{\"words\": \"red "
                      "zone\", \"result\": \"met\"}]},"
                      "\"quality\": {\"in_sample\": true, \"notes\": [\"one file\"]},"
                      "\"counts\": {\"tp\": 8, \"fp\": 12, \"fn\": 2, \"tn\": 78},"
                      "\"metrics\": {\"auc\": {\"value\": 0.75, \"interval\": [0.65, 0.85], "
                      "\"target\": 0.7, \"result\": "
                      "\"pass\", \"method\": \"DeLong\"}, \"sensitivity\": {\"value\": 0.8, "
                      "\"interval\": [0.49, 0.94], "
                      "\"target\": 0.9, \"result\": \"inconclusive\"}, \"brier\": {\"value\": "
                      "0.08, \"interval\": null, "
                      "\"target\": [null, 0.1], \"result\": \"pass\"}, \"oe_ratio\": {\"value\": "
                      "1.5, \"interval\": [1.3, 1.7], "
                      "\"target\": [0.8, 1.25], \"result\": \"fail\"}, \"ks\": {\"value\": null}},"
                      "\"curves\": {\"calibration\": {\"bins\": [{\"n\": 50, \"mean_predicted\": "
                      "0.05, \"observed\": 0.04, "
                      "\"interval\": [0.01, 0.09], \"events\": 2}, {\"n\": 50, \"mean_predicted\": "
                      "0.15, \"observed\": 0.16, "
                      "\"interval\": [0.08, 0.29], \"events\": 8}]}},"
                      "\"zones\": [{\"name\": \"Critical\", \"n\": 20, \"events\": 6, \"rate\": "
                      "0.3, \"interval\": [0.15, "
                      "0.52]}, {\"name\": \"Healthy\", \"n\": 80, \"events\": 4, \"rate\": 0.05, "
                      "\"interval\": [0.02, 0.12]}],"
                      "\"miss_summary\": {\"types\": [{\"type\": \"looked normal\", \"n\": 2, "
                      "\"meaning\": \"nothing "
                      "stood out\"}]}, \"segments\": [{\"column\": \"region\", \"value\": null, "
                      "\"n\": 40, \"events\": 4, "
                      "\"auc\": {\"value\": 0.7, \"interval\": [0.5, 0.9]}}],"
                      "\"segment_gaps\": [{\"column\": \"region\", \"value\": \"north\", "
                      "\"found\": true, \"words\": \"north "
                      "is worse\"}, {\"column\": \"region\", \"found\": false, \"words\": \"south "
                      "is not\"}],"
                      "\"blind_spots\": [{\"words\": \"new accounts in the north\"}], "
                      "\"blind_spot_search\": {\"words\": \"7 "
                      "slices\"}, \"drift\": {\"words\": \"One has drifted\", \"any\": true, "
                      "\"variables\": [{\"name\": "
                      "\"use\", \"kind\": \"signal\", \"n\": 100, \"missing\": 4, \"psi\": 0.3, "
                      "\"drifted\": true, \"words\": "
                      "\"higher\"}]}, \"calibration_drift\": {\"limit\": 4.8, \"words\": \"adds "
                      "up\"}, \"lead_time\": "
                      "{\"words\": \"90 days ahead\"}, \"acted_on\": {\"bounds\": {\"words\": "
                      "\"between\"}, \"effect\": null}, "
                      "\"value\": {\"words\": \"Value lost: 5\"}, \"what_to_do\": "
                      "[\"wait\"], " AUDIT_IMPACT AUDIT_COMPARISON;

/* All that an audit has, absent or null, or of a kind that it never is. */
static const char *const poor_audits[] = {
    "{}",
    "{\"verdict\": null, \"data\": null, \"metrics\": null, \"curves\": null, \"zones\": null, "
    "\"segments\": "
    "null, \"segment_gaps\": null, \"blind_spots\": null, \"drift\": null, \"comparison\": null}",
    "{\"verdict\": 3, \"data\": [], \"metrics\": [1], \"curves\": \"\", \"zones\": [null], "
    "\"segments\": [[]], "
    "\"drift\": {\"variables\": {}}, \"comparison\": {\"differences\": [{}]}, \"what_to_do\": [4]}",
    "{\"drift\": {\"refused\": \"no reference\"}, \"blind_spots\": [{}], \"blind_spot_search\": "
    "{}, "
    "\"miss_summary\": {\"types\": [{}]}, \"counts\": {}, \"impact\": {}, \"quality\": {\"notes\": "
    "[1]}}",
};

#endif
