/* SPDX-License-Identifier: MIT */
/*
 * A red-black tree (Cormen et al., "Introduction to Algorithms", ch. 13),
 * intrusive, optionally augmented: each node may keep a summary of its
 * subtree, which the tree keeps right through every rotation. The user
 * descends by hand and links the new node where it belongs.
 */
#ifndef KERNEL_LIB_RBTREE_H
#define KERNEL_LIB_RBTREE_H

#include "kernel/lib/types.h"

struct rbnode {
    struct rbnode *parent;
    struct rbnode *child[2]; /* left, right */
    bool red;
};

/* Recomputes node's summary from node and its two children. Returns true
 * if it changed. */
typedef bool (*rb_update_fn)(struct rbnode *node);

struct rbtree {
    struct rbnode *root;
    rb_update_fn update; /* C: NULL if the tree has no summary */
};

#define RBTREE_INIT(update_fn)                                                 \
    {                                                                          \
        NULL, (update_fn)                                                      \
    }

static inline void rb_init(struct rbtree *tree, rb_update_fn update)
{
    tree->root = NULL;
    tree->update = update;
}

/* Links node as parent's child `dir` (0 left, 1 right; the slot is empty;
 * parent NULL: the tree is empty), rebalances and updates summaries. */
void rb_insert(struct rbtree *tree, struct rbnode *node, struct rbnode *parent,
               int dir);
void rb_remove(struct rbtree *tree, struct rbnode *node);

/* The node's summary may have changed: it and those above are made right again.
 * update: the tree's, named here so that the compiler sees it */
static __always_inline void rb_update_upwards(struct rbnode *node,
                                              rb_update_fn update)
{
    while (node != NULL && update(node))
        node = node->parent;
}

/* In key order; NULL past either end. */
struct rbnode *rb_first(const struct rbtree *tree);
struct rbnode *rb_last(const struct rbtree *tree);
struct rbnode *rb_next(const struct rbnode *node);
struct rbnode *rb_prev(const struct rbnode *node);

#define rb_entry(ptr, type, member) container_of(ptr, type, member)

#endif
