#include "core/base/options_page.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "core/base/version.h"

/* ---- manual pages ---- */

/* Text as the man macros take it: a backslash, a dash and a leading dot or quote would mean something. */
static void put_roff(const char *text)
{
    if (*text == '.' || *text == '\'')
        printf("\\&");
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\\')
            printf("\\e");
        else if (*c == '-')
            printf("\\-");
        else
            putchar(*c);
        if (*c == '\n' && (c[1] == '.' || c[1] == '\''))
            printf("\\&");
    }
}

static void put_title(const char *name, const char *summary)
{
    char page[80];
    size_t n = 0;
    for (; name[n] != '\0' && n + 1 < sizeof page; n++)
        page[n] = name[n] == ' ' ? '-' : name[n];
    page[n] = '\0';
    printf(".TH \"");
    for (const char *c = page; *c != '\0'; c++)
        putchar(toupper((unsigned char)*c));
    printf("\" \"1\" \"\" \"assay " ASSAY_VERSION "\" \"Assay\"\n.SH NAME\n");
    put_roff(page);
    printf(" \\- ");
    put_roff(summary);
    printf("\n");
}

static void put_exit_status(void)
{
    printf(".SH EXIT STATUS\n"
           ".TP\n0\nDone, or the check says yes.\n"
           ".TP\n1\nThe check says no.\n"
           ".TP\n2\nCould not do it: usage, data, numbers, input or output.\n");
}

static void put_option(const struct assay_option *option)
{
    printf(".TP\n");
    if (option->letter != 0)
        printf("\\fB\\-%c\\fR, ", option->letter);
    printf("\\fB\\-\\-");
    put_roff(option->name);
    printf("\\fR");
    if (option->argument != NULL) {
        printf("=\\fI");
        put_roff(option->argument);
        printf("\\fR");
    }
    printf("\n");
    put_roff(option->help);
    printf("\n");
}

void assay_page_print(const struct assay_command *command)
{
    char name[80];
    snprintf(name, sizeof name, "assay %s", command->name);
    put_title(name, command->summary);
    printf(".SH SYNOPSIS\n.B ");
    put_roff(name);
    printf("\n[\\fIOPTION\\fR]...\n");
    if (command->operands[0] != '\0') {
        put_roff(command->operands);
        printf("\n");
    }
    printf(".SH OPTIONS\n");
    for (size_t k = 0; k < command->n_option; k++)
        put_option(&command->options[k]);
    printf(".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nWhat the command does and takes, with the "
           "defaults.\n");
    if (command->notes != NULL) {
        printf(".SH NOTES\n");
        put_roff(command->notes);
        printf("\n");
    }
    put_exit_status();
    printf(".SH SEE ALSO\n.BR assay (1)\n");
}

static int put_front_page(const struct assay_front *front)
{
    put_title(front->name, front->summary);
    printf(".SH SYNOPSIS\n.B ");
    put_roff(front->name);
    printf("\n\\fI%s\\fR [\\fIOPTION\\fR]...\n.SH COMMANDS\n", front->kind);
    for (size_t k = 0; k < front->n_verb; k++) {
        printf(".TP\n\\fB");
        put_roff(front->verbs[k].name);
        printf("\\fR\n");
        put_roff(front->verbs[k].summary);
        printf("\n");
    }
    put_exit_status();
    printf(".SH SEE ALSO\n");
    for (size_t k = 0; k < front->n_verb; k++) {
        printf(".BR ");
        for (const char *c = front->name; *c != '\0'; c++)
            printf("%s", *c == ' ' ? "\\-" : (char[]){*c, '\0'});
        printf("\\-");
        put_roff(front->verbs[k].name);
        printf(" (1)%s\n", k + 1 < front->n_verb ? "," : "");
    }
    return fflush(stdout) == 0 ? 0 : 2;
}

/* ---- words ---- */

static const char *kind_of(const struct assay_option *option)
{
    if (option->kind == ASSAY_OPTION_FLAG)
        return "flag";
    if (option->kind == ASSAY_OPTION_CHOICE)
        return "choice";
    return option->argument != NULL && (strstr(option->argument, "FILE") != NULL ||
                                        strstr(option->argument, "DIR") != NULL)
               ? "file"
               : "value";
}

void assay_words_print(const struct assay_command *command)
{
    for (size_t k = 0; k < command->n_option; k++) {
        const struct assay_option *option = &command->options[k];
        const char letter[2] = {option->letter != 0 ? option->letter : '-', '\0'};
        printf("option\t%s\t%s\t%s\t%s\t%s\n", option->name, letter, kind_of(option),
               option->argument != NULL ? option->argument : "-", option->help);
        for (size_t c = 0; option->kind == ASSAY_OPTION_CHOICE && option->choices[c] != NULL; c++)
            printf("choice\t%s\t%s\n", option->name, option->choices[c]);
    }
    printf("option\thelp\th\tflag\t-\tthis text\n");
    if (command->operands[0] != '\0')
        printf("operand\t%s\n", command->operands);
}

/* ---- programs that hand over ---- */

static int put_usage(const struct assay_front *front)
{
    int width = 10;
    for (size_t k = 0; k < front->n_verb; k++)
        if ((int)strlen(front->verbs[k].name) > width)
            width = (int)strlen(front->verbs[k].name);
    printf("Usage: %s ", front->name);
    for (const char *c = front->kind; *c != '\0'; c++)
        putchar(toupper((unsigned char)*c));
    printf(" [OPTION]...\n%s\n\n", front->summary);
    for (size_t k = 0; k < front->n_verb; k++)
        printf("  %-*s %s\n", width, front->verbs[k].name, front->verbs[k].summary);
    printf("\n%s\n", front->notes);
    return fflush(stdout) == 0 ? 0 : 2;
}

static int put_front_words(const struct assay_front *front)
{
    for (size_t k = 0; k < front->n_verb; k++)
        printf("command\t%s\t%s\n", front->verbs[k].name, front->verbs[k].summary);
    return fflush(stdout) == 0 ? 0 : 2;
}

static int unknown_verb(const struct assay_front *front, const char *word)
{
    enum { MAX_VERBS = 32 };
    const char *names[MAX_VERBS];
    char quoted[ASSAY_QUOTE_SIZE];
    size_t n = 0;
    for (; n < front->n_verb && n < MAX_VERBS; n++)
        names[n] = front->verbs[n].name;
    const char *nearest = assay_nearest_word(word, names, n);
    fprintf(stderr, "%s: unknown %s \"%s\"\n", front->name, front->kind,
            assay_quote_value(word, strlen(word), quoted));
    if (nearest != NULL)
        fprintf(stderr, "  hint: Did you mean \"%s\"?\n", nearest);
    else
        fprintf(stderr, "  hint: \"%s --help\" lists the %ss.\n", front->name, front->kind);
    return 2;
}

int assay_front_main(const struct assay_front *front, int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "%s: expected a %s\n  hint: \"%s --help\" lists them.\n", front->name,
                front->kind, front->name);
        return 2;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0)
        return put_usage(front);
    if (strcmp(word, "--help=man") == 0)
        return put_front_page(front);
    if (strcmp(word, "--help=words") == 0)
        return put_front_words(front);
    for (size_t k = 0; k < front->n_verb; k++)
        if (strcmp(word, front->verbs[k].name) == 0)
            return front->verbs[k].run(argc - 1, argv + 1);
    return unknown_verb(front, word);
}
