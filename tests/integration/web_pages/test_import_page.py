"""Many cameras from a table in the portal: shown with a verdict for each row first, then all of them or none."""

import re

import pytest
from starlette.testclient import TestClient

from tests.support.page_forms import post, token
from tests.support.recorded_site import Site, browser
from vms.domain.camera_address import Credentials, Secret
from vms.domain.spreadsheet import LARGEST_TABLE_BYTES
from vms.domain.user import Role

HEADING = "name;url;username;password;retention_days\r\n"
GOOD = HEADING + "Balai Kota;rtsp://10.0.0.1/a;siti;k4nari;30\r\n;;;;\r\nPasar;rtsp://10.0.0.2/a;;;\r\n"


def upload(client: TestClient, data: bytes | str, name: str = "kamera.csv") -> tuple[int, str]:
    """Send a file as a browser does; return status and page."""
    sent = data.encode() if isinstance(data, str) else data
    answer = client.post(
        "/cameras/import",
        data={"csrf_token": token(client.get("/cameras/import").text)},
        files={"file": (name, sent, "text/csv")},
        follow_redirects=False,
    )
    return answer.status_code, answer.text


def finish(client: TestClient, page: str) -> tuple[int, str, str]:
    """Press the button of a preview."""
    found = re.search(r'name="token" value="([\w-]+)"', page)
    assert found is not None
    return post(client, "/cameras/import/finish", csrf_token=token(page), token=found[1])


def names(site: Site) -> list[str]:
    return [camera.name for camera in site.storage.cameras.list()]


def test_table_is_shown_first_and_then_imported_with_a_record_of_each_camera(site: Site) -> None:
    """Trial 17."""
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        assert 'href="/cameras/import"' in client.get("/cameras").text
        status, page = upload(client, GOOD.encode("UTF-16"))
        assert status == 200
        assert "2 kamera dapat ditambahkan" in page
        assert page.count("Baik") == 2
        assert "k4nari" not in page
        assert names(site) == []
        status, where, _ = finish(client, page)
        assert status == 303
        assert "2 kamera ditambahkan" in client.get(where).text
        again, _, page = finish(client, page)
        assert (again, "Pilih berkasnya lagi" in page) == (422, True)
    assert names(site) == ["Balai Kota", "Pasar"]
    camera = site.storage.cameras.find("Balai Kota")
    assert site.storage.cameras.credentials(camera.id) == Credentials("siti", Secret("k4nari"))
    entries = site.storage.audit.recent(2)
    assert [entry.action for entry in entries] == ["camera.add", "camera.add"]
    assert "k4nari" not in repr(entries)
    data_folder = site.settings.data_dir
    assert not [f for f in data_folder.rglob("*") if f.is_file() and b"k4nari" in f.read_bytes()]


def test_each_row_has_its_verdict_and_one_wrong_row_keeps_all_out(site: Site) -> None:
    """Trial 17."""
    site.add_camera("Lama")
    rows = [
        "Baru;rtsp://10.0.0.1/a;;;",
        "Lama;rtsp://10.0.0.2/a;;;",
        "7;rtsp://s:1/k4nari@10.0.0.3/a;;;inf",
        "Sisa;rtsp://10.0.0.4/a;siti;k4;nari;",
        "Kurang;rtsp://10.0.0.5/a",
    ]
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        status, page = upload(client, HEADING + "\r\n".join(rows))
    assert status == 200
    verdicts = re.findall(r'<tr class="plain">(.*?)</tr>', page, re.DOTALL)
    words = ["Baik", "sudah ada", "terbaca sebagai nomor kamera", "sel tanpa kolom", "lebih sedikit"]
    assert [word for word, verdict in zip(words, verdicts, strict=True) if word not in verdict] == []
    assert "Karena karakter “/”" in verdicts[2]
    assert "Tulis angka saja" in verdicts[2]
    assert "4 dari 5 baris perlu diperbaiki" in page
    assert 'name="token"' not in page
    assert "k4nari" not in page
    assert names(site) == ["Lama"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "Baris pertama tidak memuat kolom “name”"),
        (HEADING, "bukan tabel CSV"),
        ("name;url;rahasia\n", "Kolom “rahasia” tidak dikenal"),
        ("name;url;url\n", "Kolom “url” ada dua kali"),
        ("Balai Kota;rtsp://10.0.0.1/;k4nari", "tidak memuat kolom"),
        (b"PK\x03\x04", "buku kerja"),
        ('name;url\nA;"b\n', "tanda kutip"),
        ("x" * (LARGEST_TABLE_BYTES + 1), "1 MB"),
    ],
)
def test_file_that_cannot_be_used_says_why(site: Site, data: bytes | str, words: str) -> None:
    """Trial 17."""
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        status, page = upload(client, data)
    assert status == 422
    assert words in page
    assert "Tidak ada yang disimpan" in page
    assert "k4nari" not in page


def test_no_file_and_a_file_that_is_far_too_large_are_told(site: Site) -> None:
    """Trial 17."""
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        csrf_token = token(client.get("/cameras/import").text)
        status, _, page = post(client, "/cameras/import", csrf_token=csrf_token)
        assert (status, "Pilih berkas dahulu" in page) == (422, True)
        status, page = upload(client, "x" * 1_100_000)
    assert (status, "Berkas terlalu besar" in page) == (413, True)


def test_old_windows_text_is_said_to_be_a_guess(site: Site) -> None:
    """Trial 17."""
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        _, page = upload(client, "name;url\nCafé;rtsp://10.0.0.1/a\n".encode("Windows-1252"))
    assert "Café" in page
    assert "Windows-1252" in page


def test_preview_belongs_to_its_session_lapses_and_gives_way_to_the_next(site: Site) -> None:
    """Trial 17."""
    admin, other = site.add_user("admin", Role.ADMIN), site.add_user("rahma", Role.ADMIN)
    with browser(site, admin) as client:
        _, first = upload(client, GOOD)
        _, second = upload(client, HEADING + "Lain;rtsp://10.0.0.9/a;;;\r\n")
        assert finish(client, first)[0] == 422
        with browser(site, other) as stranger:
            found = re.search(r'name="token" value="([\w-]+)"', second)
            assert found is not None
            csrf_token = token(stranger.get("/cameras/import").text)
            taken = post(stranger, "/cameras/import/finish", csrf_token=csrf_token, token=found[1])
            assert taken[0] == 422
        site.clock.advance(16 * 60)
        assert finish(client, second)[0] == 422
    assert names(site) == []


def test_without_an_entry_of_each_camera_none_is_added(site: Site) -> None:
    """Trial 17."""
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        _, page = upload(client, GOOD)
        with site.storage.database.write() as connection:
            connection.exec_driver_sql(
                "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END"
            )
        assert finish(client, page)[0] == 500
    assert names(site) == []


def test_name_that_was_taken_after_the_preview_keeps_all_out(site: Site) -> None:
    """Trial 17."""
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        _, page = upload(client, GOOD)
        site.add_camera("Pasar")
        status, _, page = finish(client, page)
    assert status == 422
    assert "sudah ada" in page
    assert names(site) == ["Pasar"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_who_does_not_manage_cameras_sees_no_way_to_import(site: Site, role: Role) -> None:
    """Trial 17."""
    camera = site.add_camera()
    with browser(site, site.add_user("pegawai", role, camera)) as client:
        page = client.get("/cameras").text
        assert "/cameras/import" not in page
        csrf_token = token(page)
        assert client.get("/cameras/import").status_code == 403
        files = {"file": ("kamera.csv", GOOD.encode(), "text/csv")}
        sent = client.post("/cameras/import", data={"csrf_token": csrf_token}, files=files)
        assert sent.status_code == 403
        assert post(client, "/cameras/import/finish", csrf_token=csrf_token, token="x")[0] == 403
    assert len(names(site)) == 1


def test_file_is_taken_by_no_other_form(site: Site) -> None:
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        fields = {
            "csrf_token": token(client.get("/cameras/new").text),
            "name": "A",
            "main_url": "rtsp://10.0.0.1/",
        }
        files = {"file": ("kamera.csv", GOOD.encode(), "text/csv")}
        answer = client.post("/cameras/new", data=fields, files=files, follow_redirects=False)
    assert answer.status_code == 400
    assert names(site) == []
