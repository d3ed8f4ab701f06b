"""Passes one of two clips on."""

from nodes.api import Annotated, Clip, ClipInfo, Node, ParamError, Ref, Script, StrEnum, gives, param, takes


class Side(StrEnum):
    """Which clip goes on."""

    A = "a"
    """The clip at the first port."""
    B = "b"
    """The clip at the second port."""


class Switch(Node):
    """Pass either the first or the second clip on.

    For trying two ways in one graph: wire both, change over with one click or with `--set switch1.show=b`.
    Only the way that is shown is computed.
    """

    id, version = "utility.switch", 1
    label, words = "Switch A/B", ("choose", "select", "toggle", "compare", "alternative", "either")
    clip = takes(Clip, "A")
    other = takes(Clip, "B", optional=True)
    out = gives(Clip)

    show: Annotated[Side, param("Which clip goes on")] = Side.A

    def forecast(self, clip: ClipInfo, other: ClipInfo | None) -> ClipInfo:
        if self.show is Side.A:
            return clip
        if other is None:
            raise ParamError("show: nothing is wired to B. Wire a clip to it, or show a")
        return other

    def build(self, script: Script, clip: Ref, other: Ref | None) -> Ref:
        return other if self.show is Side.B and other is not None else clip
