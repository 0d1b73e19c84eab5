"""A host that answers every UPnP search with what it was told to say: run as a program on a simulated device.

Run as `python posing.py ADDRESS JSON`, where JSON is a list of header lists; says `ready`, and ends when its standard input
is closed.
"""

import json
import select
import socket
import sys

GROUP, PORT = "239.255.255.250", 1900


def main(own: str, said: list[dict[str, str]]) -> None:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("", PORT))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(GROUP) + socket.inet_aton(own))
    print("ready", flush=True)
    while True:
        readable, _, _ = select.select([sock, sys.stdin], [], [])
        if sys.stdin in readable:
            return
        data, sender = sock.recvfrom(65_536)
        if not data.startswith(b"M-SEARCH") or sender[0] == own:
            continue
        for headers in said:
            lines = ("HTTP/1.1 200 OK", *(f"{name}: {value}" for name, value in headers.items()), "", "")
            sock.sendto("\r\n".join(lines).encode(), sender)


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
