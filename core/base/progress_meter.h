/* progress_meter.h - how fast work goes, when it will be done, and the words for it
 *
 * Knows neither clock nor terminal: times are seconds of any clock, handed in. The rate is that of the recent past,
 *
 *   sum of what was done / sum of the time it took,  both fading as exp(-age / (2 s + a quarter of the time spent)),
 *
 * so that it follows a disk that slows down and is steady where work comes in few large pieces. The end that it leads
 * to is only moved when the estimate has left it by more than a sixth of the time left and half a second: what
 * people see counts down instead of jumping about.
 */
#ifndef ASSAY_CORE_BASE_PROGRESS_METER_H
#define ASSAY_CORE_BASE_PROGRESS_METER_H

#include <stdbool.h>
#include <stddef.h>

enum assay_progress_unit {
    ASSAY_PROGRESS_BYTES,  /* "41%, 212 MB/s, 2.1 million rows/s, 3 s left" */
    ASSAY_PROGRESS_PIECES, /* "fold 3 of 10, 4 s left": the one that is being worked on */
    ASSAY_PROGRESS_TIME    /* "4 s": nothing is counted */
};

struct assay_progress_meter {
    enum assay_progress_unit unit;
    const char *piece;         /* PIECES: one of them, "fold"; borrowed */
    double started, taken_at;  /* seconds */
    size_t done, total, n_row; /* total 0: unknown */
    double recent_done, recent_rows, recent_time;
    double ends; /* when it is expected to be done; 0: no telling yet */
};

void assay_progress_meter_start(struct assay_progress_meter *meter, enum assay_progress_unit unit,
                                const char *piece, double now);

/* done of total (0: unknown) in its unit, and rows with them (0: not said). */
void assay_progress_meter_take(struct assay_progress_meter *meter, size_t done, size_t total,
                               size_t n_row, double now);

/* The figures of now, as above. The time left stands among them once two seconds have been spent. Returns out. */
#define ASSAY_PROGRESS_SIZE 128
const char *assay_progress_meter_print(const struct assay_progress_meter *meter, double now,
                                       char out[ASSAY_PROGRESS_SIZE]);

/* "what: figures", what being cut, between characters, where the whole would take more than width columns (at least
 * 40). Returns out. */
#define ASSAY_PROGRESS_LINE_SIZE 512
const char *assay_progress_line(const char *what, const char *figures, size_t width,
                                char out[ASSAY_PROGRESS_LINE_SIZE]);

#endif
