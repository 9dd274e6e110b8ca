/* export.h - assay export: a model as code, queries, a graph or a workbook that score as it does */
#ifndef ASSAY_RELEASE_EXPORT_EXPORT_H
#define ASSAY_RELEASE_EXPORT_EXPORT_H

int assay_export_main(int argc, char **argv);

#endif
