"""The six believable cameras of the demonstration city: what they look at, where they hang, and whose they are."""

from __future__ import annotations

from dataclasses import dataclass

from vms.simulator.camera_spec import CameraSpec, Scene, VideoSpec


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """A camera of the demonstration.

    Attributes:
        name, place, agency, group: as an administrator would write them down.
        path: what follows the simulator's address.
        is_large: 1280x720 in place of 640x360. has_sub: whether there is a second, small stream.
    """

    name: str
    path: str
    scene: Scene
    place: str
    agency: str
    group: str
    is_large: bool = False
    has_sub: bool = False


DEMO_PLACES = (
    DemoPlace(
        "Balai Kota halaman depan",
        "balai-kota",
        Scene.SQUARE,
        "Jl. R.E. Martadinata 1, Kertak Baru Ilir",
        "Sekretariat Daerah",
        "Perkantoran",
        is_large=True,
        has_sub=True,
    ),
    DemoPlace(
        "Menara Pandang",
        "menara-pandang",
        Scene.TOWER,
        "Jl. Kapten Piere Tendean, Gadang",
        "Disbudporapar",
        "Tepi sungai",
        is_large=True,
        has_sub=True,
    ),
    DemoPlace(
        "Taman Kamboja",
        "taman-kamboja",
        Scene.PARK,
        "Jl. H. Anang Adenansi, Kertak Baru Ulu",
        "Dinas Lingkungan Hidup",
        "Taman",
        has_sub=True,
    ),
    DemoPlace(
        "Puskesmas Pekauman",
        "puskesmas-pekauman",
        Scene.CLINIC,
        "Jl. K.S. Tubun, Pekauman",
        "Dinas Kesehatan",
        "Layanan umum",
    ),
    DemoPlace(
        "Siring Tendean",
        "siring-tendean",
        Scene.PROMENADE,
        "Jl. Kapten Piere Tendean, tepi Sungai Martapura",
        "Disbudporapar",
        "Tepi sungai",
        has_sub=True,
    ),
    DemoPlace(
        "Pasar Terapung",
        "pasar-terapung",
        Scene.RIVER,
        "Dermaga Siring, Sungai Martapura",
        "Disperdagin",
        "Tepi sungai",
    ),
)


def demo_cameras(
    count: int = len(DEMO_PLACES), *, username: str | None = None, password: str | None = None
) -> list[CameraSpec]:
    """Return so many cameras of Banjarmasin, all H.264 at 10 frames a second with a keyframe each second.

    There are six places: two at 1280x720, the others at 640x360, four with a second stream of 320x180. Further
    cameras stand in the same places under other names.
    """
    small = VideoSpec(width=320, height=180, fps=10)
    specs = []
    for number in range(count):
        place, turn = DEMO_PLACES[number % len(DEMO_PLACES)], number // len(DEMO_PLACES) + 1
        specs.append(
            CameraSpec(
                name=place.name if turn == 1 else f"{place.name} {turn}",
                path=place.path if turn == 1 else f"{place.path}-{turn}",
                number=number + 1,
                width=1280 if place.is_large else 640,
                height=720 if place.is_large else 360,
                scene=place.scene,
                sub=small if place.has_sub else None,
                username=username,
                password=password,
            )
        )
    return specs
