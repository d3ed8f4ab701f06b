"""Another rate by repeating and leaving out: which source frame is shown when."""

from __future__ import annotations

from nodes.api import Fraction, ParamError, Ref, Script


def stepped(script: Script, clip: Ref, ratio: Fraction) -> Ref:
    """Output frame N is source frame floor(N / ratio): every frame is repeated, then only some are
    taken."""
    many = clip
    for times in factors(ratio):
        many = script.core.std.Interleave([many] * times)
    return many if ratio.denominator == 1 else many.std.SelectEvery(cycle=ratio.denominator, offsets=[0])


def factors(ratio: Fraction) -> list[int]:
    """The prime factors of how often each frame is repeated. ParamError where a clip would get too long
    inside."""
    left, found, prime = ratio.numerator, list[int](), 2
    while left > 1 and prime <= 101:
        while left % prime == 0:
            left //= prime
            found.append(prime)
        prime += 1
    if left > 1 or ratio.numerator > 10_000:
        raise ParamError(
            "rate: its ratio to the clip's own rate is too odd; choose a standard rate such as 25 or 29.97"
        )
    return found
