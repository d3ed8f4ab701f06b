"""Models in nodes: fed every way there is, in any order, whole and in tiles."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import vapoursynth as vs

from nodes.clip import PixelFormat, Range
from nodes.feeding import enhanced
from nodes.library.clean.ai_denoise import AiDenoise
from nodes.library.motion.ai_interpolate import AiInterpolate, Aim
from nodes.library.scale.ai_upscale import AiUpscale
from nodes.media import MediaError
from nodes.model import find_model
from nodes.params import ParamError
from nodes.stage import Stage
from runtime.worker.onnx import run_model
from tests.nodes import ai_models, harness
from tests.nodes.measure import planes
from tests.nodes.staging import SMALL, error, given, stage_of, staged
from tests.nodes.test_motion import PAN, info_of, through, wall


# -- what comes out ----------------------------------------------------------------------------------
def test_the_demo_upscaler_is_catmull_rom() -> None:
    large = harness.run(AiUpscale(model="demo-upscale-2x"), {"clip": (SMALL, given())})["out"]
    truth = given().resize.Bicubic(192, 160, filter_param_a=0, filter_param_b=0.5)
    inner = np.s_[8:-8, 8:-8]
    worst = max(
        float(np.abs(a[inner] - b[inner]).max()) for a, b in zip(planes(large, 3), planes(truth, 3), strict=True)
    )
    assert worst < 2e-6


def test_a_window_sees_its_neighbours_and_the_ends_stand_in_for_what_is_not_there(tmp_path: Path) -> None:
    made, source = staged(enhanced, stage_of(tmp_path, "window"), SMALL), given()
    for n in (0, 1, 6, 12):
        frames = [planes(source, min(max(n + by, 0), 12)) for by in range(-2, 3)]
        wanted = [sum((at + 1) * frame[plane] for at, frame in enumerate(frames)) / 15 for plane in range(3)]
        assert error(planes(made, n), wanted) < 1e-6  # type: ignore[arg-type]


@pytest.mark.parametrize("lap", [0, 1, 3])
def test_every_picture_of_a_recurrent_chunk_comes_out_once_and_in_its_place(tmp_path: Path, lap: int) -> None:
    made, source = staged(enhanced, stage_of(tmp_path, "recurrent", lap=lap), SMALL), given()
    step = 7 - 2 * lap
    for n in range(13):
        alone = lap == 0 and n % step == 0  # the first of a chunk knows no frame before it
        before = planes(source, n if alone else max(n - 1, 0))
        wanted = [(a + b) / 2 for a, b in zip(planes(source, n), before, strict=True)]
        assert error(planes(made, n), wanted) < 1e-6


def test_a_model_of_brightness_leaves_colour_as_plain_scaling_has_it(tmp_path: Path) -> None:
    info = replace(SMALL, format=PixelFormat.parse("YUV420P8"), range=Range.LIMITED)
    stage = stage_of(tmp_path, "luma 2x")
    made = staged(enhanced, stage, info)
    plain = given(info).resize.Spline36(192, 160)
    assert made.format.id == vs.YUV420P8
    assert error(planes(made, 4)[1:], planes(plain, 4)[1:]) == 0
    assert 0 < error(planes(made, 4)[:1], planes(plain, 4)[:1]) < 40


def test_strength_lies_between_the_plain_picture_and_the_models(tmp_path: Path) -> None:
    full, half, none = (
        staged(enhanced, stage_of(tmp_path, "frame 2x", strength=strength), SMALL) for strength in (1.0, 0.5, 0.0)
    )
    between = [(a + b) / 2 for a, b in zip(planes(full, 2), planes(none, 2), strict=True)]
    assert error(planes(half, 2), between) < 1e-6
    assert error(planes(none, 2), planes(given().resize.Spline36(192, 160), 2)) == 0


def test_a_model_that_wants_multiples_gets_them_and_the_border_goes_again(tmp_path: Path) -> None:
    info = replace(SMALL, width=93, height=77)
    stage = Stage(find_model(ai_models.written(tmp_path, "picky", ai_models.picky(16))))
    assert stage.padded(93, 77) == (96, 80)
    assert error(planes(staged(enhanced, stage, info), 5), planes(given(info), 5)) == 0


@pytest.mark.parametrize(("values", "share"), [("0..255", 10 / 255), ("-1..1", 10 / 2), ("0..1", 10.0)])
def test_a_model_is_fed_the_range_of_values_that_it_knows(tmp_path: Path, values: str, share: float) -> None:
    stage = Stage(find_model(ai_models.written(tmp_path, "adds", ai_models.adding(10.0, values))))
    wanted = [plane + share for plane in planes(given(), 5)]
    assert error(planes(staged(enhanced, stage, SMALL), 5), wanted) < 2e-6


@pytest.mark.parametrize("form", ["YUV420P8", "YUV422P10", "YUV444P16", "GRAY8", "GRAY16", "RGB24", "YUV411P8"])
@pytest.mark.parametrize("kind", ["frame", "luma 2x"])
def test_a_clip_of_any_format_keeps_it(tmp_path: Path, kind: str, form: str) -> None:
    info = replace(SMALL, format=PixelFormat.parse(form), range=Range.FULL if "RGB" in form else Range.LIMITED)
    made = staged(enhanced, stage_of(tmp_path, kind), info)
    assert made.format.name.upper() == PixelFormat.parse(form).name.upper()
    plain = planes(given(info).resize.Bicubic(made.width, made.height), 1)
    assert (
        np.mean([np.abs(a - b).mean() for a, b in zip(planes(made, 1), plain, strict=True)]) < 0.02 * info.format.peak
    )


# -- in any order ------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ai_models.ALONE)
def test_frames_in_any_order_are_those_in_order(tmp_path: Path, kind: str) -> None:
    stage = stage_of(tmp_path, kind)
    made = staged(enhanced, stage, SMALL)
    in_order = [planes(made, n) for n in range(13)]
    again = staged(enhanced, stage, SMALL)
    for n in random.Random(3).sample(range(13), 13):
        assert error(planes(again, n), in_order[n]) == 0


def test_drawn_frames_in_any_order_are_those_in_order() -> None:
    clip = through(PAN[:8], 25)
    node = AiInterpolate(factor=3)
    made, again = (
        harness.run(node, {"clip": (info_of(clip), harness.mark(clip, info_of(clip)))})["out"] for _ in range(2)
    )
    in_order = [planes(made, n) for n in range(24)]
    for n in random.Random(3).sample(range(24), 24):
        assert error(planes(again, n), in_order[n]) == 0


# -- tiles, and both ways of running -----------------------------------------------------------------
def rgb(width: int = 200, height: int = 136) -> vs.VideoNode:
    return given(replace(SMALL, width=width, height=height))


DEMO = find_model("demo-upscale-2x").path


@pytest.mark.parametrize("engine", ["mlrt", "onnxruntime"])
@pytest.mark.parametrize("tile", [(64, 64), (96, 40), (199, 135)])
def test_tiles_leave_no_seam(engine: str, tile: tuple[int, int]) -> None:
    run = partial(run_model, [rgb()], DEMO, overlap=2, scale=2, engine=engine)
    seam = error(planes(run()[0], 3), planes(run(tile=tile)[0], 3))
    print(f"seam of the demo upscaler in tiles of {tile} by {engine}: {seam:.2e}")
    assert seam < 1e-6
    blind = partial(run_model, [rgb()], DEMO, tile=tile, overlap=0, scale=2, engine=engine)
    assert error(planes(run()[0], 3), planes(blind()[0], 3)) > 1e-3


@pytest.mark.parametrize(
    ("kind", "pictures", "scale"), [("frame", 1, 1), ("frame 2x", 1, 2), ("window", 1, 1), ("recurrent", 7, 1)]
)
def test_vs_mlrt_and_onnxruntime_give_the_same_numbers(tmp_path: Path, kind: str, pictures: int, scale: int) -> None:
    path = ai_models.written(tmp_path, "model", ai_models.ALONE[kind]())
    clip = rgb()
    clips = [(clip + clip)[at : at + 13] for at in range({"window": 5, "recurrent": 7}.get(kind, 1))]
    one, other = (
        run_model(clips, path, provider="cpu", scale=scale, pictures=pictures, engine=engine)
        for engine in ("mlrt", "onnxruntime")
    )
    assert len(one) == len(other) == pictures
    worst = max(error(planes(a, 4), planes(b, 4)) for a, b in zip(one, other, strict=True))
    print(f"{kind}: vs-mlrt against onnxruntime {worst:.2e}")
    assert worst < 1e-6


@pytest.mark.parametrize("provider", ["ov", "ncnn"])
def test_other_providers_give_the_same_picture_or_the_processors(provider: str) -> None:
    made = run_model([rgb(64, 48)], DEMO, provider=provider, precision="fp32", scale=2)[0]
    assert error(planes(made, 0), planes(run_model([rgb(64, 48)], DEMO, provider="cpu", scale=2)[0], 0)) < 1e-3


def test_a_model_with_several_inputs_runs_where_vs_mlrt_has_none(tmp_path: Path) -> None:
    path = ai_models.written(tmp_path, "two", ai_models.two_inputs())
    assert find_model(path).inputs == 3
    clip = through(PAN[:4], 25)
    info = info_of(clip)
    source = {"clip": (info, harness.mark(clip, info))}
    own, demo = (harness.run(AiInterpolate(model=model), source)["out"] for model in (path, "demo-interpolate"))
    assert error(planes(own, 3), planes(demo, 3)) <= 1


# -- between frames ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "node", [AiInterpolate(factor=2), AiInterpolate(factor=5), AiInterpolate(aim=Aim.RATE, rate="60000/1001")]
)
def test_where_a_frame_is_already_it_is_shown_as_it_is(node: AiInterpolate) -> None:
    clip = through(PAN[:10], 25)
    info = info_of(clip)
    made = harness.run(node, {"clip": (info, harness.mark(clip, info))})["out"]
    assert harness.differences(made, node.forecast(info)) == []
    ratio = node.forecast(info).fps / info.fps
    exact = [n for n in range(made.num_frames) if (n / ratio).denominator == 1]
    assert len(exact) > (9 if ratio.denominator == 1 else 0)
    for n in exact:
        assert error(planes(made, n), planes(clip, int(n / ratio))) == 0


def test_times_between_are_even() -> None:
    clip = through(PAN[:3], 25)
    info = info_of(clip)
    made = harness.run(AiInterpolate(factor=4), {"clip": (info, harness.mark(clip, info))})["out"]
    first, second = planes(clip, 0)[0], planes(clip, 1)[0]
    for n in range(5):
        assert np.abs(planes(made, n)[0] - (first * (4 - n) + second * n) / 4).max() <= 1.01


def test_a_weaker_drawn_frame_lies_over_a_plain_mix_and_the_tapes_own_stay(tmp_path: Path) -> None:
    late = ai_models.written(
        tmp_path, "late", ai_models.mixing([[float(at == 3 + plane) for at in range(7)] for plane in range(3)])
    )
    clip = through(PAN[:4], 25)
    info = info_of(clip)
    source = {"clip": (info, harness.mark(clip, info))}
    made = {
        part: harness.run(AiInterpolate(model=late, factor=4, strength=part), source)["out"] for part in (0.0, 0.4, 1.0)
    }
    first, second = planes(clip, 0)[0], planes(clip, 1)[0]
    for n in range(1, 4):
        mixed = (first * (4 - n) + second * n) / 4
        for part, clip_ in made.items():
            assert np.abs(planes(clip_, n)[0] - (mixed * (1 - part) + second * part)).max() <= 1.51
    for clip_ in made.values():
        assert error(planes(clip_, 0), planes(clip, 0)) == error(planes(clip_, 4), planes(clip, 1)) == 0


@pytest.mark.parametrize("contrast", [1.0, 0.35])
def test_nothing_is_drawn_across_a_cut(contrast: float) -> None:
    cut = through(PAN[:20:4], 25, wall(1, contrast)) + through(PAN[1:20:4], 25, wall(7, contrast))
    info = info_of(cut)
    source = {"clip": (info, harness.mark(cut, info))}
    made = harness.run(AiInterpolate(factor=4), source)["out"]
    shown = [4, 4, 5, 5]  # the nearer one
    for by, frame in enumerate(shown):
        assert error(planes(made, 16 + by), planes(cut, frame)) == 0
    mixed = harness.run(AiInterpolate(factor=4, cuts=False), source)["out"]
    assert error(planes(mixed, 17), planes(cut, 4)) > 5


# -- models that cannot be used ----------------------------------------------------------------------
def test_what_is_wrong_with_a_model_is_said_before_anything_runs(tmp_path: Path) -> None:
    whole = ai_models.upscaler()
    broken = {
        "cut": (whole[: len(whole) // 2], "cut off"),
        "text": (b"this is no model at all, but a long letter", "ONNX"),
        "empty": (b"", "no ONNX model"),
        "planes": (ai_models.mixing([[0.2] * 5] * 3), "takes 5 planes"),
        "gives": (ai_models.mixing([[0.2] * 3] * 5), "gives 5 planes"),
    }
    for name, (data, said) in broken.items():
        path = ai_models.written(tmp_path, name, data)
        with pytest.raises(MediaError, match=said) as caught:
            AiUpscale(model=path).forecast(SMALL)
        assert name in str(caught.value)
        assert str(caught.value).count(". ") == 1, "what is wrong, and what next"


def test_any_damage_is_told_and_never_more(tmp_path: Path) -> None:
    whole, chance = ai_models.upscaler(), random.Random(4)
    for at in range(150):
        data = bytearray(whole)
        for _ in range(3):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path = ai_models.written(
            tmp_path, f"m{at}", bytes(data[: chance.randrange(1, len(data))]) if at % 3 else bytes(data)
        )
        with suppress(MediaError):
            find_model(path)


def test_a_model_in_the_wrong_node_is_told_which_is_right(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="AI interpolation"):
        AiUpscale(model="demo-interpolate").forecast(SMALL)
    with pytest.raises(MediaError, match=r"does not enlarge.*AI denoise"):
        AiUpscale(model="demo-denoise").forecast(SMALL)
    with pytest.raises(MediaError, match="AI upscale"):
        AiDenoise(model="demo-upscale-2x").forecast(SMALL)
    with pytest.raises(MediaError, match="one picture at a time"):
        AiInterpolate(model="demo-upscale-2x").forecast(SMALL)


def test_a_model_that_is_not_there_is_told_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"models get realesrgan-x4plus.*demo-upscale-2x"):
        AiUpscale(model="realesrgan-x4plus").forecast(SMALL)
    with pytest.raises(MediaError, match="not there"):
        AiUpscale(model=str(tmp_path / "gone.onnx")).forecast(SMALL)
    (tmp_path / "net.pth").write_bytes(b"weights")
    with pytest.raises(MediaError, match="models import"):
        AiUpscale(model=str(tmp_path / "net.pth")).forecast(SMALL)
    with pytest.raises(ParamError, match="overlap"):
        AiUpscale(tile=64, overlap=30).forecast(SMALL)


def test_a_description_beside_the_model_says_what_the_file_cannot(tmp_path: Path) -> None:
    path = Path(ai_models.written(tmp_path, "own", ai_models.upscaler()))
    assert find_model(str(path)).title.startswith("Demo upscaler")
    path.with_suffix(".json").write_text('{"title": "Mine", "multiple": 4, "radius": 7}', encoding="utf-8")
    model = find_model(str(path))
    assert (model.title, model.multiple, model.radius, model.scale) == ("Mine", 4, 7, 2)
    for wrong in ('{"scale": "many"}', '{"range": "0..3"}', '{"pattern": "dream"}', '{"multiple": -1}', "no json"):
        path.with_suffix(".json").write_text(wrong, encoding="utf-8")
        with pytest.raises(MediaError, match="own"):
            find_model(str(path))


def test_a_model_on_the_users_shelf_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAPELOOM_DATA", str(tmp_path))
    (tmp_path / "models").mkdir()
    path = ai_models.written(tmp_path / "models", "mine", ai_models.upscaler())
    assert find_model("mine").path == path


def test_a_model_in_a_folder_of_the_shelf_is_described_by_its_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPELOOM_DATA", str(tmp_path))
    folder = tmp_path / "models" / "best"
    folder.mkdir(parents=True)
    path = ai_models.written(folder, "x2 weights", ai_models.upscaler())
    seen = {"pattern": "tiles", "scale": 2, "multiple": 4, "window": 1, "value_range": "0..255"}
    files = [{"name": "x2.pth", "format": "torch"}, {"name": "x2 weights.onnx", "format": "onnx"}]
    journal = {"format": "tapeloom.model", "files": files, "inspected": seen}
    (folder / "shelf.json").write_text(json.dumps(journal), encoding="utf-8")
    model = find_model("best")
    assert (model.path, model.multiple, model.white, model.pattern) == (path, 4, 255, "frame")
    (folder / "shelf.json").write_text("half wri", encoding="utf-8")
    with pytest.raises(MediaError, match="no model 'best'"):
        find_model("best")
