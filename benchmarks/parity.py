"""Every net of our own, and two large ones of spandrel: what torch makes of pictures, against its ONNX file in
onnxruntime, at two sizes.

    python benchmarks/parity.py [--nets rife-4.6 …]

Needs the torch layer (`launch.py setup torch`). The official weights cannot be fetched where this was written: the nets
are filled with seeded noise, each layer scaled to answer with values of spread 1, so that every part of them counts;
flows are some pixels wide. One file is written, at the first size, and asked at both (nets of one size: at that alone).
The second error is torch's own against itself at twice the precision: what float32 costs in such a net.
"""

from __future__ import annotations

import argparse
import copy
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import onnxruntime
import torch
from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from runtime.worker.conversion.pictures import Feed, decoded, fed  # noqa: E402
from runtime.worker.nets import amt, film  # noqa: E402
from runtime.worker.nets.basicvsr import BasicVsr, from_basicvsr  # noqa: E402
from runtime.worker.nets.dain import Dain, from_dain  # noqa: E402
from runtime.worker.nets.ddcolor import DdColor, from_ddcolor  # noqa: E402
from runtime.worker.nets.deoldify import DeOldify, Step, from_deoldify  # noqa: E402
from runtime.worker.nets.net import Net  # noqa: E402
from runtime.worker.nets.propainter import FRAMES, ProPainter, from_propainter  # noqa: E402
from runtime.worker.nets.propainter_draw import Painter  # noqa: E402
from runtime.worker.nets.propainter_flows import Completion  # noqa: E402
from runtime.worker.nets.raft import Raft  # noqa: E402
from runtime.worker.nets.rife import Rife, Shape, from_rife  # noqa: E402
from runtime.worker.nets.spandrels import from_spandrel  # noqa: E402

OPSET = 17
CLIP = ROOT / "graphs" / "demo" / "tape.mkv"
CLEAR = 1e-3
"""What counts as off where a net picks whole pixels: there the last bit of a number can change the pick."""
type Size = tuple[int, int]


@dataclass(frozen=True)
class Case:
    """A net filled with noise. `sizes`: width and height, the first that of the trace."""

    name: str
    made: Callable[[], nn.Module]
    known: Callable[[dict[str, Tensor]], Net | None]
    sizes: tuple[Size, ...]


RIFE_46 = Shape((192, 128, 96, 64), None, 6)
RIFE_425 = Shape((192, 128, 96, 64, 32), (16, 4), 13)
AMT_S = amt.Shape(
    (20, 32, 44, 56), (32, 64, 96, 84), False, 3, 3, 3, 20,
    (("convc1", 64), ("convf1", 40), ("convf2", 20), ("conv", 68), ("gru.0", 76)),
)  # fmt: skip
AMT_L = amt.Shape(
    (48, 64, 72, 128), (64, 72, 128, 128), True, 5, 7, 7, 48,
    (("convc1", 256), ("convc2", 160), ("convf1", 96), ("convf2", 48), ("conv", 124), ("gru.0", 128)),
)  # fmt: skip


def whole_lama() -> nn.Module:
    from spandrel.architectures.LaMa.__arch.LaMa import LaMa

    return LaMa(in_nc=4, out_nc=3)


def whole_rrdb() -> nn.Module:
    from spandrel.architectures.ESRGAN.__arch.RRDB import RRDBNet

    return RRDBNet(in_nc=3, out_nc=3, num_filters=64, num_blocks=23, scale=4)


def artistic() -> DeOldify:
    two = ("conv1", "conv2")
    first, second = Step(512, 256, 256, 768, two, False), Step(768, 384, 128, 768, two, True)
    third, last = Step(768, 384, 64, 672, two, False), Step(672, 336, 64, 300, two, False)
    return DeOldify(ResNet(BasicBlock, [3, 4, 6, 3]), (first, second, third, last), 300)


def video() -> DeOldify:
    one = ("conv",)
    first, second = Step(2048, 512, 1024, 512, one, False), Step(512, 512, 512, 512, one, True)
    third, last = Step(512, 512, 256, 512, one, False), Step(512, 256, 64, 256, one, False)
    return DeOldify(ResNet(Bottleneck, [3, 4, 23, 3]), (first, second, third, last), 256)


CASES = (
    Case("rife-4.6", lambda: Rife(RIFE_46), lambda found: from_rife("noise", found), ((96, 64), (160, 96))),
    Case("rife-4.25", lambda: Rife(RIFE_425), lambda found: from_rife("noise", found), ((128, 64), (192, 128))),
    Case(
        "basicvsr-plusplus, 3 frames",
        lambda: BasicVsr(64, 7, 3),
        lambda found: from_basicvsr("noise", found, 3),
        ((64, 64), (96, 64)),
    ),
    Case(
        "ddcolor-tiny",
        lambda: DdColor((3, 3, 9, 3), (96, 192, 384, 768), (512, 100, 9)),
        lambda found: from_ddcolor("noise", found),
        ((64, 64), (96, 128)),
    ),
    Case(
        "film", lambda: film.Film(film.Shape()), lambda found: film.from_film("noise", found), ((128, 64), (192, 128))
    ),
    Case("amt-s", lambda: amt.Amt(AMT_S), lambda found: amt.from_amt("noise", found), ((128, 96), (160, 176))),
    Case("amt-l", lambda: amt.Amt(AMT_L), lambda found: amt.from_amt("noise", found), ((128, 96), (160, 176))),
    Case("dain", Dain, lambda found: from_dain("noise", found), ((128, 128), (128, 192))),
    Case("lama", whole_lama, lambda found: from_spandrel("noise", found), ((96, 64), (128, 152))),
    Case("realesrgan-x4plus", whole_rrdb, lambda found: from_spandrel("noise", found), ((48, 32), (40, 56))),
    Case("deoldify-artistic", artistic, lambda found: from_deoldify("noise", found), ((64, 64), (96, 128))),
    Case("deoldify-video", video, lambda found: from_deoldify("noise", found), ((64, 64), (96, 128))),
    Case(
        f"propainter, {FRAMES} frames",
        lambda: ProPainter(Raft(), Completion(), Painter(), FRAMES),
        lambda found: from_propainter("noise", found),
        ((128, 96), (176, 144)),
    ),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nets", nargs="+", help="names, or beginnings of them")
    args = parser.parse_args()
    torch.set_num_threads(2)
    print(f"| net | parameters | size | largest error | above {CLEAR:g} | of float32 itself | spread of the answer |")
    print("|---|---|---|---|---|---|---|")
    for case in CASES:
        if args.nets and not any(case.name.startswith(each) for each in args.nets):
            continue
        net = noisy(case.made(), case.known, case.sizes[0])
        count = sum(one.numel() for one in net.module.parameters())
        with tempfile.TemporaryDirectory(prefix="parity ") as folder:
            for (width, height), found in errors(net, case.sizes, Path(folder) / "net.onnx"):
                cells = f"{found.largest:.1e} | {found.beyond:.1e} | {found.float32:.1e} | {found.spread:.2f}"
                print(f"| {case.name} | {count:,} | {width} × {height} | {cells} |", flush=True)
    return 0


def noisy(module: nn.Module, known: Callable[[dict[str, Tensor]], Net | None], size: Size, seed: int = 7) -> Net:
    """The net that is found for `module`'s own names, filled with noise."""
    torch.manual_seed(seed)
    net = known(module.state_dict())
    assert net is not None, "a net is not known by its own names"
    # a dark corner of a frame would make a net loud that is asked with all of it
    enliven(net.module, given(net, size, seed) if net.pattern == "mask" else pictures(net.planes_in, size, seed))
    return net


def enliven(module: nn.Module, fed: Tensor) -> None:
    """Scale each layer until its answers to `fed` have a spread of 1: as they come, deep nets answer nearly nothing.
    Layers whose answers are places (flows, offsets), are added to a picture, or are added up along a row get a tenth.
    One that is asked several times is scaled by what it answers first."""
    done: set[nn.Module] = set()

    def scaled(layer: nn.Module, _taken: object, given: Tensor) -> Tensor:
        by = float(given.std()) / (1.0 if layer not in gentle else 0.1)
        if by <= 1e-9 or layer in done:
            return given
        done.add(layer)
        with torch.no_grad():
            for one in (layer.weight, layer.bias):
                if one is not None:
                    one.div_(by)
        return given / by

    names = ("lastconv.0", "basic_module.4.conv", "conv_offset.6", "conv_last", "_convs.4.0", "flow_head.2")
    names += ("decoder1.convblock.2", "comb_block.2", "output_conv", "flow_head.conv2")
    names += tuple(f"backbone.{way}.2" for way in ("backward_", "forward_", "backward_1", "forward_1"))
    names += ("dc_conv7", "rectifyNet.block5.0", *(f"predict_flow{level}" for level in range(2, 7)))
    gentle = {layer for name, layer in module.named_modules() if name.endswith(names)}
    kinds = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d, nn.Linear)
    layers = [one for one in module.modules() if isinstance(one, kinds)]
    hooks = [layer.register_forward_hook(scaled) for layer in layers]
    with torch.no_grad():
        for name, one in module.named_parameters():
            if name.endswith("gamma") and not one.any():
                one.fill_(0.5)  # an attention that begins at nothing
        module(fed)
    for hook in hooks:
        hook.remove()


def pictures(planes: int, size: Size, seed: int) -> Tensor:
    """1 × planes × H × W, 0 to 1: soft blots, and where there are seven planes the last is one time."""
    width, height = size
    torch.manual_seed(seed)
    coarse = torch.rand(1, planes, height // 8, width // 8)
    soft = nn.functional.interpolate(coarse, size=(height, width), mode="bicubic").clamp(0, 1)
    if planes == 7:
        soft[:, 6] = 0.4
    return soft


def given(net: Net, size: Size, seed: int) -> Tensor:
    """What the net is asked with: blots; where it picks whole pixels, frames of the demo clip (and holes that move)."""
    if not net.jumps:
        return pictures(net.planes_in, size, seed)
    return torch.from_numpy(fed(clip(), Feed(net.pattern, net.planes_in, net.frames, net.multiple), size, 1, seed))


@cache
def clip() -> Any:
    return decoded(CLIP)


@dataclass(frozen=True)
class Found:
    """`beyond`: the share of values that are off by more than CLEAR."""

    largest: float
    float32: float
    spread: float
    beyond: float = 0.0


def errors(net: Net, sizes: tuple[Size, ...], path: Path, exact: bool = True) -> Iterator[tuple[Size, Found]]:
    write(net, sizes[0], path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    double = copy.deepcopy(net.module).double() if exact else None
    for at, size in enumerate(sizes):
        asked = given(net, size, 20 + at)
        with torch.inference_mode():
            wanted = net.module(asked)
            own = float((wanted - double(asked.double())).abs().max()) if double else 0.0
        made = torch.from_numpy(session.run(None, {"picture": asked.numpy()})[0])
        assert made.shape == wanted.shape, f"{tuple(made.shape)} where torch gives {tuple(wanted.shape)}"
        off = (made - wanted).abs()
        yield size, Found(float(off.max()), own, float(wanted.std()), float((off > CLEAR).float().mean()))


def write(net: Net, size: Size, path: Path) -> None:
    """As `models convert` does: traced, opset 17."""
    free = {"picture": {2: "height", 3: "width"}, "made": {2: "high", 3: "wide"}}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the exporter tells of its own age, and of sizes it takes for constants
        torch.onnx.export(
            net.module,
            (given(net, size, 1),),
            str(path),
            input_names=["picture"],
            output_names=["made"],
            dynamic_axes=free if net.dynamic else None,
            opset_version=OPSET,
            dynamo=False,
        )


if __name__ == "__main__":
    sys.exit(main())
