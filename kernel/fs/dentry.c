/* SPDX-License-Identifier: MIT */
/*
 * The tree of names. The contract and the invariants stand in dentry.h.
 *
 * A directory keeps its dentries twice: in a tree ordered by (hash, length,
 * text) for lookup, and in a list in the order of their making for getdents,
 * whose position is the cookie of the next one: names may come and go between
 * two calls, and those that stay are seen exactly once.
 */
#include "kernel/fs/dentry.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "mm/slab.h"

struct spinlock dentry_lock = SPINLOCK_INIT;

static struct slab_cache *dentry_cache;

void dentry_init(void)
{
    dentry_cache = slab_cache_create("dentry", sizeof(struct dentry), 64);
}

/* FNV-1a, 32 bits: Fowler, Noll, Vo. */
struct name name_make(const char *text, size_t len)
{
    uint32_t hash = 2166136261U;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (uint8_t)text[i]) * 16777619U;
    return (struct name){text, len, hash};
}

int dentry_create(struct dentry *parent, const struct name *name,
                  struct inode *inode, struct dentry **out)
{
    struct dentry *dentry = slab_zalloc(dentry_cache);

    if (dentry == NULL)
        return -ENOMEM;
    dentry->name = kmalloc(name->len + 1);
    if (dentry->name == NULL) {
        slab_free(dentry_cache, dentry);
        return -ENOMEM;
    }
    memcpy(dentry->name, name->text, name->len);
    dentry->name[name->len] = '\0';
    dentry->name_len = name->len;
    dentry->hash = name->hash;
    atomic_store(&dentry->refs, 1);
    list_init(&dentry->link);
    dentry->inode = inode;
    dentry->parent = parent;
    if (parent != NULL)
        dentry_get(parent);
    *out = dentry;
    return 0;
}

void dentry_put(struct dentry *dentry)
{
    struct dentry *parent;

    while (dentry != NULL && atomic_dec_and_test(&dentry->refs)) {
        ASSERT(!dentry->linked);
        parent = dentry->parent;
        inode_put(dentry->inode);
        kfree(dentry->name);
        slab_free(dentry_cache, dentry);
        dentry = parent;
    }
}

/* ---- the directory's tree ---- */

/* < 0, 0, > 0: where name stands relative to the dentry's. */
static int name_compare(const struct name *name, const struct dentry *dentry)
{
    if (name->hash != dentry->hash)
        return name->hash < dentry->hash ? -1 : 1;
    if (name->len != dentry->name_len)
        return name->len < dentry->name_len ? -1 : 1;
    return memcmp(name->text, dentry->name, name->len);
}

struct dentry *dentry_find_locked(struct dentry *dir, const struct name *name)
{
    struct rbnode *node = dir->inode->dir.names.root;

    ASSERT(spin_is_locked(&dentry_lock));
    while (node != NULL) {
        struct dentry *dentry = rb_entry(node, struct dentry, node);
        int order = name_compare(name, dentry);

        if (order == 0)
            return dentry;
        node = node->child[order > 0];
    }
    return NULL;
}

static void names_insert(struct inode *dir, struct dentry *dentry)
{
    struct name name = {dentry->name, dentry->name_len, dentry->hash};
    struct rbnode *node = dir->dir.names.root, *parent = NULL;
    int side = 0;

    while (node != NULL) {
        int order = name_compare(&name, rb_entry(node, struct dentry, node));

        ASSERT(order != 0);
        parent = node;
        side = order > 0;
        node = node->child[side];
    }
    rb_insert(&dir->dir.names, &dentry->node, parent, side);
}

bool dentry_is_empty_locked(const struct dentry *dir)
{
    ASSERT(spin_is_locked(&dentry_lock));
    return list_empty(&dir->inode->dir.entries);
}

int dentry_may_change_locked(struct dentry *dir, bool removal)
{
    ASSERT(spin_is_locked(&dentry_lock));
    if (dir->inode->fs->fixed)
        return removal ? -EPERM : -ENOENT;
    return dir->inode->nlink == 0 ? -ENOENT : 0;
}

void dentry_link_locked(struct dentry *dentry)
{
    struct inode *dir = dentry->parent->inode;

    ASSERT(spin_is_locked(&dentry_lock) && !dentry->linked);
    names_insert(dir, dentry);
    dentry->cookie = DIR_POS_FIRST + dir->dir.last_cookie++;
    list_push_back(&dir->dir.entries, &dentry->link);
    dentry->linked = true;
    dentry_get(dentry);
    dentry->inode->nlink++;
    if (inode_is(dentry->inode, S_IFDIR)) {
        dentry->inode->nlink++; /* its "." */
        dir->nlink++;           /* its ".." */
    }
}

void dentry_unlink_locked(struct dentry *dentry)
{
    struct inode *dir = dentry->parent->inode;

    ASSERT(spin_is_locked(&dentry_lock) && dentry->linked);
    rb_remove(&dir->dir.names, &dentry->node);
    list_remove(&dentry->link);
    dentry->linked = false;
    dentry->inode->nlink--;
    if (inode_is(dentry->inode, S_IFDIR)) {
        dentry->inode->nlink--;
        dir->nlink--;
    }
}

bool dentry_is_below_locked(const struct dentry *dentry,
                            const struct dentry *top)
{
    ASSERT(spin_is_locked(&dentry_lock));
    while (dentry != NULL && dentry != top)
        dentry = dentry->parent;
    return dentry != NULL;
}

/* ---- steps of a walk ---- */

/* A dentry made for this lookup alone. */
static int lookup_made(struct dentry *dir, const struct name *name,
                       struct dentry **out)
{
    struct inode *inode;
    int err;

    err = dir->inode->ops->lookup(dir->inode, name->text, name->len, &inode);
    if (err != 0)
        return err;
    err = dentry_create(dir, name, inode, out);
    if (err != 0)
        inode_put(inode);
    return err;
}

int dentry_lookup(struct dentry *dir, const struct name *name,
                  struct dentry **out)
{
    struct dentry *found;

    if (!inode_is(dir->inode, S_IFDIR))
        return -ENOTDIR;
    spin_lock(&dentry_lock);
    found = dentry_find_locked(dir, name);
    if (found != NULL)
        dentry_get(found);
    spin_unlock(&dentry_lock);
    if (found == NULL && dir->inode->ops != NULL &&
        dir->inode->ops->lookup != NULL)
        return lookup_made(dir, name, out);
    *out = found;
    return found != NULL ? 0 : -ENOENT;
}

struct dentry *dentry_get_parent(struct dentry *dir)
{
    struct dentry *at = dir;

    spin_lock(&dentry_lock);
    while (at->covers != NULL)
        at = at->covers;
    if (at->parent != NULL)
        at = at->parent;
    else
        at = dir;
    dentry_get(at);
    spin_unlock(&dentry_lock);
    return at;
}

struct dentry *dentry_cross_mount(struct dentry *dentry)
{
    struct dentry *root;

    while (dentry->mounted != NULL) {
        root = dentry->mounted;
        dentry_get(root);
        dentry_put(dentry);
        dentry = root;
    }
    return dentry;
}

/* ---- paths ---- */

/* Text written from the end of a buffer to its front; what does not fit is
 * counted all the same. */
struct back_text {
    char *buf;
    size_t size, len;
};

static void back_add(struct back_text *text, const char *part, size_t n)
{
    while (n-- > 0) {
        text->len++;
        if (text->len <= text->size)
            text->buf[text->size - text->len] = part[n];
    }
}

/* Writes the names from dentry up to the root, last first. */
static void back_add_names(struct back_text *text, struct dentry *dentry)
{
    ASSERT(spin_is_locked(&dentry_lock));
    for (;;) {
        while (dentry->covers != NULL)
            dentry = dentry->covers;
        if (dentry->parent == NULL)
            return;
        back_add(text, dentry->name, dentry->name_len);
        back_add(text, "/", 1);
        dentry = dentry->parent;
    }
}

size_t dentry_path(struct dentry *dentry, char *buf, size_t size)
{
    static const char deleted[] = " (deleted)";
    struct back_text text = {buf, size - 1, 0}; /* the NUL comes last */
    size_t shown;

    spin_lock(&dentry_lock);
    if (dentry->parent == NULL && dentry->covers == NULL &&
        dentry->name_len > 0) {
        back_add(&text, dentry->name, dentry->name_len);
    } else {
        if (dentry->parent != NULL && !dentry->linked &&
            !dentry->inode->fs->fixed)
            back_add(&text, deleted, sizeof(deleted) - 1);
        back_add_names(&text, dentry);
        if (text.len == 0)
            back_add(&text, "/", 1);
    }
    spin_unlock(&dentry_lock);
    shown = MIN(text.len, text.size);
    memmove(buf, buf + text.size - shown, shown);
    buf[shown] = '\0';
    return text.len;
}
