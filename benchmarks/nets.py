"""Nets to measure with, of the shape of real ones; their weights are random, from one seed."""

from __future__ import annotations

import numpy as np

from graphs.demo.models.make import model, operation, tensor, value


def compact(features: int = 32, layers: int = 8, scale: int = 2) -> bytes:
    """As Real-ESRGAN's Compact: convolutions of 3 × 3 with a slope each, then pixels shuffled. About the picture itself
    comes out: the last layer is nearly nothing, and the enlarged picture is added."""
    chance = np.random.default_rng(7)
    steps, weights, last, taken = [], [], "picture", 3
    for layer in range(layers + 2):
        given = 3 * scale**2 if layer == layers + 1 else features
        reach = 0.01 if layer == layers + 1 else (2 / (9 * taken)) ** 0.5
        kernel = chance.standard_normal((given, taken, 3, 3)) * reach
        weights.append(tensor(f"kernel{layer}", [float(each) for each in kernel.ravel()], kernel.shape))
        made = f"made{layer}"
        steps.append(operation("Conv", [last, f"kernel{layer}"], [made], {"pads": (1, 1, 1, 1)}))
        if layer <= layers:
            weights.append(tensor(f"slope{layer}", [0.2] * given, (given, 1, 1)))
            steps.append(operation("PRelu", [made, f"slope{layer}"], [f"bent{layer}"]))
            made = f"bent{layer}"
        last, taken = made, given
    weights.append(tensor("scales", [1.0, 1.0, float(scale), float(scale)], (4,)))
    steps += [
        operation("DepthToSpace", [last], ["detail"], {"blocksize": scale, "mode": "CRD"}),
        operation("Resize", ["picture", "", "scales"], ["plain"], {"mode": "nearest"}),
        operation("Add", ["detail", "plain"], ["large"]),
    ]
    ends = [value("picture", ("n", 3, "h", "w"))], [value("large", ("n", 3, "h2", "w2"))]
    meta = {"title": f"Compact {scale}×, {features} features", "radius": str(layers + 2)}
    return model(steps, *ends, weights, meta)
