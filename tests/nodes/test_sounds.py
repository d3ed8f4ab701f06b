"""Sound nodes, by what can be heard: in ffmpeg, on made-up tape sound. All keep time."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodes.clip import SoundInfo
from nodes.node import Node
from nodes.params import Kind
from nodes.registry import default_registry
from nodes.script import Script
from nodes.sound import Sound, SoundFile
from runtime.loudness import measured
from runtime.sound import unmeasured, write
from tests.runtime import written

RATE = 48000
NODES = {type_id: node for type_id, node in default_registry().types.items() if type_id.startswith("sound.")}
SECONDS = 3
TIME = np.arange(SECONDS * RATE) / RATE


def wav(folder: Path, left: np.ndarray[Any, Any], right: np.ndarray[Any, Any] | None = None, rate: int = RATE) -> Sound:
    wave = np.stack([left, left if right is None else right], 1)
    path = folder / "in.wav"
    argv = [written.FFMPEG, "-v", "error", "-y", "-f", "f32le", "-ar", str(rate), "-ac", "2", "-i", "-"]
    subprocess.run([*argv, "-c:a", "pcm_f32le", str(path)], input=wave.astype("<f4").tobytes(), check=True)
    return Sound(SoundFile(str(path), "x", 0, Fraction(0), "pcm_f32le"), SoundInfo(rate, 2, Fraction(len(left), rate)))


def heard(node: Node, sound: Sound) -> np.ndarray[Any, Any]:
    """(samples, channels) of what the node makes; its forecast is held against it."""
    made = node.build(Script(), sound)
    assert made.info == node.forecast(sound.info)
    op = measured(made.op, written.FFMPEG)
    assert list(unmeasured(op)) == []
    graph = write(op, first_input=0)
    argv = [written.FFMPEG, "-v", "error", "-nostdin", *(word for one in graph.inputs for word in one)]
    argv += [
        "-filter_complex",
        ";".join((*graph.chains, f"[{graph.out}]aformat=sample_fmts=flt[out]")),
        "-map",
        "[out]",
    ]
    done = subprocess.run([*argv, "-f", "f32le", "-"], capture_output=True, check=True)
    found = np.frombuffer(done.stdout, np.float32).reshape(-1, made.info.channels)
    assert abs(len(found) - float(made.info.duration * made.info.rate)) <= 2
    return found


def level_at(wave: np.ndarray[Any, Any], hertz: float) -> float:
    """dB of a tone, over the second half, where filters have settled."""
    part = wave[len(wave) // 2 :]
    turn = np.exp(-2j * np.pi * hertz * np.arange(len(part)) / RATE)
    return float(20 * np.log10(abs((part * turn).mean()) * 2 + 1e-9))


def delay(made: np.ndarray[Any, Any], source: np.ndarray[Any, Any]) -> int:
    """Samples by which `made` is later, by correlation."""
    count = min(len(made), len(source))
    turned = np.fft.rfft(made[:count], 2 * count) * np.conj(np.fft.rfft(source[:count], 2 * count))
    at = int(np.argmax(np.fft.irfft(turned)))
    return at - 2 * count if at > count else at


def speech() -> np.ndarray[Any, Any]:
    """Bursts of coloured tones, with pauses."""
    tones = sum(
        np.sin(2 * np.pi * hertz * TIME) / number for number, hertz in enumerate((220, 331, 447, 1250, 2800), 1)
    )
    return 0.15 * tones * (np.sin(2 * np.pi * 1.7 * TIME + TIME**2) > 0)


def noise(amount: float) -> np.ndarray[Any, Any]:
    return np.random.default_rng(7).standard_normal(len(TIME)) * amount


@pytest.mark.parametrize("rate", [32000, 44100, 48000])
@pytest.mark.parametrize("type_id", sorted(NODES))
def test_sound_comes_out_when_it_goes_in(type_id: str, rate: int, tmp_path: Path) -> None:
    source = speech() + noise(0.001)
    kept = NODES[type_id](**({"mode": "loudness"} if type_id == "sound.gain" else {}))
    # a notch turns the phase of low tones a little; a frame is 1920 samples
    assert abs(delay(heard(kept, wav(tmp_path, source, rate=rate))[:, 0], source)) <= (3 if "hum" in type_id else 0)


@pytest.mark.parametrize("mains", [50, 60])
def test_hum_goes_and_speech_stays(mains: int, tmp_path: Path) -> None:
    hum = sum(0.1 / number * np.sin(2 * np.pi * mains * number * TIME) for number in (1, 2, 3, 4))
    tone = 0.2 * np.sin(2 * np.pi * 440 * TIME)
    made = heard(NODES["sound.hum"](mains=str(mains)), wav(tmp_path, hum + tone))[:, 0]
    for number in (1, 2, 3, 4):
        assert level_at(made, mains * number) < level_at(hum, mains * number) - 25
    assert level_at(made, 440) == pytest.approx(level_at(tone, 440), abs=0.3)


@pytest.mark.parametrize("amount", [0.001, 0.004, 0.012])
def test_hiss_goes_down_and_speech_stays(amount: float, tmp_path: Path) -> None:
    gate = np.convolve(speech() != 0, np.hanning(2400) / 1200, "same")
    voice, hiss = 0.5 * np.sin(2 * np.pi * 330 * TIME) * gate * 0.3, noise(amount)
    made = heard(NODES["sound.hiss"](reduction=12), wav(tmp_path, voice + hiss))[:, 0]
    pauses, loud = (gate < 1e-9) & (TIME > 1) & (TIME < 2.9), (gate > 0.5) & (TIME > 1) & (TIME < 2.9)
    assert pauses.sum() > RATE / 4
    before, after = (np.sqrt(np.mean(part[pauses] ** 2)) for part in (hiss, made))
    assert -13 < 20 * np.log10(after / before) < -7
    assert np.mean((made - voice)[loud] ** 2) < np.mean(hiss[loud] ** 2) / 3


def test_clicks_are_mended(tmp_path: Path) -> None:
    tone = 0.3 * np.sin(2 * np.pi * 330 * TIME) + 0.1 * np.sin(2 * np.pi * 1111 * TIME)
    clicked = tone.copy()
    places = np.arange(5000, len(tone) - 5000, 7919)
    clicked[places] += 0.7
    clicked[places + 1] -= 0.5
    made = heard(NODES["sound.clicks"](), wav(tmp_path, clicked))[:, 0]
    before, after = (
        np.abs(part - tone)[np.add.outer(places, np.arange(-3, 5)).ravel()].max() for part in (clicked, made)
    )
    assert after < before / 10
    quiet = np.ones(len(tone), bool)
    quiet[np.add.outer(places, np.arange(-300, 300)).ravel()] = False
    assert np.abs(made - tone)[quiet].max() < 0.01


@pytest.mark.parametrize("later", [-40.0, 0.0, 12.5, 1000.0])
def test_an_offset_moves_by_that_much(later: float, tmp_path: Path) -> None:
    source = speech() + noise(0.001)
    made = heard(NODES["sound.offset"](later=later), wav(tmp_path, source))[:, 0]
    assert delay(made, source) == round(later * 48)


@pytest.mark.parametrize(
    ("choice", "left", "right"),
    [
        ("keep", "l", "r"),
        ("left", "l", "l"),
        ("right", "r", "r"),
        ("swap", "r", "l"),
        ("mix", "m", "m"),
        ("mono left", "l", ""),
        ("mono right", "r", ""),
        ("mono", "m", ""),
    ],
)
def test_channels_go_where_they_should(choice: str, left: str, right: str, tmp_path: Path) -> None:
    one, other = 0.3 * np.sin(2 * np.pi * 300 * TIME), 0.2 * np.sin(2 * np.pi * 700 * TIME)
    parts = {"l": one, "r": other, "m": (one + other) / 2}
    made = heard(NODES["sound.channels"](choice=choice), wav(tmp_path, one, other))
    assert made.shape[1] == (2 if right else 1)
    for channel, name in enumerate(filter(None, (left, right))):
        assert np.allclose(made[:, channel], parts[name], atol=1e-4)


def test_drift_brings_a_late_sound_back(tmp_path: Path) -> None:
    late = 30.0  # ms at the end of three seconds
    clicks = np.zeros(len(TIME))
    truth = np.array([0.5, 1.5, 2.5])
    stretched = truth * (1 + late / 1000 / 3)
    for at in stretched:
        clicks[round(at * RATE) : round(at * RATE) + 48] = 0.8
    node = NODES["sound.drift"](late=late / 3 * 6, after=0.1)  # 60 ms in six seconds
    made = heard(node, wav(tmp_path, clicks))[:, 0]
    edges = np.nonzero((made[1:] > 0.4) & (made[:-1] <= 0.4))[0] / RATE
    firsts = [edges[np.abs(edges - at) < 0.02].min() for at in truth]
    assert np.allclose(firsts, truth, atol=0.0005)


def test_loudness_and_peak_reach_their_targets(tmp_path: Path) -> None:
    source = wav(tmp_path, speech() * 0.2)
    peak = np.abs(heard(NODES["sound.gain"](mode="peak", peak=-3.0), source)).max()
    assert 20 * np.log10(peak) == pytest.approx(-3.0, abs=0.5)
    made = heard(NODES["sound.gain"](mode="gain", gain=6.0), source)[:, 0]
    assert np.allclose(made, speech() * 0.2 * 10 ** (6 / 20), atol=1e-5)


NEUTRAL = {
    "sound.gain": {},
    "sound.hiss": {"reduction": 0},
    "sound.offset": {},
    "sound.drift": {},
    "sound.channels": {"choice": "keep"},
}


@pytest.mark.parametrize("type_id", sorted(NEUTRAL))
def test_neutral_settings_leave_the_sound_untouched(type_id: str, tmp_path: Path) -> None:
    sound = wav(tmp_path, speech())
    assert NODES[type_id](**NEUTRAL[type_id]).build(Script(), sound).op is sound.op


def test_every_number_of_a_sound_node_has_bounds() -> None:
    for node in NODES.values():
        for one in node.params.values():
            if one.kind in (Kind.INT, Kind.FLOAT):
                assert one.low is not None
                assert one.high is not None
