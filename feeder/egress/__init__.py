"""The only door to the outside: every address is checked at the moment of connecting, every cost is bounded.

`addresses` opens sockets, `client` speaks HTTP over them, `mail` SMTP.
"""

from feeder.egress.addresses import Resolver, networks, refusal, resolve
from feeder.egress.client import BODY_CAP, DEADLINE, Answer, Client
from feeder.egress.mail import MAIL_DEADLINE, Mailbox, Mailer

__all__ = [
    "BODY_CAP",
    "DEADLINE",
    "MAIL_DEADLINE",
    "Answer",
    "Client",
    "Mailbox",
    "Mailer",
    "Resolver",
    "networks",
    "refusal",
    "resolve",
]
