/* release.h - assay release: versions that scorers can trust, and the way back */
#ifndef ASSAY_RELEASE_RELEASE_H
#define ASSAY_RELEASE_RELEASE_H

/* The command; returns its exit status. */
int assay_release_main(int argc, char **argv);

#endif
