"""What iw prints, made from its source; all names and addresses are invented."""

from netguard.wifi.formats import iw
from tests.unit.wifi.lists import read

HOME, OTHER, EVIL, FAKE = (f"00:00:5e:00:53:{n:02x}" for n in (1, 2, 0x66, 0xBB))

RSN = "\tRSN:\t * Version: 1\n\t\t * Group cipher: CCMP\n\t\t * Pairwise ciphers: CCMP\n\t\t * Authentication suites: {}\n\t\t * Capabilities: {} (0x0000)\n"
WPA = "\tWPA:\t * Version: 1\n\t\t * Group cipher: TKIP\n\t\t * Pairwise ciphers: TKIP\n\t\t * Authentication suites: PSK\n"
WPS = (
    "\tWPS:\t * Version: 1.0\n\t\t * Wi-Fi Protected Setup State: 2 (Configured)\n\t\t * Response Type: 3 (AP)\n"
    "\t\t * UUID: 00000000-0000-1000-0000-00005e005301\n\t\t * Manufacturer: Maker\n\t\t * Model: Model\n"
    "\t\t * Model Number: 1\n\t\t * Serial Number: 1\n\t\t * Primary Device Type: 6-0050f204-1\n"
    "\t\t * Device name: {}\n\t\t * Config methods:{}\n\t\t * RF Bands: 0x3\n\t\t * Version2: 2.0\n"
)


def rsn(suites="PSK", flags="16-PTKSA-RC 1-GTKSA-RC"):
    return RSN.format(suites, flags)


def kernel(bssid, *, status="", capability="ESS Privacy ShortSlotTime (0x0411)", freq="2437", boot=False, answer=True):
    """The lines that iw makes of the kernel's answer (scan.c, print_bss_handler)."""
    return (
        f"BSS {bssid}(on wlan0){status}\n"
        + ("\tlast seen: 4206.107s [boottime]\n" if boot else "")
        + f"\tTSF: 212106552475 usec (2d, 10:55:06)\n\tfreq: {freq}\n\tbeacon interval: 100 TUs\n"
        + f"\tcapability: {capability}\n\tsignal: -57.00 dBm\n\tlast seen: 520 ms ago\n"
        + ("\tInformation elements from Probe Response frame:\n" if answer else "")
    )


RATES = "\tSupported rates: 1.0* 2.0* 5.5* 11.0* 6.0 9.0 12.0 18.0 \n\tDS Parameter set: channel 6\n"


def block(bssid=HOME, ssid="Home", rest=None, **given):
    return kernel(bssid, **given) + f"\tSSID: {ssid}\n{RATES}" + (rsn() if rest is None else rest)


def one(text):
    (heard,) = read(iw, text)
    return heard


BEFORE = block(HOME, "Home", rsn() + WPS.format("Box", " PBC"), status=" -- associated")
AFTER = block(OTHER, "Other", rsn("SAE", "MFP-required MFP-capable"))
