/* SPDX-License-Identifier: MIT */
/*
 * Doubly linked, circular, intrusive lists. A head is a `struct list` that
 * links to itself when the list is empty; so does an entry that is on no
 * list.
 */
#ifndef KERNEL_LIB_LIST_H
#define KERNEL_LIB_LIST_H

#include "kernel/lib/types.h"

struct list {
    struct list *next, *prev;
};

#define LIST_INIT(name)                                                        \
    {                                                                          \
        &(name), &(name)                                                       \
    }

static inline void list_init(struct list *list)
{
    list->next = list->prev = list;
}

static inline bool list_empty(const struct list *head)
{
    return head->next == head;
}

/* Inserts entry between two neighbours. */
static inline void list_insert_between(struct list *entry, struct list *prev,
                                       struct list *next)
{
    entry->next = next;
    entry->prev = prev;
    prev->next = entry;
    next->prev = entry;
}

/* Inserts entry right after pos; with a head: at the front. */
static inline void list_insert_after(struct list *pos, struct list *entry)
{
    list_insert_between(entry, pos, pos->next);
}

/* Inserts entry right before pos; with a head: at the back. */
static inline void list_insert_before(struct list *pos, struct list *entry)
{
    list_insert_between(entry, pos->prev, pos);
}

#define list_push_front(head, entry) list_insert_after((head), (entry))
#define list_push_back(head, entry) list_insert_before((head), (entry))

/* Takes entry off its list and leaves it linked to itself. */
static inline void list_remove(struct list *entry)
{
    entry->prev->next = entry->next;
    entry->next->prev = entry->prev;
    list_init(entry);
}

/* Moves all entries of `from` to the back of `to`. */
static inline void list_splice_back(struct list *to, struct list *from)
{
    if (list_empty(from))
        return;
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    list_init(from);
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first(head, type, member) list_entry((head)->next, type, member)
#define list_last(head, type, member) list_entry((head)->prev, type, member)

#define list_for_each(pos, head)                                               \
    for (pos = (head)->next; pos != (head); pos = pos->next)

#define list_for_each_entry(pos, head, member)                                 \
    for (pos = list_first(head, __typeof__(*pos), member);                     \
         &pos->member != (head);                                               \
         pos = list_entry(pos->member.next, __typeof__(*pos), member))

/* pos may be removed, or freed, in the body. */
#define list_for_each_entry_safe(pos, tmp, head, member)                       \
    for (pos = list_first(head, __typeof__(*pos), member),                     \
        tmp = list_entry(pos->member.next, __typeof__(*pos), member);          \
         &pos->member != (head); pos = tmp,                                    \
        tmp = list_entry(tmp->member.next, __typeof__(*tmp), member))

#endif
