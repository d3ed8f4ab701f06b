"""Weights that were kept divided by a norm while a net was trained, written as they count."""

from __future__ import annotations

from torch import Tensor, dot, mv

from runtime.worker.nets.weights import Weights


def unnormed(weights: Weights) -> Weights:
    """The same weights, with each spectral norm (`_orig`, `_u`, `_v`) and weight norm (`_g`, `_v`) worked in.

    Miyato et al., Spectral Normalization, ICLR 2018; Salimans and Kingma, Weight Normalization, 2016; both as torch's
    hooks compute them, over the first dimension. Files of PyTorch before 1.1 hold no `_v`, but the weights as they
    count beside the others: those are taken.
    """
    done: Weights = {}
    for key, one in weights.items():
        stem, _, kind = key.rpartition("_")
        if kind == "orig" and f"{stem}_v" not in weights:
            done[stem] = weights[stem]
        elif kind == "orig":
            done[stem] = one / dot(weights[f"{stem}_u"], mv(one.flatten(1), weights[f"{stem}_v"]))
        elif kind == "g" and f"{stem}_v" in weights:
            done[stem] = one * (weights[f"{stem}_v"] / _length(weights[f"{stem}_v"]))
        elif not (kind in ("u", "v") and (f"{stem}_orig" in weights or f"{stem}_g" in weights)):
            done[key] = one
    return done


def _length(one: Tensor) -> Tensor:
    return one.flatten(1).norm(dim=1).view(-1, *[1] * (one.dim() - 1))
