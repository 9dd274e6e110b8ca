/* score.c - scores one account:  score MODEL VALUE...  in the order that  score MODEL  prints; '' is missing
 *
 *   cc score.c $(pkg-config --cflags --libs assay) -o score
 */
#include <assay.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct libassay_error error = {0};
    struct libassay_model *model = NULL;
    struct libassay_input input = {.size = sizeof input};
    struct libassay_score score = {.size = sizeof score};
    struct libassay_value values[256] = {{0, NULL}};
    size_t n = argc > 2 && argc < 258 ? (size_t)argc - 2 : 0;
    char *end;
    int status = libassay_load_file(argc > 1 ? argv[1] : "model.json", &model, &error);
    for (size_t k = 0; n == 0 && libassay_describe_input(model, k, &input, NULL) == LIBASSAY_OK;
         k++)
        printf("%s (%s)\n", input.column, input.kind == LIBASSAY_TEXT ? "text" : "number");
    for (size_t k = 0; k < n; k++) { /* the text counts where the input is a text, else the number */
        values[k].text = argv[k + 2];
        values[k].number = strtod(values[k].text, &end);
        if (*end != '\0' || end == values[k].text)
            values[k].number = NAN;
    }
    if (status == LIBASSAY_OK && n > 0)
        status = libassay_score_row(model, values, n, &score, &error);
    if (status != LIBASSAY_OK)
        fprintf(stderr, "score: %s\n", error.message);
    else if (n > 0)
        printf("score %.17g, probability %.17g, %d signals missing\n", score.score,
               score.probability, (int)score.n_missing);
    libassay_free(model);
    return status == LIBASSAY_OK ? 0 : 2;
}
