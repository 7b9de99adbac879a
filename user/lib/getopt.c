/* SPDX-License-Identifier: MIT */
/*
 * Options of one letter: getopt(3), as POSIX has it; options end at the first
 * argument that is none, or after "--".
 */
#include <err.h>
#include <string.h>
#include <unistd.h>

char *optarg;
int optind = 1, opterr = 1, optopt;

/* Where in argv[optind] the next letter is; 0: at its start. */
static size_t letter_at;

/* The letter was the last of its argument, or the argument ended with it. */
static void next_argument(void)
{
    optind++;
    letter_at = 0;
}

static int complain(const char *options, const char *what)
{
    if (opterr && *options != ':')
        warnx("%s: -%c", what, optopt);
    return '?';
}

/* The argument of the option just read, whose rest in the same word is
 * `rest`. */
static int take_argument(int argc, char *const argv[], const char *options,
                         char *rest)
{
    next_argument();
    if (*rest != '\0') {
        optarg = rest;
    } else if (optind < argc) {
        optarg = argv[optind++];
    } else {
        complain(options, "option needs an argument");
        return *options == ':' ? ':' : '?';
    }
    return optopt;
}

int getopt(int argc, char *const argv[], const char *options)
{
    const char *known;
    char *word;

    optarg = NULL;
    if (optind == 0) {
        optind = 1;
        letter_at = 0;
    }
    word = optind < argc ? argv[optind] : NULL;
    if (word == NULL || word[0] != '-' || word[1] == '\0')
        return -1;
    if (strcmp(word, "--") == 0) {
        next_argument();
        return -1;
    }
    if (letter_at == 0)
        letter_at = 1;
    optopt = (unsigned char)word[letter_at++];
    known = optopt != ':' ? strchr(options, optopt) : NULL;
    if (known != NULL && known[1] == ':')
        return take_argument(argc, argv, options, word + letter_at);
    if (word[letter_at] == '\0')
        next_argument();
    return known != NULL ? optopt : complain(options, "unknown option");
}
