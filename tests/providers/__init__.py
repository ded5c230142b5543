"""A provider of our own on loopback: real HTTP, everything the gateways speak, and every way to fail."""

from tests.providers.exchange import Exchange, Fault, Recorded
from tests.providers.server import Freeze, ProviderServer
from tests.providers.talking import Reply

__all__ = ["Exchange", "Fault", "Freeze", "ProviderServer", "Recorded", "Reply"]
