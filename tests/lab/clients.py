"""Small clients of the lab's own, run on the home's laptop: what a daemon does is not to be judged by the probes alone."""

import json
import socket
import ssl
import struct
import sys
import warnings


def tell(value):
    """Writes `value` to where the test reads it."""
    sys.stdout.write(json.dumps(value))


def talk(address, port, say=b"", wait=4.0, until=None):
    """What a TCP port says, up to `until`, to its end or till it says no more."""
    with socket.create_connection((address, port), 5) as s:
        s.settimeout(wait)
        s.sendall(say)
        out = b""
        try:
            while data := s.recv(65_536):
                out += data
                if until and until in out:
                    break
        except (TimeoutError, ConnectionResetError):
            pass
    return out.decode("latin-1")


def ask(address, port, data, wait=3.0):
    """What a UDP port answers; None for silence."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(wait)
        s.connect((address, port))
        s.send(data)
        try:
            return s.recv(65_536).decode("latin-1")
        except TimeoutError:
            return None


def ftp(address):
    """What it says to an anonymous login."""
    return talk(address, 21, b"USER anonymous\r\nPASS nobody@\r\nQUIT\r\n", until=b"221")


def telnet(address, port=23):
    """The text it shows up to a prompt, while all options are refused as RFC 854 asks for."""
    with socket.create_connection((address, port), 5) as s:
        s.settimeout(10)
        text = kept = b""
        while not text.rstrip().endswith((b":", b"#", b"$")):
            kept += s.recv(4096)
            while kept and (kept[0] != 255 or len(kept) > 2):
                if kept[0] != 255:
                    text, kept = text + kept[:1], kept[1:]
                    continue
                refusal = {253: 252, 251: 254}.get(kept[1])
                if refusal:
                    s.sendall(bytes((255, refusal, kept[2])))
                kept = kept[3:]
        return text.decode("latin-1")


def ssh(address):
    """The methods it offers to root; an empty list where it lets root in."""
    import paramiko

    transport = paramiko.Transport((address, 22))
    try:
        transport.start_client(timeout=10)
        try:
            return transport.auth_none("root")
        except paramiko.BadAuthenticationType as error:
            return error.allowed_types
    finally:
        transport.close()


def mqtt(address):
    """The return code of its CONNACK (MQTT 3.1.1, 3.2.2.3)."""
    said = talk(address, 1883, bytes.fromhex("100f00044d5154540402003c00036e6574"), until=b" \x02\x00")
    return ord(said[3]) if said.startswith(" \x02") else said


def rtsp(address):
    """Its status line to DESCRIBE."""
    return talk(address, 554, f"DESCRIBE rtsp://{address}/ RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode(), until=b"\r\n\r\n")[
        :12
    ]


def snmp(address):
    """What it answers to `public`; None for silence."""
    get = bytes.fromhex("302602010004067075626c6963a019020101020100020100300e300c06082b060102010101000500")
    return ask(address, 161, get)


def smb(address):
    """The index of the dialect it takes of NT LM 0.12 alone; 65535 for none."""
    dialect = b"\x02NT LM 0.12\x00"
    head = b"\xffSMBr" + bytes(4) + b"\x18\x01\xc0" + bytes(12) + b"\xff\xff\xfe\xff" + bytes(4)
    asked = head + b"\x00" + struct.pack("<H", len(dialect)) + dialect
    said = talk(address, 445, len(asked).to_bytes(4, "big") + asked, until=b"SMBr", wait=2.0).encode("latin-1")
    return struct.unpack_from("<H", said, 37)[0]


def ntp(address):
    """Version, mode and stratum of its answer (RFC 5905, 7.3)."""
    said = ask(address, 123, b"\x23" + bytes(47)).encode("latin-1")
    return [said[0] >> 3 & 7, said[0] & 7, said[1]]


def coap(address):
    """The list of its resources."""
    return ask(address, 5683, b"\x40\x01\x12\x34\xbb.well-known\x04core")


def tls(address, version, port=443):
    """The version it speaks where only `version` is offered, or why not."""
    warnings.simplefilter("ignore")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    try:
        with context.wrap_socket(socket.create_connection((address, port), 5)) as s:
            return s.version()
    except ssl.SSLError as error:
        return error.reason


def http(address, port, path="/"):
    """The whole answer to a GET."""
    return talk(address, port, f"GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n".encode())
