/* import.h - "assay import": a vendor's hand-weighted scorecard as a model
 *
 * docs/import.md tells the columns of the file, and what each vendor's rules rest on.
 */
#ifndef ASSAY_CALIBRATE_IMPORT_H
#define ASSAY_CALIBRATE_IMPORT_H

/* Returns the exit status: 0 done, 2 could not do it. */
int assay_import_main(int argc, char **argv);

#endif
