"""The product as an operator gets it: first run, signing in, and a live stream that ends with its session."""

import re
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

import pytest

from tests.project.installation_under_test import Installation, clean_environment, eventually
from tests.project.test_live import Follower

PASSWORD = "danau-biru-tenang-77"


class Browser:
    """Keeps cookies, follows redirects, sends forms with their token."""

    def __init__(self, installation: Installation):
        self.site = f"http://127.0.0.1:{installation.port}"
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def open(self, path: str, **form: str) -> tuple[str, str]:
        """Where it ended and what stands there."""
        data = urllib.parse.urlencode(form).encode() if form else None
        with self.opener.open(urllib.request.Request(self.site + path, data=data), timeout=30) as page:
            return urllib.parse.urlsplit(page.url).path, page.read().decode()

    def send(self, path: str, **form: str) -> tuple[str, str]:
        text = self.open(path)[1]
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text)[1]
        return self.open(path, csrfmiddlewaretoken=token, **form)

    def cookie_line(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    installation = Installation(tmp_path_factory.mktemp("whole product") / "data")
    installation.environment = clean_environment()
    said = installation.up()
    assert "First run: open that page" in said
    yield installation
    installation.down()


@pytest.fixture(scope="module")
def admin(product):
    browser = Browser(product)
    assert browser.open("/")[0] == "/welcome/"
    ended, _text = browser.send(
        "/welcome/", company="PT Maju", first_name="Sari", last_name="", username="sari", language="id",
        email="sari@maju.example", password1=PASSWORD, password2=PASSWORD,
    )  # fmt: skip
    assert ended not in ("/welcome/", "/login/")
    return browser


def test_the_first_run_is_closed_for_ever_and_the_admin_signs_in(product, admin):
    other = Browser(product)
    assert other.open("/")[0] == "/login/"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        other.open("/welcome/")
    assert other.send("/login/", login="sari", password=PASSWORD)[0] != "/login/"
    product.down()
    assert "Sign in there with your username" in product.up()


def test_signing_out_ends_the_streams_of_that_session_only(product, admin):
    here, elsewhere = Browser(product), Browser(product)
    for browser in (here, elsewhere):
        browser.send("/login/", login="sari", password=PASSWORD)
    gone, stays = (
        Follower(product, 0, "customers.contact", cookie=browser.cookie_line())
        for browser in (here, elsewhere)
    )
    eventually(lambda: gone.greeted() and stays.greeted())
    here.send("/logout/")
    assert gone.ended.wait(10)
    assert not stays.ended.is_set()


def test_a_stream_without_a_session_is_refused(product, admin):
    assert Follower(product, 0, "customers.contact").status in (302, 401, 403)


def test_everything_comes_back_from_a_backup(product, admin, tmp_path):
    file = tmp_path / "backup.tar"
    assert product.relasi("backup", file).returncode == 0
    other = Installation(tmp_path / "other" / "data")
    other.environment = clean_environment()
    done = other.relasi("restore", file)
    assert done.returncode == 0, done.stderr
    said = other.up()
    try:
        assert "Preparing the tables" in said
        assert Browser(other).send("/login/", login="sari", password=PASSWORD)[0] != "/login/"
    finally:
        other.down()
