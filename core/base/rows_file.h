/* rows_file.h - the files behind rows.h: without a name, with room taken in advance
 *
 * In $TMPDIR, or /tmp without one. They are gone with the process, however it ends.
 */
#ifndef ASSAY_CORE_BASE_ROWS_FILE_H
#define ASSAY_CORE_BASE_ROWS_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* A file of that many bytes, all zero, as a descriptor; -1, with a problem noted, where there is no room. */
int assay_rows_file_open(size_t bytes);

/* Makes it longer by zeroes; false, with a problem noted and the file good as it was, where there is no room. */
bool assay_rows_file_extend(int fd, size_t bytes, size_t extended);

/* Writes n bytes from its beginning; false, with a problem noted, where that failed. */
bool assay_rows_file_write(int fd, const char *bytes, size_t n);

/* What assay_rows_problem() says from now on; NULL: nothing. */
void assay_rows_note_problem(const char *problem);

#endif
