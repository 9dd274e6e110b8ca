/* init.h - "assay init": a spec drafted from what the data looks like
 *
 * The spec goes to a file or to standard output, what was guessed and why to standard error.
 */
#ifndef ASSAY_CALIBRATE_INIT_H
#define ASSAY_CALIBRATE_INIT_H

/* Returns the exit status: 0 done, 2 could not do it. */
int assay_init_main(int argc, char **argv);

#endif
