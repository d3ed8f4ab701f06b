"""White balance: the three colour channels against each other."""

from nodes.api import Annotated, Clip, ClipInfo, Family, Node, Ref, Script, gives, guess_matrix, param, takes
from nodes.library.colour._rgb import LUMA, scaled


class WhiteBalance(Node):
    """Make white white again: warmth and tint, or gain and offset for red, green and blue.

    For a colour cast of an aged tape, a wrongly set camera or a player's faulty colour. Turn `temperature` and `tint`
    until something known to be gray is gray; they keep brightness. `red_gain` and its like are for a parade scope: gain
    moves whites, offset moves blacks. Worked out on the clip's own brightness and colour, so that nothing is clipped
    and colour keeps its resolution.
    """

    id, version = "colour.white_balance", 1
    label, needs = "White balance", ("akarin",)
    words = (
        "colour cast",
        "color cast",
        "temperature",
        "tint",
        "gain",
        "rgb",
        "lift",
        "offset",
        "warm",
        "cold",
        "parade",
    )
    clip = takes(Clip, families=("yuv", "rgb"), depths=("16", "32f"))
    out = gives(Clip)

    temperature: Annotated[
        float, param("Above 0 warmer (more red, less blue), below 0 colder", low=-100, high=100, step=1)
    ] = 0.0
    tint: Annotated[float, param("Above 0 towards magenta, below 0 towards green", low=-100, high=100, step=1)] = 0.0
    red_gain: Annotated[float, param("Red times this", low=0, high=4, step=0.01, group="gain")] = 1.0
    green_gain: Annotated[float, param("Green times this", low=0, high=4, step=0.01, group="gain")] = 1.0
    blue_gain: Annotated[float, param("Blue times this", low=0, high=4, step=0.01, group="gain")] = 1.0
    red_offset: Annotated[float, param("Added to red", low=-128, high=128, step=0.5, unit="levels", group="offset")] = (
        0.0
    )
    green_offset: Annotated[
        float, param("Added to green", low=-128, high=128, step=0.5, unit="levels", group="offset")
    ] = 0.0
    blue_offset: Annotated[
        float, param("Added to blue", low=-128, high=128, step=0.5, unit="levels", group="offset")
    ] = 0.0

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        if all(value == self.params[name].default for name, value in self.values().items()):
            return clip
        info = clip.info
        # a hundred on the scale is half a stop between red and blue, or green and the others
        cast = (2 ** (self.temperature / 400), 2 ** (-self.tint / 400), 2 ** (-self.temperature / 400))
        kr, kb = LUMA[guess_matrix(info)] if info.format.family is Family.YUV else LUMA_OF_RGB
        level = kr * cast[0] + (1 - kr - kb) * cast[1] + kb * cast[2]
        gains = (
            self.red_gain * cast[0] / level,
            self.green_gain * cast[1] / level,
            self.blue_gain * cast[2] / level,
        )
        offsets = (self.red_offset / 255, self.green_offset / 255, self.blue_offset / 255)
        return scaled(script, clip, gains, offsets)


LUMA_OF_RGB = (0.2126, 0.0722)
"""RGB clips do not say which primaries; BT.709's weights keep brightness about even."""
