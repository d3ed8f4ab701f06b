"""What real machines printed is understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.hardware import apple, linux, nvidia, windows
from runtime.hardware.machine import Gpu, Maker
from tests.runtime.hardware import recordings

GIB = 1 << 30


def test_a_card_that_tells_everything() -> None:
    (card,) = nvidia.cards(recordings.P400)
    assert (card.id, card.name, card.driver) == ("0000:01:00.0", "Quadro P400", "470.103.01")
    assert card.memory_bytes == 1997 << 20
    assert card.free_bytes == 1900 << 20


def test_a_split_card_in_a_container_keeps_its_name_and_no_memory() -> None:
    (card,) = nvidia.cards(recordings.A100_MIG)
    assert card.name == "NVIDIA A100-SXM4-80GB"
    assert card.memory_bytes is None
    assert card.id == "nvidia0"


def test_columns_may_be_missing_and_in_any_order() -> None:
    assert [card.name for card in nvidia.cards(recordings.TWO_CARDS)] == [
        "NVIDIA TITAN V",
        "NVIDIA RTX 5880 Ada Generation",
    ]


@pytest.mark.parametrize("text", [recordings.NO_DRIVER, "No devices were found\n", ""])
def test_what_is_no_table_is_an_error_in_its_own_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"NVIDIA-SMI has failed|No devices|printed nothing"):
        nvidia.cards(text)


def test_lspci_gives_the_name_that_the_shop_uses() -> None:
    (slot,) = linux.slots(recordings.NAVI_31)
    assert slot.id == "0000:03:00.0"
    assert slot.name == "Radeon RX 7900 XT/7900 XTX"
    (card,) = linux.displays([slot])
    assert (card.maker, card.shared) == (Maker.AMD, False)


def test_two_makers_in_one_machine() -> None:
    intel, geforce = linux.displays(linux.slots(recordings.TWO_MAKERS))
    assert (intel.name, intel.maker, intel.shared) == ("AlderLake-S GT1", Maker.INTEL, True)
    assert (geforce.name, geforce.maker, geforce.shared) == ("GeForce RTX 3080 Ti", Maker.NVIDIA, False)


def test_a_servers_management_display_is_no_card() -> None:
    aspeed = "02:00.0 VGA compatible controller [0300]: ASPEED Technology, Inc. ASPEED Graphics Family [1a03:2000]\n"
    assert linux.displays(linux.slots(aspeed)) == []


def drm(root: Path, card: str, vendor: str, slot: str, driver: str, **files: int) -> None:
    device = root / card / "device"
    device.mkdir(parents=True)
    (device / "vendor").write_text(f"0x{vendor}\n")
    (device / "device").write_text("0x744c\n")
    (device / "uevent").write_text(f"DRIVER={driver}\nPCI_CLASS=30000\nPCI_SLOT_NAME={slot}\n")
    for name, value in files.items():
        (device / name).write_text(f"{value}\n")


def test_amdgpu_tells_its_memory_and_lspci_its_name(tmp_path: Path) -> None:
    drm(
        tmp_path, "card1", "1002", "0000:03:00.0", "amdgpu", mem_info_vram_total=25753026560, mem_info_vram_used=1 << 30
    )
    (tmp_path / "card1-DP-1").mkdir()
    drm(tmp_path, "card0", "1a03", "0000:02:00.0", "ast")
    (card,) = linux.drm(tmp_path, linux.slots(recordings.NAVI_31))
    assert card.name == "Radeon RX 7900 XT/7900 XTX"
    assert card.memory_bytes == 25753026560
    assert card.free_bytes == 25753026560 - GIB
    assert card.driver == "amdgpu"


def test_no_graphics_at_all(tmp_path: Path) -> None:
    assert linux.drm(tmp_path / "none", []) == []
    assert linux.accelerators(tmp_path / "none", []) == []


def test_a_card_that_two_probes_see_is_one_card() -> None:
    told = Gpu("0000:01:00.0", Maker.NVIDIA, "GeForce RTX 3080 Ti", 12 << 30)
    seen = Gpu("0000:01:00.0", Maker.NVIDIA, "GA102", None, shared=False, driver="nouveau")
    (card,) = linux.merged([told], [seen])
    assert card.name == "GeForce RTX 3080 Ti"
    assert (card.memory_bytes, card.shared, card.driver) == (12 << 30, False, "nouveau")


def test_npus_are_found_by_their_driver(tmp_path: Path) -> None:
    drm(tmp_path, "accel0", "8086", "0000:00:0b.0", "intel_vpu")
    drm(tmp_path, "accel1", "1da3", "0000:10:00.0", "habanalabs")
    (npu,) = linux.accelerators(tmp_path, [])
    assert (npu.id, npu.maker, npu.driver) == ("0000:00:0b.0", Maker.INTEL, "intel_vpu")


def test_the_processor_of_linux() -> None:
    name, sets = linux.processor(recordings.XEON)
    assert name == "Intel Xeon Processor"
    assert {"AVX2", "AVX-512", "AVX-512 VNNI", "AMX INT8"} <= set(sets)
    assert linux.processor("") == ("", ())


@pytest.mark.parametrize(("text", "wanted"), [("max 100000\n", None), ("150000 100000\n", 1.5), ("", None)])
def test_a_containers_quota(text: str, wanted: float | None) -> None:
    assert linux.quota(text) == wanted


def test_windows_says_four_gigabytes_of_a_larger_card_and_the_registry_knows_better() -> None:
    tables = windows.read(recordings.WINDOWS)
    uhd, radeon = windows.cards(tables)
    assert (uhd.maker, uhd.shared, uhd.memory_bytes) == (Maker.INTEL, True, 1 << 30)
    assert radeon.memory_bytes == 17095983104
    without = windows.cards({**tables, "sizes": []})
    assert without[1].memory_bytes is None, "4 GB less 1 MB is a cap, and no size"


def test_two_sockets_are_added_up_and_an_npu_is_seen() -> None:
    tables = windows.read(recordings.WINDOWS)
    assert windows.processor(tables) == ("2 × Intel Xeon CPU E5-2673 v4 @ 2.30GHz", 40, 80)
    assert [npu.name for npu in windows.npus(tables)] == ["Intel(R) AI Boost"]


def test_powershell_that_says_something_else_is_an_error() -> None:
    with pytest.raises(ValueError, match="not recognized"):
        windows.read("'Get-CimInstance' is not recognized")


def test_an_m_chip_shares_the_machines_memory() -> None:
    (card,) = apple.cards(recordings.M3_PRO, 18 << 30)
    assert (card.name, card.maker, card.cores) == ("Apple M3 Pro", Maker.APPLE, 18)
    assert (card.memory_bytes, card.shared) == (18 << 30, True)


def test_macos_11_shows_its_own_labels() -> None:
    (card,) = apple.cards(recordings.M1_BIG_SUR, 8 << 30)
    assert (card.name, card.maker) == ("Apple M1", Maker.APPLE)


def test_the_processor_of_macos_and_its_neural_engine() -> None:
    name, cores, threads, sets = apple.processor(recordings.M5_SYSCTL)
    assert (name, cores, threads) == ("Apple M5", 10, 10)
    assert sets == ("DotProd", "I8MM", "BF16")
    assert [npu.maker for npu in apple.neural_engine(name)] == [Maker.APPLE]
    assert apple.neural_engine("Intel(R) Core(TM) i7-8700B CPU") == []


def test_displays_that_are_no_list_are_an_error() -> None:
    with pytest.raises(ValueError, match="no list"):
        apple.cards("{}", 1)
