"""Camera addresses: no secret stays in them, nothing but a camera can be reached through them."""

import string
from urllib.parse import quote, unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vms.domain.camera_address import Credentials, Secret, StreamUrl, is_allowed_address, parse_stream_url
from vms.domain.errors import InvalidInput, UnusableCharacter

CANARY = "k4n4ry-P4ss:w@rd/?"
PRINTABLE = st.characters(exclude_categories=["Cs", "Cc", "Cn"]).filter(str.isprintable)
PASSWORDS = st.text(
    st.sampled_from(string.punctuation + string.digits + "Ab ") | PRINTABLE, min_size=1, max_size=12
)


def test_a_login_in_the_address_is_taken_out() -> None:
    url, credentials = parse_stream_url("rtsp://admin:s%40cret@10.0.0.5/Streaming/Channels/101?x=1")
    assert url.text == "rtsp://10.0.0.5/Streaming/Channels/101?x=1"
    assert credentials == Credentials("admin", Secret("s@cret"))


def test_credentials_go_back_in_percent_encoded_and_hidden() -> None:
    url, _ = parse_stream_url("rtsp://kamera1.lan:8554/a")
    secret = url.with_credentials(Credentials("admin", Secret(CANARY)), "10.0.0.7")
    assert secret.value == "rtsp://admin:k4n4ry-P4ss%3Aw%40rd%2F%3F@10.0.0.7:8554/a"
    assert CANARY not in f"{secret} {secret!r} {url!r} {Credentials('admin', Secret(CANARY))!r}"


@pytest.mark.parametrize(
    ("typed", "kept", "login"),
    [
        (
            "/user=admin&password=tlJwpbo6&channel=1&stream=0.sdp",
            "/user={user}&password={password}&channel=1&stream=0.sdp",
            ("admin", "tlJwpbo6"),
        ),
        (
            "/user=admin_password=tlJwpbo6_channel=1_stream=0.sdp?real_stream",
            "/user={user}_password={password}_channel=1_stream=0.sdp?real_stream",
            ("admin", "tlJwpbo6"),
        ),
        ("/user=admin&password=&channel=1", "/user={user}&password={password}&channel=1", ("admin", "")),
        ("/live?username=a&pwd=b%26c&x=1", "/live?username={user}&pwd={password}&x=1", ("a", "b&c")),
        ("/a?PASSWD=x", "/a?PASSWD={password}", ("", "x")),
        ("/a?pass=p_w_d", "/a?pass={password}", ("", "p_w_d")),
        ("/a?userpass=x&loginuser=y", "/a?userpass={password}&loginuser={user}", ("y", "x")),
        ("/user=admin/ch1?pw=x", "/user={user}/ch1?pw={password}", ("admin", "x")),
    ],
)
def test_a_login_in_path_or_query_is_taken_out_and_put_back(
    typed: str, kept: str, login: tuple[str, str]
) -> None:
    url, credentials = parse_stream_url(f"rtsp://10.0.0.5{typed}")
    assert url.text == f"rtsp://10.0.0.5{kept}"
    assert credentials == Credentials(login[0], Secret(login[1]))
    assert url.with_credentials(credentials).value == f"rtsp://10.0.0.5:554{typed}"
    assert parse_stream_url(url.text) == (url, None)


@pytest.mark.parametrize("path", ["/user=1/ch2", "/compass=3", "/a?channel=1&subtype=0", "/a?bypassed=1"])
def test_an_address_without_a_password_stays_as_it_is(path: str) -> None:
    url, credentials = parse_stream_url(f"rtsp://10.0.0.5{path}")
    assert (url.text, credentials) == (f"rtsp://10.0.0.5{path}", None)


def test_a_person_may_say_where_the_login_goes() -> None:
    url, credentials = parse_stream_url("rtsp://10.0.0.5/live/{user}/{password}/ch1")
    secret = url.with_credentials(Credentials("{password}", Secret("a/b{user}")), "10.0.0.7")
    assert credentials is None
    assert secret.value == "rtsp://10.0.0.7:554/live/%7Bpassword%7D/a%2Fb%7Buser%7D/ch1"
    assert url.with_credentials(None).value == "rtsp://10.0.0.5:554/live///ch1"


@pytest.mark.parametrize(
    "text",
    [
        "rtsp://admin:k4n4ry@10.0.0.5/?user=admin&password=k4n4ry",
        "rtsp://10.0.0.5/user=a&password=k4n4ry?password=k4n4ry",
        "rtsp://10.0.0.5/?user=a&username=b&password=k4n4ry",
        "rtsp://10.0.0.5/?user={user}&password=k4n4ry",
    ],
)
def test_an_address_with_several_logins_is_refused_without_repeating_one(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_stream_url(text)
    assert refused.value.field == "url"
    assert "k4n4ry" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "http://10.0.0.5/",
        "file:///etc/passwd",
        "concat:rtsp://10.0.0.5/",
        "rtsp://",
        "rtsp://-i/",
        "rtsp://10.0.0.5/'\nfile 'x",
        "rtsp://10.0.0.5/a b",
        "rtsp://10.0.0.5/a'b",
        "rtsp://10.0.0.5/a\\b",
        "rtsp://10.0.0.5:99999/",
        "rtsp://10.0.0.5:0x10/",
        "rtsp://exa$mple/",
        "rtsp://10.0.0.5/#frag",
        "rtsp://" + "a" * 3000,
        "",
    ],
)
def test_addresses_that_could_mean_something_else_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_stream_url(text)
    assert refused.value.field == "url"


def test_a_refusal_never_repeats_the_password() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_stream_url("rtsp://admin:canary-secret@exa$mple/")
    assert "canary-secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "character"),
    [
        ("rtsp://admin:2024/k4n4ry@10.0.0.12/s", "/"),
        ("rtsp://admin:2024?k4n4ry@10.0.0.12/s", "?"),
        ("rtsp://admin:2024#k4n4ry@10.0.0.12/s", "#"),
        ("rtsp://admin:k4/n4ry@10.0.0.12/s", "/"),
        ("rtsp://ad/min:k4n4ry@10.0.0.12/s", "/"),
        ("rtsp://admin:k4n4ry@10.0.0.12/x@10.0.0.12/s", "/"),
        ("rtsp://10.0.0.12/k4n4ry@x", "@"),
        ("rtsp://10.0.0.12:554/s?token=k4n4ry@x", "@"),
        ("rtsp://admin:2024/n&password=k4n4ry@10.0.0.12/s", "/"),
        ("rtsp://10.0.0.12/user=admin&password=k4n/4ry&channel=1", "/"),
        ("rtsp://10.0.0.12/?user=admin&pwd=k4n&4ry&channel=1", "&"),
        ("rtsp://10.0.0.12/user=admin&password=k4n?4ry", "?"),
        ("rtsp://admin:k4[n4ry@10.0.0.12/s", "["),
        ("rtsp://admin:k4n4ry%ff@10.0.0.12/s", "%"),
        ("rtsp://admin:k4 n4ry@10.0.0.12/s", " "),
        ("rtsp://admin:k4'n4ry@10.0.0.12/s", "'"),
    ],
)
def test_character_that_hides_where_the_login_ends_is_named_with_what_to_do(
    text: str, character: str
) -> None:
    """Trial 16."""
    with pytest.raises(UnusableCharacter) as refused:
        parse_stream_url(text)
    assert refused.value.character == character
    assert f"write {quote(character, safe='')} in place" in str(refused.value)
    assert "user name and password apart" in str(refused.value)
    assert "n4ry" not in str(refused.value)


def tried(address: str, username: str, password: str) -> None:
    """Assert that an address is read as it was meant, or refused."""
    try:
        url, credentials = parse_stream_url(address)
    except InvalidInput:
        return
    assert url.text == "rtsp://10.0.0.12/s"
    assert credentials is not None
    # A login in a URL may be percent-encoded: what looks so is read so.
    assert credentials.username in {username, unquote(username)}
    assert credentials.password.value in {password, unquote(password)}


@given(PASSWORDS)
@example("2024/x")
@example("x@10.0.0.12/y")
@example("20/24&password=x")
def test_password_of_any_characters_is_read_right_or_refused_and_never_in_the_path(password: str) -> None:
    """Trial 16."""
    tried(f"rtsp://admin:{password}@10.0.0.12/s", "admin", password)
    encoded = quote(password, safe="")
    url, credentials = parse_stream_url(f"rtsp://admin:{encoded}@10.0.0.12/s")
    assert (url.text, credentials) == ("rtsp://10.0.0.12/s", Credentials("admin", Secret(password)))


@given(PASSWORDS.filter(lambda name: ":" not in name), PASSWORDS)
def test_user_name_of_any_characters_is_read_right_or_refused(username: str, password: str) -> None:
    """Trial 16."""
    tried(f"rtsp://{username}:{password}@10.0.0.12/s", username, password)


@given(PASSWORDS.filter(lambda password: "=" not in password))
def test_password_in_the_query_is_read_right_or_refused(password: str) -> None:
    """Trial 16."""
    try:
        url, credentials = parse_stream_url(f"rtsp://10.0.0.12/s?user=admin&password={password}&channel=1")
    except InvalidInput:
        return
    assert url.text == "rtsp://10.0.0.12/s?user={user}&password={password}&channel=1"
    assert credentials is not None
    assert credentials.password.value in {password, unquote(password)}


def test_address_kept_by_an_earlier_version_is_shown_without_what_may_be_a_password() -> None:
    """Trial 16."""
    kept = StreamUrl("rtsp://admin:2024/k4n4ry@10.0.0.12/s")
    assert (str(kept), kept.is_clear) == ("rtsp://***@10.0.0.12/s", False)


@pytest.mark.parametrize(
    ("address", "networks", "expected"),
    [
        ("10.1.2.3", ("10.0.0.0/8",), True),
        ("11.1.2.3", ("10.0.0.0/8",), False),
        ("127.0.0.1", ("0.0.0.0/0",), False),
        ("127.0.0.1", ("127.0.0.0/8",), True),
        ("169.254.169.254", ("0.0.0.0/0", "10.0.0.0/8"), False),
        ("::ffff:127.0.0.1", ("10.0.0.0/8",), False),
        ("::ffff:10.0.0.9", ("10.0.0.0/8",), True),
        ("::1", ("::/0",), False),
        ("fd00::5", ("fd00::/8",), True),
        ("0.0.0.0", ("0.0.0.0/0",), False),
    ],
)
def test_only_camera_networks_can_be_reached(
    address: str, networks: tuple[str, ...], *, expected: bool
) -> None:
    assert is_allowed_address(address, networks) is expected
