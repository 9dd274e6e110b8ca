#include "validate/people/people.h"

#include "validate/people/context.h"
#include "validate/people/errors_file.h"
#include "validate/people/false_alarms.h"
#include "validate/people/mistakes.h"
#include "validate/people/misses.h"

enum assay_status assay_audit_people(const struct assay_audit_input *input,
                                     struct assay_audit_output *out, struct assay_error *err)
{
    struct assay_people people = {0};
    struct assay_mistakes mistakes = {0};
    enum assay_status status = assay_people_init(input, &people, err);
    if (status == ASSAY_OK)
        status = assay_mistakes_init(&people, &mistakes, err);
    if (status == ASSAY_OK)
        status = assay_misses_write(&people, &mistakes, out, err);
    if (status == ASSAY_OK)
        status = assay_false_alarms_write(&people, &mistakes, out, err);
    if (status == ASSAY_OK && out->want_errors)
        status = assay_errors_write(&people, &mistakes, &out->errors, err);
    assay_mistakes_clear(&mistakes);
    assay_people_clear(&people);
    return status;
}
