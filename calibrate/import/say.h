/* say.h - what was imported, for people and for programs */
#ifndef ASSAY_CALIBRATE_IMPORT_SAY_H
#define ASSAY_CALIBRATE_IMPORT_SAY_H

#include "calibrate/import/scorecard.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/model.h"

struct assay_import_paths {
    const char *model, *spec, *data; /* model "-": standard output; spec and data may be NULL */
};

/* Both ask out->failed at the end. The model has its digest. */
void assay_import_say(const struct assay_scorecard *card, const struct assay_model *model,
                      const struct assay_import_paths *paths, struct assay_text *out);
void assay_import_say_json(const struct assay_scorecard *card, const struct assay_model *model,
                           const struct assay_import_paths *paths, struct assay_text *out);

/* The warning that a nominal model carries, and that of a fitted one. */
void assay_import_caution(const struct assay_scorecard *card, const struct assay_model *model,
                          struct assay_text *out);

#endif
