"""The registry: every file of it holds, says who vouches for it, and a wrong one is refused with all that is wrong."""

import re
import tomllib
from pathlib import Path

import pytest

from runtime.models.catalogue import FOLDER, SHA256, RegistryError, catalogue, entry
from runtime.models.entry import Entry, HashSource, Pattern

ENTRIES = list(catalogue().values())
FACTS = (Path(__file__).parents[3] / "docs" / "facts.md").read_text("utf-8")
OFFICIAL_HOSTS = {"github.com", "download.openmmlab.com", "data.deepai.org"}


def each(entry: Entry) -> str:
    return entry.name


def test_every_engine_of_the_mission_has_its_entry() -> None:
    for engine in (
        "realesrgan-x4plus", "realesrgan-x2plus", "realesr-general-x4v3", "realesr-animevideov3", "rife-4.6",
        "basicvsr-plusplus", "swinir-l-x4-gan", "gfpgan-1.4", "deoldify-video", "deoldify-artistic", "propainter",
        "amt-s", "dain", "film", "znedi3", "span-x2", "span-x4", "nafnet-sidd-32", "scunet-psnr", "scunet-gan",
        "ddcolor", "lama", "yunet",
    ):  # fmt: skip
        assert engine in catalogue()


@pytest.mark.parametrize("model", ENTRIES, ids=each)
def test_an_entry_says_what_a_user_must_know(model: Entry) -> None:
    for text in (model.about, model.suits):
        assert text.endswith("."), text
    assert model.architecture
    assert model.memory, "a memory need, measured or estimated"
    assert model.licence.code
    assert model.licence.weights
    assert model.to_onnx
    assert model.ncnn or model.files or model.builtin
    if model.pattern in (Pattern.RECURRENT, Pattern.WINDOW):
        assert model.window > 1


@pytest.mark.parametrize("model", ENTRIES, ids=each)
def test_addresses_are_the_projects_own(model: Entry) -> None:
    for file in model.files:
        if file.address:
            scheme, _, host, *_ = file.address.split("/")
            assert (scheme, host in OFFICIAL_HOSTS) == ("https:", True)
            assert file.address.endswith("/" + file.name)


@pytest.mark.parametrize("model", ENTRIES, ids=each)
def test_no_hash_is_invented(model: Entry) -> None:
    """Each stands in docs/facts.md with as many sources as the entry claims; LaMa's was looked up later."""
    for file in model.files:
        if file.sha256 and model.name != "lama":
            assert SHA256.fullmatch(file.sha256)
            mark = "●" if file.hash_source is HashSource.MANY else "○"
            assert mark + file.sha256 in FACTS
        elif not file.sha256:
            assert file.hash_source is HashSource.NONE


def test_the_non_commercial_ones_are_marked() -> None:
    assert {model.name for model in ENTRIES if not model.licence.commercial} == {
        "amt-s",
        "dain",
        "propainter",
        "gfpgan-1.4",
    }
    for model in ENTRIES:
        assert bool(re.search(r"NC|S-Lab|non-commercial", model.licence.weights)) != model.licence.commercial


GOOD = (FOLDER / "span-x2.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('does = "upscale"', 'does = "upscales"', "does: 'upscales' is none of upscale, denoise"),
        ("scale = 2", "scale = 0", "scale: 0 is not a whole number above 0"),
        ("scale = 2", 'scale = "2"', "scale: '2' is not a whole number above 0"),
        ("scale = 2", "scale = true", "scale: True is not a whole number above 0"),
        ("scale = 2", "scael = 2", "scael: not a word of the registry"),
        ('title = "SPAN ×2"\n', "", "title: missing"),
        ("commercial = true", 'commercial = "yes"', "licence: commercial: 'yes' is not true or false"),
        ('weights = "Apache-2.0"', 'weights = ""', "licence: weights: '' is not a text"),
        ("2f965167", "2F965167", "sha256: 64 hexadecimal digits"),
        ('sha256 = "2f96', '# "', "sha256 and hash_source: each needs the other"),
        ("https://github.com/OpenModelDB", "http://github.com/OpenModelDB", "address: one beginning with https://"),
        ('name = "2x-span', 'name = "../2x-span', "not a plain file name"),
        ('pattern = "tiles"', 'pattern = "pair_time"', "channels_in: two frames of RGB and a moment are 7"),
        ('basis = "measured"', 'basis = "guessed"', "memory.basis: measured or estimated"),
        ('pattern = "tiles"', 'pattern = "tiles"\nwindow = 5', "window: the pattern looks at one frame"),
        ('pattern = "tiles"', 'pattern = "tiles"\nname = "x"', "name: not said in a registry file"),
        (
            'pattern = "tiles"',
            'pattern = "mask"\nwindow = 11\nchannels_in = 4',
            "channels_in: RGB and a mask are 4, for each frame of the window",
        ),
    ],
)
def test_a_wrong_entry_is_refused(was: str, now: str, said: str) -> None:
    assert was in GOOD
    with pytest.raises(RegistryError) as caught:
        entry("span-x2", tomllib.loads(GOOD.replace(was, now, 1)))
    assert said in str(caught.value)


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(GOOD.replace("scale = 2", "scale = -1").replace("[memory]", "[memry]"), "utf-8")
    (tmp_path / "two.toml").write_text("title = ", "utf-8")
    (tmp_path / "Bad Name.toml").write_text(GOOD, "utf-8")
    with pytest.raises(RegistryError) as caught:
        catalogue(tmp_path)
    for part in ("one.toml: scale: -1", "one.toml: memry: not a word", "two.toml: not TOML", "Bad Name.toml: the file"):
        assert part in str(caught.value)
