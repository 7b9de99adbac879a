/* SPDX-License-Identifier: MIT */
/*
 * Overcommit: see commit.h.
 *
 * Each CPU counts by itself, so that making and removing areas shares no line
 * between them; the sum is taken only where it decides. A charge is counted
 * first and looked at then: of two CPUs that take the last of it at once, at
 * least one sees the other's.
 */
#include "mm/commit.h"
#include "mm/hugetlb.h"
#include "mm/mlock.h"

#define KIB_PER_PAGE (int64_t)(PAGE_SIZE / 1024)
#define RATIO_DEFAULT 50
/* Linux's defaults: a 32nd of free memory, at most so many KiB. */
#define RESERVE_SHARE 32
#define ADMIN_RESERVE_MAX 8192L
#define USER_RESERVE_MAX (128L << 10)

struct commit_settings commit_settings = {.ratio = RATIO_DEFAULT};

void commit_init(void)
{
    const int64_t share = (int64_t)page_total() * KIB_PER_PAGE / RESERVE_SHARE;

    commit_settings.admin_reserve_kbytes = MIN(share, ADMIN_RESERVE_MAX);
    commit_settings.user_reserve_kbytes = MIN(share, USER_RESERVE_MAX);
}

size_t commit_total(void)
{
    const int64_t total = (int64_t)vmstat_sum(VM_COMMITTED);

    return (size_t)MAX(total, 0);
}

size_t commit_limit(void)
{
    const int64_t kbytes = READ_ONCE(commit_settings.kbytes);
    const size_t huge = hugetlb_counts().total * HUGE_PAGES;

    if (kbytes != 0)
        return (size_t)(kbytes / KIB_PER_PAGE);
    return (page_total() - huge) * (size_t)READ_ONCE(commit_settings.ratio) /
           100;
}

/* Mode 2: the limit less what is kept so that an administrator, and the owner
 * of one huge process, can still act. */
static bool is_below_limit(const struct mm *mm)
{
    const struct commit_settings *set = &commit_settings;
    int64_t allowed = (int64_t)commit_limit();

    if (!mlock_is_privileged())
        allowed -= READ_ONCE(set->admin_reserve_kbytes) / KIB_PER_PAGE;
    if (mm != NULL)
        allowed -= MIN((int64_t)mm->total_pages / RESERVE_SHARE,
                       READ_ONCE(set->user_reserve_kbytes) / KIB_PER_PAGE);
    return (int64_t)commit_total() < allowed;
}

bool commit_charge(const struct mm *mm, size_t npages)
{
    bool allowed = true;

    if (npages == 0)
        return true;
    commit_force(npages);
    switch (READ_ONCE(commit_settings.mode)) {
    case OVERCOMMIT_GUESS: allowed = npages <= page_total(); break;
    case OVERCOMMIT_NEVER: allowed = is_below_limit(mm); break;
    }
    if (!allowed)
        commit_uncharge(npages);
    return allowed;
}
