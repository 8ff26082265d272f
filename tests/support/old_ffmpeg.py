"""An ffmpeg without the option that lets decode times go on from file to file: they begin at zero in each."""

from pathlib import Path


def ffmpeg_without_frag_discont(ffmpeg: str, folder: Path) -> str:
    """Write a program into `folder` that runs `ffmpeg` without that option, and return its path."""
    path = folder / "ffmpeg-without-frag-discont"
    path.write_text(f'#!/bin/bash\nexec {ffmpeg} "${{@//+frag_discont/}}"\n', encoding="ascii")
    path.chmod(0o755)
    return str(path)
