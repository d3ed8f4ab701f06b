"""What an exported script runs PyTorch weights with, and whether PyTorch is here: looked for, never loaded."""

from __future__ import annotations

from importlib.util import find_spec

GET_TORCH = "Get it with `python3 launch.py setup torch`, or choose an ONNX model"


def torch_is_here() -> bool:
    """Whether the worker, which has this Python's packages, can run PyTorch weights."""
    try:
        return all(find_spec(name) is not None for name in ("torch", "spandrel"))
    except (ImportError, ValueError):
        return False


# Run by plain vspipe, with `pip install torch spandrel` beside VapourSynth: whole pictures, on an NVIDIA card or the
# processor. What spandrel does not know (interpolation, chunks of frames, faces) is to be converted to ONNX first.
EXPORTED = '''
def run_torch(clips, path, provider="auto", precision="auto", pictures=1, **_):
    """The picture that a PyTorch model makes of the planes of `clips`, with torch and spandrel."""
    import numpy
    import torch
    from spandrel import ImageModelDescriptor, ModelLoader

    card = provider != "cpu" and torch.cuda.is_available()
    convert = "convert the model to ONNX first (launch.py models convert), and export this script again"
    try:
        model = ModelLoader("cuda" if card else "cpu").load_from_file(path)
    except Exception as fault:
        raise ValueError(f"{path}: {fault}; {convert}") from None
    if not isinstance(model, ImageModelDescriptor) or model.purpose == "FaceSR" or pictures > 1:
        raise ValueError(f"{path}: is fed in a way that spandrel does not know; {convert}")
    kind = torch.float16 if card and precision == "fp16" else torch.float32
    model.to(dtype=kind).eval()

    def paint(n, f):
        planes = [numpy.asarray(one[plane]) for one in f[1:] for plane in range(one.format.num_planes)]
        with torch.inference_mode():
            batch = torch.from_numpy(numpy.stack(planes)[None]).to(model.device, kind)
            # model(batch) would cut off what lies beyond 0 and 1
            made = model._call_fn(model.model, batch)[0].float().cpu().numpy()
        painted = f[0].copy()
        for plane in range(len(made)):
            numpy.copyto(numpy.asarray(painted[plane]), made[plane])
        return painted

    form = vs.RGBS if model.output_channels == 3 else vs.GRAYS
    width, height = clips[0].width * model.scale, clips[0].height * model.scale
    blank = clips[0].std.BlankClip(width=width, height=height, format=form, keep=True)
    return [blank.std.ModifyFrame([blank, *clips], paint).std.CopyFrameProps(clips[0])]
'''
