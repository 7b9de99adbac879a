/* SPDX-License-Identifier: MIT */
/*
 * The red-black tree.
 *
 * Invariants (the host test checks them after every operation):
 *   I1  a red node's children are black (absent ones count as black)
 *   I2  every path from a node to an absent child passes the same number of
 *       black nodes
 *   I3  the root is black
 *   I4  each node's summary is what tree->update computes from its children
 *
 * A rotation changes what two nodes hold; all other summaries stay true,
 * because the set of nodes below each of them is the same as before.
 */
#include "kernel/lib/rbtree.h"

#define LEFT 0
#define RIGHT 1

static bool is_red(const struct rbnode *node)
{
    return node != NULL && node->red;
}

/* Which child of its parent node is. => node is not the root */
static int side(const struct rbnode *node)
{
    return node->parent->child[RIGHT] == node;
}

static void update(struct rbtree *tree, struct rbnode *node)
{
    if (tree->update != NULL)
        tree->update(node);
}

static void update_upwards(struct rbtree *tree, struct rbnode *node)
{
    if (tree->update != NULL)
        rb_update_upwards(node, tree->update);
}

/* Puts `new` (which may be absent) where old hangs. */
static void replace_child(struct rbtree *tree, struct rbnode *old,
                          struct rbnode *new)
{
    struct rbnode *parent = old->parent;

    if (parent == NULL)
        tree->root = new;
    else
        parent->child[side(old)] = new;
    if (new != NULL)
        new->parent = parent;
}

/* Makes top the `dir` child of its other child, which takes its place. */
static void rotate(struct rbtree *tree, struct rbnode *top, int dir)
{
    struct rbnode *riser = top->child[!dir];

    replace_child(tree, top, riser);
    top->child[!dir] = riser->child[dir];
    if (top->child[!dir] != NULL)
        top->child[!dir]->parent = top;
    riser->child[dir] = top;
    top->parent = riser;
    update(tree, top);
    update(tree, riser);
}

/* Restores I1 and I3 after node, red, came in. */
static void insert_fixup(struct rbtree *tree, struct rbnode *node)
{
    while (is_red(node->parent)) {
        struct rbnode *parent = node->parent;
        struct rbnode *grandparent = parent->parent;
        int dir = side(parent);
        struct rbnode *uncle = grandparent->child[!dir];

        if (is_red(uncle)) {
            parent->red = uncle->red = false;
            grandparent->red = true;
            node = grandparent;
            continue;
        }
        if (side(node) != dir) {
            rotate(tree, parent, dir);
            parent = node;
        }
        parent->red = false;
        grandparent->red = true;
        rotate(tree, grandparent, !dir);
        break;
    }
    tree->root->red = false;
}

void rb_insert(struct rbtree *tree, struct rbnode *node, struct rbnode *parent,
               int dir)
{
    node->parent = parent;
    node->child[LEFT] = node->child[RIGHT] = NULL;
    node->red = true;
    if (parent == NULL)
        tree->root = node;
    else
        parent->child[dir] = node;
    update(tree, node);
    update_upwards(tree, parent);
    insert_fixup(tree, node);
}

/*
 * Restores I2 where the subtree at parent->child[dir] is one black node short.
 * Its root is black or absent, else it would just be coloured black.
 */
static void remove_fixup(struct rbtree *tree, struct rbnode *parent, int dir)
{
    for (;;) {
        struct rbnode *node = parent->child[dir];
        struct rbnode *sibling = parent->child[!dir];

        if (is_red(node)) {
            node->red = false;
            return;
        }
        if (sibling->red) {
            sibling->red = false;
            parent->red = true;
            rotate(tree, parent, dir);
            sibling = parent->child[!dir];
        }
        if (is_red(sibling->child[LEFT]) || is_red(sibling->child[RIGHT])) {
            if (!is_red(sibling->child[!dir])) {
                sibling->child[dir]->red = false;
                sibling->red = true;
                rotate(tree, sibling, !dir);
                sibling = parent->child[!dir];
            }
            sibling->red = parent->red;
            parent->red = false;
            sibling->child[!dir]->red = false;
            rotate(tree, parent, dir);
            return;
        }
        /* Make the other side short too; the shortage moves up. */
        sibling->red = true;
        if (parent->red || parent->parent == NULL) {
            parent->red = false;
            return;
        }
        dir = side(parent);
        parent = parent->parent;
    }
}

/* Puts `heir`, which hangs nowhere, in node's place, with its colour. */
static void take_place(struct rbtree *tree, struct rbnode *node,
                       struct rbnode *heir)
{
    replace_child(tree, node, heir);
    heir->red = node->red;
    for (int dir = LEFT; dir <= RIGHT; dir++) {
        heir->child[dir] = node->child[dir];
        if (heir->child[dir] != NULL)
            heir->child[dir]->parent = heir;
    }
}

void rb_remove(struct rbtree *tree, struct rbnode *node)
{
    /* What leaves its place: node, or its successor, which replaces it. */
    struct rbnode *leaver = node, *parent, *n;
    bool was_black;
    int dir = LEFT;

    if (node->child[LEFT] != NULL && node->child[RIGHT] != NULL)
        leaver = rb_next(node);
    parent = leaver->parent;
    if (parent != NULL)
        dir = side(leaver);
    was_black = !leaver->red;
    replace_child(tree, leaver,
                  leaver->child[leaver->child[LEFT] != NULL ? LEFT : RIGHT]);
    if (leaver != node) {
        take_place(tree, node, leaver);
        if (parent == node)
            parent = leaver;
        /* The heir's own summary is of its old place: no early stop below
         * it, and none at it. */
        for (n = parent; n != leaver; n = n->parent)
            update(tree, n);
        update(tree, leaver);
        update_upwards(tree, leaver->parent);
    } else {
        update_upwards(tree, parent);
    }
    if (!was_black)
        return;
    if (parent != NULL)
        remove_fixup(tree, parent, dir);
    else if (tree->root != NULL)
        tree->root->red = false;
}

static struct rbnode *outermost(struct rbnode *node, int dir)
{
    while (node != NULL && node->child[dir] != NULL)
        node = node->child[dir];
    return node;
}

struct rbnode *rb_first(const struct rbtree *tree)
{
    return outermost(tree->root, LEFT);
}

struct rbnode *rb_last(const struct rbtree *tree)
{
    return outermost(tree->root, RIGHT);
}

/* The neighbour in key order on side `dir`. */
static struct rbnode *neighbour(const struct rbnode *node, int dir)
{
    if (node->child[dir] != NULL)
        return outermost(node->child[dir], !dir);
    while (node->parent != NULL && side(node) == dir)
        node = node->parent;
    return node->parent;
}

struct rbnode *rb_next(const struct rbnode *node)
{
    return neighbour(node, RIGHT);
}

struct rbnode *rb_prev(const struct rbnode *node)
{
    return neighbour(node, LEFT);
}
