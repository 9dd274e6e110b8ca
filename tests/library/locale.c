/* locale.c - reads a model and tests it where a comma is the decimal point, and leaves that as it was
 *
 *   locale MODEL          with LC_ALL set to such a locale; exit status 0: the self-test passes
 */
#include <assay.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    struct libassay_error error = {0};
    struct libassay_model *model = NULL;
    if (setlocale(LC_ALL, "") == NULL || strcmp(localeconv()->decimal_point, ",") != 0)
        return 77;
    if (argc < 2 || libassay_load_file(argv[1], &model, &error) != LIBASSAY_OK ||
        libassay_self_test(model, &error) != LIBASSAY_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    libassay_free(model);
    return strtod("1,5", NULL) == 1.5 ? 0 : 1;
}
