/* calibrate.h - the command: history -> candidate model */
#ifndef ASSAY_CALIBRATE_CALIBRATE_H
#define ASSAY_CALIBRATE_CALIBRATE_H

int assay_calibrate_main(int argc, char **argv);

#endif
