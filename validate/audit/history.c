#include "validate/audit/history.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/memory.h"

#define AUDIT_FORMAT "assay-audit/1"
#define AUDIT_LIMIT ((size_t)256 << 20)

static const char *const share_names[ASSAY_PAST_SHARES] = {
    "sensitivity", "specificity", "ppv", "npv", "prevalence", "accuracy", "flagged_share"};

/* ---- small readers: NaN, ASSAY_NO_DATE or NULL where the file is silent ---- */

static double number_at(const struct cJSON *object, const char *key)
{
    const struct cJSON *found = assay_json_get(object, key);
    return assay_json_is_number(found) ? assay_json_number(found) : (double)NAN;
}

static const char *string_at(const struct cJSON *object, const char *key)
{
    const struct cJSON *found = assay_json_get(object, key);
    return assay_json_is_string(found) ? assay_json_string(found) : NULL;
}

static int32_t day_at(const struct cJSON *object, const char *key)
{
    const char *text = string_at(object, key);
    int32_t day = ASSAY_NO_DATE;
    return text != NULL && assay_date_parse(text, strlen(text), &day) ? day : ASSAY_NO_DATE;
}

static struct assay_estimate estimate_of(const struct cJSON *object)
{
    struct assay_estimate out = assay_estimate_without_interval(number_at(object, "value"));
    const struct cJSON *interval = assay_json_get(object, "interval");
    if (assay_json_count(interval) != 2)
        return out;
    const struct cJSON *low = assay_json_first(interval), *high = assay_json_next(low);
    if (assay_json_is_number(low) && assay_json_is_number(high)) {
        out.low = assay_json_number(low);
        out.high = assay_json_number(high);
    }
    return out;
}

static bool keep_string(const char *text, char **out)
{
    *out = text != NULL ? assay_copy_string(text) : NULL;
    return text == NULL || *out != NULL;
}

/* ---- one file ---- */

/* Wilson's limits q solve (p - q)^2 = z^2 q (1 - q) / n: the interval tells its n. */
static double wilson_worth(struct assay_estimate share)
{
    double limit = share.low > 0.0 ? share.low : share.high, z = assay_normal_quantile(ASSAY_LEVEL);
    double gap = share.value - limit;
    return z * z * limit * (1.0 - limit) / (gap * gap);
}

static void take_worth(const struct cJSON *root, const struct cJSON *metrics,
                       struct assay_past_audit *audit)
{
    for (size_t k = 0; k < ASSAY_PAST_SHARES; k++)
        audit->worth[k] = wilson_worth(estimate_of(assay_json_get(metrics, share_names[k])));
    const struct cJSON *targets = assay_json_get(assay_json_get(root, "verdict"), "targets");
    for (const struct cJSON *at = assay_json_first(targets); at != NULL; at = assay_json_next(at)) {
        const char *metric = string_at(at, "metric");
        double worth = number_at(at, "worth");
        for (size_t k = 0; k < ASSAY_PAST_SHARES; k++)
            if (metric != NULL && !isnan(worth) && strcmp(metric, share_names[k]) == 0)
                audit->worth[k] = worth;
    }
}

/* Events expected, and the variance of their number. */
static void take_expected(const struct cJSON *root, const struct cJSON *metrics,
                          struct assay_past_audit *audit)
{
    const struct cJSON *data = assay_json_get(root, "data");
    const struct cJSON *intercept = assay_json_get(metrics, "calibration_intercept");
    const char *method = string_at(intercept, "method");
    audit->observed = (double)audit->n_event;
    audit->expected = number_at(data, "expected");
    if (isnan(audit->expected))
        audit->expected = audit->observed / number_at(assay_json_get(metrics, "oe_ratio"), "value");
    audit->expected_variance = number_at(data, "expected_variance");
    bool early = number_at(data, "early_events") > 0.0;
    if (isnan(audit->expected_variance) && method != NULL && strcmp(method, "Wald") == 0) {
        struct assay_estimate e = estimate_of(intercept);
        double std_error = (e.high - e.low) / (2.0 * assay_normal_quantile(ASSAY_LEVEL));
        audit->expected_variance = 1.0 / (std_error * std_error);
    }
    if (early)
        audit->expected_variance = (double)NAN;
}

static void take_zones(const struct cJSON *root, struct assay_past_audit *audit)
{
    const size_t most = sizeof audit->zone_share / sizeof *audit->zone_share;
    audit->green_share = audit->green_rate = (double)NAN;
    for (size_t z = 0; z < most; z++)
        audit->zone_share[z] = (double)NAN;
    const struct cJSON *zones = assay_json_get(root, "zones");
    if (audit->n == 0 || assay_json_count(zones) > most)
        return;
    for (const struct cJSON *at = assay_json_first(zones); at != NULL; at = assay_json_next(at)) {
        audit->zone_share[audit->n_zone++] = number_at(at, "n") / (double)audit->n;
        audit->green_share = audit->zone_share[audit->n_zone - 1];
        audit->green_rate = number_at(at, "rate");
    }
}

static enum assay_status take_counts(struct assay_json *doc, const struct cJSON *root,
                                     struct assay_past_audit *audit, struct assay_error *err)
{
    static const char *const keys[] = {"tp", "fp", "fn", "tn"};
    const struct cJSON *data, *counts;
    struct assay_confusion *c = &audit->counts;
    size_t *const cells[] = {&c->tp, &c->fp, &c->fn, &c->tn};
    const size_t most = (size_t)1 << 53;
    enum assay_status status = assay_json_want_object(doc, root, "data", &data, err);
    if (status == ASSAY_OK)
        status = assay_json_want_count(doc, data, "used", 0, most, &audit->n, err);
    if (status == ASSAY_OK)
        status = assay_json_want_count(doc, data, "events", 0, most, &audit->n_event, err);
    if (status != ASSAY_OK || audit->n == 0) /* an interim audit has nothing to count */
        return status;
    status = assay_json_want_object(doc, root, "counts", &counts, err);
    for (size_t k = 0; status == ASSAY_OK && k < 4; k++)
        status = assay_json_want_count(doc, counts, keys[k], 0, audit->n, cells[k], err);
    if (status == ASSAY_OK &&
        (c->tp + c->fn != audit->n_event || c->tp + c->fp + c->fn + c->tn != audit->n))
        status = assay_fail(err, ASSAY_EDATA, "%s: \"counts\" do not add up to the %zu rows and %zu "
                            "events of \"data\"",
                            assay_json_place(doc, counts), audit->n, audit->n_event);
    return status;
}

static bool take_texts(const struct cJSON *root, const char *path, struct assay_past_audit *audit)
{
    const struct cJSON *model = assay_json_get(root, "model"), *data = assay_json_get(root, "data");
    const char *name = model != NULL ? string_at(model, "name") : string_at(root, "score_column");
    const char *created = string_at(root, "created"), *sha256 = string_at(data, "sha256");
    if (created != NULL && strlen(created) < sizeof audit->created)
        memcpy(audit->created, created, strlen(created) + 1);
    if (sha256 != NULL && strlen(sha256) < sizeof audit->sha256)
        memcpy(audit->sha256, sha256, strlen(sha256) + 1);
    return keep_string(path, &audit->path) && keep_string(name != NULL ? name : "", &audit->name) &&
           keep_string(string_at(model, "version"), &audit->version) &&
           keep_string(string_at(model, "digest"), &audit->digest) &&
           keep_string(string_at(assay_json_get(root, "verdict"), "result"), &audit->result);
}

static void clear_audit(struct assay_past_audit *audit)
{
    free(audit->path);
    free(audit->name);
    free(audit->version);
    free(audit->digest);
    free(audit->result);
    *audit = (struct assay_past_audit){0};
}

/* What the document says; *audit is cleared by the caller, whatever the status. */
static enum assay_status take_audit(struct assay_json *doc, const char *path,
                                    struct assay_past_audit *audit, struct assay_error *err)
{
    const struct cJSON *root = assay_json_root(doc), *metrics;
    enum assay_status status = take_counts(doc, root, audit, err);
    if (status == ASSAY_OK && audit->n > 0)
        status = assay_json_want_object(doc, root, "metrics", &metrics, err);
    if (status != ASSAY_OK)
        return status;
    if (audit->n == 0)
        return take_texts(root, path, audit) ? ASSAY_OK : assay_fail_memory(err, "reading past audits");
    const struct cJSON *data = assay_json_get(root, "data");
    audit->from = day_at(data, "from");
    audit->to = day_at(data, "to");
    audit->line = number_at(assay_json_get(root, "line"), "score");
    audit->sensitivity = estimate_of(assay_json_get(metrics, "sensitivity"));
    audit->specificity = estimate_of(assay_json_get(metrics, "specificity"));
    audit->auc = estimate_of(assay_json_get(metrics, "auc"));
    take_worth(root, metrics, audit);
    take_expected(root, metrics, audit);
    take_zones(root, audit);
    return take_texts(root, path, audit) ? ASSAY_OK : assay_fail_memory(err, "reading past audits");
}

/* ---- which files count ---- */

/* The files so far, and where remarks go. */
struct gathering {
    const struct assay_past_wanted *wanted;
    struct assay_past_audits past;
    size_t capacity;
    struct assay_text *said;
};

static void leave_out(struct gathering *g, const char *path, const char *why)
{
    assay_text_printf(g->said, "%s: left out: %s\n", path, why);
}

static bool is_dated(int32_t from, int32_t to)
{
    return from != ASSAY_NO_DATE && to != ASSAY_NO_DATE;
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Why an audit has no place beside the one in hand; NULL: it has. higher_is: of the file. */
static const char *why_not(const struct assay_past_audit *audit, const char *higher_is,
                           const struct assay_past_wanted *wanted)
{
    if (strcmp(audit->name, wanted->name) != 0 || (higher_is == NULL) != (wanted->higher_is == NULL))
        return "an audit of another score";
    if (!same_text(higher_is, wanted->higher_is))
        return "an audit that took a high score the other way round";
    if (audit->n == 0)
        return "an audit without outcomes";
    if (is_dated(audit->from, audit->to) && is_dated(wanted->from, wanted->to)) {
        if (audit->from > wanted->to)
            return "later than this audit";
        return audit->to >= wanted->from ? "overlaps the days of this audit" : NULL;
    }
    if (wanted->sha256 != NULL && strcmp(audit->sha256, wanted->sha256) == 0)
        return "of the same data as this audit";
    return NULL;
}

static bool overlap(const struct assay_past_audit *a, const struct assay_past_audit *b)
{
    if (is_dated(a->from, a->to) && is_dated(b->from, b->to))
        return a->from <= b->to && b->from <= a->to;
    return a->sha256[0] != '\0' && strcmp(a->sha256, b->sha256) == 0;
}

/* Negative: a is the older one; of the same age the path decides, so that order is settled. */
static int by_creation(const void *left, const void *right)
{
    const struct assay_past_audit *a = left, *b = right;
    int order = strcmp(a->created, b->created);
    return order != 0 ? order : strcmp(a->path, b->path);
}

static int by_date(const void *left, const void *right)
{
    const struct assay_past_audit *a = left, *b = right;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return by_creation(a, b);
}

/* The last created first: what overlaps it gives way. */
static void drop_overlaps(struct gathering *g)
{
    struct assay_past_audits *past = &g->past;
    size_t kept = 0;
    if (past->n == 0)
        return;
    qsort(past->audits, past->n, sizeof *past->audits, by_creation);
    for (size_t i = past->n; i-- > 0;) {
        bool covered = false;
        for (size_t k = past->n - kept; k < past->n; k++)
            covered = covered || overlap(&past->audits[i], &past->audits[k]);
        if (covered) {
            leave_out(g, past->audits[i].path, "overlaps an audit that was made later");
            clear_audit(&past->audits[i]);
        } else {
            struct assay_past_audit audit = past->audits[i];
            past->audits[i] = (struct assay_past_audit){0};
            past->audits[past->n - ++kept] = audit;
        }
    }
    memmove(past->audits, past->audits + (past->n - kept), kept * sizeof *past->audits);
    past->n = kept;
    qsort(past->audits, past->n, sizeof *past->audits, by_date);
}

static enum assay_status consider(struct gathering *g, struct assay_json *doc, const char *path,
                                  struct assay_error *err)
{
    const char *format = string_at(assay_json_root(doc), "format");
    if (format == NULL || strcmp(format, AUDIT_FORMAT) != 0) {
        leave_out(g, path, "not an audit of format " AUDIT_FORMAT);
        return ASSAY_OK;
    }
    struct assay_past_audit audit = {0};
    enum assay_status status = take_audit(doc, path, &audit, err);
    const char *higher_is = string_at(assay_json_root(doc), "higher_is");
    const char *why = status == ASSAY_OK ? why_not(&audit, higher_is, g->wanted) : NULL;
    if (why != NULL)
        leave_out(g, path, why);
    if (status == ASSAY_OK && why == NULL) {
        if (assay_grow(&g->past.audits, &g->capacity, g->past.n + 1, sizeof *g->past.audits)) {
            g->past.audits[g->past.n++] = audit;
            return ASSAY_OK;
        }
        status = assay_fail_memory(err, "reading past audits");
    }
    clear_audit(&audit);
    return status;
}

static bool is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static enum assay_status read_one(struct gathering *g, const char *path, struct assay_error *err)
{
    if (is_folder(path)) {
        leave_out(g, path, "a folder");
        return ASSAY_OK;
    }
    struct assay_text text = {0};
    struct assay_json *doc = NULL;
    enum assay_status status = assay_file_read(path, AUDIT_LIMIT, &text, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_json_parse(path, text.data, text.length, ASSAY_JSON_STRICT, &doc, err);
    if (status == ASSAY_OK) {
        status = consider(g, doc, path, err);
    } else if (status == ASSAY_EFORMAT && strstr(text.data, AUDIT_FORMAT) == NULL) {
        leave_out(g, path, "not JSON");
        status = ASSAY_OK;
    }
    assay_json_free(doc);
    assay_text_clear(&text);
    return status;
}

/* ---- the folder ---- */

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

struct names {
    char **paths;
    size_t n, capacity;
};

static void clear_names(struct names *names)
{
    for (size_t k = 0; k < names->n; k++)
        free(names->paths[k]);
    free(names->paths);
}

static bool add_name(struct names *names, const char *folder, const char *file)
{
    struct assay_text path = {0};
    assay_text_printf(&path, "%s/%s", folder, file);
    if (path.failed || !assay_grow(&names->paths, &names->capacity, names->n + 1,
                                   sizeof *names->paths)) {
        assay_text_clear(&path);
        return false;
    }
    names->paths[names->n++] = path.data;
    return true;
}

/* Paths of the folder's *.json, by name: the order in which a folder lists them is the disk's. */
static enum assay_status list_folder(const char *folder, struct names *names,
                                     struct assay_error *err)
{
    DIR *listing = opendir(folder);
    if (listing == NULL) {
        enum assay_status status = assay_fail(err, ASSAY_EIO, "could not open folder \"%s\": %s",
                                              folder, strerror(errno));
        assay_hint(err, "--history takes the folder that holds the JSON files of earlier audits.");
        return status;
    }
    enum assay_status status = ASSAY_OK;
    const struct dirent *entry;
    while (status == ASSAY_OK && (entry = readdir(listing)) != NULL) {
        size_t length = strlen(entry->d_name);
        bool is_json = length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
        if (is_json && entry->d_name[0] != '.' && !add_name(names, folder, entry->d_name))
            status = assay_fail_memory(err, "reading past audits");
    }
    closedir(listing);
    if (names->n > 0)
        qsort(names->paths, names->n, sizeof *names->paths, by_name);
    return status;
}

enum assay_status assay_past_audits_read(const char *folder,
                                         const struct assay_past_wanted *wanted,
                                         struct assay_past_audits *past, struct assay_text *said,
                                         struct assay_error *err)
{
    struct names names = {0};
    struct gathering g = {.wanted = wanted, .said = said};
    enum assay_status status = list_folder(folder, &names, err);
    for (size_t k = 0; status == ASSAY_OK && k < names.n; k++)
        status = read_one(&g, names.paths[k], err);
    clear_names(&names);
    if (status == ASSAY_OK)
        drop_overlaps(&g);
    if (status == ASSAY_OK && said->failed)
        status = assay_fail_memory(err, "reading past audits");
    if (status != ASSAY_OK) {
        assay_past_audits_clear(&g.past);
        return status;
    }
    *past = g.past;
    return ASSAY_OK;
}

void assay_past_audits_clear(struct assay_past_audits *past)
{
    if (past == NULL)
        return;
    for (size_t k = 0; k < past->n; k++)
        clear_audit(&past->audits[k]);
    free(past->audits);
    *past = (struct assay_past_audits){0};
}
