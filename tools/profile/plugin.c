/* SPDX-License-Identifier: MIT */
/*
 * A QEMU plugin that counts how often each kernel instruction runs while the
 * machine is between two addresses of a program. tools/profile/profile.py
 * builds it, runs it and adds the counts up by function.
 *
 *   -plugin FILE,start=ADDRESS,stop=ADDRESS,out=FILE
 *
 * Counting goes on from each execution of `start` to the next of `stop`. The
 * result has a line `address count` for each instruction that ran.
 *
 * QEMU's header is not among Debian's packages; the declarations below are the
 * part of its plugin interface, version 1, that is used here.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info;

int qemu_plugin_version = 1;

void qemu_plugin_register_vcpu_tb_trans_cb(
    qemu_plugin_id_t id,
    void (*callback)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id,
                                    void (*callback)(qemu_plugin_id_t, void *),
                                    void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
                                            void (*callback)(unsigned cpu,
                                                             void *data),
                                            int flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *,
                                                 size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info,
                        int argc, char **argv);

#define BUCKETS 65536U

struct counter {
    struct counter *next;
    uint64_t address, count;
};

static struct counter *buckets[BUCKETS];
static uint64_t start_address, stop_address;
static const char *out_name = "profile.txt";
static bool counting;

/* The counter of an address: one for all its translations. */
static struct counter *counter_of(uint64_t address)
{
    struct counter **link =
        &buckets[address * 2654435761U >> 8 & (BUCKETS - 1)];

    for (; *link != NULL; link = &(*link)->next)
        if ((*link)->address == address)
            return *link;
    *link = calloc(1, sizeof(**link));
    (*link)->address = address;
    return *link;
}

static void executed(unsigned cpu, void *data)
{
    struct counter *counter = data;

    (void)cpu;
    if (counter->address == start_address)
        counting = true;
    if (counting)
        counter->count++;
    if (counter->address == stop_address)
        counting = false;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    const size_t n = qemu_plugin_tb_n_insns(tb);
    size_t i;

    (void)id;
    for (i = 0; i < n; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

        qemu_plugin_register_vcpu_insn_exec_cb(
            insn, executed, 0, counter_of(qemu_plugin_insn_vaddr(insn)));
    }
}

static void finish(qemu_plugin_id_t id, void *data)
{
    FILE *out = fopen(out_name, "w");
    size_t i;

    (void)id;
    (void)data;
    if (out == NULL)
        return;
    for (i = 0; i < BUCKETS; i++)
        for (struct counter *c = buckets[i]; c != NULL; c = c->next)
            if (c->count != 0)
                fprintf(out, "%#" PRIx64 " %" PRIu64 "\n", c->address,
                        c->count);
    fclose(out);
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info,
                        int argc, char **argv)
{
    int i;

    (void)info;
    for (i = 0; i < argc; i++) {
        if (strncmp(argv[i], "start=", 6) == 0)
            start_address = strtoull(argv[i] + 6, NULL, 0);
        else if (strncmp(argv[i], "stop=", 5) == 0)
            stop_address = strtoull(argv[i] + 5, NULL, 0);
        else if (strncmp(argv[i], "out=", 4) == 0)
            out_name = strdup(argv[i] + 4);
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, finish, NULL);
    return 0;
}
