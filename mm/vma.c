/* SPDX-License-Identifier: MIT */
/*
 * The VMA list: see vma.h for what it is.
 *
 * Invariants (vmck and the host test check them all):
 *   I1  areas are aligned, not empty, and lie in [0, USER_END)
 *   I2  sorted and disjoint: a's end <= start of the next
 *   I3  the tree holds exactly the areas of the list, in the same order
 *   I4  gap = how far vma_start_gap is above the end of the area before (or
 *       above 0), 0 if it is not
 *   I5  max_gap = the largest gap in the node's subtree
 *
 * Read next: mm/mmap.c, which makes areas; mm/fault.c, which obeys them.
 */
#include "mm/vma.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/atomic.h"

static struct vma *node_vma(struct rbnode *node)
{
    return node == NULL ? NULL : rb_entry(node, struct vma, node);
}

static size_t subtree_gap(const struct rbnode *node)
{
    return node == NULL ? 0 : rb_entry(node, struct vma, node)->max_gap;
}

/* The tree's rb_update_fn: keeps I5. */
static __always_inline bool update_max_gap(struct rbnode *node)
{
    struct vma *vma = node_vma(node);
    size_t max = vma->gap;

    for (int side = 0; side < 2; side++)
        if (node->child[side] != NULL)
            max = MAX(max, subtree_gap(node->child[side]));
    if (vma->max_gap == max)
        return false;
    vma->max_gap = max;
    return true;
}

void vma_list_init(struct vma_list *vmas)
{
    list_init(&vmas->list);
    rb_init(&vmas->tree, update_max_gap);
    vmas->count = 0;
    vmas->hint = NULL;
}

struct vma *vma_next(struct vma_list *vmas, struct vma *vma)
{
    if (vma->link.next == &vmas->list)
        return NULL;
    return list_entry(vma->link.next, struct vma, link);
}

struct vma *vma_prev(struct vma_list *vmas, struct vma *vma)
{
    if (vma->link.prev == &vmas->list)
        return NULL;
    return list_entry(vma->link.prev, struct vma, link);
}

struct vma *vma_first(struct vma_list *vmas)
{
    if (list_empty(&vmas->list))
        return NULL;
    return list_first(&vmas->list, struct vma, link);
}

struct vma *vma_last(struct vma_list *vmas)
{
    if (list_empty(&vmas->list))
        return NULL;
    return list_last(&vmas->list, struct vma, link);
}

/* Is vma, or the hole right below it, where addr lies? */
static inline bool is_first_above(struct vma_list *vmas, struct vma *vma,
                                  vaddr_t addr)
{
    const struct vma *prev;

    if (addr >= vma->end)
        return false;
    if (vma->start <= addr)
        return true;
    prev = vma_prev(vmas, vma);
    return prev == NULL || prev->end <= addr;
}

struct vma *vma_find(struct vma_list *vmas, vaddr_t addr)
{
    struct vma *found = READ_ONCE(vmas->hint);
    struct rbnode *node = vmas->tree.root;

    if (found != NULL && is_first_above(vmas, found, addr))
        return found;
    found = NULL;
    while (node != NULL) {
        struct vma *vma = node_vma(node);

        if (vma->end <= addr) {
            node = node->child[1];
            continue;
        }
        found = vma;
        if (vma->start <= addr)
            break;
        node = node->child[0];
    }
    if (found != NULL)
        WRITE_ONCE(vmas->hint, found);
    return found;
}

struct vma *vma_find_overlap(struct vma_list *vmas, vaddr_t start, vaddr_t end)
{
    struct vma *vma = vma_find(vmas, start);

    return vma != NULL && vma->start < end ? vma : NULL;
}

static size_t compute_gap(struct vma_list *vmas, struct vma *vma)
{
    struct vma *prev = vma_prev(vmas, vma);
    vaddr_t floor = prev == NULL ? 0 : prev->end;
    vaddr_t ceiling = vma_start_gap(vma);

    return ceiling > floor ? ceiling - floor : 0;
}

/* vma's or its lower neighbour's borders changed: restores I4 and I5. */
static void update_gap(struct vma_list *vmas, struct vma *vma)
{
    if (vma == NULL)
        return;
    vma->gap = compute_gap(vmas, vma);
    rb_update_upwards(&vma->node, update_max_gap);
}

void vma_insert(struct vma_list *vmas, struct vma *vma)
{
    struct vma *above = vma_find(vmas, vma->start);
    struct vma *below = above == NULL ? vma_last(vmas) : vma_prev(vmas, above);
    struct rbnode *parent = NULL;
    int dir = 0;

    ASSERT(vma->start < vma->end);
    ASSERT(above == NULL || vma->end <= above->start);
    /* In the tree the place between two neighbours is below one of them. */
    if (above != NULL && above->node.child[0] == NULL) {
        parent = &above->node;
    } else if (below != NULL) {
        parent = &below->node;
        dir = 1;
    }
    list_insert_before(above == NULL ? &vmas->list : &above->link, &vma->link);
    vma->gap = compute_gap(vmas, vma);
    vma->max_gap = vma->gap;
    rb_insert(&vmas->tree, &vma->node, parent, dir);
    update_gap(vmas, above);
    vmas->count++;
}

void vma_remove(struct vma_list *vmas, struct vma *vma)
{
    struct vma *above = vma_next(vmas, vma);

    if (vmas->hint == vma)
        vmas->hint = NULL;
    list_remove(&vma->link);
    rb_remove(&vmas->tree, &vma->node);
    update_gap(vmas, above);
    vmas->count--;
}

void vma_set_range(struct vma_list *vmas, struct vma *vma, vaddr_t start,
                   vaddr_t end)
{
    struct vma *prev = vma_prev(vmas, vma), *next = vma_next(vmas, vma);

    ASSERT(start < end);
    ASSERT(prev == NULL || prev->end <= start);
    ASSERT(next == NULL || end <= next->start);
    if (vma->start != start) {
        vma->pgoff += (uint64_t)((int64_t)(start - vma->start) >> PAGE_SHIFT);
        vma->start = start;
        update_gap(vmas, vma);
    }
    if (vma->end != end) {
        vma->end = end;
        update_gap(vmas, next);
    }
}

void vma_split(struct vma_list *vmas, struct vma *vma, struct vma *upper,
               vaddr_t at)
{
    /* LAB vma: split */
    ASSERT(vma->start < at && at < vma->end);
    *upper = *vma;
    upper->start = at;
    upper->pgoff = vma_pgoff(vma, at);
    vma->end = at;
    vma_insert(vmas, upper);
    /* END LAB */
}

static bool anon_fits(const struct vma *vma, const struct vma_kind *kind)
{
    if (vma->anon == kind->anon)
        return true;
    if (kind->anon == 0)
        return !vma->anon_inherited;
    return vma->anon == 0 && !kind->anon_inherited;
}

static bool is_alike(const struct vma *vma, const struct vma_kind *kind)
{
    return vma->flags == kind->flags && vma->file == kind->file &&
           (kind->flags & VM_NEVER_MERGED) == 0 && anon_fits(vma, kind);
}

bool vma_can_append(const struct vma *lower, vaddr_t start,
                    const struct vma_kind *kind)
{
    return lower != NULL && lower->end == start && is_alike(lower, kind) &&
           lower->pgoff + vma_npages(lower) == kind->pgoff;
}

bool vma_can_prepend(const struct vma *upper, vaddr_t start, vaddr_t end,
                     const struct vma_kind *kind)
{
    return upper != NULL && upper->start == end && is_alike(upper, kind) &&
           upper->pgoff == kind->pgoff + ((end - start) >> PAGE_SHIFT);
}

bool vma_can_merge(const struct vma *lower, const struct vma *upper)
{
    struct vma_kind kind;

    if (upper == NULL)
        return false;
    kind = (struct vma_kind){upper->flags, upper->file, upper->pgoff,
                             upper->anon, upper->anon_inherited};
    return vma_can_append(lower, upper->start, &kind);
}

bool vma_may_share_anon(const struct vma *lower, const struct vma *upper)
{
    return lower->end == upper->start && lower->file == upper->file &&
           ((lower->flags ^ upper->flags) & ~VM_ACCESS) == 0 &&
           lower->pgoff + vma_npages(lower) == upper->pgoff;
}

void vma_merge(struct vma_list *vmas, struct vma *lower, struct vma *upper)
{
    /* LAB vma: merge */
    vaddr_t end = upper->end;

    ASSERT(vma_can_merge(lower, upper));
    if (lower->anon == 0)
        lower->anon = upper->anon;
    lower->anon_inherited |= upper->anon_inherited;
    lower->has_huge |= upper->has_huge;
    lower->tracked &= upper->tracked;
    vma_remove(vmas, upper);
    vma_set_range(vmas, lower, lower->start, end);
    /* END LAB */
}

/* The part of the hole below vma (NULL: above all areas) that lies within
 * [low, high); true if it holds len bytes. */
static bool clip_hole(struct vma_list *vmas, struct vma *vma, size_t len,
                      vaddr_t *low, vaddr_t *high)
{
    struct vma *prev = vma == NULL ? vma_last(vmas) : vma_prev(vmas, vma);

    if (prev != NULL)
        *low = MAX(*low, prev->end);
    if (vma != NULL)
        *high = MIN(*high, vma_start_gap(vma));
    return *low < *high && *high - *low >= len;
}

/*
 * The area with the highest (dir 1) or lowest (dir 0) address whose gap could
 * hold len, looking only at those with start in the given direction of
 * `bound`: in order of preference, skipping subtrees without room.
 *
 * From `node` the search goes first into the child on the preferred side. It
 * backtracks through parents, so it needs no stack.
 */
static struct vma *next_candidate(struct rbnode *node, size_t len, int dir,
                                  bool descend)
{
    for (;;) {
        struct rbnode *child = node->child[!dir];

        if (descend) {
            /* Down the preferred side as long as there is room there. */
            while (subtree_gap(node->child[dir]) >= len)
                node = node->child[dir];
            if (node_vma(node)->gap >= len)
                return node_vma(node);
            descend = false;
            continue;
        }
        if (subtree_gap(child) >= len) {
            node = child;
            descend = true;
            continue;
        }
        /* Up until we arrive from the preferred side. */
        while (node->parent != NULL && node->parent->child[!dir] == node)
            node = node->parent;
        node = node->parent;
        if (node == NULL)
            return NULL;
        if (node_vma(node)->gap >= len)
            return node_vma(node);
    }
}

int vma_find_hole_below(struct vma_list *vmas, size_t len, vaddr_t low,
                        vaddr_t high, vaddr_t *out)
{
    struct rbnode *root = vmas->tree.root;
    vaddr_t l = low, h = high;
    struct vma *vma;

    if (clip_hole(vmas, NULL, len, &l, &h)) {
        *out = h - len;
        return 0;
    }
    if (root == NULL || subtree_gap(root) < len)
        return -ENOMEM;
    for (vma = next_candidate(root, len, 1, true); vma != NULL;
         vma = next_candidate(&vma->node, len, 1, false)) {
        l = low;
        h = high;
        if (clip_hole(vmas, vma, len, &l, &h)) {
            *out = h - len;
            return 0;
        }
        if (vma->end <= low)
            break;
    }
    return -ENOMEM;
}

int vma_find_hole_above(struct vma_list *vmas, size_t len, vaddr_t low,
                        vaddr_t high, vaddr_t *out)
{
    struct rbnode *root = vmas->tree.root;
    vaddr_t l = low, h = high;
    struct vma *vma = NULL;

    if (root != NULL && subtree_gap(root) >= len)
        vma = next_candidate(root, len, 0, true);
    for (; vma != NULL; vma = next_candidate(&vma->node, len, 0, false)) {
        l = low;
        h = high;
        if (clip_hole(vmas, vma, len, &l, &h)) {
            *out = l;
            return 0;
        }
        if (vma->start >= high)
            return -ENOMEM;
    }
    l = low;
    h = high;
    if (!clip_hole(vmas, NULL, len, &l, &h))
        return -ENOMEM;
    *out = l;
    return 0;
}
