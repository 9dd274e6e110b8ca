/* verify_desk.h - the command "assay verify-scores" on temporary files, and scores of "assay score"
 *
 * All runs are of one model, made and dropped by an unchecked fixture. The scores that are held
 * against it are files of the caller's, written by hand or with scores_of().
 */
#ifndef ASSAY_TESTS_SCORE_VERIFY_DESK_H
#define ASSAY_TESTS_SCORE_VERIFY_DESK_H

#include "score/score.h"
#include "score/verify_scores.h"
#include "tests/calibrate/lab.h"
#include "tests/support/command.h"

#define HEADER "id,as_of,plan,months,logins,tickets,nps,seats,use,contract\n"
#define TWO                                                                                        \
    HEADER "a,2025-03-31,Basic,8,5,3,7,0.5,50,yearly\n"                                            \
           "b,2025-03-31,Team,30,40,1,2,0.4,20,monthly\n"

/* ---- files ---- */

enum { PATH = sizeof "/tmp/assay-verify-XXXXXX" };

static char model_path[] = "/tmp/assay-verify-model-XXXXXX";
static struct assay_model model;

static inline void make_model(void)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_text text = {0}, csv = made_up_csv(&(struct made_up){.seed = 21, .n_row = 400});
    ck_assay_ok(lab_read(&lab, ALL_POLICIES, csv.data, &err));
    ck_assay_ok(lab_model(&lab, &err));
    ck_assay_ok(assay_model_write(&lab.model, &text, &err));
    lab_write_file(model_path, text.data, text.length);
    ck_assay_ok(assay_model_read(model_path, &model, &err));
    assay_text_clear(&text);
    assay_text_clear(&csv);
    lab_clear(&lab);
}

static inline void drop_model(void)
{
    unlink(model_path);
    assay_model_clear(&model);
}

struct desk {
    char data[PATH], scores[PATH], output[PATH];
    struct test_run run;
};

static inline void put_file(char path[PATH], const char *text)
{
    memcpy(path, "/tmp/assay-verify-XXXXXX", PATH);
    lab_write_file(path, text, strlen(text));
}

/* Runs the command on a model; more: further arguments, ending with NULL. */
static inline void verify(struct desk *desk, const char *data, const char *scores,
                          const char *const more[])
{
    char *argv[24] = {"verify-scores", model_path, "--data", desk->data, "--scores", desk->scores};
    put_file(desk->data, data);
    put_file(desk->scores, scores);
    put_file(desk->output, "");
    for (size_t n = 6, k = 0; more[k] != NULL; k++)
        argv[n++] = strcmp(more[k], "OUTPUT") == 0 ? desk->output : (char *)more[k];
    desk->run = test_command(assay_verify_scores_main, argv);
}

static inline void desk_clear(struct desk *desk)
{
    unlink(desk->data);
    unlink(desk->scores);
    unlink(desk->output);
    test_run_clear(&desk->run);
}

static const char *const nothing[] = {NULL};

/* What "assay score" says of these rows; the caller frees it. */
static inline char *scores_of(const char *data, bool explain)
{
    char path[PATH];
    put_file(path, data);
    char *argv[] = {"score", model_path, "--data", path, explain ? "--explain" : NULL, NULL};
    struct test_run run = test_command(assay_score_main, argv);
    ck_assert_msg(run.status == 0, "%s", run.err);
    char *out = strdup(run.out);
    unlink(path);
    test_run_clear(&run);
    return out;
}

/* Figures of the one account of a table. */
static inline struct assay_score score_of(const char *row)
{
    struct assay_score score = {0};
    char text[512], zone[32] = "";
    snprintf(text, sizeof text, HEADER "%s\n", row);
    char *scores = scores_of(text, false), *line = strchr(scores, '\n') + 1;
    for (int comma = 0; comma < 2; line++)
        comma += *line == ',';
    ck_assert_int_eq(sscanf(line, "%lf,%lf,%lf,%31[^,]", &score.composite, &score.score,
                            &score.probability, zone),
                     4);
    while (strcmp(model.spec.zones[score.zone].name, zone) != 0)
        score.zone++;
    free(scores);
    return score;
}

static inline void ck_says(const char *said, const char *what)
{
    ck_assert_msg(strstr(said, what) != NULL, "\"%s\" is not in:\n%s", what, said);
}

static inline void ck_silent(const char *said, const char *what)
{
    ck_assert_msg(strstr(said, what) == NULL, "\"%s\" is in:\n%s", what, said);
}

#endif
