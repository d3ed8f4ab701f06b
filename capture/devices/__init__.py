"""What tape can be recorded from: found, named, and how ffmpeg is told to open it."""
