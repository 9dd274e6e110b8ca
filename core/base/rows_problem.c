/* Apart from the files themselves: error.c says a problem wherever memory runs out, also in libassay, which
 * has no files. */
#include <pthread.h>
#include <stdio.h>

#include "core/base/rows.h"
#include "core/base/rows_file.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char noted[600];

void assay_rows_note_problem(const char *problem)
{
    pthread_mutex_lock(&lock);
    snprintf(noted, sizeof noted, "%s", problem != NULL ? problem : "");
    pthread_mutex_unlock(&lock);
}

/* Each thread reads a copy of its own, which nobody else writes. */
const char *assay_rows_problem(void)
{
    static _Thread_local char copy[sizeof noted];
    pthread_mutex_lock(&lock);
    snprintf(copy, sizeof copy, "%s", noted);
    pthread_mutex_unlock(&lock);
    return copy[0] != '\0' ? copy : NULL;
}
