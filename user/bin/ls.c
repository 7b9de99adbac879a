/* SPDX-License-Identifier: MIT */
/*
 * ls [-l] [-a] [-d] [-1] [FILE...]: what is in folders.
 *
 * On a terminal the names stand in columns, sorted downwards; else, or with
 * -1, each has a line. -l tells more of each; -a also shows those that start
 * with a dot; -d shows folders themselves instead of what is in them.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

static int show_long, show_hidden, show_folders, one_column;

/* ---- long lines ---- */

static char type_letter(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR: return 'd';
    case S_IFLNK: return 'l';
    case S_IFCHR: return 'c';
    case S_IFBLK: return 'b';
    case S_IFIFO: return 'p';
    case S_IFSOCK: return 's';
    default: return '-';
    }
}

static void print_mode(mode_t mode)
{
    static const char letters[] = "rwxrwxrwx";
    char text[11];
    int i;

    text[0] = type_letter(mode);
    for (i = 0; i < 9; i++)
        text[1 + i] = mode & (0400U >> i) ? letters[i] : '-';
    if (mode & S_ISUID)
        text[3] = mode & 0100 ? 's' : 'S';
    if (mode & S_ISGID)
        text[6] = mode & 010 ? 's' : 'S';
    if (mode & S_ISVTX)
        text[9] = mode & 01 ? 't' : 'T';
    text[10] = '\0';
    fputs(text, stdout);
}

static void print_target(const char *path)
{
    static char target[PATH_MAX];
    ssize_t len = readlink(path, target, sizeof(target));

    if (len >= 0)
        printf(" -> %.*s", (int)len, target);
}

static void print_long(const char *path, const char *name)
{
    char date[32];
    struct stat st;
    struct tm tm;

    if (lstat(path, &st) != 0) {
        warn("%s", path);
        return;
    }
    print_mode(st.st_mode);
    printf(" %3lu %4u %4u ", (unsigned long)st.st_nlink, st.st_uid, st.st_gid);
    if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
        printf("%5u, %3u", (unsigned)major(st.st_rdev),
               (unsigned)minor(st.st_rdev));
    else
        printf("%10ld", (long)st.st_size);
    gmtime_r(&st.st_mtime, &tm);
    strftime(date, sizeof(date), "%Y-%m-%d %H:%M", &tm);
    printf(" %s %s", date, name);
    if (S_ISLNK(st.st_mode))
        print_target(path);
    puts("");
}

/* ---- columns ---- */

static size_t terminal_width(void)
{
    struct winsize size;

    if (ioctl(1, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col > 0 ? size.ws_col : 80;
}

static void print_columns(char **names, size_t count)
{
    size_t width = one_column ? 0 : terminal_width(), widest = 0, i, row;
    size_t across, rows;

    for (i = 0; i < count; i++)
        if (strlen(names[i]) > widest)
            widest = strlen(names[i]);
    across = width / (widest + 2) > 0 ? width / (widest + 2) : 1;
    rows = (count + across - 1) / across;
    for (row = 0; row < rows; row++) {
        for (i = row; i < count; i += rows)
            printf("%-*s", i + rows < count ? (int)widest + 2 : 0, names[i]);
        puts("");
    }
}

/* ---- folders and lists ---- */

static char *join(const char *folder, const char *name)
{
    size_t len = strlen(folder);
    char *path;

    if (asprintf(&path, "%s%s%s", folder,
                 len > 0 && folder[len - 1] != '/' ? "/" : "", name) < 0)
        err(1, "ls");
    return path;
}

static void print_names(const char *folder, char **names, size_t count)
{
    size_t i;

    if (!show_long) {
        print_columns(names, count);
        return;
    }
    for (i = 0; i < count; i++) {
        char *path = join(folder, names[i]);

        print_long(path, names[i]);
        free(path);
    }
}

static int is_shown(const struct dirent *entry)
{
    return show_hidden || entry->d_name[0] != '.';
}

static int list_folder(const char *path)
{
    struct dirent **list;
    int n = scandir(path, &list, is_shown, alphasort), i;
    char **names;

    if (n < 0) {
        warn("%s", path);
        return 1;
    }
    names = calloc((size_t)n + 1, sizeof(*names));
    if (names == NULL)
        err(1, "%s", path);
    for (i = 0; i < n; i++)
        names[i] = list[i]->d_name;
    print_names(path, names, (size_t)n);
    for (i = 0; i < n; i++)
        free(list[i]);
    free(list);
    free(names);
    return 0;
}

static int is_folder(const char *path)
{
    struct stat st;

    if (show_folders || (show_long ? lstat(path, &st) : stat(path, &st)) != 0)
        return 0;
    return S_ISDIR(st.st_mode);
}

static int exists(const char *path)
{
    struct stat st;

    if (lstat(path, &st) == 0)
        return 1;
    warn("%s", path);
    return 0;
}

/* Files first, then each folder under its name. */
static int list_all(char **paths, int count)
{
    char **files = calloc((size_t)count + 1, sizeof(*files));
    int i, failed = 0, before;
    size_t nfiles = 0;

    if (files == NULL)
        err(1, "ls");
    for (i = 0; i < count; i++) {
        if (!exists(paths[i]))
            failed = 1;
        else if (!is_folder(paths[i]))
            files[nfiles++] = paths[i];
    }
    if (nfiles > 0)
        print_names("", files, nfiles);
    free(files);
    before = nfiles > 0;
    for (i = 0; i < count; i++) {
        if (!is_folder(paths[i]))
            continue;
        if (count > 1)
            printf("%s%s:\n", before ? "\n" : "", paths[i]);
        failed |= list_folder(paths[i]);
        before = 1;
    }
    return failed;
}

int main(int argc, char **argv)
{
    char *here[] = { (char *)".", NULL };
    int option;

    while ((option = getopt(argc, argv, "lad1")) != -1) {
        if (option == '?')
            return 2;
        show_long |= option == 'l';
        show_hidden |= option == 'a';
        show_folders |= option == 'd';
        one_column |= option == '1';
    }
    if (optind == argc)
        return list_all(here, 1);
    return list_all(argv + optind, argc - optind);
}
