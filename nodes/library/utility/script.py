"""A user's own VapourSynth code. It runs only where the user has said --trust."""

from nodes.api import Annotated, Clip, ClipInfo, Node, Ref, Script, Text, gives, param, takes

_RUN = '''
def run_code(code, clip):
    """Run a user's own code on `clip`; it must leave a clip of the same format, size, rate and length in `clip`."""
    space = {"vs": vs, "core": core, "clip": clip}
    exec(compile(code, "<your code>", "exec"), space)
    made = space["clip"]
    for fact in ("width", "height", "format", "fps", "num_frames"):
        if getattr(made, fact) != getattr(clip, fact):
            raise ValueError(f"the code changed the clip's {fact}: {getattr(clip, fact)} became {getattr(made, fact)}")
    return made
'''


class OwnScript(Node):
    """Run VapourSynth code of your own on the clip: for a filter that has no node yet.

    The code finds the picture in `clip` and leaves its result there: `clip = clip.std.Invert()`. `core` and `vs` are at
    hand. Size, format, rate and length must stay as they are. Code can do anything on your machine that you can do:
    a graph that holds some is not run unless you say --trust, so read it first.
    """

    id, version, trusted = "utility.script", 1, True
    label, words = "Own script", ("python", "code", "vapoursynth", "custom", "vpy", "snippet")
    clip = takes(Clip, fields="whole")
    out = gives(Clip)

    code: Annotated[Text, param("VapourSynth code that changes `clip`", max_length=100_000)] = Text("")

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        if not self.code.strip():
            return clip
        return script.helper("run_code", _RUN)(self.code, clip)
