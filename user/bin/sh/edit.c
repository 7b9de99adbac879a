/* SPDX-License-Identifier: MIT */
/*
 * Editing a line: see edit.h for the keys.
 *
 * While a line is edited the terminal hands over each byte as it comes and
 * echoes nothing. One row of the screen is used: a line that does not fit is
 * shown in part, with the cursor in it. A character added at the end is just
 * printed; after any other change the row is drawn anew.
 */
#include "user/bin/sh/edit.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "user/bin/sh/keys.h"
#include "user/bin/sh/vars.h"

struct editor {
    int fd;
    const char *prompt;
    struct text *line;
    size_t at;   /* the cursor, in the line */
    size_t from; /* the first character that is shown */
    size_t columns;
    unsigned back; /* how many lines back in the history; 0: the new one */
    char *newest;  /* the new line, while an older one is shown */
};

bool edit_possible(int fd)
{
    const char *term = var_get("TERM");

    return isatty(fd) && term != NULL && strcmp(term, "dumb") != 0;
}

/* ---- the screen ---- */

static void show(const char *bytes, size_t len)
{
    fwrite(bytes, 1, len, stdout);
}

static void show_text(const char *text, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        char c = text[i];

        show(iscntrl((unsigned char)c) ? "?" : &c, 1);
    }
}

static size_t room(const struct editor *e)
{
    size_t taken = strlen(e->prompt) + 1; /* the last column stays free */

    return e->columns > taken + 8 ? e->columns - taken : 8;
}

static void draw(struct editor *e)
{
    size_t width = room(e), shown, column;

    if (e->at < e->from)
        e->from = e->at;
    if (e->at > e->from + width)
        e->from = e->at - width;
    shown = e->line->len - e->from < width ? e->line->len - e->from : width;
    printf("\r%s", e->prompt);
    if (shown > 0)
        show_text(e->line->data + e->from, shown);
    fputs("\033[K", stdout);
    column = strlen(e->prompt) + e->at - e->from;
    if (e->at - e->from != shown)
        printf("\r\033[%zuC", column);
    fflush(stdout);
}

/* ---- changes ---- */

static void insert(struct editor *e, const char *text, size_t len)
{
    struct text *line = e->line;
    bool at_end = e->at == line->len;

    text_append(line, text, len); /* which makes the room */
    memmove(line->data + e->at + len, line->data + e->at,
            line->len - len - e->at);
    memcpy(line->data + e->at, text, len);
    e->at += len;
    if (at_end && e->at - e->from <= room(e)) {
        show_text(text, len);
        fflush(stdout);
    } else {
        draw(e);
    }
}

/* Deletes [from, to); the cursor is at `from` then. */
static void delete (struct editor *e, size_t from, size_t to)
{
    struct text *line = e->line;

    if (from == to)
        return;
    memmove(line->data + from, line->data + to, line->len - to + 1);
    line->len -= to - from;
    e->at = from;
    draw(e);
}

static void replace(struct editor *e, const char *text)
{
    e->line->len = 0;
    text_append(e->line, text, strlen(text));
    e->at = e->line->len;
    e->from = 0;
    draw(e);
}

static size_t word_left(const struct editor *e)
{
    size_t at = e->at;

    while (at > 0 && e->line->data[at - 1] == ' ')
        at--;
    while (at > 0 && e->line->data[at - 1] != ' ')
        at--;
    return at;
}

static size_t word_right(const struct editor *e)
{
    size_t at = e->at;

    while (at < e->line->len && e->line->data[at] == ' ')
        at++;
    while (at < e->line->len && e->line->data[at] != ' ')
        at++;
    return at;
}

static void move(struct editor *e, size_t at)
{
    e->at = at;
    draw(e);
}

/* ---- older lines ---- */

static void go_back(struct editor *e, unsigned back)
{
    const char *line = back > 0 ? history_get(back) : e->newest;

    if (line == NULL)
        return;
    if (e->back == 0)
        e->newest = mem_copy(e->line->data, e->line->len);
    e->back = back;
    replace(e, line);
}

/* The newest line before `back` in which the text occurs; 0: none. */
static unsigned find_back(const char *text, unsigned back)
{
    const char *line;

    while ((line = history_get(back)) != NULL) {
        if (strstr(line, text) != NULL)
            return back;
        back++;
    }
    return 0;
}

/* ^R: what is typed is looked for; ^R again looks further back. The key that
 * ends the search. */
static int search_back(struct editor *e)
{
    struct text what = { NULL, 0, 0 };
    unsigned found = 0;
    int key = CTRL('R');

    text_append(&what, "", 0);
    for (;;) {
        const char *line = found > 0 ? history_get(found) : "";

        printf("\r(search `%s') %s\033[K", what.data, line);
        fflush(stdout);
        key = keys_read(e->fd);
        if (key == CTRL('R') && found > 0)
            found = find_back(what.data, found + 1);
        else if ((key == KEY_DELETE || key == CTRL('H')) && what.len > 0)
            what.data[--what.len] = '\0';
        else if (key >= ' ' && key < KEY_DELETE)
            text_add(&what, (char)key);
        else
            break;
        if (key != CTRL('R'))
            found = what.len > 0 ? find_back(what.data, 1) : 0;
    }
    text_free(&what);
    if (found > 0)
        go_back(e, found);
    else
        draw(e);
    return key;
}

/* ---- completion ---- */

static size_t common_start(const struct strings *names)
{
    size_t len = strlen(names->list[0]), i, same;

    for (i = 1; i < names->count; i++) {
        for (same = 0; same < len; same++)
            if (names->list[i][same] != names->list[0][same])
                break;
        len = same;
    }
    return len;
}

static void list_names(struct editor *e, const struct strings *names)
{
    size_t widest = 0, across, i;

    for (i = 0; i < names->count; i++)
        if (strlen(names->list[i]) > widest)
            widest = strlen(names->list[i]);
    across = e->columns / (widest + 2) > 0 ? e->columns / (widest + 2) : 1;
    for (i = 0; i < names->count; i++)
        printf("%s%-*s", i % across == 0 ? "\n" : "", (int)widest + 2,
               names->list[i]);
    puts("");
    draw(e);
}

static void complete(struct editor *e)
{
    struct strings names;
    size_t start, typed, len;
    const char *name;

    names = complete_word(e->line->data, e->at, &start);
    if (names.count == 0)
        return;
    typed = e->at - start;
    name = names.list[0];
    len = common_start(&names);
    if (names.count == 1 && name[len - 1] != '/') {
        insert(e, name + typed, len - typed);
        insert(e, " ", 1);
    } else if (len > typed) {
        insert(e, name + typed, len - typed);
    } else if (names.count > 1) {
        list_names(e, &names);
    }
}

/* ---- what the keys do ---- */

static void move_key(struct editor *e, int key)
{
    switch (key) {
    case CTRL('A'):
    case KEY_HOME: move(e, 0); break;
    case CTRL('E'):
    case KEY_END: move(e, e->line->len); break;
    case CTRL('B'):
    case KEY_LEFT: move(e, e->at > 0 ? e->at - 1 : 0); break;
    case CTRL('F'):
    case KEY_RIGHT: move(e, e->at < e->line->len ? e->at + 1 : e->at); break;
    case KEY_WORD_LEFT: move(e, word_left(e)); break;
    case KEY_WORD_RIGHT: move(e, word_right(e)); break;
    case CTRL('P'):
    case KEY_UP: go_back(e, e->back + 1); break;
    case CTRL('N'):
    case KEY_DOWN:
        if (e->back > 0)
            go_back(e, e->back - 1);
        break;
    }
}

static void change_key(struct editor *e, int key)
{
    size_t len = e->line->len;

    switch (key) {
    case CTRL('H'):
    case KEY_DELETE: delete (e, e->at > 0 ? e->at - 1 : 0, e->at); break;
    case CTRL('D'):
    case KEY_FORWARD_DELETE:
        delete (e, e->at, e->at < len ? e->at + 1 : len);
        break;
    case CTRL('K'): delete (e, e->at, len); break;
    case CTRL('U'): delete (e, 0, e->at); break;
    case CTRL('W'): delete (e, word_left(e), e->at); break;
    case CTRL('L'):
        fputs("\033[H\033[2J", stdout);
        draw(e);
        break;
    case '\t': complete(e); break;
    default: move_key(e, key);
    }
}

/* Until the line is complete. false: there is none. */
static bool edit(struct editor *e)
{
    for (;;) {
        int key = keys_read(e->fd);
        char c = (char)key;

        if (key == CTRL('R'))
            key = search_back(e);
        if (key == KEY_CLOSED || (key == CTRL('D') && e->line->len == 0))
            return false;
        if (key == CTRL('C')) {
            shell.interrupted = 1;
            fputs("^C", stdout);
            return true;
        }
        if (key == '\r' || key == '\n')
            return true;
        if (key >= ' ' && key < KEY_LEFT && key != KEY_DELETE)
            insert(e, &c, 1);
        else
            change_key(e, key);
    }
}

const char *edit_line(int fd, const char *prompt, struct text *line)
{
    struct editor e = { .fd = fd, .prompt = prompt, .line = line };
    struct mem_mark mark = mem_mark();
    struct termios before, raw;
    struct winsize size;
    bool complete_line;

    e.columns = 80;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        e.columns = size.ws_col;
    if (tcgetattr(fd, &before) != 0)
        return NULL;
    raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
    raw.c_iflag &= ~(tcflag_t)IXON;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(fd, TCSADRAIN, &raw);

    line->len = 0;
    text_append(line, "", 0);
    fputs(prompt, stdout);
    fflush(stdout);
    complete_line = edit(&e);
    puts("");
    fflush(stdout);
    tcsetattr(fd, TCSADRAIN, &before);
    mem_release(mark);
    if (!complete_line)
        return NULL;
    history_add(line->data);
    text_add(line, '\n');
    return line->data;
}
