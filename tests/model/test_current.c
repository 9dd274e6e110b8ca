/* What is in force in a registry: "current" read, followed, and refused where it leads astray. */
#include "core/model/model_current.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "tests/model/handmade.h"

#define DIRECTORY "/tmp/assay-current-XXXXXX" /* as mkdtemp() takes it */
#define A64       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64       "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct assay_current read_good(const char *text)
{
    struct assay_error err = {0};
    struct assay_current current;
    ck_assay_ok(assay_current_read_text("current", text, strlen(text), &current, &err));
    return current;
}

/* ---- the file alone ---- */

static const char full[] =
    "{\n  \"format\": \"assay-current/1\",\n  \"name\": \"b2b\",\n  \"version\": \"1.10.0\",\n"
    "  \"model\": \"versions/1.10.0/model.json\",\n  \"digest\": \"sha256:" A64 "\",\n"
    "  \"entry\": 3,\n  \"head\": \"sha256:" B64 "\",\n"
    "  \"files\": [\n    {\n      \"file\": \"ledger.jsonl\",\n      \"sha256\": \"" B64
    "\"\n    },\n"
    "    {\n      \"file\": \".gitattributes\",\n      \"sha256\": \"" A64 "\"\n    }\n  ]\n}\n";

START_TEST(every_key_sets_its_field)
{
    struct assay_current current = read_good(full);
    ck_assert_str_eq(current.name, "b2b");
    ck_assert_str_eq(current.version, "1.10.0");
    ck_assert_str_eq(current.model, "versions/1.10.0/model.json");
    ck_assert_str_eq(current.digest, "sha256:" A64);
    ck_assert_uint_eq(current.entry, 3);
    ck_assert_str_eq(current.head, "sha256:" B64);
    ck_assert_uint_eq(current.n_file, 2);
    ck_assert_str_eq(current.files[0].file, "ledger.jsonl");
    ck_assert_str_eq(current.files[0].sha256, B64);
    ck_assert_str_eq(current.files[1].file, ".gitattributes");
    assay_current_clear(&current);
    assay_current_clear(&current);
}
END_TEST

static const struct {
    const char *text;
    bool is;
} beginnings[] = {
    {full, true},
    {"{\"format\":\"assay-current/1\"}", true},
    {"{ \"format\" :\r\n\t\"assay-current/9", true}, /* newer, or cut off: its reader says so */
    {"{\"format\": \"assay-model/1\"", false},
    {"{\"name\": \"a\", \"format\": \"assay-current/1\"}", false},
    {"{\"format\"", false},
    {"{", false},
    {" ", false},
    {"", false},
};

START_TEST(its_beginning_tells_it_from_a_model)
{
    ck_assert_int_eq(assay_current_is(beginnings[_i].text, strlen(beginnings[_i].text)),
                     beginnings[_i].is);
}
END_TEST

/* One line, so that the byte alone is the place. */
#define HEAD            "{\"format\":\"assay-current/1\",\"name\":\"b\","
#define VERSION         "\"version\":\"1.0.0\",\"model\":\"versions/1.0.0/model.json\","
#define REST            "\"digest\":\"sha256:" A64 "\",\"entry\":1,\"head\":\"sha256:" A64 "\",\"files\":[]}"
#define NUMBER(version) HEAD "\"version\":\"" version "\",\"model\":\"m\"," REST
#define MODEL(model)    HEAD "\"version\":\"1.0.0\",\"model\":\"" model "\"," REST
#define FILES(files)                                                                               \
    HEAD VERSION "\"digest\":\"sha256:" A64 "\",\"entry\":1,\"head\":\"sha256:" A64                \
                 "\",\"files\":" files "}"

static const struct {
    const char *text;
    enum assay_status status;
    const char *message;
} bad[] = {
    {"{\"format\":\"assay-current/1\"", ASSAY_EFORMAT,
     "current:1:28: the file ends here; expected \",\" or \"}\""},
    {"[]", ASSAY_EDATA,
     "current:1:1: found a list; expected what is in force in a registry: an object"},
    {"{\"name\":\"b\"}", ASSAY_EDATA, "current:1:1: no \"format\" here; expected text in quotes"},
    {"{\"format\":\"assay-current/2\"}", ASSAY_EFORMAT,
     "current:1:2: \"format\" is \"assay-current/2\"; expected \"assay-current/1\""},
    {"{\"format\":\"assay-model/1\"}", ASSAY_EFORMAT,
     "current:1:2: \"format\" is \"assay-model/1\"; expected \"assay-current/1\""},
    {HEAD VERSION "\"note\":1," REST, ASSAY_EDATA,
     "current:1:94: unknown key \"note\" in \"current\""},
    {HEAD "\"version\":\"1.0.0\"," REST, ASSAY_EDATA,
     "current:1:1: no \"model\" here; expected text in quotes"},
    {NUMBER("1.0"), ASSAY_EDATA,
     "current:1:40: \"version\" is \"1.0\"; expected a version number as \"1.2.0\""},
    {NUMBER("1.0.0.0"), ASSAY_EDATA,
     "current:1:40: \"version\" is \"1.0.0.0\"; expected a version number as \"1.2.0\""},
    {NUMBER("1.00.0"), ASSAY_EDATA,
     "current:1:40: \"version\" is \"1.00.0\"; expected a version number as \"1.2.0\""},
    {NUMBER("1.0.1000000"), ASSAY_EDATA,
     "current:1:40: \"version\" is \"1.0.1000000\"; expected a version number as \"1.2.0\""},
    {NUMBER("1..0"), ASSAY_EDATA,
     "current:1:40: \"version\" is \"1..0\"; expected a version number as \"1.2.0\""},
    {NUMBER("../../.."), ASSAY_EDATA,
     "current:1:40: \"version\" is \"../../..\"; expected a version number as \"1.2.0\""},
    {MODEL("versions/1.0.1/model.json"), ASSAY_EDATA,
     "current:1:58: \"model\" is \"versions/1.0.1/model.json\"; expected "
     "\"versions/1.0.0/model.json\""},
    {MODEL("/etc/passwd"), ASSAY_EDATA,
     "current:1:58: \"model\" is \"/etc/passwd\"; expected \"versions/1.0.0/model.json\""},
    {MODEL("./versions/1.0.0/model.json"), ASSAY_EDATA,
     "current:1:58: \"model\" is \"./versions/1.0.0/model.json\"; expected "
     "\"versions/1.0.0/model.json\""},
    {HEAD VERSION "\"digest\":\"" A64 "\",\"entry\":1,\"head\":\"sha256:" A64 "\",\"files\":[]}",
     ASSAY_EDATA,
     "current:1:94: \"digest\" is \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\"; expected "
     "\"sha256:\" "
     "and 64 hexadecimal digits"},
    {HEAD VERSION "\"digest\":\"sha256:" A64 "\",\"entry\":0,\"head\":\"sha256:" A64
                  "\",\"files\":[]}",
     ASSAY_EDATA,
     "current:1:177: \"entry\" is 0; expected a whole number from 1 to 9007199254740991"},
    {HEAD VERSION "\"digest\":\"sha256:" A64 "\",\"entry\":1,\"head\":\"sha256:FF\",\"files\":[]}",
     ASSAY_EDATA,
     "current:1:187: \"head\" is \"sha256:FF\"; expected \"sha256:\" and 64 hexadecimal digits"},
    {FILES("{}"), ASSAY_EDATA,
     "current:1:268: \"files\" is an object; expected a list in brackets"},
    {FILES("[1]"), ASSAY_EDATA, "current:1:277: found 1; expected a file as an object"},
    {FILES("[{\"file\":\"\",\"sha256\":\"" A64 "\"}]"), ASSAY_EDATA,
     "current:1:278: \"file\" is \"\"; expected the name of a file beside this one"},
    {FILES("[{\"file\":\"../key\",\"sha256\":\"" A64 "\"}]"), ASSAY_EDATA,
     "current:1:278: \"file\" is \"../key\"; expected the name of a file beside this one"},
    {FILES("[{\"file\":\"a\",\"sha256\":\"A" B64 "\"}]"), ASSAY_EDATA,
     "current:1:289: \"sha256\" is \"A0123456789abcdef0123456789abcdef0123456...\"; expected 64 "
     "hexadecimal digits"},
    {FILES("[{\"file\":\"a\",\"sha256\":\"" A64 "\",\"size\":1}]"), ASSAY_EDATA,
     "current:1:365: unknown key \"size\" in a file"},
};

START_TEST(a_bad_current_is_refused_where_it_is_bad)
{
    struct assay_error err = {0};
    struct assay_current current = {.entry = 77};
    ck_assert_int_eq(
        assay_current_read_text("current", bad[_i].text, strlen(bad[_i].text), &current, &err),
        bad[_i].status);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_uint_eq(current.entry, 77); /* untouched */
    ck_assert_ptr_null(current.name);
}
END_TEST

/* ---- a small registry, of which "current" and the one model are all that a scorer needs ---- */

struct place {
    char directory[32], current[64], version[64], model[80];
    char digest[80];
};

static void put_file(const char *path, const char *bytes, size_t length)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_file_write(path, bytes, length, &err));
}

static void put_current(const struct place *place, const char *digest)
{
    char text[1024];
    snprintf(text, sizeof text,
             "{\n  \"format\": \"assay-current/1\",\n  \"name\": \"by hand\",\n"
             "  \"version\": \"1.2.0\",\n  \"model\": \"versions/1.2.0/model.json\",\n"
             "  \"digest\": \"%s\",\n  \"entry\": 1,\n  \"head\": \"sha256:" B64
             "\",\n  \"files\": []\n}\n",
             digest);
    put_file(place->current, text, strlen(text));
}

/* models/versions/1.2.0/model.json with this for its version. */
static void put_model(struct place *place, const char *version)
{
    struct assay_error err = {0};
    struct assay_model model;
    struct assay_text text = {0};
    handmade_model(&model, PLAIN_FIT);
    free(model.version);
    model.version = handmade_text(version);
    ck_assay_ok(assay_model_write(&model, &text, &err));
    put_file(place->model, text.data, text.length);
    snprintf(place->digest, sizeof place->digest, "%s", model.digest);
    assay_text_clear(&text);
    assay_model_clear(&model);
}

static struct place make_place(void)
{
    struct place place = {.directory = DIRECTORY};
    ck_assert_ptr_nonnull(mkdtemp(place.directory));
    snprintf(place.current, sizeof place.current, "%s/current", place.directory);
    snprintf(place.version, sizeof place.version, "%s/versions", place.directory);
    ck_assert_int_eq(mkdir(place.version, 0777), 0);
    snprintf(place.version, sizeof place.version, "%s/versions/1.2.0", place.directory);
    ck_assert_int_eq(mkdir(place.version, 0777), 0);
    snprintf(place.model, sizeof place.model, "%.60s/model.json", place.version);
    put_model(&place, "1.2.0");
    put_current(&place, place.digest);
    return place;
}

static void remove_place(struct place *place)
{
    unlink(place->model);
    unlink(place->current);
    rmdir(place->version);
    *strrchr(place->version, '/') = '\0';
    rmdir(place->version);
    ck_assert_int_eq(rmdir(place->directory), 0);
}

/* The message of a read that must fail, with DIRECTORY for the directory's name, which is made up.
 */
static const char *refused(const struct place *place, const char *path, enum assay_status status,
                           char hint[320])
{
    static char said[sizeof((struct assay_error *)NULL)->message];
    struct assay_error err = {0};
    struct assay_model model = {.n_signal = 77};
    ck_assert_int_eq(assay_model_read(path, &model, &err), status);
    ck_assert_uint_eq(model.n_signal, 77);
    memcpy(said, err.message, sizeof said);
    for (char *at = said; (at = strstr(at, place->directory)) != NULL;)
        memcpy(at, DIRECTORY, strlen(DIRECTORY));
    if (hint != NULL)
        memcpy(hint, err.hint, sizeof err.hint);
    return said;
}

/* Behind the registry's directory. */
static const char *const ways[] = {"", "/", "/current", "/versions/1.2.0/model.json",
                                   "/versions/../current"};

START_TEST(a_registry_and_its_current_are_read_as_the_version_in_force)
{
    char path[128];
    struct assay_error err = {0};
    struct assay_model model;
    struct place place = make_place();
    snprintf(path, sizeof path, "%s%s", place.directory, ways[_i]);
    ck_assay_ok(assay_model_read(path, &model, &err));
    ck_assert_str_eq(model.version, "1.2.0");
    ck_assert_str_eq(model.digest, place.digest);
    ck_assert_ptr_eq(model.cohorts.spec, &model.spec.cohort);
    assay_model_clear(&model);
    remove_place(&place);
}
END_TEST

START_TEST(the_current_directory_may_be_the_registry)
{
    static const char *const here[] = {".", "current", "./"};
    struct assay_error err = {0};
    struct assay_model model;
    struct place place = make_place();
    char before[4096];
    ck_assert_ptr_nonnull(getcwd(before, sizeof before));
    ck_assert_int_eq(chdir(place.directory), 0);
    for (size_t k = 0; k < COUNT(here); k++) {
        ck_assay_ok(assay_model_read(here[k], &model, &err));
        ck_assert_str_eq(model.digest, place.digest);
        assay_model_clear(&model);
    }
    ck_assert_int_eq(chdir(before), 0);
    remove_place(&place);
}
END_TEST

START_TEST(a_directory_without_current_says_so)
{
    struct place place = make_place();
    unlink(place.current);
    ck_assert_str_eq(refused(&place, place.directory, ASSAY_EIO, NULL), DIRECTORY
                     ": a directory without \"current\"; expected a model file, or a registry "
                     "with a version in force");
    remove_place(&place);
}
END_TEST

START_TEST(another_model_than_current_names_is_refused_with_both_names)
{
    char hint[320], expected[256];
    struct place place = make_place();
    put_current(&place, "sha256:" B64);
    snprintf(expected, sizeof expected,
             DIRECTORY "/versions/1.2.0/model.json: the digest is %.19s...; expected "
                       "sha256:0123456789ab..., which " DIRECTORY "/current names",
             place.digest);
    ck_assert_str_eq(refused(&place, place.directory, ASSAY_EDATA, hint), expected);
    ck_assert_str_eq(hint, "One of the two was changed after the release; \"assay release verify\" "
                           "says which.");
    ck_assert_str_eq(refused(&place, place.current, ASSAY_EDATA, NULL), expected);
    remove_place(&place);
}
END_TEST

START_TEST(a_candidate_under_a_released_number_is_refused)
{
    struct place place = make_place();
    put_model(&place, "candidate");
    put_current(&place, place.digest);
    ck_assert_str_eq(refused(&place, place.directory, ASSAY_EDATA, NULL), DIRECTORY
                     "/versions/1.2.0/model.json: version \"candidate\"; expected \"1.2.0\", "
                     "which " DIRECTORY "/current names");
    remove_place(&place);
}
END_TEST

START_TEST(a_version_that_is_gone_is_named)
{
    char hint[320];
    struct place place = make_place();
    unlink(place.model);
    ck_assert_str_eq(refused(&place, place.current, ASSAY_EIO, hint),
                     "could not open \"" DIRECTORY
                     "/versions/1.2.0/model.json\": No such file or directory");
    ck_assert_ptr_nonnull(strstr(hint, "/current names it as the version in force."));
    remove_place(&place);
}
END_TEST

START_TEST(a_current_in_place_of_a_model_is_not_followed_again)
{
    char hint[320];
    struct place place = make_place();
    put_file(place.model, full, strlen(full));
    ck_assert_str_eq(refused(&place, place.current, ASSAY_EFORMAT, hint), DIRECTORY
                     "/versions/1.2.0/model.json:2:3: \"format\" is \"assay-current/1\"; expected "
                     "\"assay-model/1\"");
    ck_assert_str_eq(hint,
                     "It names a model that lies beside it; give its path rather than what is in "
                     "it.");
    remove_place(&place);
}
END_TEST

START_TEST(a_damaged_current_is_told_by_its_place)
{
    struct place place = make_place();
    static const char cut[] = "{\n  \"format\": \"assay-current/1\",\n  \"na", bare[] = "1.2.0\n";
    put_file(place.current, cut, strlen(cut));
    ck_assert_str_eq(refused(&place, place.current, ASSAY_EFORMAT, NULL),
                     DIRECTORY "/current:3:6: the file ends here; expected a closing quote");
    put_file(place.current, bare, strlen(bare)); /* as other tools keep theirs */
    refused(&place, place.directory, ASSAY_EFORMAT, NULL);
    remove_place(&place);
}
END_TEST

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    struct place place = make_place();
    size_t n = 1;
    for (;; n++) {
        struct assay_error err = {0};
        struct assay_model model = {.n_signal = 77};
        test_fail_allocation(n);
        enum assay_status status = assay_model_read(place.directory, &model, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        if (!reached) {
            ck_assay_ok(status);
            assay_model_clear(&model);
            break;
        }
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_uint_eq(model.n_signal, 77);
    }
    ck_assert_uint_gt(n, 100); /* a whole model behind a "current" */
    remove_place(&place);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, every_key_sets_its_field);
    tcase_add_loop_test(tc, its_beginning_tells_it_from_a_model, 0, COUNT(beginnings));
    tcase_add_loop_test(tc, a_bad_current_is_refused_where_it_is_bad, 0, COUNT(bad));
    tcase_add_loop_test(tc, a_registry_and_its_current_are_read_as_the_version_in_force, 0,
                        COUNT(ways));
    tcase_add_test(tc, the_current_directory_may_be_the_registry);
    tcase_add_test(tc, a_directory_without_current_says_so);
    tcase_add_test(tc, another_model_than_current_names_is_refused_with_both_names);
    tcase_add_test(tc, a_candidate_under_a_released_number_is_refused);
    tcase_add_test(tc, a_version_that_is_gone_is_named);
    tcase_add_test(tc, a_current_in_place_of_a_model_is_not_followed_again);
    tcase_add_test(tc, a_damaged_current_is_told_by_its_place);
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
}

ASSAY_SUITE("model/current", add_tests)
