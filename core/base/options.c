#include "core/base/options.h"

#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/number.h"
#include "core/base/options_page.h"
#include "core/base/text.h"

enum { MAX_OPTIONS = 48, HELP_COLUMN = 30, HELP_WIDTH = 100 };

int assay_complain(const struct assay_error *err)
{
    fprintf(stderr, "%s\n", err->message);
    if (err->hint[0] != '\0')
        fprintf(stderr, "  hint: %s\n", err->hint);
    return 2;
}

int assay_misuse(const struct assay_command *command, const char *format, ...)
{
    va_list args;
    fprintf(stderr, "assay %s: ", command->name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n  hint: \"assay %s --help\" lists the options.\n", command->name);
    return 2;
}

/* ---- help ---- */

static void print_default(const struct assay_option *option)
{
    char text[ASSAY_NUMBER_SIZE];
    switch (option->kind) {
    case ASSAY_OPTION_TEXT: {
        const char *value = *(const char *const *)option->target;
        if (value != NULL)
            printf(" [%s]", value);
        break;
    }
    case ASSAY_OPTION_COUNT:
        if (*(const size_t *)option->target != (size_t)-1)
            printf(" [%zu]", *(const size_t *)option->target);
        break;
    case ASSAY_OPTION_NUMBER:
        if (isfinite(*(const double *)option->target)) {
            assay_number_print(*(const double *)option->target, text);
            printf(" [%s]", text);
        }
        break;
    case ASSAY_OPTION_SIZE:
        if (*(const size_t *)option->target != 0)
            printf(" [%zu]", *(const size_t *)option->target);
        break;
    case ASSAY_OPTION_CHOICE:
        if (option->choices[*(const size_t *)option->target] != NULL)
            printf(" [%s]", option->choices[*(const size_t *)option->target]);
        break;
    case ASSAY_OPTION_FLAG:
    case ASSAY_OPTION_DATE:
    case ASSAY_OPTION_CHAR:
        break;
    }
}

/* Words of help, wrapped, from HELP_COLUMN on. */
static void print_wrapped(const char *help)
{
    int column = HELP_COLUMN;
    while (*help != '\0') {
        int length = (int)strcspn(help, " ");
        if (column > HELP_COLUMN && column + 1 + length > HELP_WIDTH) {
            printf("\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
        }
        if (column > HELP_COLUMN)
            column += printf(" ");
        column += printf("%.*s", length, help);
        help += length + (help[length] == ' ');
    }
}

static void print_option(const struct assay_option *option)
{
    char left[80];
    int used = option->letter != 0 ? snprintf(left, sizeof left, "  -%c, ", option->letter)
                                   : snprintf(left, sizeof left, "      ");
    snprintf(left + used, sizeof left - (size_t)used, "--%s%s%s", option->name,
             option->argument != NULL ? "=" : "", option->argument != NULL ? option->argument : "");
    printf("%-*s", HELP_COLUMN - 1, left);
    printf("%s", strlen(left) >= HELP_COLUMN ? "\n" : " ");
    if (strlen(left) >= HELP_COLUMN)
        printf("%*s", HELP_COLUMN, "");
    print_wrapped(option->help);
    print_default(option);
    printf("\n");
}

static void print_help(const struct assay_command *command)
{
    printf("Usage: assay %s [OPTION]...%s%s\n%s\n\n", command->name,
           command->operands[0] != '\0' ? " " : "", command->operands, command->summary);
    for (size_t k = 0; k < command->n_option; k++)
        print_option(&command->options[k]);
    printf("  -h, --help                  this text\n");
    if (command->notes != NULL)
        printf("\n%s\n", command->notes);
    printf("\nExit status: 0 done or yes, 1 the check says no, 2 could not do it (usage, data, "
           "numbers, I/O).\n");
}

/* ---- values ---- */

static int bad_value(const struct assay_command *command, const struct assay_option *option,
                     const char *text, const char *expected)
{
    char quoted[ASSAY_QUOTE_SIZE];
    return assay_misuse(command, "--%s is \"%s\"; expected %s", option->name,
                        assay_quote_value(text, strlen(text), quoted), expected);
}

static int take_count(const struct assay_command *command, const struct assay_option *option,
                      const char *text)
{
    double value;
    if (!assay_number_parse(text, strlen(text), &value) || value != floor(value) ||
        value < option->low || value > option->high) {
        char expected[96];
        snprintf(expected, sizeof expected, "a whole number from %.0f to %.0f", option->low,
                 option->high);
        return bad_value(command, option, text, expected);
    }
    *(size_t *)option->target = (size_t)value;
    return ASSAY_GO_ON;
}

static int take_number(const struct assay_command *command, const struct assay_option *option,
                       const char *text)
{
    double value;
    if (!assay_number_parse(text, strlen(text), &value) || value < option->low ||
        value > option->high) {
        char expected[96];
        snprintf(expected, sizeof expected, "a number from %g to %g", option->low, option->high);
        return bad_value(command, option, text, expected);
    }
    *(double *)option->target = value;
    return ASSAY_GO_ON;
}

/* "64M", "2G", "500000000". */
static int take_size(const struct assay_command *command, const struct assay_option *option,
                     const char *text)
{
    static const char units[] = "KMGT";
    size_t length = strlen(text);
    const char *unit = length > 0 ? memchr(units, text[length - 1], sizeof units - 1) : NULL;
    double value, scale = unit != NULL ? exp2(10.0 * (double)(unit - units + 1)) : 1;
    if (!assay_number_parse(text, unit != NULL ? length - 1 : length, &value) ||
        value != floor(value) || value * scale < option->low || value * scale > option->high)
        return bad_value(command, option, text, "a size in bytes as 500000000, 64M or 2G");
    *(size_t *)option->target = (size_t)(value * scale);
    return ASSAY_GO_ON;
}

static int take_choice(const struct assay_command *command, const struct assay_option *option,
                       const char *text)
{
    char known[200] = "one of ";
    size_t used = strlen(known);
    for (size_t k = 0; option->choices[k] != NULL; k++) {
        if (strcmp(option->choices[k], text) == 0) {
            *(size_t *)option->target = k;
            return ASSAY_GO_ON;
        }
        if (used < sizeof known)
            used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", k > 0 ? ", " : "",
                                     option->choices[k]);
    }
    return bad_value(command, option, text, known);
}

static int take_char(const struct assay_command *command, const struct assay_option *option,
                     const char *text)
{
    if (strcmp(text, "tab") == 0 || strcmp(text, "\\t") == 0)
        text = "\t";
    if (strlen(text) != 1 || *text == '"' || *text == '\n' || *text == '\r')
        return bad_value(command, option, text, "one character, or tab");
    *(char *)option->target = *text;
    return ASSAY_GO_ON;
}

static int take(const struct assay_command *command, const struct assay_option *option,
                const char *text)
{
    switch (option->kind) {
    case ASSAY_OPTION_FLAG:
        *(bool *)option->target = true;
        return ASSAY_GO_ON;
    case ASSAY_OPTION_TEXT:
        *(const char **)option->target = text;
        return ASSAY_GO_ON;
    case ASSAY_OPTION_COUNT:
        return take_count(command, option, text);
    case ASSAY_OPTION_NUMBER:
        return take_number(command, option, text);
    case ASSAY_OPTION_SIZE:
        return take_size(command, option, text);
    case ASSAY_OPTION_DATE:
        if (!assay_date_parse(text, strlen(text), option->target))
            return bad_value(command, option, text, "a date as 2026-06-30");
        return ASSAY_GO_ON;
    case ASSAY_OPTION_CHAR:
        return take_char(command, option, text);
    case ASSAY_OPTION_CHOICE:
        return take_choice(command, option, text);
    }
    return 2;
}

/* ---- parsing ---- */

static int unknown_option(const struct assay_command *command, const char *argument)
{
    const char *names[MAX_OPTIONS + 1];
    size_t n = 0;
    for (; n < command->n_option; n++)
        names[n] = command->options[n].name;
    names[n++] = "help";
    char word[ASSAY_QUOTE_SIZE];
    assay_quote_value(argument, strcspn(argument, "="), word);
    const char *nearest = assay_nearest_word(word + 2, names, n);
    for (size_t k = 0; k < n && word[2] != '\0'; k++)
        if (strncmp(names[k], word + 2, strlen(word + 2)) == 0)
            nearest = names[k]; /* cut short rather than misspelt */
    if (nearest == NULL)
        return assay_misuse(command, "unknown option \"%s\"", word);
    fprintf(stderr, "assay %s: unknown option \"%s\"\n  hint: Did you mean --%s?\n", command->name,
            word, nearest);
    return 2;
}

/* getopt_long() takes any unambiguous beginning of a name; we want all of it. */
static bool is_whole_name(const char *argument, const char *name)
{
    size_t length = strlen(name);
    return strncmp(argument, "--", 2) == 0 && strncmp(argument + 2, name, length) == 0 &&
           (argument[2 + length] == '\0' || argument[2 + length] == '=');
}

/* What getopt_long() would not take. For an option of one letter it leaves that in optopt; word is
 * what it looked at last, which for a long option is the option. */
static int refuse(const struct assay_command *command, const struct option longs[],
                  const char *word, bool lacks_value)
{
    if (optopt != 0 && optopt < 256 && optopt != 'h') {
        char letter = (char)optopt, quoted[ASSAY_QUOTE_SIZE];
        assay_quote_value(&letter, 1, quoted);
        return assay_misuse(command, lacks_value ? "option \"-%s\" needs a value"
                                                 : "unknown option \"-%s\"", quoted);
    }
    for (size_t k = 0; longs[k].name != NULL; k++)
        if (is_whole_name(word, longs[k].name))
            return assay_misuse(command, lacks_value ? "option \"--%s\" needs a value"
                                                     : "option \"--%s\" takes no value",
                                longs[k].name);
    return unknown_option(command, word);
}

static void build_tables(const struct assay_command *command, struct option longs[],
                         char shorts[])
{
    size_t used = 0, n = 0;
    shorts[used++] = ':'; /* a missing value is told apart from an unknown option */
    for (; n < command->n_option && n < MAX_OPTIONS; n++) {
        const struct assay_option *option = &command->options[n];
        bool valued = option->kind != ASSAY_OPTION_FLAG;
        longs[n] = (struct option){option->name, valued, NULL, 256 + (int)n};
        if (option->letter != 0) {
            shorts[used++] = option->letter;
            if (valued)
                shorts[used++] = ':';
        }
    }
    longs[n] = (struct option){"help", optional_argument, NULL, 'h'};
    longs[n + 1] = (struct option){0};
    shorts[used++] = 'h';
    shorts[used] = '\0';
}

/* --help, --help=man and --help=words: the same table for people, for man(1), for shells that complete. */
static int answer_help(const struct assay_command *command, const char *form)
{
    if (form == NULL)
        print_help(command);
    else if (strcmp(form, "man") == 0)
        assay_page_print(command);
    else if (strcmp(form, "words") == 0)
        assay_words_print(command);
    else
        return assay_misuse(command, "--help is \"%s\"; expected nothing, man or words", form);
    return fflush(stdout) == 0 ? 0 : 2;
}

int assay_options_parse(const struct assay_command *command, int argc, char **argv,
                        const char *operands[])
{
    struct option longs[MAX_OPTIONS + 2];
    char shorts[2 * MAX_OPTIONS + 3];
    build_tables(command, longs, shorts);
    optind = 0;
    opterr = 0;
    for (;;) {
        int index = -1;
        int c = getopt_long(argc, argv, shorts, longs, &index);
        if (c == -1)
            break;
        /* The word just taken: with a separate value it is the one before last. */
        const char *word = argv[optind - 1];
        if (c == ':' || c == '?')
            return refuse(command, longs, word, c == ':');
        if (index >= 0 && longs[index].has_arg == required_argument && optarg == word)
            word = argv[optind - 2];
        if (index >= 0 && !is_whole_name(word, longs[index].name))
            return unknown_option(command, word);
        if (c == 'h')
            return answer_help(command, optarg);
        const struct assay_option *option = NULL;
        if (c >= 256)
            option = &command->options[c - 256];
        for (size_t k = 0; option == NULL && k < command->n_option; k++)
            if (command->options[k].letter == c)
                option = &command->options[k];
        int status = take(command, option, optarg);
        if (status != ASSAY_GO_ON)
            return status;
    }
    size_t n = (size_t)(argc - optind);
    if (n > command->max_operand)
        return assay_misuse(command, "unexpected \"%s\"", argv[optind + (int)command->max_operand]);
    if (n < command->min_operand)
        return assay_misuse(command, "expected %s", command->operands);
    for (size_t k = 0; k < command->max_operand; k++)
        operands[k] = k < n ? argv[optind + (int)k] : NULL;
    return ASSAY_GO_ON;
}
