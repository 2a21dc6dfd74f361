"""An address from the configuration, or an answer of a name server, must never reach what only this machine can reach.

Each address is given to the client as it would be to the real one, with a listener where loopback addresses lead.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.egress import Client, refusal
from feeder.errors import PermanentDeliveryError
from tests.fakes.receiver import Receiver

PUBLIC, PUBLIC6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"

# PORT becomes that of a listener on every loopback address.
HOSTILE_URLS = [
    "http://127.0.0.1:PORT/",
    "http://127.1:PORT/",
    "http://127.000.000.001:PORT/",
    "http://0x7f.1:PORT/",
    "http://0x7f000001:PORT/",
    "http://2130706433:PORT/",
    "http://017700000001:PORT/",
    "http://0177.0.0.1:PORT/",
    "http://0:PORT/",
    "http://0.0.0.0:PORT/",
    "http://127.255.255.254:PORT/",
    "http://localhost:PORT/",
    "http://localhost.:PORT/",
    "HTTP://LOCALHOST:PORT/",
    "http://[::1]:PORT/",
    "http://[::]:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::ffff:7f00:1]:PORT/",
    "http://[::127.0.0.1]:PORT/",
    "http://[0:0:0:0:0:ffff:169.254.169.254]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b::7f00:1]:PORT/",
    "http://[64:ff9b:1::7f00:1]:PORT/",
    "http://[2002:7f00:1::]:PORT/",
    "http://[2001:0:7f00:1::]:PORT/",
    "http://[fe80::1]:PORT/",
    "http://[fe80::1%25lo]:PORT/",
    "http://[fe80::1%lo]:PORT/",
    "http://[fec0::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fc00::1]/",
    "http://[ff02::1]/",
    "http://[100::1]/",
    "http://[3fff::1]/",
    "http://[5f00::1]/",
    "http://[2001:db8::1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://192.0.0.192/",
    "http://100.64.0.1/",
    "http://10.1.2.3/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://203.0.113.9/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://127。0。0。1:PORT/",
    "http://127．0．0．1:PORT/",
    "http://①②⑦.⓪.⓪.①:PORT/",
    "http://hooks.example.org\\@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT\\@hooks.example.org/",
    "http://127.0.0.1:PORT#@hooks.example.org/",
    "http://hooks.example.org@127.0.0.1:PORT/",
    "http://user:secret@hooks.example.org/",
    "http://%31%32%37.0.0.1:PORT/",
    "http://hooks.example.org:22/",
    "http://hooks.example.org:25/",
    "http://hooks.example.org:0/",
    "http://hooks.example.org:99999/",
    "http://hooks.example.org/a\r\nX: b",
    "http://hooks example.org/",
    "http:///etc/passwd",
    "//127.0.0.1:PORT/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:PORT/_x",
    "ftp://127.0.0.1:PORT/",
    "dict://127.0.0.1:PORT/",
    "unix:/run/docker.sock",
    "http+unix://%2Frun%2Fdocker.sock/",
    "javascript:alert(1)",
    "hooks.example.org/hook",
    "",
]


#: The least of them: what a guard of addresses must refuse whatever else it does.
THE_34 = (
    "http://127.0.0.1:PORT/",
    "http://127.1:PORT/",
    "http://0x7f.1:PORT/",
    "http://0x7f000001:PORT/",
    "http://2130706433:PORT/",
    "http://017700000001:PORT/",
    "http://0177.0.0.1:PORT/",
    "http://0:PORT/",
    "http://0.0.0.0:PORT/",
    "http://localhost:PORT/",
    "http://[::1]:PORT/",
    "http://[::]:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::ffff:7f00:1]:PORT/",
    "http://[::127.0.0.1]:PORT/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::7f00:1]:PORT/",
    "http://[2002:7f00:1::]:PORT/",
    "http://[fe80::1%25lo]:PORT/",
    "http://[fec0::1]/",
    "http://[3fff::1]/",
    "http://[5f00::1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://168.63.129.16/",
    "http://100.64.0.1/",
    "http://192.88.99.1/",
    "http://224.0.0.1/",
    "http://127。0。0。1:PORT/",
    "http://hooks.example.org\\@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT#@hooks.example.org/",
    "http://hooks.example.org@127.0.0.1:PORT/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:PORT/_x",
    "http://hooks.example.org:22/",
)


@pytest.fixture(scope="module")
def listener() -> Iterator[Receiver]:
    """Where any loopback address of this machine leads, of both families where it has both."""
    with Receiver(host="0.0.0.0") as it:
        yield it


def public_name(host: str, port: int) -> tuple[str, ...]:
    """The system's resolver for numbers, which reads more spellings than we do; fixed answers for names."""
    if host.startswith("localhost"):
        return ("127.0.0.1", "::1")
    if host.endswith("example.org"):
        return (PUBLIC,)
    return tuple(str(a[4][0]) for a in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))


@pytest.mark.parametrize("url", HOSTILE_URLS)
def test_a_hostile_address_is_refused_before_anything_is_connected(url: str, listener: Receiver) -> None:
    with Client(resolver=public_name, deadline=5) as client, pytest.raises(PermanentDeliveryError):
        client.post(url.replace("PORT", str(listener.port)), headers={}, body=b"{}")
    assert listener.connections == 0


def test_each_of_the_34_hostile_addresses_is_refused(listener: Receiver) -> None:
    assert len(set(THE_34)) == 34
    assert set(THE_34) <= set(HOSTILE_URLS)
    open_door = []
    with Client(resolver=public_name, deadline=5) as client:
        for url in THE_34:
            try:
                client.post(url.replace("PORT", str(listener.port)), headers={}, body=b"{}")
            except PermanentDeliveryError:
                continue
            open_door.append(url)
    assert open_door == []
    assert listener.connections == 0


def test_the_same_spellings_arrive_where_the_operator_allows_them() -> None:
    """The control of the test above: what is refused there is a working address."""
    with Receiver() as open_receiver, Client(allow_networks=["127.0.0.0/8"], deadline=5) as client:
        for host in ("127.0.0.1", "127.1", "0x7f.1", "2130706433", "017700000001", "127。0。0。1"):
            assert client.post(f"http://{host}:{open_receiver.port}/", headers={}, body=b"{}").status == 200


@pytest.mark.parametrize(
    "answers",
    [
        ("127.0.0.1",),
        (PUBLIC, "127.0.0.1"),
        ("127.0.0.1", PUBLIC),
        (PUBLIC, PUBLIC6, "169.254.169.254"),
        (PUBLIC6, "::1"),
        (PUBLIC, "::ffff:10.0.0.1"),
        (PUBLIC, "fe80::1%eth0"),
        (PUBLIC, "10.0.0.1", PUBLIC, PUBLIC, PUBLIC),
    ],
)
def test_one_bad_address_refuses_the_whole_name(answers: tuple[str, ...], listener: Receiver) -> None:
    with (
        Client(resolver=lambda host, port: answers, deadline=5) as client,
        pytest.raises(PermanentDeliveryError, match=r"rebinding\.example\.org"),
    ):
        client.post(f"http://rebinding.example.org:{listener.port}/", headers={}, body=b"{}")
    assert listener.connections == 0


def test_a_name_that_changes_between_two_looks_gains_nothing() -> None:
    """The address that was checked is the one that is connected: the name is looked up once a request."""
    looks: list[str] = []

    def rebinding(host: str, port: int) -> tuple[str, ...]:
        looks.append(host)
        return ("127.0.0.1",) if len(looks) == 1 else ("127.0.0.7",)

    with Receiver() as good, Client(allow_networks=["127.0.0.1/32"], resolver=rebinding, deadline=5) as client:
        url = good.url(host="rebinding.example.org")
        assert client.post(url, headers={}, body=b"{}").status == 200
        with pytest.raises(PermanentDeliveryError):
            client.post(url, headers={}, body=b"{}")
    assert len(looks) == 2


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "0.0.0.0", "224.0.0.1"]
)
def test_metadata_and_multicast_stay_closed_whatever_the_operator_allows(address: str) -> None:
    everything = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
    assert refusal(address, allowed=everything) is not None
    host = f"[{address}]" if ":" in address else address
    with Client(allow_networks=["0.0.0.0/0", "::/0"]) as client, pytest.raises(PermanentDeliveryError):
        client.post(f"http://{host}/", headers={}, body=b"{}")


@pytest.mark.parametrize("address", [PUBLIC, PUBLIC6, "1.1.1.1", "2a00:1450:4001:82f::200e", f"64:ff9b::{PUBLIC}"])
def test_public_addresses_are_open(address: str) -> None:
    assert refusal(address) is None


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_open(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if not address.is_global or address.is_multicast:
        assert refusal(str(address)) is not None or address in ipaddress.ip_network("64:ff9b::/96")


@given(st.ip_addresses(v=4))
def test_wrapping_an_address_changes_nothing(address: ipaddress.IPv4Address) -> None:
    assert (refusal(f"::ffff:{address}") is None) == (refusal(str(address)) is None)
    assert (refusal(f"64:ff9b::{address}") is None) == (refusal(str(address)) is None)


def test_httpcore_still_asks_the_backend_for_every_connection() -> None:
    """The guard stands and falls with this seam of httpcore."""

    class Seam(httpcore.NetworkBackend):
        asked = 0

        def connect_tcp(self, *args: object, **kwargs: object) -> httpcore.NetworkStream:
            self.asked += 1
            raise httpcore.ConnectError("seen")

    seam = Seam()
    with httpcore.ConnectionPool(network_backend=seam) as pool:
        for url in ("http://hooks.example.org/", "https://hooks.example.org/"):
            with pytest.raises(httpcore.ConnectError, match="seen"):
                pool.request("POST", url)
    assert seam.asked == 2
