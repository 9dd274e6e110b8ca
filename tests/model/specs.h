/* specs.h - specs for made-up tables (tests/calibrate/lab.h) that together use every part of the
 * model file */
#ifndef ASSAY_TESTS_MODEL_SPECS_H
#define ASSAY_TESTS_MODEL_SPECS_H

#include "tests/calibrate/lab.h"

#define PLAIN "\"signals\": [" SIGNAL("use", "use", "higher", METHOD("\"none\"")) "," \
    SIGNAL("seats", "seats", "higher", METHOD("\"range\", \"low\": 0.1, \"high\": 0.9")) "]"
#define LONG_NAME /* 270 bytes, two a character: a cut at an odd place splits one */ \
    LONG_PART LONG_PART LONG_PART LONG_PART LONG_PART LONG_PART LONG_PART LONG_PART LONG_PART
#define LONG_PART "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9" \
    "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"

#define IN_DIMENSION(dimension, name, better, rest) \
    "{\"name\": \"" name "\", \"dimension\": \"" dimension "\", \"better\": \"" better "\"" rest "}"
#define SCORECARD /* points for gaps, averages of dimensions, whole numbers */ \
    SPEC_HEAD "\"as_of\": \"as_of\", \"scale\": \"weighted-average\"," \
    "\"rounding\": {\"dimensions\": true, \"score\": true}," \
    "\"zones\": [{\"name\": \"Red\", \"from\": 0}, {\"name\": \"Amber\", \"from\": 47}," \
    "{\"name\": \"Green\", \"from\": 53}], \"signals\": [" \
    IN_DIMENSION("product", "logins", "higher", "") "," \
    IN_DIMENSION("support", "tickets", "lower", ", \"missing\": 12.5") "," \
    IN_DIMENSION("product", "nps", "higher", BY_NUMBER MISSING("renormalise-dimension")) "," \
    IN_DIMENSION("money", "contract", "higher", BY_CATEGORY MISSING("renormalise")) "," \
    IN_DIMENSION("money", "use", "higher", METHOD("\"none\"")) "]}"

#define BY_SEGMENT \
    SPEC_HEAD "\"as_of\": \"as_of\"," FULL_COHORT \
    "\"fit\": {\"models_by\": \"plan\", \"pooling\": 1, \"folds\": 5}," \
    "\"line\": {\"rule\": \"targets\", \"by\": \"contract\"}, \"signals\": [" \
    SIGNAL("logins", "logins", "higher", "") "," \
    SIGNAL("tickets", "tickets", "lower", MISSING("renormalise")) "," \
    SIGNAL("nps", "nps", "higher", MISSING("indicator")) "]}"

#define PLAN_IS_NUMBER \
    SPEC_HEAD "\"cohort\": {\"plan\": \"nps\", \"tenure\": \"months\", \"bands\": [12]}, \"signals\": [" \
    SIGNAL("nps", "nps", "higher", "") "," SIGNAL("logins", "logins", "lower", "") "]}"

static const struct {
    const char *what, *spec;
} model_specs[] = {
    {"no cohort", SPEC_HEAD PLAIN "}"},
    {"only a tenure", SPEC_HEAD "\"cohort\": {\"tenure\": \"months\", \"bands\": [12]}, \"signals\": ["
                      SIGNAL("logins", "logins", "higher", "") "]}"},
    {"only a plan", SPEC_HEAD "\"cohort\": {\"plan\": \"plan\", \"borrow\": 0}, \"signals\": ["
                    SIGNAL("logins", "logins", "higher", "") ","
                    SIGNAL("tickets", "tickets", "lower", "") "]}"},
    {"every method and policy", ALL_POLICIES},
    {"indicators", SPEC_HEAD FULL_COHORT "\"signals\": ["
                   SIGNAL("nps", "nps", "higher", MISSING("indicator")) ","
                   SIGNAL("tickets", "tickets", "lower", MISSING("indicator")) "]}"},
    {"a tenure that is a signal too", SPEC_HEAD FULL_COHORT "\"signals\": ["
                   SIGNAL("months", "months", "higher", MISSING("drop")) ","
                   SIGNAL("use", "use", "higher", METHOD("\"none\"")) "]}"},
    {"steps by number, one column twice", SPEC_HEAD "\"signals\": ["
                   SIGNAL("nps", "nps", "higher", BY_NUMBER) ","
                   SIGNAL("promoter", "nps", "higher",
                          METHOD("\"steps\", \"from\": [[0, 0], [9, 100]]")) "]}"},
    {"a weighted average", SPEC_HEAD "\"scale\": \"weighted-average\", \"zones\": ["
                   "{\"name\": \"Red\", \"from\": 0}, {\"name\": \"Amber\", \"from\": 47},"
                   "{\"name\": \"Green\", \"from\": 53}]," PLAIN "}"},
    {"a given line, other points", SPEC_HEAD "\"at_risk_probability\": 0.3,"
                   "\"points_to_halve_odds\": 7.5, \"seed\": 9007199254740991,"
                   "\"fit\": {\"folds\": 3}," PLAIN "}"},
    {"a name longer than any message", SPEC_HEAD "\"signals\": ["
                   SIGNAL(LONG_NAME, "nps", "higher", MISSING("indicator")) "]}"},
    {"rules for audits", SPEC_HEAD "\"targets\": {\"auc\": 0.7, \"log_loss\": 0.6,"
                   "\"oe_ratio\": [0.8, 1.25], \"sensitivity\": 0.8},"
                   "\"audit\": {\"owner\": \"owner\", \"acted_on\": {\"date\": \"called\"},"
                   "\"promotion\": {\"auc\": 0.01, \"net_benefit\": 0.002},"
                   "\"recovery_rate\": [0.2, 0.3, 0.4], \"contact_cost\": 120}," PLAIN "}"},
    {"budgets and words for a release", SPEC_HEAD "\"release\": {\"inconclusive\": \"accept\","
                   "\"audit_age_days\": 60, \"oe_ratio\": [0.5, 2], \"max_zone_changes\": 1},"
                   "\"about\": {\"purpose\": \"whom to call\\nfirst\", \"code_access\": \"the team's\"},"
                   PLAIN "}"},
    {"a first look", SPEC_HEAD "\"at_risk_probability\": 0.3,"
                   "\"fit\": {\"anchor\": \"none\", \"folds\": 0}," PLAIN "}"},
    {"a column that is a plan and a number", PLAN_IS_NUMBER},
    {"a vendor's scorecard", SCORECARD},
    {"weights by plan, lines by contract", BY_SEGMENT},
};

/* The model of a spec on a table of 400 snapshots. */
static inline void lab_of_spec(struct lab *lab, size_t k)
{
    struct assay_error err = {0};
    struct assay_text csv = made_up_csv(&(struct made_up){.seed = 21, .n_row = 400});
    ck_assay_ok(lab_read(lab, model_specs[k].spec, csv.data, &err));
    ck_assay_ok(lab_model(lab, &err));
    assay_text_clear(&csv);
}

/* Its file; the caller clears it. */
static inline struct assay_text text_of_spec(size_t k)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_text text = {0};
    lab_of_spec(&lab, k);
    ck_assay_ok(assay_model_write(&lab.model, &text, &err));
    lab_clear(&lab);
    return text;
}

#endif
