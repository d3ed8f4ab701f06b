"""Sound from a file of its own."""

from nodes.api import Annotated, Audio, FilePath, Node, Probe, Script, Sound, SoundInfo, gives, param
from nodes.library.input._tape import opened, sound_of


class SoundFromFile(Node):
    """Sound from a file: a separate recording of the same tape, a cleaned track, or another video's sound.

    It begins with the picture. Where it is early or late, put a sound offset behind it.
    """

    id, version = "input.sound", 1
    label = "Sound file"
    words = ("audio", "wav", "flac", "music", "track", "import", "source")
    sound = gives(Audio)

    file: Annotated[FilePath, param("The file with the sound")] = FilePath("")
    track: Annotated[int, param("Sound stream, counted from 1", low=1, high=99, advanced=True)] = 1

    def forecast(self, probe: Probe) -> SoundInfo:
        return self.build(Script(), probe).info

    def build(self, script: Script, probe: Probe) -> Sound:
        return sound_of(opened(self.file, probe), self.track)
