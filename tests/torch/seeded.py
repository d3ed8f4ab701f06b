"""PyTorch weights for tests: random, seeded, of architectures that a stranger's file may hold."""

from __future__ import annotations

import warnings
from pathlib import Path


def weights(folder: Path, kind: str, seed: int = 1) -> Path:
    """`kind`.pth in `folder`: Compact, SPAN, RRDB (Real-ESRGAN's) and SwinIR, small and alike to their big ones."""
    import torch

    warnings.filterwarnings("ignore", "torch.meshgrid")  # SwinIR's, of torch about itself

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    net = _nets()[kind]()
    with torch.no_grad():
        for one in net.parameters():
            one.mul_(1.5)  # a net of fresh weights answers almost nothing, which every precision does well
    path = folder / f"{kind}.pth"
    torch.save({"params": net.state_dict()}, path)
    return path


def _nets() -> dict:  # type: ignore[type-arg]  # modules by their name
    from spandrel.architectures.Compact.__arch.SRVGG import SRVGGNetCompact
    from spandrel.architectures.ESRGAN.__arch.RRDB import RRDBNet
    from spandrel.architectures.SPAN.__arch.span import SPAN
    from spandrel.architectures.SwinIR.__arch.SwinIR import SwinIR

    return {
        "compact": lambda: SRVGGNetCompact(num_in_ch=3, num_out_ch=3, num_feat=16, num_conv=3, upscale=2),
        "rrdb": lambda: RRDBNet(in_nc=3, out_nc=3, num_filters=16, num_blocks=1, scale=2),
        "span": lambda: SPAN(num_in_ch=3, num_out_ch=3, feature_channels=16, upscale=2),
        "swinir": lambda: SwinIR(
            img_size=16, window_size=8, depths=[1], num_heads=[2], embed_dim=8, mlp_ratio=2, upscale=2,
            upsampler="pixelshuffledirect",
        ),
    }  # fmt: skip
