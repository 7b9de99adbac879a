/* SPDX-License-Identifier: MIT */
/*
 * The chain is: root pointer (RSDP) -> table of tables (XSDT, or RSDT in old
 * firmware) -> MADT -> its entries. Firmware is not trusted: every length is
 * checked against what contains it, every table against its checksum.
 */
#include "kernel/cpu/acpi.h"
#include "kernel/lib/string.h"

#define LAPIC_DEFAULT 0xfee00000UL
#define IOAPIC_DEFAULT 0xfec00000UL

/* ACPI 5.2.5.3 */
struct rsdp {
    char signature[8];
    uint8_t checksum; /* of the first 20 bytes */
    char oem[6];
    uint8_t revision;
    uint32_t rsdt;
    /* revision 2 */
    uint32_t length;
    uint64_t xsdt;
    uint8_t extended_checksum;
    uint8_t reserved[3];
} __packed;

#define RSDP_OLD_SIZE 20

/* ACPI 5.2.6 */
struct table {
    char signature[4];
    uint32_t length; /* of all of it, this header included */
    uint8_t revision;
    uint8_t checksum;
    char oem[6];
    char oem_table[8];
    uint32_t oem_revision, creator, creator_revision;
} __packed;

/* ACPI 5.2.12 */
struct madt {
    struct table header;
    uint32_t lapic;
    uint32_t flags;
} __packed;

enum madt_type {
    MADT_LAPIC = 0,
    MADT_IOAPIC = 1,
    MADT_OVERRIDE = 2,
    MADT_LAPIC_ADDRESS = 5,
    MADT_X2APIC = 9,
};

struct madt_entry {
    uint8_t type, length;
} __packed;

struct madt_lapic {
    struct madt_entry head;
    uint8_t uid, apic_id;
    uint32_t flags;
} __packed;

struct madt_ioapic {
    struct madt_entry head;
    uint8_t id, reserved;
    uint32_t base, gsi_base;
} __packed;

struct madt_override {
    struct madt_entry head;
    uint8_t bus, irq;
    uint32_t gsi;
    uint16_t flags;
} __packed;

struct madt_lapic_address {
    struct madt_entry head;
    uint16_t reserved;
    uint64_t base;
} __packed;

struct madt_x2apic {
    struct madt_entry head;
    uint16_t reserved;
    uint32_t apic_id, flags, uid;
} __packed;

#define MADT_CPU_ENABLED 1U
/* MPS INTI flags, table 5.26: 0 means "as on the bus": high and edge. */
#define INTI_POLARITY 3U
#define INTI_ACTIVE_LOW 3U
#define INTI_TRIGGER (3U << 2)
#define INTI_LEVEL (3U << 2)

/* The window on physical memory. */
struct view {
    const uint8_t *memory;
    uint64_t limit;
};

static const void *view_at(const struct view *view, uint64_t address,
                           size_t len)
{
    if (address == 0 || address > view->limit || len > view->limit - address)
        return NULL;
    return view->memory + address;
}

static bool checksum_ok(const void *data, size_t len)
{
    const uint8_t *bytes = data;
    uint8_t sum = 0;

    for (size_t i = 0; i < len; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum == 0;
}

/* A whole, sound table; NULL if there is none at this address. */
static const struct table *table_at(const struct view *view, uint64_t address)
{
    const struct table *table = view_at(view, address, sizeof(*table));

    if (table == NULL || table->length < sizeof(*table) ||
        view_at(view, address, table->length) == NULL ||
        !checksum_ok(table, table->length))
        return NULL;
    return table;
}

static bool is_table(const struct table *table, const char *signature)
{
    return table != NULL && memcmp(table->signature, signature, 4) == 0;
}

static const struct table *find_madt_in(const struct view *view,
                                        const struct table *root,
                                        size_t entry_size)
{
    const uint8_t *entries = (const uint8_t *)(root + 1);
    const size_t n = (root->length - sizeof(*root)) / entry_size;

    for (size_t i = 0; i < n; i++) {
        uint64_t address = 0;
        const struct table *table;

        memcpy(&address, entries + i * entry_size, entry_size);
        table = table_at(view, address);
        if (is_table(table, "APIC"))
            return table;
    }
    return NULL;
}

static const struct table *find_madt(const struct view *view, uint64_t address)
{
    const struct rsdp *rsdp = view_at(view, address, RSDP_OLD_SIZE);
    const struct table *root;

    if (rsdp == NULL || memcmp(rsdp->signature, "RSD PTR ", 8) != 0 ||
        !checksum_ok(rsdp, RSDP_OLD_SIZE))
        return NULL;
    if (rsdp->revision >= 2 && view_at(view, address, sizeof(*rsdp)) != NULL) {
        root = table_at(view, rsdp->xsdt);
        if (is_table(root, "XSDT"))
            return find_madt_in(view, root, sizeof(uint64_t));
    }
    root = table_at(view, rsdp->rsdt);
    if (is_table(root, "RSDT"))
        return find_madt_in(view, root, sizeof(uint32_t));
    return NULL;
}

static void add_cpu(struct acpi_info *info, uint32_t apic_id, uint32_t flags)
{
    if ((flags & MADT_CPU_ENABLED) && info->ncpus < MAX_CPUS)
        info->apic_ids[info->ncpus++] = apic_id;
}

static void add_ioapic(struct acpi_info *info, const struct madt_ioapic *e)
{
    if (info->nioapics == ACPI_MAX_IOAPICS)
        return;
    info->ioapics[info->nioapics++] =
        (struct acpi_ioapic){PADDR(e->base), e->gsi_base};
}

static void set_override(struct acpi_info *info, const struct madt_override *e)
{
    if (e->irq >= ACPI_ISA_IRQS)
        return;
    info->isa[e->irq] = (struct acpi_isa_irq){
        .gsi = e->gsi,
        .active_low = (e->flags & INTI_POLARITY) == INTI_ACTIVE_LOW,
        .level = (e->flags & INTI_TRIGGER) == INTI_LEVEL,
    };
}

/* Types that are too short for what they are, or not known, are passed over. */
static void read_entry(struct acpi_info *info, const struct madt_entry *e)
{
    if (e->type == MADT_LAPIC && e->length >= sizeof(struct madt_lapic)) {
        const struct madt_lapic *cpu = (const void *)e;

        add_cpu(info, cpu->apic_id, cpu->flags);
    } else if (e->type == MADT_X2APIC &&
               e->length >= sizeof(struct madt_x2apic)) {
        const struct madt_x2apic *cpu = (const void *)e;

        add_cpu(info, cpu->apic_id, cpu->flags);
    } else if (e->type == MADT_IOAPIC &&
               e->length >= sizeof(struct madt_ioapic)) {
        add_ioapic(info, (const void *)e);
    } else if (e->type == MADT_OVERRIDE &&
               e->length >= sizeof(struct madt_override)) {
        set_override(info, (const void *)e);
    } else if (e->type == MADT_LAPIC_ADDRESS &&
               e->length >= sizeof(struct madt_lapic_address)) {
        info->lapic = PADDR(((const struct madt_lapic_address *)e)->base);
    }
}

/* False if the entries do not fill the table exactly. */
static bool read_madt(struct acpi_info *info, const struct madt *madt)
{
    const uint8_t *at = (const uint8_t *)(madt + 1);
    const uint8_t *end = (const uint8_t *)madt + madt->header.length;

    info->lapic = PADDR(madt->lapic);
    while (at < end) {
        const struct madt_entry *e = (const void *)at;
        const size_t left = (size_t)(end - at);

        if (left < sizeof(*e) || e->length < sizeof(*e) || e->length > left)
            return false;
        read_entry(info, e);
        at += e->length;
    }
    return true;
}

/* What every PC has: ISA interrupts at inputs of the same number. */
static void set_defaults(struct acpi_info *info)
{
    memset(info, 0, sizeof(*info));
    info->lapic = PADDR(LAPIC_DEFAULT);
    for (unsigned irq = 0; irq < ACPI_ISA_IRQS; irq++)
        info->isa[irq].gsi = irq;
}

static void set_default_ioapic(struct acpi_info *info)
{
    info->nioapics = 1;
    info->ioapics[0] = (struct acpi_ioapic){PADDR(IOAPIC_DEFAULT), 0};
}

const char *acpi_read(paddr_t rsdp, const void *memory, uint64_t limit,
                      struct acpi_info *info)
{
    const struct view view = {memory, limit};
    const struct table *madt = find_madt(&view, rsdp.v);
    const char *problem = NULL;

    set_defaults(info);
    if (madt == NULL) {
        problem = "the firmware has no sound ACPI table of interrupts (MADT)";
    } else if (madt->length < sizeof(struct madt) ||
               !read_madt(info, (const void *)madt)) {
        problem = "the firmware's ACPI table of interrupts (MADT) is malformed";
        set_defaults(info);
    }
    if (info->nioapics == 0)
        set_default_ioapic(info);
    return problem;
}
