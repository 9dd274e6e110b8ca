/* rows_file.h - the files behind rows.h: without a name, with room taken in advance
 *
 * In $TMPDIR, or /tmp without one. They are gone with the process, however it ends.
 */
#ifndef ASSAY_CORE_BASE_ROWS_FILE_H
#define ASSAY_CORE_BASE_ROWS_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* A file of that many bytes, the first n as given, the others zero, as a descriptor; -1, with a problem noted, where
 * there is no room. Every 64 kB of it are one piece of the page cache: a fault maps as much at most. */
int assay_rows_file_open(const char *first, size_t n, size_t bytes);

/* Makes it longer by zeroes; false, with a problem noted and the file good as it was, where there is no room. */
bool assay_rows_file_extend(int fd, size_t bytes, size_t extended);

/* What assay_rows_problem() says from now on; NULL: nothing. */
void assay_rows_note_problem(const char *problem);

#endif
