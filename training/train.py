"""Trains the net: `python -m training.train PICTURES -o FOLDER [--minutes 40]`. One thread on a CPU is enough.

PICTURES is what training.data made; only PICTURES/train is read. FOLDER gets net.pth (the moving average of the
weights), and journal.json: seed, steps, seconds, and the loss on its way. It runs for so many minutes of
computing, and no longer than `--wall` on the clock, whatever else the machine does: so a second run gives weights
that are alike, not the same bit for bit.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Generator, Tensor, nn

from training.net import DEPTH, FEATURES, TapeNet, restored
from training.patches import batch, load

SEED = 1956
BATCH = 8
RATE = 2e-3
EDGES = 0.3


@dataclass(slots=True)
class Journal:
    seed: int
    features: int
    depth: int
    steps: int = 0
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    loss: list[tuple[int, float]] = field(default_factory=list)


def distance(made: Tensor, wanted: Tensor) -> Tensor:
    """How far off the pixels are, and, less, the steps between neighbours: those are what looks sharp."""
    off = made - wanted
    steps = torch.cat([off.diff(dim=2).flatten(), off.diff(dim=3).flatten()])
    return _bent(off) + EDGES * _bent(steps)


def _bent(off: Tensor) -> Tensor:
    """Charbonnier: straight far from 0, round close to it."""
    return torch.sqrt(off * off + 1e-6).mean()


def train(
    net: nn.Module,
    draw: Callable[[], tuple[Tensor, Tensor]],
    done: Callable[[int], float],
    tell: Callable[[int, float, float, dict[str, Tensor]], None],
    rate: float = RATE,
) -> dict[str, Tensor]:
    """Until `done(step)`, the part that is over, reaches 1. Returns the moving average of the weights."""
    adam = torch.optim.Adam(net.parameters(), lr=rate, betas=(0.9, 0.99))
    kept = {name: value.clone() for name, value in net.state_dict().items()}
    smooth, step = math.nan, 0
    while (part := done(step)) < 1:
        for group in adam.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 50) * (0.5 + 0.5 * math.cos(math.pi * part) + 0.002)
        soft, sharp = draw()
        loss = distance(net(soft), sharp)
        adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        adam.step()
        step += 1
        share = min(0.999, step / (step + 20))
        with torch.no_grad():
            for name, value in net.state_dict().items():
                kept[name].lerp_(value, 1 - share)
        smooth = loss.item() if math.isnan(smooth) else 0.98 * smooth + 0.02 * loss.item()
        if step % 100 == 0:
            tell(step, part, smooth, kept)
    return kept


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pictures", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--minutes", type=float, default=40.0, help="of computing")
    parser.add_argument("--wall", type=float, default=120.0, help="minutes on the clock, at most")
    parser.add_argument("--start", type=Path, metavar="NET.pth", help="go on from these weights")
    parser.add_argument("--rate", type=float, default=RATE, help="of learning, at its highest")
    parser.add_argument("--features", type=int, default=FEATURES)
    parser.add_argument("--depth", type=int, default=DEPTH)
    args = parser.parse_args()
    pictures = load(args.pictures / "train")
    if not pictures:
        parser.error(f"{args.pictures / 'train'}: there are no pictures. Fetch them: python -m training.data FOLDER")
    args.output.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    generator = Generator().manual_seed(SEED + bool(args.start))
    net = restored(args.start) if args.start else TapeNet(args.features, args.depth)
    net.train()
    journal = Journal(SEED, net.first.out_channels, len(net.middle) + 2)
    began, computed = time.monotonic(), time.process_time()

    def tell(step: int, part: float, loss: float, kept: dict[str, Tensor]) -> None:
        if step % 500 == 0:
            torch.save(kept, args.output / "so-far.pth")
        journal.loss.append((step, round(loss, 5)))
        print(f"step {step}: {part:.1%}, loss {loss:.4f}, {time.monotonic() - began:.0f} s", flush=True)

    def done(step: int) -> float:
        journal.steps = step
        minutes = (time.process_time() - computed) / 60, (time.monotonic() - began) / 60
        return max(minutes[0] / float(args.minutes), minutes[1] / float(args.wall))

    kept = train(net, lambda: batch(pictures, BATCH, generator), done, tell, args.rate)
    journal.wall_seconds, journal.cpu_seconds = round(time.monotonic() - began), round(time.process_time())
    torch.save(kept, args.output / "net.pth")
    (args.output / "so-far.pth").unlink(missing_ok=True)
    (args.output / "journal.json").write_text(
        json.dumps({name: getattr(journal, name) for name in Journal.__slots__}, indent=1)
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
