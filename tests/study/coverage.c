/* coverage.c - how often does each interval that calibrate prints hold the truth?
 *
 * Draws data sets from a known truth, calibrates them in several ways as calibrate would, and looks
 * whether the published intervals hold what they claim to hold. Prints CSV. What is covered by what,
 * and what came of it: docs/coverage.md.
 *
 *   coverage [DATA_SETS [WORLD]]    1000, and all four of them: single, repeated, ranked, bound
 *
 * The same bytes for any number of threads: every data set writes a row of its own.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <gsl/gsl_errno.h>

#include "calibrate/assemble.h"
#include "calibrate/held_out.h"
#include "calibrate/calibration.h"
#include "core/base/thread.h"
#include "tests/study/truth.h"

#define NOISE 0.5 /* standard deviation of a noisy anchor's log weights */
#define SLACK 1e-8 /* figures of one model by two programs differ by so much: a difference of 0 is 0 */
enum { MOST_INTERVALS = 1000 };

/* ---- what is recorded ---- */

/* What an interval is held against. */
enum target {
    AS_IS,      /* the truth of its own data set */
    MEAN_TRUTH, /* the mean of these over the data sets: what the procedure does, not one model */
    MEAN_VALUE  /* the mean of the estimates: what the procedure would say on other data */
};

/* One interval of one data set. */
struct record {
    const char *kind;
    char item[24];
    struct assay_estimate estimate;
    enum target target;
    double truth;
};

struct data_set {
    size_t n;
    struct record *records; /* [n] the same kinds and items in every data set */
};

static void note(struct data_set *set, const char *kind, const char *item, size_t index,
                 struct assay_estimate estimate, double truth)
{
    if (set->n == MOST_INTERVALS)
        abort();
    struct record *record = &set->records[set->n++];
    *record = (struct record){.kind = kind, .estimate = estimate, .truth = truth};
    record->target = isnan(truth) ? MEAN_VALUE : AS_IS;
    if (item != NULL)
        snprintf(record->item, sizeof record->item, "%s", item);
    else
        snprintf(record->item, sizeof record->item, "%zu", index);
}

/* ---- one calibration ---- */

/* How a data set is calibrated. */
struct way {
    const char *name;
    const char *fit; /* members of the spec */
    enum { NO_BELIEF, NOISY, PRIOR } belief;
    double strength;  /* of PRIOR */
    bool compared;    /* with the world's champion */
    unsigned worlds;  /* bits: in which */
};
enum { SINGLE = 1, REPEATED = 2, RANKED = 4, BOUND = 8, EVERYWHERE = 15 }; /* bits, by worlds[] */

#define FIT(members) "\"fit\": {" members "}"
#define BY_CAPACITY ", \"line\": {\"rule\": \"capacity\", \"accounts\": 40}"
static const struct way ways[] = {
    {"ml", FIT("\"anchor\": \"none\", \"bootstrap\": 200"), NO_BELIEF, 0, true, EVERYWHERE},
    {"auto, noisy anchor", FIT("\"anchor\": \"expert\", \"bootstrap\": 200"), NOISY, 0, true, SINGLE},
    {"auto, equal anchor", FIT("\"anchor\": \"equal\", \"bootstrap\": 0") BY_CAPACITY, NO_BELIEF, 0,
     true, SINGLE | REPEATED},
    {"strength 1", FIT("\"anchor\": \"expert\", \"strength\": 1, \"bootstrap\": 0"), PRIOR, 1, false,
     SINGLE | REPEATED},
    {"strength 4", FIT("\"anchor\": \"expert\", \"strength\": 4, \"bootstrap\": 0"), PRIOR, 4, false,
     SINGLE | REPEATED},
    {"firth", FIT("\"method\": \"firth\", \"bootstrap\": 0"), NO_BELIEF, 0, false, SINGLE},
};
enum { N_WAY = sizeof ways / sizeof *ways };

/* A model and everything it points into. Not to be copied. */
struct calibrated {
    struct assay_spec spec;
    struct assay_intake intake;
    struct assay_calibration calibration;
    struct assay_model model;
};

static void die_unless(enum assay_status status, const struct assay_error *err)
{
    if (status == ASSAY_OK)
        return;
    fprintf(stderr, "coverage: %s\n", err->message);
    exit(2);
}

static void read_sample(const struct world *world, const struct world_sample *sample,
                        const struct assay_model *champion, struct assay_intake *intake,
                        const struct assay_spec *spec)
{
    struct assay_error err = {0};
    struct assay_intake_options options = assay_intake_options_default();
    struct assay_text csv = world_csv(world, sample);
    char path[] = "/tmp/assay-coverage-XXXXXX";
    int fd = mkstemp(path);
    if (csv.failed || fd < 0 || write(fd, csv.data, csv.length) != (ssize_t)csv.length)
        abort();
    close(fd);
    assay_text_clear(&csv);
    options.path = path;
    options.quiet = true;
    options.also = champion != NULL ? &champion->spec : NULL;
    die_unless(assay_intake_open(spec, ASSAY_TO_CALIBRATE, &options, intake, &err), &err);
    die_unless(assay_intake_read_all(intake, &err), &err);
    unlink(path);
}

static void calibrate_sample(const struct world *world, const struct world_sample *sample,
                             const char *fit, const double expert[],
                             const struct assay_model *champion, struct calibrated *c)
{
    struct assay_error err = {0};
    struct assay_progress progress;
    struct assay_text spec = world_spec(world, fit, expert);
    *c = (struct calibrated){.spec = {0}};
    die_unless(assay_spec_read_text("spec", spec.data, spec.length, &c->spec, &err), &err);
    assay_text_clear(&spec);
    read_sample(world, sample, champion, &c->intake, &c->spec);
    assay_progress_init(&progress, true);
    struct assay_calibration_request request = {.spec = &c->spec,
                                                .intake = &c->intake,
                                                .window = assay_intake_options_default().window,
                                                .champion = champion,
                                                .new_line = true,
                                                .n_thread = 1,
                                                .progress = &progress};
    die_unless(assay_calibration_run(&request, &c->calibration, &err), &err);
    struct assay_assembly parts = {.spec = &c->spec,
                                   .calibration = &c->calibration,
                                   .intake = &c->intake,
                                   .created = "2026-01-01"};
    die_unless(assay_assemble(&parts, &c->model, &err), &err);
}

static void calibrated_clear(struct calibrated *c)
{
    assay_calibration_clear(&c->calibration);
    assay_intake_close(&c->intake);
    assay_model_clear(&c->model);
    assay_spec_clear(&c->spec);
}

/* ---- beliefs ---- */

/* The true weights times exp(N(0, NOISE^2)); a true weight of 0 is believed to be small. */
static void believe_noisily(const struct world *world, struct test_random *random, double anchor[])
{
    double sum = 0.0;
    for (size_t j = 0; j < WORLD_SIGNALS; j++)
        sum += anchor[j] = fmax(world->weight[j], 0.02) * exp(NOISE * world_normal(random));
    for (size_t j = 0; j < WORLD_SIGNALS; j++)
        anchor[j] /= sum;
}

/* An anchor from which the truth departs as the strength's prior says: sd (u_j - w_j sum u) is normal
 * with variance 1 / lambda under the condition that the departures sum to 0; u is the truth, and w is
 * solved for. Expert weights cannot be negative: drawn again until none is. */
static void believe_by_prior(const struct world *world, double strength,
                             struct test_random *random, double anchor[])
{
    double n = (double)(world->n_account * world->n_snapshot);
    double lambda = strength * n * WORLD_CHURN * (1.0 - WORLD_CHURN);
    double spread = sqrt(12.0 / lambda); /* sd of x is 1 / sqrt(12) */
    bool negative = true;
    while (negative) {
        double mean = 0.0;
        for (size_t j = 0; j < WORLD_SIGNALS; j++)
            mean += (anchor[j] = spread * world_normal(random)) / WORLD_SIGNALS;
        negative = false;
        for (size_t j = 0; j < WORLD_SIGNALS; j++) {
            anchor[j] = (world->slope[j] - anchor[j] + mean) / WORLD_SLOPE;
            negative = negative || anchor[j] < 0.0;
        }
    }
}

/* ---- looking at what was published ---- */

struct look {
    const struct way *way;
    const struct world *world;
    const struct truth *truth;
    const struct world_sample *sample;
    const struct assay_model *champion;
    struct calibrated *c;
    struct data_set *set;
    double *log_odds; /* [TRUTH_ROWS] of the published model */
    double *other;    /* [TRUTH_ROWS] room */
};

static double true_coef(const struct world *world, size_t k)
{
    return k == 0 ? world->intercept : -world->slope[k - 1];
}

static struct assay_estimate as_estimate(const struct assay_coefficient *coefficient)
{
    return (struct assay_estimate){coefficient->estimate, coefficient->low, coefficient->high};
}

static void look_at_free(struct look *l)
{
    const struct assay_model_fit *fit = &l->c->model.fit;
    for (size_t k = 0; k < WORLD_COEF; k++) {
        const struct assay_coefficient *free = &fit->free_coefficients[k];
        if (fit->profiled)
            note(l->set, "free, profile", NULL, k, as_estimate(free), true_coef(l->world, k));
        note(l->set, fit->clustered ? "free, by account" : "free, Wald", NULL, k,
             assay_normal_interval(free->estimate, free->std_error, ASSAY_LEVEL),
             true_coef(l->world, k));
    }
}

static void look_at_weights(struct look *l)
{
    const struct assay_model *model = &l->c->model;
    for (size_t k = 0; k < WORLD_COEF; k++)
        note(l->set, "coefficient", NULL, k, as_estimate(&model->fit.coefficients[k]),
             true_coef(l->world, k));
    for (size_t j = 0; j < WORLD_SIGNALS; j++)
        note(l->set, "weight", NULL, j + 1, model->weight_interval[j], l->world->weight[j]);
    for (size_t j = 0; j < WORLD_SIGNALS && model->fit.bootstrap.resamples > 0; j++)
        note(l->set, "weight, resampled", NULL, j + 1, model->fit.bootstrap.weight[j],
             l->world->weight[j]);
}

static void look_at_figures(struct look *l, const struct assay_measurement *truth)
{
    static const char *const kinds[ASSAY_PERFORMANCES] = {
        "figure, apparent", "figure, optimism-corrected", "figure, cross-validated",
        "figure, out of time"};
    const struct assay_model *model = &l->c->model;
    for (size_t p = 0; p < ASSAY_PERFORMANCES; p++)
        for (size_t f = 0; f < ASSAY_FIGURES && model->performance[p].n > 0; f++)
            note(l->set, kinds[p], assay_figure_name((enum assay_figure_name)f), 0,
                 model->performance[p].figures[f], truth->value[f]);
}

static void look_at_zones(struct look *l, const struct assay_measurement *truth)
{
    const struct assay_model *model = &l->c->model;
    const struct assay_model_bootstrap *bootstrap = &model->fit.bootstrap;
    struct assay_zone_result zones[ASSAY_MAX_ZONES];
    struct assay_error err = {0};
    struct assay_held_out held_out;
    die_unless(assay_held_out_init(model, &l->c->calibration, &held_out, &err), &err);
    die_unless(assay_held_out_zones(&held_out, model, zones, &err), &err);
    assay_held_out_clear(&held_out);
    for (size_t z = 0; z < model->spec.n_zone; z++) {
        const char *name = model->spec.zones[z].name;
        note(l->set, "zone rate, held out", name, 0, zones[z].rate.wilson,
             truth->value[ASSAY_MEASURED_RATE + z]);
        if (bootstrap->resamples == 0)
            continue;
        note(l->set, "zone share, resampled", name, 0, bootstrap->zone_share[z],
             truth->value[ASSAY_MEASURED_SHARE + z]);
        note(l->set, "zone rate, resampled", name, 0, bootstrap->zone_rate[z],
             truth->value[ASSAY_MEASURED_RATE + z]);
    }
}

/* The lines: that of the true probabilities; and the catches of the published one among as many
 * flagged. */
static void look_at_line(struct look *l, const struct assay_measurement *truth)
{
    const struct assay_model *model = &l->c->model;
    const struct assay_model_line *how = &model->line;
    if (how->rule == ASSAY_LINE_CAPACITY)
        note(l->set, "catches by capacity", "caught", 0,
             (struct assay_estimate){how->caught, how->caught_low, how->caught_high},
             l->c->calibration.line.answer.flagged * truth->value[ASSAY_FIG_PPV]);
    else if (model->fit.bootstrap.resamples > 0)
        note(l->set, "line, resampled", "line", 0, model->fit.bootstrap.line, l->truth->line);
}

static void note_yard(struct look *l, const char *yard, size_t index,
                      const struct assay_measurement *truth, const double log_odds[])
{
    const struct assay_model_yardstick *got = &l->c->model.yardsticks[index];
    struct assay_measurement other = truth_measure(l->truth, log_odds, 0.5);
    char item[24];
    const struct {
        const char *what;
        const struct assay_estimate *difference;
        size_t figure;
    } rows[] = {{"AUC", &got->auc_gain, ASSAY_FIG_AUC},
                {"Brier", &got->brier_change, ASSAY_FIG_BRIER},
                {"log loss", &got->log_loss_change, ASSAY_FIG_LOG_LOSS}};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        snprintf(item, sizeof item, "%s: %s", yard, rows[r].what);
        double gain = truth->value[rows[r].figure] - other.value[rows[r].figure];
        note(l->set, "paired difference of this model", item, 0, *rows[r].difference, gain);
        note(l->set, "paired difference of the procedure", item, 0, *rows[r].difference, gain);
        l->set->records[l->set->n - 1].target = MEAN_TRUTH;
    }
}

/* l->other: log-odds by a model, intercept and slope fitted anew to the data set. */
static void recalibrate_yard(struct look *l, const struct assay_model *model)
{
    size_t n = l->sample->n_row;
    double *own = malloc(2 * n * sizeof *own), a, b;
    if (own == NULL)
        abort();
    for (size_t i = 0; i < n; i++)
        own[n + i] = l->sample->outcome[i];
    model_log_odds(model, l->sample->raw, n, own);
    recalibrate(own, own + n, n, true, &a, &b);
    model_log_odds(model, l->truth->raw, TRUTH_ROWS, l->other);
    for (size_t i = 0; i < TRUTH_ROWS; i++)
        l->other[i] = a + b * l->other[i];
    free(own);
}

static void look_at_yards(struct look *l, const struct assay_measurement *truth)
{
    struct assay_model equal = l->c->model; /* its baselines */
    double slope[WORLD_SIGNALS];
    for (size_t j = 0; j < WORLD_SIGNALS; j++)
        slope[j] = WORLD_SLOPE / WORLD_SIGNALS;
    equal.slope = slope;
    recalibrate_yard(l, &equal);
    note_yard(l, "equal", ASSAY_YARD_EQUAL, truth, l->other);
    model_log_odds(l->champion, l->truth->raw, TRUTH_ROWS, l->other);
    note_yard(l, "champion", ASSAY_YARD_CHAMPION, truth, l->other);
    recalibrate_yard(l, l->champion);
    note_yard(l, "recalibrated", ASSAY_YARD_RECALIBRATED, truth, l->other);
}

static void look_at_moves(struct look *l)
{
    const struct assay_weight_moves *moves = &l->c->calibration.moves;
    for (size_t j = 0; j < moves->n_signal; j++) {
        note(l->set, "move by new data", NULL, j + 1, moves->moves[j].data, NAN);
        if (l->world->percentile)
            note(l->set, "move by new baselines", NULL, j + 1, moves->moves[j].baselines, NAN);
        /* The champion's method was maximum likelihood; a noisy anchor is another method for every data
         * set. */
        if (l->way->belief == NO_BELIEF && l->c->model.fit.anchor.weight != NULL)
            note(l->set, "move by method", NULL, j + 1, moves->moves[j].method, NAN);
    }
}

static void look_at_all(struct look *l)
{
    const struct assay_model *model = &l->c->model;
    model_log_odds(model, l->truth->raw, TRUTH_ROWS, l->log_odds);
    struct assay_measurement truth =
        truth_measure(l->truth, l->log_odds, model->at_risk_probability);
    if (l->way->belief == NO_BELIEF)
        look_at_free(l);
    look_at_weights(l);
    look_at_figures(l, &truth);
    look_at_zones(l, &truth);
    look_at_line(l, &truth);
    if (l->way->compared) {
        look_at_yards(l, &truth);
        look_at_moves(l);
    }
}

/* ---- a world ---- */

struct study {
    const struct world *world;
    const struct way *way;
    struct truth truth;
    struct calibrated champion;
    size_t n_set;
    struct data_set *sets; /* [n_set] */
};

static void run_data_set(void *state, size_t number)
{
    struct study *study = state;
    const struct world *world = study->world;
    struct test_random random = {UINT64_C(500009) + number};
    struct world_sample sample = world_draw(world, UINT64_C(1000003) * (1 + number));
    struct data_set *set = &study->sets[number];
    double anchor[WORLD_SIGNALS];
    const struct way *way = study->way;
    if (way->belief == NOISY)
        believe_noisily(world, &random, anchor);
    if (way->belief == PRIOR)
        believe_by_prior(world, way->strength, &random, anchor);
    struct calibrated c;
    struct look look = {.way = way,
                        .world = world,
                        .truth = &study->truth,
                        .sample = &sample,
                        .champion = way->compared ? &study->champion.model : NULL,
                        .c = &c,
                        .set = set,
                        .log_odds = malloc(TRUTH_ROWS * sizeof(double)),
                        .other = malloc(TRUTH_ROWS * sizeof(double))};
    set->records = malloc(MOST_INTERVALS * sizeof *set->records);
    if (look.log_odds == NULL || look.other == NULL || set->records == NULL)
        abort();
    calibrate_sample(world, &sample, way->fit, way->belief != NO_BELIEF ? anchor : NULL,
                     look.champion, &c);
    look_at_all(&look);
    set->records = realloc(set->records, set->n * sizeof *set->records);
    calibrated_clear(&c);
    free(look.log_odds);
    free(look.other);
    world_sample_clear(&sample);
}

/* ---- the count ---- */

struct spread {
    double n, mean, sd;
};

static struct spread spread_of(const struct study *study, size_t k, bool of_truth)
{
    struct spread spread = {0, 0, 0};
    double squares = 0.0;
    for (size_t s = 0; s < study->n_set; s++) {
        const struct record *record = &study->sets[s].records[k];
        double value = of_truth ? record->truth : record->estimate.value;
        if (isnan(value))
            continue;
        double off = value - spread.mean; /* Welford (1962) */
        spread.n += 1.0;
        spread.mean += off / spread.n;
        squares += off * (value - spread.mean);
    }
    spread.sd = sqrt(squares / (spread.n - 1.0));
    return spread;
}

/* Percentages of the intervals there are: that hold the truth, lie below it, above it. */
static void print_record(const struct study *study, size_t k)
{
    const struct record *first = &study->sets[0].records[k];
    struct spread values = spread_of(study, k, false), truths = spread_of(study, k, true);
    double n = 0, below = 0, above = 0, width = 0;
    for (size_t s = 0; s < study->n_set; s++) {
        const struct record *record = &study->sets[s].records[k];
        double truth = record->target == MEAN_VALUE   ? values.mean
                       : record->target == MEAN_TRUTH ? truths.mean
                                                      : record->truth;
        if (strcmp(record->kind, first->kind) != 0 || strcmp(record->item, first->item) != 0)
            abort();
        if (isnan(record->estimate.low))
            continue;
        n += 1.0;
        below += record->estimate.high < truth - SLACK;
        above += record->estimate.low > truth + SLACK;
        width += record->estimate.high - record->estimate.low;
    }
    printf("%s,\"%s\",\"%s\",%s,%zu,%.0f,%.2f,%.2f,%.2f,%.5g,%.5g,%.5g,%.5g,%.5g\n",
           study->world->name, study->way->name, first->kind, first->item, study->n_set,
           (double)study->n_set - n, 100 * (n - below - above) / n, 100 * below / n,
           100 * above / n, width / n, values.mean, values.sd, truths.mean, truths.sd);
}

static void run_world(struct study *study, size_t bit)
{
    struct world_sample before = world_draw(study->world, 31);
    truth_make(study->world, &study->truth);
    calibrate_sample(study->world, &before, FIT("\"anchor\": \"none\", \"bootstrap\": 0"), NULL,
                     NULL, &study->champion);
    world_sample_clear(&before);
    for (size_t w = 0; w < N_WAY; w++) {
        if ((ways[w].worlds >> bit & 1U) == 0)
            continue;
        fprintf(stderr, "%s, %s\n", study->world->name, ways[w].name);
        study->way = &ways[w];
        study->sets = calloc(study->n_set, sizeof *study->sets);
        if (study->sets == NULL)
            abort();
        assay_parallel(study->n_set, 0, run_data_set, study);
        for (size_t k = 0; k < study->sets[0].n; k++)
            print_record(study, k);
        for (size_t s = 0; s < study->n_set; s++)
            free(study->sets[s].records);
        free(study->sets);
        fflush(stdout);
    }
    calibrated_clear(&study->champion);
    truth_clear(&study->truth);
}

static bool read_count(const char *text, long most, size_t *count)
{
    char *end = NULL;
    errno = 0;
    long n = strtol(text, &end, 10);
    if (errno != 0 || *end != '\0' || n < 1 || n > most)
        return false;
    *count = (size_t)n;
    return true;
}

int main(int argc, char **argv)
{
    static struct world worlds[] = {{.name = "single", .n_account = 1500, .n_snapshot = 1},
                                    {.name = "repeated", .n_account = 500, .n_snapshot = 3},
                                    {.name = "ranked", .n_account = 1500, .n_snapshot = 1,
                                     .percentile = true},
                                    {.name = "bound", .n_account = 1500, .n_snapshot = 1,
                                     .n_zero = 2}};
    const size_t n_world = sizeof worlds / sizeof *worlds;
    const char *only = argc > 2 ? argv[2] : NULL;
    size_t n_set = 1000, found = 0;
    gsl_set_error_handler_off();
    for (size_t w = 0; w < n_world; w++)
        found += only == NULL || strcmp(only, worlds[w].name) == 0;
    if (argc > 3 || found == 0 || (argc > 1 && !read_count(argv[1], 100000, &n_set))) {
        fprintf(stderr, "Usage: coverage [DATA_SETS [single|repeated|ranked|bound]]\n");
        return 2;
    }
    printf("world,way,interval,item,data_sets,none,covered,below,above,width,"
           "mean,sd,true_mean,true_sd\n");
    for (size_t w = 0; w < n_world; w++) {
        struct study study = {.world = &worlds[w], .n_set = n_set};
        if (only != NULL && strcmp(only, worlds[w].name) != 0)
            continue;
        world_make(&worlds[w]);
        run_world(&study, w);
    }
    return 0;
}
