/* candidates.c - many candidates out of one, each with an audit
 *
 *   candidates MODEL.json N FOLDER     writes FOLDER/1.json, FOLDER/1.audit.json, ...
 *                                      FOLDER/N.audit.json
 *
 * No two are the same model: the k-th calls the dimension of its first signal "variant k", and
 * every second one has another intercept too, so that scores differ. The audits are small, made up,
 * and of these very models; they pass, and say nothing of a champion.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/json_write.h"
#include "core/base/memory.h"
#include "core/model/model.h"
#include "core/model/scorer.h"

static _Noreturn void die(const struct assay_error *err)
{
    fprintf(stderr, "candidates: %s\n", err->message);
    exit(2);
}

static void *need(void *memory)
{
    struct assay_error err = {0};
    if (memory != NULL)
        return memory;
    assay_fail_memory(&err, "making candidates");
    die(&err);
}

static void write_file(const char *folder, size_t k, const char *kind,
                       const struct assay_text *text)
{
    struct assay_error err = {0};
    char path[4096];
    snprintf(path, sizeof path, "%s/%zu.%s", folder, k, kind);
    if (text->failed)
        assay_fail_memory(&err, "writing a candidate");
    else if (assay_file_write(path, text->data, text->length, &err) == ASSAY_OK)
        return;
    die(&err);
}

/* The examples give what the model now gives. */
static void score_examples(struct assay_model *model)
{
    bool *missing = need(assay_alloc(model->n_signal, sizeof *missing));
    for (size_t e = 0; e < model->n_example; e++) {
        struct assay_example *example = &model->examples[e];
        struct assay_score score;
        assay_score_inputs(model, example->inputs, example->s, missing, &score);
        example->composite = score.composite;
        example->score = score.score;
        example->probability = score.probability;
        example->zone = score.zone;
    }
    free(missing);
}

static void vary(struct assay_model *model, size_t k)
{
    char dimension[32];
    snprintf(dimension, sizeof dimension, "variant %zu", k);
    free(model->spec.signals[0].dimension);
    model->spec.signals[0].dimension = need(assay_copy_string(dimension));
    assay_model_reference_clear(&model->training.reference); /* a small model is a quick one */
    if (k % 2 != 0)
        return;
    model->intercept += 0.001 * (double)k;
    model->fit.coefficients[0].estimate = model->intercept;
    score_examples(model);
}

static void put_figure(struct assay_json_writer *json, const char *name, double value)
{
    assay_json_open(json, name, '{');
    assay_json_put_number(json, "value", value);
    assay_json_put_interval(json, "interval", value - 0.05, value + 0.05);
    assay_json_close(json);
}

static void put_metrics(struct assay_json_writer *json)
{
    assay_json_open(json, "metrics", '{');
    put_figure(json, "sensitivity", 0.8);
    put_figure(json, "specificity", 0.75);
    put_figure(json, "auc", 0.82);
    put_figure(json, "oe_ratio", 1);
    assay_json_close(json);
}

static void put_data(struct assay_json_writer *json)
{
    assay_json_open(json, "data", '{');
    assay_json_put_string(json, "name", "audit.csv");
    assay_json_put_count(json, "rows", 400);
    assay_json_put_count(json, "used", 400);
    assay_json_put_count(json, "events", 100);
    assay_json_put_count(json, "accounts", 400);
    assay_json_put_string(json, "from", "2026-03-31");
    assay_json_put_string(json, "to", "2026-03-31");
    assay_json_close(json);
}

static void put_audit(struct assay_json_writer *json, const struct assay_model *model)
{
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "format", "assay-audit/1");
    assay_json_put_string(json, "created", model->created);
    assay_json_open(json, "model", '{');
    assay_json_put_string(json, "name", model->spec.name);
    assay_json_put_string(json, "version", model->version);
    assay_json_put_string(json, "digest", model->digest);
    assay_json_close(json);
    assay_json_put_null(json, "champion");
    assay_json_put_null(json, "rules");
    put_data(json);
    assay_json_open(json, "verdict", '{');
    assay_json_put_string(json, "result", "pass");
    assay_json_put_string(json, "headline", "pass: 100 churners");
    assay_json_close(json);
    put_metrics(json);
    assay_json_open(json, "quality", '{');
    assay_json_put_bool(json, "in_sample", false);
    assay_json_close(json);
    assay_json_put_null(json, "impact");
    assay_json_put_null(json, "comparison");
    assay_json_close(json);
}

static void make(const struct assay_text *base, const char *name, size_t k, const char *folder)
{
    struct assay_error err = {0};
    struct assay_model model;
    struct assay_text text = {0};
    struct assay_json_writer json = {0};
    if (assay_model_read_text(name, base->data, base->length, &model, &err) != ASSAY_OK)
        die(&err);
    vary(&model, k);
    if (assay_model_write(&model, &text, &err) != ASSAY_OK)
        die(&err);
    write_file(folder, k, "json", &text);
    put_audit(&json, &model);
    write_file(folder, k, "audit.json", &json.out);
    assay_text_clear(&json.out);
    assay_text_clear(&text);
    assay_model_clear(&model);
}

int main(int argc, char **argv)
{
    struct assay_error err = {0};
    struct assay_text base = {0};
    size_t n = argc == 4 ? (size_t)strtoul(argv[2], NULL, 10) : 0;
    if (n == 0) {
        fprintf(stderr, "usage: candidates MODEL.json N FOLDER\n");
        return 2;
    }
    if (assay_file_read(argv[1], ASSAY_MODEL_LIMIT, &base, &err) != ASSAY_OK)
        die(&err);
    for (size_t k = 1; k <= n; k++)
        make(&base, argv[1], k, argv[3]);
    assay_text_clear(&base);
    return 0;
}
