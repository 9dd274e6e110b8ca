/* rows_governor.h - keeps what is mapped of the files of rows.h from filling memory
 *
 * Who works (thread.h) looks at the resident set behind his tasks and steps, as /proc/self/statm has it, the sooner
 * again the faster that fills of late and the less room is left, and has pages dropped, a part at a time, while it nears
 * the budget. Others wait for that, so that none maps pages as fast as another drops them. A thread of its own looks where
 * nobody steps. Where there is no /proc nothing is dropped, and the kernel decides.
 */
#ifndef ASSAY_CORE_BASE_ROWS_GOVERNOR_H
#define ASSAY_CORE_BASE_ROWS_GOVERNOR_H

#include <stdbool.h>
#include <stddef.h>

/* Starts the thread; false where it could not be. What is mapped of files now, the program and its libraries, is
 * taken to stay. It ends by itself once `wanted` says no. `drop` drops the next part; false: there is none behind the
 * last, and the first is next. It must not wait for whoever calls this. Never two `drop` at a time. */
bool assay_rows_govern(size_t budget, bool (*wanted)(void), bool (*drop)(void));

#endif
