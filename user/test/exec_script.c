/* SPDX-License-Identifier: MIT */
/*
 * Verifies `#!` scripts: which interpreter runs, with which arguments.
 */
#include <fcntl.h>
#include <stdio.h>

#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

#define AT_EXECFN 31

static char text[600];
static char path[160]; /* of the script, absolute */

/* Writes the script `name`: its text, with this program's path for each $. */
static void script(const char *name, const char *format)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    int len = 0;

    REQUIRE_OK(fd);
    for (; *format != '\0'; format++)
        if (*format == '$')
            len += snprintf(text + len, sizeof(text) - (size_t)len, "%s",
                            test_self());
        else
            text[len++] = *format;
    REQUIRE(write(fd, text, (size_t)len) == len);
    REQUIRE_OK(close(fd));
}

static int execute(void *name)
{
    char *argv[] = { "name", "one", "two words", NULL };
    char *envp[] = { "KEPT=1", NULL };

    execve(name, argv, envp);
    return errno;
}

static int run(const char *name)
{
    return run_child(execute, (void *)(uintptr_t)name);
}

/* ---- the interpreter, which is this program ---- */

static int after_path(char **argv)
{
    CHECK_STR(argv[0], "one");
    CHECK_STR(argv[1], "two words");
    CHECK(argv[2] == NULL);
    return test_result();
}

/* Called with one argument of the script's own: "@arg ...". The path that
 * was executed is still the script's. */
static int interpret(char **argv, char **envp)
{
    CHECK(strstr(argv[0], "exec_script") != NULL);
    CHECK_STR((const char *)test_auxv(AT_EXECFN), argv[2]);
    CHECK_STR(envp[0], "KEPT=1");
    CHECK(envp[1] == NULL);
    if (strcmp(argv[1], "@arg  with spaces") != 0 &&
        strcmp(argv[1], "@arg") != 0)
        return 2;
    CHECK(strcmp(argv[2], "./script") == 0 || argv[2][0] == '/');
    return after_path(argv + 3);
}

/* ---- the cases ---- */

static void with_an_argument(void)
{
    tmp_enter();
    script("script", "#!$ @arg\nrest\n");
    CHECK_EXIT(run("./script"), 0);
}

static void spaces(void)
{
    tmp_enter();
    script("script", "#! \t $ \t @arg \t \nrest\n");
    CHECK_EXIT(run("./script"), 0);
}

/* All that follows is one argument. */
static void argument_with_spaces(void)
{
    tmp_enter();
    script("script", "#!$ @arg  with spaces\n");
    CHECK_EXIT(run("./script"), 0);
}

static void without_newline(void)
{
    tmp_enter();
    script("script", "#!$ @arg");
    CHECK_EXIT(run("./script"), 0);
}

static void absolute_path(void)
{
    tmp_enter();
    script("script", "#!$ @arg\n");
    REQUIRE(getcwd(path, sizeof(path)) != NULL);
    strcat(path, "/script");
    CHECK_EXIT(run(path), 0);
}

static void no_interpreter_named(void)
{
    tmp_enter();
    script("script", "#!\n");
    CHECK_EXIT(run("./script"), ENOEXEC);
    script("script", "#!   \t\n$\n");
    CHECK_EXIT(run("./script"), ENOEXEC);
}

static void interpreter_missing(void)
{
    tmp_enter();
    script("script", "#!/does/not/exist\n");
    CHECK_EXIT(run("./script"), ENOENT);
    script("script", "#!./plain\n");
    close(tmp_file("plain", "abc", 3));
    CHECK_EXIT(run("./script"), EACCES);
    script("script", "#!/tmp\n");
    CHECK_EXIT(run("./script"), EACCES);
}

/* An interpreter may be a script: the arguments pile up in front. */
static void nested(void)
{
    tmp_enter();
    script("inner", "#!$ @nested\n");
    script("script", "#!./inner outer\n");
    CHECK_EXIT(run("./script"), 0);
}

static int interpret_nested(char **argv)
{
    CHECK_STR(argv[2], "./inner");
    CHECK_STR(argv[3], "outer");
    CHECK_STR(argv[4], "./script");
    return after_path(argv + 5);
}

static void nested_for_ever(void)
{
    tmp_enter();
    script("script", "#!./script\n");
    CHECK_EXIT(run("./script"), ELOOP);
}

/* The first line counts only as far as 255 bytes. */
static void line_too_long(void)
{
    static char line[400];

    tmp_enter();
    memset(line, 'x', sizeof(line) - 1);
    memcpy(line, "#!/", 3);
    script("script", line);
    CHECK_EXIT(run("./script"), ENOEXEC);
}

static const struct test_case cases[] = {
    CASE(with_an_argument),    CASE(spaces),        CASE(argument_with_spaces),
    CASE(without_newline),     CASE(absolute_path), CASE(no_interpreter_named),
    CASE(interpreter_missing), CASE(nested),        CASE(nested_for_ever),
    CASE(line_too_long),
};

int main(int argc, char **argv, char **envp)
{
    test_start(argv, envp);
    if (argc > 2 && strncmp(argv[1], "@arg", 4) == 0)
        return interpret(argv, envp);
    if (argc > 4 && strcmp(argv[1], "@nested") == 0)
        return interpret_nested(argv);
    return test_main(argc, argv, envp, cases, COUNT(cases));
}
