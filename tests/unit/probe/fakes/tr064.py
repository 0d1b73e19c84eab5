"""A FRITZ!Box that lets programs in, by the form of its description that fritzconnection reads, and one that does not."""

from tests.unit.probe.moods import Mood, speaks

DESCRIPTION = (
    b'<?xml version="1.0"?><root xmlns="urn:dslforum-org:device-1-0"><specVersion><major>1</major><minor>0</minor>'
    b"</specVersion><systemVersion><HW>226</HW><Display>154.07.57</Display></systemVersion><device>"
    b"<deviceType>urn:dslforum-org:device:InternetGatewayDevice:1</deviceType><friendlyName>FRITZ!Box 7590</friendlyName>"
    b"<manufacturer>AVM</manufacturer><serviceList><service><serviceType>urn:dslforum-org:service:DeviceInfo:1</serviceType>"
    b"<controlURL>/upnp/control/deviceinfo</controlURL></service></serviceList></device></root>"
)


def said(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d Said\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


def box(answer: bytes):
    return lambda data: answer if data.startswith(b"GET /tr64desc.xml HTTP/1.1\r\n") else None


RIGHT = Mood(tcp=speaks(box(said(200, DESCRIPTION))), learns={"tr064.answer": True})
REFUSING = Mood(tcp=speaks(box(said(404, b"Not Found"))), learns={"tr064.answer": False})
