"""DV decks on Linux' FireWire, from a /sys that is written here as the kernel writes it."""

from __future__ import annotations

from pathlib import Path

from capture.devices.firewire import devices, nodes
from capture.devices.found import Driver, FfmpegInput, PipedInput, Signal

SONY = 0x08004601024F0B3C


def bus(root: Path) -> tuple[Path, Path]:
    """The machine's own card, a Sony deck, a hard disk, and a deck that hides its names."""
    dev = root / "dev"
    dev.mkdir()
    for name, guid, units, vendor, model, local in (
        ("fw0", "0x0011060000004242", "", "Linux Firewire", "Juju", "1"),
        ("fw1", f"0x{SONY:016x}", "0x00a02d:0x010001", "Sony", "DSR-25", "0"),
        ("fw2", "0x0010b90000001111", "0x00609e:0x010483", "Maxtor", "OneTouch", "0"),
        ("fw3", "0x0080880307401234", "0x00A02D:0x010001", "", "", "0"),
        ("fw1.0", f"0x{SONY:016x}", "0x00a02d:0x010001", "", "", "0"),
        ("fw4", "not a number", "0x00a02d:0x010001", "", "", "0"),
    ):
        folder = root / "bus" / name
        folder.mkdir(parents=True)
        for file, text in (("guid", guid), ("units", units), ("is_local", local)):
            (folder / file).write_text(text + "\n")
        if vendor:
            (folder / "vendor_name").write_text(vendor + "\n")
            (folder / "model_name").write_text(model + "\n")
        (dev / name).write_bytes(b"")
    (dev / "fw3").unlink()
    return root / "bus", dev


def test_decks_alone_are_devices(tmp_path: Path) -> None:
    found = devices(nodes(*bus(tmp_path)), has_iec61883=True, dvgrab=None)
    assert [(one.name, one.id) for one in found] == [
        ("Sony DSR-25", f"firewire:{SONY:016x}"),
        ("DV device 0080880307401234", "firewire:0080880307401234"),
    ]
    assert all(one.nature.signal is Signal.DV and one.carries_sound for one in found)


def test_ffmpeg_is_given_the_decks_number_in_decimal(tmp_path: Path) -> None:
    deck = devices(nodes(*bus(tmp_path)), has_iec61883=True, dvgrab="/usr/bin/dvgrab")[0]
    assert deck.source == FfmpegInput("iec61883", "auto", (("dvguid", str(SONY)),))
    assert deck.driver is Driver.IEC61883


def test_without_libiec61883_dvgrab_hands_the_tape_over(tmp_path: Path) -> None:
    deck = devices(nodes(*bus(tmp_path)), has_iec61883=False, dvgrab="/usr/bin/dvgrab")[0]
    assert deck.source == PipedInput(("/usr/bin/dvgrab", "-guid", f"{SONY:016x}", "-format", "raw", "-"), "dv")
    assert deck.driver is Driver.DVGRAB


def test_what_is_missing_is_told_with_the_way_out(tmp_path: Path) -> None:
    deck, refused = devices(nodes(*bus(tmp_path)), has_iec61883=False, dvgrab=None)
    assert "install dvgrab" in deck.note
    assert "/dev/fw3" in refused.note


def test_a_machine_without_firewire_has_none(tmp_path: Path) -> None:
    assert nodes(tmp_path / "none", tmp_path) == ()
