"""GStreamer's RTSP server playing one H.264 clip for ever as N cameras: a server that is not ours.

Runs under Debian's Python, which has `gi`. Prints "ready PORT" when it listens on 127.0.0.1, PORT being chosen by
the kernel where 0 was asked for; serves /cam0 … /camN-1. Input: an MPEG transport stream with H.264.
"""

import argparse
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402  # versions have to be chosen first

PAYLOADER = (
    "( appsrc name=feed is-live=true format=time caps=video/x-h264,stream-format=byte-stream,alignment=au"
    " ! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96 )"
)


def read_access_units(clip: str) -> list[tuple[bytes, bool]]:
    """Return the clip's access units in order as pairs (bytes, is keyframe)."""
    pipeline = Gst.parse_launch(
        "filesrc name=clip ! tsdemux ! h264parse config-interval=-1"
        " ! video/x-h264,stream-format=byte-stream,alignment=au ! appsink name=units sync=false"
    )
    pipeline.get_by_name("clip").set_property("location", clip)
    units = pipeline.get_by_name("units")
    pipeline.set_state(Gst.State.PLAYING)
    found = []
    for sample in iter(lambda: units.emit("pull-sample"), None):
        unit = sample.get_buffer()
        found.append((unit.extract_dup(0, unit.get_size()), not unit.has_flags(Gst.BufferFlags.DELTA_UNIT)))
    pipeline.set_state(Gst.State.NULL)
    if not found:
        sys.exit(f"no H.264 access unit in {clip}")
    return found


class Feed:
    """One playing of the clip: pushes every frame that is due, so a late timer never shows in the timestamps."""

    def __init__(self, source: Gst.Element, units: list[tuple[bytes, bool]], frame_ns: int) -> None:
        self.source = source
        self.units = units
        self.frame_ns = frame_ns
        self.started_us = GLib.get_monotonic_time()
        self.pushed = 0

    def push_due(self) -> bool:
        due = (GLib.get_monotonic_time() - self.started_us) * 1000 // self.frame_ns
        for frame in range(self.pushed, due + 1):
            data, is_keyframe = self.units[frame % len(self.units)]
            buffer = Gst.Buffer.new_wrapped(data)
            buffer.pts = buffer.dts = frame * self.frame_ns
            buffer.duration = self.frame_ns
            if not is_keyframe:
                buffer.set_flags(Gst.BufferFlags.DELTA_UNIT)
            self.source.emit("push-buffer", buffer)
        self.pushed = due + 1
        return GLib.SOURCE_CONTINUE


class Camera(GstRtspServer.RTSPMediaFactory):
    """One mount; all its clients share one feed, which a timer of the main loop drives."""

    def __init__(self, units: list[tuple[bytes, bool]], frame_ns: int) -> None:
        super().__init__()
        self.units = units
        self.frame_ns = frame_ns
        self.set_shared(True)
        self.set_launch(PAYLOADER)

    def do_configure(self, media: GstRtspServer.RTSPMedia) -> None:
        GstRtspServer.RTSPMediaFactory.do_configure(self, media)  # hands `shared` on to the media
        source = media.get_element().get_by_name_recurse_up("feed")
        feed = Feed(source, self.units, self.frame_ns)
        timer = GLib.timeout_add(self.frame_ns // 1_000_000, feed.push_due)
        media.connect("unprepared", lambda _media: GLib.source_remove(timer))


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clip", required=True)
    parser.add_argument("--fps", type=float, required=True)
    parser.add_argument("--port", default="0")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--user", help="with --password: asks for digest authentication")
    parser.add_argument("--password")
    options = parser.parse_args()
    Gst.init(None)
    units = read_access_units(options.clip)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(options.port)
    role = GstRtspServer.RTSPToken()
    if options.user:
        auth = GstRtspServer.RTSPAuth()
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        role.set_string("media.factory.role", "viewer")
        auth.add_digest(options.user, options.password, role)
        server.set_auth(auth)
    for number in range(options.count):
        camera = Camera(units, round(1_000_000_000 / options.fps))
        if options.user:
            permissions = GstRtspServer.RTSPPermissions()
            permissions.add_permission_for_role("viewer", "media.factory.access", True)
            permissions.add_permission_for_role("viewer", "media.factory.construct", True)
            camera.set_permissions(permissions)
        server.get_mount_points().add_factory(f"/cam{number}", camera)
    if not server.attach(None):
        sys.exit(f"port {options.port} cannot be listened on")
    print(f"ready {server.get_bound_port()}", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
