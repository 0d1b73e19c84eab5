"""Which model and firmware version a device is said to have, by what it says of itself."""

import pytest

from netguard.identify import names

VERSIONS = [
    ({"firmware.version": ("154.07.57",)}, "154.07.57"),
    ({"firmware.version": ("2.1",), "telnet.banner": ("MikroTik v6.49.10 (stable) Login:",)}, "2.1"),
    ({"telnet.banner": ("MikroTik v6.49.10 (stable) Login:",)}, "6.49.10"),
    ({"telnet.banner": ("DD-WRT v3.0-r44715 std (c) 2020",)}, "DD-WRT v3.0-r44715"),
    ({"http.title": ("DD-WRT (build 44715) - Info",)}, "DD-WRT build 44715"),
    ({"ssdp.server": ("OpenWRT/18.06.2 UPnP/1.1 MiniUPnPd/2.1",)}, "OpenWrt 18.06.2"),
    ({"ssdp.server": ("OpenWRT/23.05 UPnP/1.1 MiniUPnPd/2.3.3",)}, "OpenWrt 23.05"),
    ({"ssdp.server": ("OpenWRT/OpenWrt/23.05.3 UPnP/1.1 MiniUPnPd/2.3.3",)}, "OpenWrt 23.05.3"),
    ({"ssdp.server": ("OpenWrt/5.4.171 UPnP/1.1 MiniUPnPd/2.3.1",)}, None),
    ({"ssdp.server": ("OpenWRT/kamikaze UPnP/1.0 MiniUPnPd/1.4",)}, None),
    ({"http.server": ("Linux, HTTP/1.1, DIR-868L Ver 2.01",)}, "2.01"),
    ({"ssdp.server": ("Linux, UPnP/1.0, DIR-859 Ver 1.05B03",)}, "1.05B03"),
    ({"http.server": ("lighttpd/1.4.59",)}, None),
    ({"ssdp.server": ("Linux/3.14 UPnP/1.0 MiniUPnPd/1.9",)}, None),
]


@pytest.mark.parametrize(("texts", "expected"), VERSIONS)
def test_the_version_is_where_routers_say_it(texts, expected):
    assert names.firmware(texts) == expected


@pytest.mark.parametrize("kind", ["host.model", "ubnt.model", "mndp.board"])
def test_a_model_told_by_a_page_or_protocol_counts_after_the_descriptions(kind):
    assert names.model({kind: ("EA4500",)}) == "EA4500"
    assert (
        names.model({kind: ("EA4500",), "upnp.model": ("Linksys Series Router EA4500",)})
        == "Linksys Series Router EA4500"
    )
