"""deploy/nginx.conf and deploy/Caddyfile with nginx and Caddy really running, feeder behind them: what feeder believes
of visitors, what passes unharmed, and what stays with the operator."""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from feeder.web.visitors import GUESSES
from tests.fakes.client import Reply, exchange
from tests.fakes.house import TOKEN, House, a_house
from tests.fakes.newsroom import an_article_text

DEPLOY = Path(__file__).parents[2] / "deploy"
NAME = "feeds.example.org"
#: A visitor's address: nothing but the proxy is at 127.0.0.1.
VISITOR, ANOTHER = "127.0.0.2", "127.0.0.3"

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


@dataclass(frozen=True)
class Proxied:
    """feeder and the proxy before it."""

    house: House
    port: int

    def ask(
        self,
        path: str,
        *,
        form: Mapping[str, str] | None = None,
        method: str = "GET",
        host: str = NAME,
        source: str = VISITOR,
        **headers: str,
    ) -> Reply:
        """Over https; header names with _ for -."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        raw = socket.create_connection(("127.0.0.1", self.port), 30, source_address=(source, 0))
        with closing(context.wrap_socket(raw, server_hostname=NAME)) as secured:
            connection = http.client.HTTPConnection(NAME)
            connection.sock = secured
            return exchange(connection, path, form=form, method=method, host=host, **headers)


@contextmanager
def _nginx(folder: Path, upstream: int, port: int, key: Path, certificate: Path) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        plain = probe.getsockname()[1]
    text = (DEPLOY / "nginx.conf").read_text()
    for pattern, replacement in (
        (r"/etc/letsencrypt/\S+fullchain\.pem", str(certificate)),
        (r"/etc/letsencrypt/\S+privkey\.pem", str(key)),
        (r"127\.0\.0\.1:8080", f"127.0.0.1:{upstream}"),
        (r"listen 443 ", f"listen 127.0.0.1:{port} "),
        (r"listen 80;", f"listen 127.0.0.1:{plain};"),
        (r" *listen \[::\].*\n", ""),
    ):
        text, count = re.subn(pattern, replacement, text)
        assert count, pattern
    (folder / "site.conf").write_text(text)
    temporary = " ".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ {temporary} include {folder}/site.conf; }}"
    )
    with _running(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")], port, folder):
        yield


@contextmanager
def _caddy(folder: Path, upstream: int, port: int, key: Path, certificate: Path) -> Iterator[None]:
    text = (DEPLOY / "Caddyfile").read_text()
    for pattern, replacement in (
        (rf"^{re.escape(NAME)} \{{$", f"{NAME}:{port} {{\n\ttls {certificate} {key}"),
        (r"127\.0\.0\.1:8080", f"127.0.0.1:{upstream}"),
    ):
        text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        assert count, pattern
    # a certificate of its own and nothing beside it: no port 80, no port of administration
    (folder / "Caddyfile").write_text(f"{{\n\tadmin off\n\tauto_https off\n\tdefault_sni {NAME}\n}}\n{text}")
    with _running(["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")], port, folder):
        yield


@contextmanager
def _running(command: list[str], port: int, folder: Path) -> Iterator[None]:
    environment = {"PATH": "/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin:/bin", "HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < end, (folder / "log").read_text()
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(15)


PROXIES = {"nginx": _nginx, "caddy": _caddy}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_house(tmp_path_factory.mktemp("behind"), {"maisel.md": an_article_text()}) as house:
        yield house


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            name, marks=pytest.mark.skipif(shutil.which(name) is None, reason=f"no {name}: apt-get install {name}")
        )
        for name in PROXIES
    ],
)
def proxied(
    request: pytest.FixtureRequest, house: House, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxied]:
    folder = tmp_path_factory.mktemp(request.param)
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN={NAME}"
    made += f" -addext subjectAltName=DNS:{NAME}"
    subprocess.run(
        ["openssl", *made.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True, timeout=60
    )
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    house.clock[0] += 3600  # guesses of the test before are forgotten
    with PROXIES[request.param](folder, house.port, port, key, certificate):
        yield Proxied(house, port)


@needs_openssl
def test_a_cookie_of_who_came_by_https_is_for_https_alone(proxied: Proxied) -> None:
    reply = proxied.ask("/login", form={"secret": TOKEN}, origin=f"https://{NAME}")
    assert reply.status == 303
    assert "secure" in reply.headers["set-cookie"].lower()
    cookie = reply.headers["set-cookie"].partition(";")[0]
    page = proxied.ask("/watches", cookie=cookie)
    assert "Log out" in page.text
    assert proxied.ask("/login", form={"secret": TOKEN}, origin="https://evil.example").status == 403


@needs_openssl
def test_whoever_guesses_is_known_by_the_address_that_the_proxy_saw(proxied: Proxied) -> None:
    for number in range(GUESSES):
        claimed = {"x_forwarded_for": f"203.0.113.{number}", "x_real_ip": "203.0.113.9", "forwarded": "for=203.0.113.8"}
        assert proxied.ask("/login", form={"secret": "wrong"}, **claimed).status == 403
    assert proxied.ask("/login", form={"secret": TOKEN}, x_forwarded_for="203.0.113.77").status == 429
    assert proxied.ask("/login", form={"secret": TOKEN}, source=ANOTHER).status == 303, "others are not held up"


@needs_openssl
def test_a_visitor_cannot_claim_to_sit_at_the_machine(proxied: Proxied) -> None:
    for claim in ("127.0.0.1", "::1", "127.0.0.1, 127.0.0.1"):
        reply = proxied.ask("/health", x_forwarded_for=claim, x_forwarded_host="localhost", x_forwarded_proto="http")
        assert reply.status == 303, "to the log-in"
        assert proxied.ask("/api/deliveries", x_forwarded_for=claim).status == 401


@needs_openssl
def test_what_is_for_the_operator_stays_inside(proxied: Proxied) -> None:
    for path in ("/metrics", "/readyz"):
        assert proxied.ask(path).status in (403, 404)


@needs_openssl
def test_feeds_pass_as_feeder_made_them(proxied: Proxied) -> None:
    behind = proxied.house.ask("/feeds/all.atom")
    through = proxied.ask("/feeds/all.atom")
    for name in ("etag", "cache-control", "content-type", "vary", "content-security-policy", "content-length"):
        assert through.headers[name] == behind.headers[name], name
    assert through.body == behind.body
    assert proxied.ask("/feeds/all.atom", if_none_match=behind.headers["etag"]).status == 304
    zipped = proxied.ask("/feeds/all.atom", accept_encoding="gzip")
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.headers["etag"] != behind.headers["etag"]
    assert proxied.ask("/feeds/all.atom", if_none_match=zipped.headers["etag"], accept_encoding="gzip").status == 304
    assert proxied.ask("/person/milo-ventimiglia").status == 200
