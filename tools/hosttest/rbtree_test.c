/* SPDX-License-Identifier: MIT */
/*
 * Verifies kernel/lib/rbtree: random insertions, removals and changes of what
 * is summarised, with all four invariants of rbtree.c checked each time.
 */
#include <stdlib.h>

#include "kernel/lib/rbtree.h"
#include "tools/hosttest/test.h"

#define ITEMS 300
#define STEPS 20000

struct item {
    struct rbnode node;
    bool in_tree;
    unsigned value;   /* changes */
    unsigned largest; /* value in the subtree */
    unsigned size;    /* nodes in the subtree */
};

/* The key is the index. */
static struct item items[ITEMS];
static size_t in_tree;

static struct item *item_of(struct rbnode *node)
{
    return rb_entry(node, struct item, node);
}

static void summarise(struct rbnode *node, unsigned *largest, unsigned *size)
{
    *largest = item_of(node)->value;
    *size = 1;
    for (int dir = 0; dir < 2; dir++) {
        struct item *child;

        if (node->child[dir] == NULL)
            continue;
        child = item_of(node->child[dir]);
        *largest = MAX(*largest, child->largest);
        *size += child->size;
    }
}

static bool update(struct rbnode *node)
{
    struct item *item = item_of(node);
    unsigned largest, size;
    bool changed;

    summarise(node, &largest, &size);
    changed = largest != item->largest || size != item->size;
    item->largest = largest;
    item->size = size;
    return changed;
}

/* Black nodes on each path down, this one included. */
static int check_node(struct rbnode *node, struct rbnode *parent)
{
    unsigned largest, size;
    int black[2];

    if (node == NULL)
        return 1;
    CHECK(node->parent == parent);
    CHECK(!node->red || (parent != NULL && !parent->red));
    for (int dir = 0; dir < 2; dir++)
        black[dir] = check_node(node->child[dir], node);
    CHECK_EQ(black[0], black[1]);
    summarise(node, &largest, &size);
    CHECK_EQ(item_of(node)->largest, largest);
    CHECK_EQ(item_of(node)->size, size);
    return black[0] + !node->red;
}

static void check_order(struct rbtree *tree)
{
    struct rbnode *node = rb_first(tree), *back = rb_last(tree);

    for (size_t i = 0; i < ITEMS; i++) {
        if (!items[i].in_tree)
            continue;
        CHECK(node == &items[i].node);
        node = rb_next(node);
    }
    CHECK(node == NULL);
    for (size_t i = ITEMS; i-- > 0;) {
        if (!items[i].in_tree)
            continue;
        CHECK(back == &items[i].node);
        back = rb_prev(back);
    }
    CHECK(back == NULL);
}

static void insert(struct rbtree *tree, struct item *item)
{
    struct rbnode *parent = NULL, *node = tree->root;
    int dir = 0;

    while (node != NULL) {
        parent = node;
        dir = item_of(node) < item;
        node = node->child[dir];
    }
    item->value = (unsigned)rnd_below(1000);
    item->largest = item->size = 77; /* garbage */
    rb_insert(tree, &item->node, parent, dir);
    item->in_tree = true;
    in_tree++;
}

static void step(struct rbtree *tree, size_t wanted)
{
    struct item *item = &items[rnd_below(ITEMS)];

    if (item->in_tree && rnd_once_in(3)) {
        item->value = (unsigned)rnd_below(1000);
        rb_update_upwards(&item->node, update);
    } else if (!item->in_tree && (in_tree < wanted || rnd_once_in(8))) {
        insert(tree, item);
    } else if (item->in_tree && (in_tree > wanted || rnd_once_in(8))) {
        rb_remove(tree, &item->node);
        item->in_tree = false;
        in_tree--;
    }
}

void test_main(void)
{
    struct rbtree tree = RBTREE_INIT(update);
    size_t wanted = 0;

    for (int i = 0; i < STEPS; i++) {
        if (i % 500 == 0) /* the tree grows and shrinks */
            wanted = rnd_below(ITEMS / 4);
        step(&tree, wanted);
        check_node(tree.root, NULL);
        CHECK(tree.root == NULL || item_of(tree.root)->size == in_tree);
        if (i % 4 == 0)
            check_order(&tree);
    }
}
