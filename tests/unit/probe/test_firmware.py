"""What routers' pages say of model and firmware: each page's real form, who is asked, and what else may come back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.vocabulary import Role
from netguard.net.failures import NoAnswer
from netguard.probe import firmware
from netguard.probe._contract import Target
from tests.builders import device
from tests.hostile.corpus import NASTY
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import TEXT, fact, make_ask, rules, said
from tests.unit.probe.fakes.firmware import JNAP, NOT_FOUND
from tests.unit.probe.fakes.nuki import answer
from tests.unit.probe.web import site

FRITZ = (
    b'<?xml version="1.0"?>\n<j:BoxInfo xmlns:j="http://jason.avm.de/updatecheck/">\n<j:Name>FRITZ!Box 7590</j:Name>\n'
    b"<j:HW>226</j:HW><j:Version>154.07.57</j:Version><j:Revision>103940</j:Revision>"
    b"<j:Serial>000A0B000000</j:Serial><j:OEM>avm</j:OEM><j:Lang>de</j:Lang><j:Annex>B</j:Annex><j:Lab></j:Lab>"
    b"<j:Country>049</j:Country><j:Flag>mesh_master</j:Flag><j:UpdateConfig>3</j:UpdateConfig></j:BoxInfo>"
)
NETGEAR = (
    b"Firmware=V1.0.11.128_10.2.112\r\nRegionTag=R7000_WW\r\nRegion=ww\r\nModel=R7000\r\nInternetConnectionStatus=Up\r\n"
    b"ParentalControlSupported=1\r\nSOAPVersion=3.43\r\nReadyShareSupportedLevel=29\r\nDeviceMode=0\r\n"
)
HNAP = (
    b'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
    b'<soap:Body><GetDeviceSettingsResponse xmlns="http://purenetworks.com/HNAP1/"><GetDeviceSettingsResult>OK'
    b"</GetDeviceSettingsResult><Type>GatewayWithWiFi</Type><DeviceName>D-Link Systems DIR-645</DeviceName><VendorName>"
    b"D-Link Systems</VendorName><ModelDescription>Wireless N Router</ModelDescription><ModelName>DIR-645</ModelName>"
    b"<FirmwareVersion>1.04B12</FirmwareVersion><HardwareVersion>A1</HardwareVersion><PresentationURL>http://192.168.0.1/"
    b"</PresentationURL><SOAPActions><string>http://purenetworks.com/HNAP1/GetDeviceSettings</string></SOAPActions>"
    b"</GetDeviceSettingsResponse></soap:Body></soap:Envelope>"
)
XIAOMI = b'{"romversion":"1.0.168","countrycode":"CN","code":0,"id":"1/A","routername":"Home","inited":1,"model":"xiaomi.router.ra70","hardware":"RA70"}'
XIAOMI_NEW = (
    b'{"hardware":{"platform":"RD18","version":"1.0.53","displayName":"Xiaomi BE5000"},"newEncryptMode":1,"code":0}'
)
HILINK = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<response>\n<productfamily>LTE</productfamily>\n<classify>cpe</classify>\n'
    b"<multimode>0</multimode>\n<restore_default_status>0</restore_default_status>\n<devicename>B525s-23a</devicename>\n"
    b"<SoftwareVersion>11.236.01.02.69</SoftwareVersion>\n<WebUIVersion>21.100.31.00.03</WebUIVersion>\n</response>"
)
FREEBOX = (
    b'{"uid":"23b86ec8091013d668829fe12791fdab","device_name":"Freebox Server","box_model":"fbxgw7-r1/full",'
    b'"box_model_name":"Freebox v7 (r1)","api_version":"16.0","api_base_url":"/api/","https_available":true,"https_port":3615}'
)
SPEEDPORT = (
    b'[{"vartype":"page_title","varid":"title","varvalue":"Speedport"},{"vartype":"value","varid":"device_name","varvalue":'
    b'"Speedport W 724V"},{"vartype":"value","varid":"firmware_version","varvalue":"01011603.05.021"}]'
)
GOOGLE = (
    b'{"software":{"softwareVersion":"14150.376.32","updateChannel":"stable-channel"},"system":{"deviceId":"x","groupRole":'
    b'"root","hardwareId":"GALE C2E-A2A-A3A-A4A-E5Q","modelId":"ACjYe","uptime":794184},"wan":{"localIpAddress":"203.0.113.5"}}'
)

ANSWERS = {
    "fritz": (FRITZ, {"host.model": "FRITZ!Box 7590", "firmware.version": "154.07.57"}),
    "netgear": (NETGEAR, {"host.model": "R7000", "firmware.version": "V1.0.11.128_10.2.112"}),
    "jnap": (JNAP, {"host.model": "EA4500", "host.revision": "1", "firmware.version": "2.1.42.183584"}),
    "hnap": (HNAP, {"host.model": "DIR-645", "host.revision": "A1", "firmware.version": "1.04B12"}),
    "xiaomi": (XIAOMI, {"host.model": "RA70", "firmware.version": "1.0.168"}),
    "xiaomi-new": (XIAOMI_NEW, {"host.model": "Xiaomi BE5000", "firmware.version": "1.0.53"}),
    "hilink": (HILINK, {"host.model": "B525s-23a", "firmware.version": "11.236.01.02.69"}),
    "freebox": (FREEBOX, {"host.model": "Freebox v7 (r1)"}),
    "speedport": (SPEEDPORT, {"host.model": "Speedport W 724V", "firmware.version": "01011603.05.021"}),
    "google": (GOOGLE, {"host.model": "ACjYe", "firmware.version": "14150.376.32"}),
}


def at(service, *names):
    return Target(address=LOOPBACK, port=service.port, path=" ".join(names))


@pytest.mark.parametrize("name", firmware.PAGES)
def test_each_page_says_model_and_version_and_nothing_else_is_kept(net, listener, name):
    body, expected = ANSWERS[name]
    service = site(listener, {firmware.PAGES[name].path: answer(body)})
    assert said(firmware.probe(at(service, name), net)) == expected
    assert service.asked == [firmware.PAGES[name].path]


def test_every_page_belongs_to_records_that_exist_and_are_routers():
    assert {name for names in firmware.OF_RECORD.values() for name in names} == firmware.PAGES.keys()
    for id_ in firmware.OF_RECORD:
        assert rules().devices[id_].role in firmware.ROLES


def test_the_second_generation_is_asked_only_where_the_first_says_nothing(net, listener):
    service = site(listener, {"/HNAP1/": answer(HNAP)})
    assert said(firmware.probe(at(service, "jnap", "hnap"), net))["host.model"] == "DIR-645"
    assert service.asked == ["/JNAP/", "/HNAP1/"]


def test_nothing_is_sent_that_could_be_a_login(net, listener):
    service = listener(answer=answer(JNAP), then_close=True)
    list(firmware.probe(at(service, "jnap"), net))
    head, _, body = service.received.partition(b"\r\n\r\n")
    assert body == b"{}"
    assert b"authori" not in head.lower()
    assert b"cookie" not in head.lower()


NO_PAGE = {
    "login page": answer(b"<html><head><title>Login</title></head></html>", kind=b"text/html"),
    "not found": NOT_FOUND,
    "login wanted": answer(b"", status=b"401 Unauthorized"),
    "moved": answer(b"", status=b"302 Found", more=b"Location: http://192.0.2.99/\r\n"),
    "another JSON": answer(b'{"error":"_ErrorUnauthorized"}'),
    "a list": answer(b"[]"),
    "nothing": answer(b""),
    "empty values": answer(b'{"output":{"modelNumber":"","firmwareVersion":" "}}'),
    "a DTD": answer(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x><ModelName>&e;</ModelName></x>'),
    "deep": answer(b"[" * 5000),
    "encrypted": answer(b"9f86d081884c7d659a2feaa0c55ad015"),
}


@pytest.mark.parametrize("case", NO_PAGE)
@pytest.mark.parametrize("name", firmware.PAGES)
def test_another_answer_is_a_reason_and_teaches_nothing(net, listener, name, case):
    service = listener(answer=NO_PAGE[case], then_close=True)
    with pytest.raises(NoAnswer):
        list(firmware.probe(at(service, name), net))


@pytest.mark.parametrize("name", firmware.PAGES)
@given(TEXT | st.sampled_from(sorted(NASTY.values())).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_whatever_comes_back_is_read_or_refused(name, body):
    try:
        found = firmware.PAGES[name].read(body)
    except NoAnswer:
        return
    assert set(found) <= {"host.model", "host.revision", "firmware.version"}


def test_what_a_page_says_is_cut_and_cleaned(net, listener):
    body = b"Model=R7000\x1b[2J" + b"A" * 5000 + b"\nSOAPVersion=3\nFirmware=V1\x00\n" + b"x=y\n" * 5000
    service = listener(answer=answer(body), then_close=True)
    found = said(firmware.probe(at(service, "netgear"), net))
    assert len(found["host.model"]) <= 120
    assert "\x1b" not in found["host.model"]
    assert found["firmware.version"] == "V1"


def wanted(services=(80, 443), turn="deep", facts=(), profile="fritzbox", role=Role.ROUTER):
    found = device(1, role, services=services, profile=profile)
    return [(t.port, t.secure, t.path) for t in firmware.wants(found, make_ask(turn, facts=facts))]


def test_a_router_with_a_known_page_is_asked_once_in_the_deep_round():
    assert wanted() == [(80, False, "fritz")]
    assert wanted(services=(443,)) == [(443, True, "fritz")]
    assert wanted(profile="linksys-router") == [(80, False, "jnap hnap")]
    assert wanted(role=Role.ACCESS_POINT, profile="fritz-repeater") == [(80, False, "fritz")]
    assert wanted(turn="light") == []
    assert wanted(facts=[fact("firmware.version", "7.57")]) == []


def test_others_are_not_asked():
    assert wanted(profile=None) == []
    assert wanted(profile="asus-router") == []
    assert wanted(services=(22, 8080)) == []
    for role in set(Role) - firmware.ROLES:
        assert wanted(role=role) == []


def test_a_port_that_only_leads_to_https_is_passed_over():
    moved = [fact("http.redirect", "https://192.0.2.1/")]
    assert wanted(facts=moved) == [(443, True, "fritz")]
    assert wanted(services=(80,), facts=moved) == [(80, False, "fritz")]
    assert wanted(facts=[fact("http.redirect", "/login.html")]) == [(80, False, "fritz")]
