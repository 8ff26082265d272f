"""Style sheets, scripts and fonts: kept for ever, packed, and named ahead by the page that takes in most of them."""

import re

from tests.support.recorded_site import Site, browser
from tests.support.source_files import PROJECT
from vms.domain.user import Role
from web.http.static_files import modules_of, static_url


def test_static_files_are_kept_for_ever_under_their_version(site: Site) -> None:
    with browser(site) as client:
        page = client.get("/help", follow_redirects=True).text
        urls = set(re.findall(r'(?:href|src)="(/static/[^"#]+\.(?:css|js|svg))', page))
        assert len(urls) >= 6
        for url in urls:
            answer = client.get(url)
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]
            again = client.get(url, headers={"If-None-Match": answer.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
        old = re.sub(r"/static/\w+/", "/static/old/", next(iter(urls)))
        assert client.get(old).headers["cache-control"] == "no-cache"
        for path in ("no.js", "../app.py", "%2e%2e/app.py", "css"):
            assert client.get(f"/static/old/{path}").status_code == 404


def test_static_files_are_packed_for_those_who_say_they_can_read_it(site: Site) -> None:
    script = PROJECT / "web/static/js/review/page.js"
    with browser(site) as client:
        url = static_url("js/review/page.js")
        packed = client.get(url, headers={"Accept-Encoding": "gzip"})
        plain = client.get(url, headers={"Accept-Encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert int(packed.headers["content-length"]) < len(script.read_bytes())
        assert packed.content == plain.content == script.read_bytes()
        assert packed.headers["content-type"].startswith("text/javascript")
        assert "content-encoding" not in client.get(static_url("vendor/inter-latin.woff2")).headers


def test_playback_names_every_module_and_the_first_picture_ahead(site: Site) -> None:
    camera = site.add_camera("Balai Kota")
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        empty = client.get(f"/playback?cam={camera.id}").text
        assert "data-first-tile" not in empty
        named = re.findall(r'<link rel="modulepreload" href="([^"]+)">', empty)
        assert named == list(modules_of("js/review/page.js"))
        assert {static_url("vendor/hls.mjs"), static_url("js/player/deck.js")} <= set(named)
        assert {client.get(url).status_code for url in named} == {200}
