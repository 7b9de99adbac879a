#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the ISO: GRUB, the kernel and the ramdisk; boots under BIOS and UEFI.

    tools/mkiso.py --output build/quire.iso --kernel build/quire.elf
        --ramdisk build/ramdisk.cpio

grub-mkrescue would do, but its images take half a second longer to boot under
emulation: it packs all of GRUB into the compressed core image, whose
decompression takes 200 ms, and loads the menu, fonts and lists of commands.
Here the BIOS core image holds only what it takes to read the ISO, and loads
the multiboot2 loader and the modules that needs from the ISO, uncompressed.
The result is a hybrid, as grub-mkrescue's: it boots as CD-ROM and as disk.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

GRUB = os.environ.get("GRUB_DIR", "/usr/lib/grub")
BIOS, UEFI = "i386-pc", "x86_64-efi"
BOOT_MODULE = "multiboot2"
CORE_MODULES = {
    BIOS: ["biosdisk", "iso9660", "search_fs_file"],
    # UEFI's core image is not compressed, so all is in it.
    UEFI: ["iso9660", "search_fs_file", "efi_gop", BOOT_MODULE],
}
EFI_IMAGE_KIB = 1440
FIXED_TIME = "1767225600"  # 2026-01-01 00:00:00 UTC: the same bytes each time


def run(*command):
    """Runs a tool; its output is shown only if it fails."""
    environment = dict(os.environ, SOURCE_DATE_EPOCH=FIXED_TIME,
                       MTOOLS_SKIP_CHECK="1")
    try:
        done = subprocess.run(command, env=environment, text=True,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
    except FileNotFoundError:
        sys.exit(f"mkiso: {command[0]} is missing: run `make setup`")
    if done.returncode != 0:
        sys.exit(f"mkiso: {' '.join(command)}\n{done.stdout}")


def module_closure(platform, name):
    """A module and all those it depends on."""
    depends = {}
    with open(f"{GRUB}/{platform}/moddep.lst", encoding="ascii") as file:
        for line in file:
            module, _, needed = line.partition(":")
            depends[module] = needed.split()
    found, todo = set(), [name]
    while todo:
        module = todo.pop()
        if module not in found:
            found.add(module)
            todo += depends.get(module, [])
    return sorted(found)


def plain_config(path, folder):
    """The configuration without its comments, which the core cannot read."""
    with open(path, encoding="ascii") as file:
        lines = [line for line in file
                 if line.strip() and not line.startswith("#")]
    plain = os.path.join(folder, "early.cfg")
    with open(plain, "w", encoding="ascii") as file:
        file.writelines(lines)
    return plain


def make_bios(root, config):
    """The BIOS core image, and the modules it loads from the ISO."""
    modules = os.path.join(root, "boot/grub", BIOS)
    os.makedirs(modules)
    for module in module_closure(BIOS, BOOT_MODULE):
        shutil.copy(f"{GRUB}/{BIOS}/{module}.mod", modules)
    run("grub-mkimage", "-d", f"{GRUB}/{BIOS}", "-O", f"{BIOS}-eltorito",
        "-p", "/boot/grub", "-c", config,
        "-o", os.path.join(modules, "eltorito.img"), *CORE_MODULES[BIOS])


def make_uefi(root, config, scratch):
    """A FAT file system with the UEFI core image, as the firmware wants it."""
    program = os.path.join(scratch, "BOOTX64.EFI")
    image = os.path.join(root, "boot/grub/efi.img")
    run("grub-mkimage", "-d", f"{GRUB}/{UEFI}", "-O", UEFI,
        "-p", "/boot/grub", "-c", config, "-o", program, *CORE_MODULES[UEFI])
    os.utime(program, (int(FIXED_TIME), int(FIXED_TIME)))
    run("mformat", "-C", "-f", str(EFI_IMAGE_KIB), "-N", "0", "-i", image,
        "::")
    run("mmd", "-i", image, "::/EFI", "::/EFI/BOOT")
    run("mcopy", "-m", "-i", image, program, "::/EFI/BOOT/BOOTX64.EFI")


def make_iso(args, scratch):
    """Puts the tree together and the ISO around it."""
    root = os.path.join(scratch, "root")
    os.makedirs(os.path.join(root, "boot/grub"))
    shutil.copy(args.kernel, os.path.join(root, "boot/quire.elf"))
    if args.ramdisk:
        shutil.copy(args.ramdisk, os.path.join(root, "boot/ramdisk.cpio"))
    config = plain_config(args.config, scratch)
    make_bios(root, config)
    options = ["-b", f"boot/grub/{BIOS}/eltorito.img", "-no-emul-boot",
               "-boot-load-size", "4", "-boot-info-table",
               "--grub2-boot-info",
               "--grub2-mbr", f"{GRUB}/{BIOS}/boot_hybrid.img",
               "--protective-msdos-label"]
    if os.path.isdir(f"{GRUB}/{UEFI}"):
        make_uefi(root, config, scratch)
        options += ["--efi-boot", "boot/grub/efi.img", "-efi-boot-part",
                    "--efi-boot-image"]
    else:
        print(f"mkiso: no {GRUB}/{UEFI}: the ISO boots under BIOS only")
    new = args.output + ".new"
    run("xorriso", "-as", "mkisofs", "-R", "-V", "QUIRE", *options,
        "-o", new, root)
    os.replace(new, args.output)


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description="Make a bootable ISO.")
    parser.add_argument("--output", required=True, metavar="FILE")
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--config", metavar="FILE",
                        default=os.path.join(here, "../iso/grub.cfg"))
    parser.add_argument("--kernel", required=True, metavar="FILE")
    parser.add_argument("--ramdisk", metavar="FILE")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="quire-iso.") as scratch:
        make_iso(args, scratch)


if __name__ == "__main__":
    main()
