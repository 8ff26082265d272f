"""What ffmpeg reads on standard input: the camera's address with its password, and how to open it; pure."""

from dataclasses import dataclass

from vms.domain.camera import Secret

_PROBE_US = 500_000
"""How long ffmpeg looks at a stream before it writes. Its default of 5 s would delay the first fragment."""


@dataclass(frozen=True, slots=True)
class StreamInput:
    """How to open one stream.

    Attributes:
        url: with credentials and with a checked address for its host.
        timeout_us: how long the socket may be silent.
        record_audio: also set up the sound. Without it the camera's clock reports cannot move the picture's times.
        wallclock_timestamps: use arrival times in place of a broken camera clock.
    """

    url: Secret
    timeout_us: int
    record_audio: bool = False
    wallclock_timestamps: bool = False

    def text(self) -> Secret:
        """Return the ffconcat script; it holds the password, so it goes to ffmpeg's standard input and nowhere else.

        Credentials stay out of the argument list, which every local user can read (SEC-20).
        """
        options: dict[str, object] = {
            "rtsp_transport": "tcp",
            "timeout": self.timeout_us,
            "allowed_media_types": "video+audio" if self.record_audio else "video",
            "analyzeduration": _PROBE_US,
            "fpsprobesize": 0,
        }
        if self.wallclock_timestamps:
            options["use_wallclock_as_timestamps"] = 1
        lines = ["ffconcat version 1.0", f"file {_quoted(self.url.value)}"]
        lines += [f"option {name} {value}" for name, value in options.items()]
        return Secret("\n".join(lines) + "\n")


def _quoted(text: str) -> str:
    """Return the text as one word of ffmpeg's scripts (ffmpeg-utils, "Quoting and escaping")."""
    return "'" + text.replace("'", r"'\''") + "'"
