"""A server that takes everything from version 1 to 3.1.1, and one that has left version 1 behind ([MS-CIFS], [MS-SMB2])."""

import socket

from tests.unit.probe.moods import Mood


def framed(message: bytes) -> bytes:
    return len(message).to_bytes(4) + message


def answer_1(index: int = 0, words: int = 17, status: int = 0) -> bytes:
    """SMB_COM_NEGOTIATE's answer ([MS-CIFS] 2.2.4.52.2)."""
    header = b"\xffSMB\x72" + status.to_bytes(4, "little") + b"\x88\x01\xc0" + bytes(20)
    parameters = index.to_bytes(2, "little") + bytes(2 * words - 2) if words else b""
    return framed(header + bytes((words,)) + parameters + b"\0\0")


def answer_2(revision: int = 0x0311, status: int = 0) -> bytes:
    """SMB2 NEGOTIATE's answer ([MS-SMB2] 2.2.4)."""
    header = b"\xfeSMB\x40\0\0\0" + status.to_bytes(4, "little") + b"\0\0\x01\0" + (1).to_bytes(4, "little") + bytes(44)
    return framed(header + b"\x41\0\x01\0" + revision.to_bytes(2, "little") + bytes(59))


def server(first: bytes | None, second: bytes | None):
    """One that answers the greeting of version 1 with `first` and the other with `second`; None ends the connection."""

    def behave(peer: socket.socket) -> None:
        said = peer.recv(65536)
        if said[:1] == b"\x81":
            peer.sendall(b"\x82\0\0\0")
            said = peer.recv(65536)
        answer = {b"\xffSMB": first, b"\xfeSMB": second}.get(said[4:8])
        if answer is not None:
            peer.sendall(answer)
            peer.recv(1)

    return behave


RIGHT = Mood(tcp=server(answer_1(), answer_2()), learns={"smb.v1": True, "smb.dialect": "3.1.1"}, service="smb")
REFUSING = Mood(tcp=server(None, answer_2()), learns={"smb.v1": False, "smb.dialect": "3.1.1"}, service="smb")
