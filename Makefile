# SPDX-License-Identifier: MIT
#
# Quire's build. `make help` lists what there is to say.
#
# One Makefile, no recursion: every object's rule is a pattern rule here, and
# everything made lies below build/.

define HELP
make setup            install what is missing (apt), saying what and why
make                  build everything: kernel, programs, build/quire.iso
make run              boot to the shell        Ctrl-A X or `poweroff` leaves
     CMD='ls -l /'    run that instead, and end when it does
     EXTRA=DIR MEM=1G CPUS=1 CPU=max ARGS='kernel arguments' TIMEOUT=60
make window           the same with a screen and a keyboard
make debug            stop at the kernel's first C line, in gdb
make test             all tests; T=NAME (or a pattern) for one
make stress           programs under load on 2 and 4 CPUs (minutes, idle host)
make fuzz             random memory calls on Linux and Quire, compared
     FIRST=1 SEEDS=250 STEPS=300 CPUS=1 SETS=core,remap,advise,lock
make sweep            fail every allocation of one operation after the other
     T=NAME CPUS=1
make bench            instructions per fault, munmap, system call, fork
make bench-linux      the same beside Debian's Linux, measured now; wall time too
     T=NAME ROUNDS=3 MEM=1G
make check            format, static analysis, layers
make iso              build/quire.iso alone
make toolchain        build x86_64-elf GCC from Debian's sources (20 minutes)
make clean            forget what was built (the toolchain stays)
LLVM=1                builds with Clang
endef
export HELP

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:

# `make setup run`: what follows must not look for compilers before setup has
# installed them, so it is another make's work.
ifneq ($(filter setup,$(MAKECMDGOALS)),)

rest := $(filter-out setup,$(MAKECMDGOALS))
.PHONY: setup $(rest)
setup:
	@tools/setup
ifneq ($(rest),)
$(firstword $(rest)): setup
	@$(MAKE) --no-print-directory $(rest)
$(wordlist 2,$(words $(rest)),$(rest)): $(firstword $(rest))
	@:
endif

else

ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif

BUILD := build
PYTHON := python3

# ---- the tools ----

CROSS := $(firstword $(wildcard build/toolchain/bin/x86_64-elf-gcc) \
	$(shell command -v x86_64-elf-gcc 2>/dev/null) x86_64-linux-gnu-gcc)
PREFIX := $(CROSS:gcc=)
CC := $(CROSS)
LD := $(PREFIX)ld
AR := $(PREFIX)ar
OBJCOPY := $(PREFIX)objcopy
NASM := nasm
NASM_DEBUG = -g -F dwarf
ifneq ($(LLVM),)
CC := clang --target=x86_64-unknown-none-elf
CLANG_FLAGS := -Wno-address-of-packed-member
endif

INCLUDE := $(shell $(CC) -print-file-name=include)
WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wundef -Wimplicit-fallthrough $(CLANG_FLAGS)
# limits.h and its like: the compiler's, but a program sees its library's first.
COMMON = -std=gnu11 -O2 -g -ffreestanding -nostdinc $(SYSTEM) \
	-isystem $(INCLUDE) -I. -fno-pic -fno-pie -fno-stack-protector \
	-fcf-protection=none -fno-omit-frame-pointer \
	-fno-strict-aliasing -fno-asynchronous-unwind-tables -fno-common $(WARNINGS)
KERNEL_FLAGS := $(COMMON) -mcmodel=kernel -mno-red-zone -mgeneral-regs-only \
	-Wframe-larger-than=1024
SYSTEM := -isystem user/lib/include
USER_FLAGS := $(COMMON)
DEPS = -MMD -MP

# ---- what there is ----

kernel_c := $(filter-out kernel/cpu/offsets.c, \
	$(wildcard boot/*.c kernel/*.c kernel/*/*.c mm/*.c))
kernel_asm := $(wildcard boot/*.asm kernel/*/*.asm mm/*.asm)
kernel_objects := $(kernel_c:%=$(BUILD)/%.o) $(kernel_asm:%=$(BUILD)/%.o)

# Apart from the programs: build/user/bin/sh is one, user/bin/sh a folder.
user_objects := $(BUILD)/objects
lib_objects := $(patsubst %,$(user_objects)/%.o, \
	$(filter-out user/lib/crt0.asm,$(wildcard user/lib/*.c user/lib/*.asm)))
crt0 := $(user_objects)/user/lib/crt0.asm.o
lib := $(BUILD)/user/libquire.a

# A program is NAME.c, or all of NAME/*.c.
bin_single := $(basename $(notdir $(wildcard user/bin/*.c)))
bin_folders := $(sort $(notdir $(patsubst %/,%,$(wildcard user/bin/*/))))
tests := $(basename $(notdir $(wildcard user/test/*.c)))
programs := $(addprefix $(BUILD)/user/bin/,$(bin_single) $(bin_folders)) \
	$(addprefix $(BUILD)/user/test/,$(tests))
test_lib := $(patsubst %,$(user_objects)/%.o,$(wildcard user/test/lib/*.c))

.PHONY: all help iso run window debug test stress fuzz sweep bench bench-linux check toolchain clean
all: $(BUILD)/quire.iso $(BUILD)/quire.debug compile_commands

help:
	@echo "$$HELP"

# Another compiler or other flags: everything is built anew.
flags_now := $(CC) | $(KERNEL_FLAGS) | $(USER_FLAGS) | $(NASM)
flags_file := $(BUILD)/flags
ifneq ($(flags_now),$(file <$(flags_file)))
$(shell mkdir -p $(BUILD))
$(file >$(flags_file),$(flags_now))
endif

# ---- objects ----

$(user_objects)/user/%.c.o: user/%.c $(flags_file)
	@mkdir -p $(@D)
	@echo "  CC      $<"
	@$(CC) $(USER_FLAGS) $(DEPS) -c -o $@ $<

$(BUILD)/%.c.o: %.c $(flags_file)
	@mkdir -p $(@D)
	@echo "  CC      $<"
	@$(CC) $(KERNEL_FLAGS) $(DEPS) -c -o $@ $<

offsets := $(BUILD)/gen/offsets

$(offsets).inc: kernel/cpu/offsets.c tools/offsets.py $(flags_file)
	@mkdir -p $(@D)
	@echo "  GEN     $@"
	@$(CC) $(KERNEL_FLAGS) -MMD -MP -MT $@ -MF $(offsets).d -S \
		-o $(offsets).s $<
	@$(PYTHON) tools/offsets.py $(offsets).s > $@

define nasm
	@mkdir -p $(@D)
	@echo "  NASM    $<"
	@$(NASM) -f elf64 $(NASM_DEBUG) -I$(BUILD)/gen/ -I. -MD $(@:.o=.d) -o $@ $<
endef

$(user_objects)/%.asm.o: %.asm $(flags_file)
	$(nasm)

# Start-up code is linked at two places; gdb cannot make sense of its lines.
$(BUILD)/boot/start.asm.o: NASM_DEBUG :=

$(BUILD)/%.asm.o: %.asm $(offsets).inc
	$(nasm)

# ---- the kernel ----

$(BUILD)/quire.debug: $(kernel_objects) linker.ld
	@echo "  LD      $@"
	@$(LD) -nostdlib -z max-page-size=0x1000 -z noexecstack -T linker.ld \
		-o $@ $(kernel_objects)

# Symbols stay: reports name functions.
$(BUILD)/quire.elf: $(BUILD)/quire.debug
	@$(OBJCOPY) --strip-debug $< $@

# ---- programs ----

$(lib): $(lib_objects)
	@echo "  AR      $@"
	@rm -f $@
	@mkdir -p $(@D)
	@$(AR) rcs $@ $(lib_objects)

USER_LD = $(LD) -nostdlib -static -z noexecstack -z max-page-size=0x1000 \
	--gc-sections

define link_program
	@mkdir -p $(@D)
	@echo "  LD      $@"
	@$(USER_LD) -o $@.debug $(filter %.o,$^) $(lib)
	@$(OBJCOPY) --strip-debug $@.debug $@
endef

$(bin_single:%=$(BUILD)/user/bin/%): $(BUILD)/user/bin/%: $(crt0) \
		$(user_objects)/user/bin/%.c.o $(lib)
	$(link_program)

define folder_program
$(BUILD)/user/bin/$(1): $(crt0) \
		$(patsubst %,$(user_objects)/%.o,$(wildcard user/bin/$(1)/*.c)) $(lib)
	$$(link_program)
endef
$(foreach name,$(bin_folders),$(eval $(call folder_program,$(name))))

$(tests:%=$(BUILD)/user/test/%): $(BUILD)/user/test/%: $(crt0) \
		$(user_objects)/user/test/%.c.o $(test_lib) $(lib)
	$(link_program)

# ---- the disk ----

$(BUILD)/ramdisk.cpio: $(programs) tools/mkramdisk.py
	@echo "  CPIO    $@"
	@$(PYTHON) tools/mkramdisk.py --output $@ $(programs)

$(BUILD)/quire.iso: $(BUILD)/quire.elf $(BUILD)/ramdisk.cpio iso/grub.cfg \
		tools/mkiso.py
	@echo "  ISO     $@"
	@$(PYTHON) tools/mkiso.py --output $@ --kernel $(BUILD)/quire.elf \
		--ramdisk $(BUILD)/ramdisk.cpio

iso: $(BUILD)/quire.iso

# ---- using it ----

RUN_OPTIONS = $(if $(EXTRA),--extra '$(EXTRA)') $(if $(MEM),--mem $(MEM)) \
	$(if $(CPUS),--cpus $(CPUS)) $(if $(CPU),--cpu $(CPU)) \
	$(if $(ARGS),--kernel-args '$(ARGS)') \
	$(if $(TIMEOUT),--timeout $(TIMEOUT))

# CMD is for Quire's shell to read, not for this machine's.
run: export QUIRE_CMD = $(value CMD)
run: all
	@tools/quire run $(RUN_OPTIONS) $(if $(CMD),-- sh -c "$$QUIRE_CMD")

window: all
	@tools/quire window $(RUN_OPTIONS)

debug: all
	@tools/quire debug $(RUN_OPTIONS)

fuzz: all
	@$(PYTHON) tools/fuzz.py $(if $(FIRST),--first $(FIRST)) \
		$(if $(SEEDS),--seeds $(SEEDS)) $(if $(STEPS),--steps $(STEPS)) \
		$(if $(CPUS),--cpus $(CPUS)) $(if $(SETS),--sets $(SETS))

sweep: all
	@$(PYTHON) tools/sweep.py $(if $(CPUS),--cpus $(CPUS)) $(T)

stress: all
	@$(PYTHON) tools/test.py --jobs 1 'stress-*'

test: all
	@$(PYTHON) tools/test.py $(if $(T),'$(T)')

bench: all
	@tools/quire bench

bench-linux: all
	@$(PYTHON) tools/benchlinux.py $(if $(ROUNDS),--rounds $(ROUNDS)) \
		$(if $(MEM),--mem $(MEM)) $(T)

check: all
	@tools/check

.PHONY: compile_commands
compile_commands:
	@$(PYTHON) tools/compdb.py --output $(BUILD)/compile_commands.json \
		--cc '$(CC)' --kernel '$(KERNEL_FLAGS)' --user '$(USER_FLAGS)'

toolchain:
	@tools/toolchain

clean:
	@find $(BUILD) -mindepth 1 -maxdepth 1 ! -name toolchain \
		-exec rm -rf {} + 2>/dev/null || true

-include $(kernel_objects:.o=.d) $(lib_objects:.o=.d) $(test_lib:.o=.d) \
	$(crt0:.o=.d) $(offsets).d \
	$(patsubst %,$(user_objects)/%.d,$(wildcard user/bin/*.c user/bin/*/*.c \
	user/test/*.c))

endif
