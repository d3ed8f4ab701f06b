"""Faces restored by a model."""

from collections.abc import Iterator

from nodes.api import (
    MOST_FACES,
    SUFFIXES,
    Annotated,
    Clip,
    ClipInfo,
    FilePath,
    Finding,
    MediaError,
    Pattern,
    Probe,
    Ref,
    Script,
    find_model,
    gives,
    param,
    restored,
    takes,
)
from nodes.library._ai import HELP, ComputedNode


class AiFaces(ComputedNode):
    """Find faces and draw them anew with a neural network: GFPGAN or another model of faces.

    A detector (YuNet) finds each face; it is set upright as the model knows faces, drawn, and laid back with a soft
    edge. All else stays exactly as it is. The model draws a face from what it knows of faces, not from the tape: it
    changes who is seen, and it flickers. Keep the strength low, and compare. The demo models only sharpen squares
    around strong red, to show that all of it works; `models get yunet` brings a real detector.
    """

    id, version = "ai.faces", 1
    label, needs = "AI faces", ("ort", "akarin")
    words = (
        "onnx", "pytorch", "model", "neural", "network", "face", "portrait", "people", "gfpgan", "codeformer", "yunet",
        "restore", "sharpen", "detail",
    )  # fmt: skip
    clip = takes(Clip, fields="progressive")
    out = gives(Clip)

    model: Annotated[FilePath, param(HELP, suffixes=SUFFIXES, model="faces")] = FilePath("demo-faces")
    detector: Annotated[
        FilePath,
        param("What finds faces: YuNet, by its name on the shelf, or its file", suffixes=(".onnx",), model="detector"),
    ] = FilePath("demo-face-finder")
    strength: Annotated[float, param("Its faces over the tape's", low=0, high=1, step=0.05)] = 0.5
    confidence: Annotated[
        float, param("How sure the detector must be; low finds more, also what is none", low=0.1, high=1, step=0.05)
    ] = 0.7
    least: Annotated[int, param("Smaller faces are left as they are", low=8, high=1024, unit="px")] = 24
    most: Annotated[
        int, param("Faces in a frame, the largest first", low=1, high=MOST_FACES, unit="faces", advanced=True)
    ] = 8

    # the probe is asked for nothing: a node that takes it looks again when a file has changed
    def forecast(self, clip: ClipInfo, probe: Probe | None = None) -> ClipInfo:
        model = self.stage(self.model, (Pattern.FACES, Pattern.FRAME)).model
        if model.scale != 1:
            text = f"{model.title} makes the picture {model.scale} times as large"
            raise MediaError(f"{text}. Put it into AI upscale, or choose a model here that restores faces")
        if model.fixed and model.fixed[0] != model.fixed[1]:
            text = f"{model.title} takes pictures of {model.fixed[0]} × {model.fixed[1]}, but a face lies in a square"
            raise MediaError(f"{text}. Choose a model here that restores faces")
        self._finding()
        return clip

    def build(self, script: Script, clip: Ref, probe: Probe | None = None) -> Ref:
        stage = self.stage(self.model, (Pattern.FACES, Pattern.FRAME), strength=self.strength)
        return restored(script, stage, clip, self._finding())

    def stand_in(self, script: Script, clip: Ref) -> Ref:
        return clip

    def check(self, clip: ClipInfo) -> Iterator[str]:
        if self.model == "demo-faces":
            yield "model: this one only shows how it works, and sharpens; choose a real one"
        if self.detector == "demo-face-finder":
            yield "detector: this one only shows how it works; fetch YuNet with `launch.py models get yunet`"

    def _finding(self) -> Finding:
        model = find_model(self.detector)
        if model.pattern is not Pattern.DETECTOR:
            text = f"detector: {model.title} finds no faces"
            raise MediaError(f"{text}. Choose YuNet; `launch.py models get yunet` brings it")
        return Finding(model, self.confidence, self.least, self.most)
