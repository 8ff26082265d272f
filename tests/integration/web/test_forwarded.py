"""Who is believed about where a request came from."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from tests.support.recorded_site import Site, sign_in
from vms.domain.user import Role
from vms.host.settings import Settings
from web.app import create_app

LOCAL = ("127.0.0.1", 50000)


def behind_proxy(site: Site) -> Site:
    """The same installation, believing a proxy on the same machine."""
    data_dir = site.settings.data_dir
    return replace(site, settings=Settings(data_dir=data_dir, trusted_proxies=("127.0.0.1/32",)))


def test_line_that_the_proxy_added_counts_and_not_the_clients_own(site: Site) -> None:
    site = behind_proxy(site)
    user = site.add_user("admin", Role.ADMIN)
    lines = [("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-For", "10.1.2.3")]
    with TestClient(create_app(site.services), base_url="http://siring.test", client=LOCAL) as client:
        sign_in(client, site, user)
        camera = site.add_camera()
        client.get(f"/playback?cam={camera.id}", headers=[*client.headers.items(), *lines])
    assert site.storage.audit.recent(1)[0].address == "10.1.2.3"


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Proto", "X-Forwarded-Host"]
)
def test_measurements_are_not_for_whom_a_proxy_passes_on(site: Site, header: str) -> None:
    site.add_user("admin", Role.ADMIN)
    with TestClient(create_app(site.services), client=LOCAL) as client:
        assert client.get("/metrics").status_code == 200
        assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 401
    with TestClient(create_app(behind_proxy(site).services), client=LOCAL) as client:
        assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 401
