/* simulate.h - the command: a scenario's data, with a known truth
 *
 * assay simulate SCENARIO [-o DATA.csv] [--seed N] [--accounts N] [--truth] [--json]
 */
#ifndef ASSAY_DATASETS_SIMULATE_H
#define ASSAY_DATASETS_SIMULATE_H

/* argv[0] is the command's name. Returns the exit status: 0 done, 2 could not do it. */
int assay_simulate_main(int argc, char **argv);

#endif
