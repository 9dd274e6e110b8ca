/* say.h - asking a finished audit, and saying what it answers
 *
 * Questions never fail: what is null or absent is NaN, "" or NULL, and is then not said.
 */
#ifndef ASSAY_VALIDATE_SUMMARY_SAY_H
#define ASSAY_VALIDATE_SUMMARY_SAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/base/json.h"

enum { SAY_NAME_WIDTH = 30, SAY_TEXT_WIDTH = 100, SAY_LEAD_WIDTH = 20 };

/* An object or list; NULL where there is none. */
const struct cJSON *say_get(const struct cJSON *object, const char *key);
double say_number(const struct cJSON *object, const char *key);
const char *say_text(const struct cJSON *object, const char *key);
bool say_is_true(const struct cJSON *object, const char *key);
/* Low or high of an object's "interval". */
double say_low(const struct cJSON *object);
double say_high(const struct cJSON *object);

/* "1,234", "-" for NaN: one of a few rotating buffers. */
const char *say_grouped(double value);
/* "78.9 [70.3, 85.5]" of an object with "value" and "interval", times unit; "-" where there is no value;
 * one of a few rotating buffers. */
const char *say_estimate(const struct cJSON *estimate, double unit, int digits);

/* Two blanks, the name, and blanks up to SAY_NAME_WIDTH. */
void say_name(FILE *out, const char *name);
/* Text in lines of up to SAY_TEXT_WIDTH columns, the first behind `lead`, the others behind blanks:
 * as many as the lead is wide, or two behind a lead of words (more than SAY_LEAD_WIDTH columns). */
void say_wrapped(FILE *out, const char *lead, const char *text);
/* An empty line and the title. */
void say_title(FILE *out, const char *title);

#endif
