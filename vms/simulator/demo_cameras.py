"""The six believable cameras of the demonstration city."""

from __future__ import annotations

from vms.simulator.camera_spec import CameraSpec, Scene, VideoSpec


def demo_cameras(*, username: str | None = None, password: str | None = None) -> list[CameraSpec]:
    """Return six cameras of Banjarmasin, all H.264 at 10 frames a second with a keyframe each second.

    Two are 1280x720 with a 320x180 second stream; the others are 640x360.
    """
    small = VideoSpec(width=320, height=180, fps=10)
    places = (
        ("Balai Kota halaman depan", "balai-kota", Scene.SQUARE, True),
        ("Menara Pandang", "menara-pandang", Scene.TOWER, True),
        ("Taman Kamboja", "taman-kamboja", Scene.PARK, False),
        ("Puskesmas Pekauman", "puskesmas-pekauman", Scene.CLINIC, False),
        ("Siring Tendean", "siring-tendean", Scene.PROMENADE, False),
        ("Pasar Terapung", "pasar-terapung", Scene.RIVER, False),
    )
    return [
        CameraSpec(
            name=name,
            path=path,
            number=number,
            width=1280 if is_large else 640,
            height=720 if is_large else 360,
            scene=scene,
            sub=small if is_large else None,
            username=username,
            password=password,
        )
        for number, (name, path, scene, is_large) in enumerate(places, start=1)
    ]
