/* SPDX-License-Identifier: MIT */
/* uname [-snrvma]: what the system says it is; -s unless told. */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void print(const char *text)
{
    static const char *before = "";

    printf("%s%s", before, text);
    before = " ";
}

int main(int argc, char **argv)
{
    static const char letters[] = "snrvm";
    struct utsname names;
    const char *fields[5] = { names.sysname, names.nodename, names.release,
                              names.version, names.machine };
    unsigned wanted = 0, i;
    int option;

    while ((option = getopt(argc, argv, "snrvma")) != -1) {
        if (option == '?')
            return 1;
        if (option == 'a')
            wanted = 31;
        else
            wanted |= 1U << (strchr(letters, option) - letters);
    }
    if (wanted == 0)
        wanted = 1;
    if (uname(&names) != 0)
        err(1, "uname");
    for (i = 0; i < 5; i++)
        if (wanted & (1U << i))
            print(fields[i]);
    puts("");
    return 0;
}
