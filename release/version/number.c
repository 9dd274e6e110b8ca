#include "release/version/number.h"

#include <assert.h>
#include <stdio.h>

const char *const assay_level_names[4] = {"none", "patch", "minor", "major"};

enum { MAJOR, MINOR, PATCH, PARTS, PART_LIMIT = 1000000 };

/* What a step of each level counts up. */
static const int part_of_level[4] = {PATCH, PATCH, MINOR, MAJOR};

/* A part, and in *text what stands behind it; false where there is none. */
static bool parse_part(const char **text, size_t *part)
{
    const char *at = *text;
    size_t value = 0;
    if (*at == '0' && at[1] >= '0' && at[1] <= '9')
        return false;
    for (; *at >= '0' && *at <= '9'; at++) {
        value = value * 10 + (size_t)(*at - '0');
        if (value >= PART_LIMIT)
            return false;
    }
    if (at == *text)
        return false;
    *text = at;
    *part = value;
    return true;
}

bool assay_version_parse(const char *text, struct assay_version *version)
{
    struct assay_version read;
    for (size_t k = 0; k < PARTS; k++) {
        if (!parse_part(&text, &read.part[k]) || *text != (k + 1 < PARTS ? '.' : '\0'))
            return false;
        text += k + 1 < PARTS ? 1 : 0;
    }
    *version = read;
    return true;
}

const char *assay_version_print(struct assay_version version, char out[ASSAY_VERSION_SIZE])
{
    snprintf(out, ASSAY_VERSION_SIZE, "%zu.%zu.%zu", version.part[MAJOR], version.part[MINOR],
             version.part[PATCH]);
    return out;
}

/* The first n parts alone. */
static int compare_parts(struct assay_version a, struct assay_version b, int n)
{
    for (int k = 0; k < n; k++)
        if (a.part[k] != b.part[k])
            return a.part[k] < b.part[k] ? -1 : 1;
    return 0;
}

int assay_version_compare(struct assay_version a, struct assay_version b)
{
    return compare_parts(a, b, PARTS);
}

/* The number after all those that share with `from` the parts before `part`, `from` included. */
static struct assay_version step(struct assay_version from, int part,
                                 const struct assay_version used[], size_t n)
{
    size_t highest = from.part[part];
    for (size_t k = 0; k < n; k++)
        if (compare_parts(used[k], from, part) == 0 && used[k].part[part] > highest)
            highest = used[k].part[part];
    if (highest + 1 >= PART_LIMIT && part > MAJOR)
        return step(from, part - 1, used, n);
    struct assay_version next = {{0}};
    for (int k = 0; k < part; k++)
        next.part[k] = from.part[k];
    next.part[part] = highest + 1;
    return next;
}

struct assay_version assay_version_next(const struct assay_version *in_force,
                                        enum assay_level level, const struct assay_version used[],
                                        size_t n)
{
    assert(in_force == NULL || level != ASSAY_LEVEL_NONE);
    if (in_force != NULL)
        return step(*in_force, part_of_level[level], used, n);
    return step((struct assay_version){{0}}, MAJOR, used, n);
}

/* Hints at the number that would do, and passes the status on. */
static enum assay_status would_do(const struct assay_version *in_force, enum assay_level level,
                                  const struct assay_version used[], size_t n,
                                  struct assay_error *err)
{
    char number[ASSAY_VERSION_SIZE];
    enum assay_level at_least = level == ASSAY_LEVEL_NONE ? ASSAY_LEVEL_PATCH : level;
    assay_hint(err, "%s would do.",
               assay_version_print(assay_version_next(in_force, at_least, used, n), number));
    return ASSAY_EDATA;
}

enum assay_status assay_version_check(struct assay_version asked,
                                      const struct assay_version *in_force, enum assay_level level,
                                      const struct assay_version used[], size_t n,
                                      struct assay_error *err)
{
    char number[ASSAY_VERSION_SIZE], force[ASSAY_VERSION_SIZE];
    assay_version_print(asked, number);
    for (size_t k = 0; k < n; k++)
        if (assay_version_compare(used[k], asked) == 0) {
            assay_fail(err, ASSAY_EDATA,
                       "version %s was used before; expected a number that never was", number);
            return would_do(in_force, level, used, n, err);
        }
    if (in_force == NULL)
        return ASSAY_OK;
    assay_version_print(*in_force, force);
    if (assay_version_compare(asked, *in_force) <= 0) {
        assay_fail(err, ASSAY_EDATA,
                   "version %s goes back; expected a number above %s, which is in force", number,
                   force);
        return would_do(in_force, level, used, n, err);
    }
    if (compare_parts(asked, *in_force, part_of_level[level] + 1) <= 0) {
        assay_fail(err, ASSAY_EDATA,
                   "version %s understates what changed since %s; expected a %s step or further",
                   number, force, assay_level_names[level]);
        return would_do(in_force, level, used, n, err);
    }
    for (size_t k = 0; k < n; k++)
        if (compare_parts(asked, used[k], part_of_level[level] + 1) == 0) {
            char other[ASSAY_VERSION_SIZE];
            assay_fail(
                err, ASSAY_EDATA,
                "version %s reads as a lesser step from %s, which was used; expected a %s step "
                "from every number",
                number, assay_version_print(used[k], other), assay_level_names[level]);
            return would_do(in_force, level, used, n, err);
        }
    return ASSAY_OK;
}
