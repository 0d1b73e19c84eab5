"""One UPnP action over SOAP and what came back (UPnP Device Architecture 2.0, chapter 3: Control)."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from netguard.model.observation import clean
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _http
from netguard.probe._contract import Target
from netguard.probe._description import child, name, parsed, text

MAX_ARGUMENTS = 32
"""Arguments read of one answer; GetSpecificPortMappingEntry has five, GetGenericPortMappingEntry eight."""

END = b":envelope>"
"""Where an answer ends, in small letters: some servers keep the connection open after it. The opening tag has its
namespace before the bracket."""


UNNUMBERED = 0
"""No number of UPnP's: they begin at 401 (UDA 2.0, chapter 3, error codes)."""


class Fault(NoAnswer):
    """The device's own no: `code` by UPnP's numbers (UDA 2.0, chapter 3, and each service's own), `text` its words, cleaned.

    `code` is `UNNUMBERED` where it gave none: that says nothing but no.
    """

    def __init__(self, code: int, text: str) -> None:
        """Words that are missing are left out."""
        what = "an error without a number" if code == UNNUMBERED else f"error {code}"
        super().__init__(f"it answered with {what}" + (f", {text}" if text else ""))
        self.code, self.text = code, text


def call(
    target: Target,
    net: Net,
    control: str,
    service: str,
    action: str,
    arguments: Iterable[tuple[str, str]] = (),
    *,
    most: int = _http.MAX_BODY,
) -> dict[str, str]:
    """The out arguments of `action` of `service` (its whole type), asked by one POST of the path `control` of `target`.

    At most `most` bytes are read of the answer. Raises `Fault` for an error that the device gives, `NoAnswer` for anything that is no answer to it, and what
    `Net.connect` raises. Nothing is followed.
    """
    answer = _http.ask(
        target,
        net,
        control,
        method="POST",
        headers=(("Content-Type", 'text/xml; charset="utf-8"'), ("SOAPAction", f'"{service}#{action}"')),
        body=envelope(service, action, arguments),
        until=END,
        most=most,
    )
    return read(answer.status, answer.body, action)


def envelope(service: str, action: str, arguments: Iterable[tuple[str, str]] = ()) -> bytes:
    """The request's body (UDA 2.0, chapter 3); values are escaped."""
    inner = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in arguments)
    return (
        '<?xml version="1.0"?>\r\n<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
        's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>'
        f"<u:{action} xmlns:u={quoteattr(service)}>{inner}</u:{action}></s:Body></s:Envelope>\r\n"
    ).encode()


def read(status: int, body: bytes, action: str) -> dict[str, str]:
    """The out arguments in an answer, their texts as they are. Raises `Fault` and `NoAnswer` as `call` does."""
    if status not in {200, 500}:
        # Errors come as 500 (UDA 2.0, chapter 3); everything else says nothing about the action.
        raise NoAnswer(f"it answered {status} when it was asked for {action}")
    root = parsed(body, f"its answer to {action}")
    content = child(root, "Body")
    said = None if content is None else child(content, f"{action}Response")
    if name(root) == "Envelope" and said is not None:
        return {name(each): whole_text(each) for each in list(said)[:MAX_ARGUMENTS]}
    fault = None if content is None else child(content, "Fault")
    raise NoAnswer(f"it answered something else than {action} does") if fault is None else _fault(fault)


def whole_text(element: Element) -> str:
    """All text in `element`: some routers write a description with a bracket in it as it is."""
    return "".join(element.itertext()).strip()


def _fault(fault: Element) -> Fault:
    detail = child(fault, "detail")
    error = None if detail is None else child(detail, "UPnPError")
    code = "" if error is None else text(error, "errorCode")
    known = code.isascii() and code.isdigit() and len(code) <= 6
    words = "" if error is None else text(error, "errorDescription")
    return Fault(int(code) if known else UNNUMBERED, clean(words or text(fault, "faultstring"), 80))
