"""Real servers on loopback for the tests of `net`."""

from tests.servers import listener, network

__all__ = ["listener", "network"]
