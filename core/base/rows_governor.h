/* rows_governor.h - keeps what is mapped of the files of rows.h from filling memory
 *
 * A thread that looks at the resident set once a millisecond, as /proc/self/statm has it, and calls for pages to
 * be dropped, a part at a time, while that nears the budget. Where there is no /proc nothing is dropped, and the
 * kernel decides.
 */
#ifndef ASSAY_CORE_BASE_ROWS_GOVERNOR_H
#define ASSAY_CORE_BASE_ROWS_GOVERNOR_H

#include <stdbool.h>
#include <stddef.h>

/* Starts the thread; false where it could not be. What is mapped of files now, the program and its libraries, is
 * taken to stay. It ends by itself once `wanted` says no. `drop` drops the next part; false: that was the last,
 * and the first is next. The two are never called at the same time. */
bool assay_rows_govern(size_t budget, bool (*wanted)(void), bool (*drop)(void));

#endif
