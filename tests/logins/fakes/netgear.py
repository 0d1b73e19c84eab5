"""A Nighthawk: `currentsetting.htm` as netgear.js saw it of an R6400v2, and the page behind a 401 as pynetgear saw it."""

from tests.logins.server import Asked, Mood, Router, Said

CURRENT = (
    "Firmware=V1.0.4.122_10.0.95\r\nRegionTag=R6400v2_NA\r\nRegion=us\r\nModel=R6400v2\r\nInternetConnectionStatus=Up\r\n"
    "ParentalControlSupported=1\r\nSOAPVersion=3.21\r\nReadyShareSupportedLevel=29\r\nXCloudSupported=1\r\n"
    "LoginMethod=2.0\r\nDeviceMode=0\r\nSOAP_HTTPs_Port=5555\r\n"
)
REFUSED = (
    '<html><head><title>401 Unauthorized</title></head><body onload="document.aForm.submit()"><h1>401 Unauthorized</h1>'
    '<form method="post" action="unauth.cgi?id=00000000" name="aForm"></form></body></html>'
)
INSIDE = (
    '<html><head><title>NETGEAR Router R6400v2</title></head><frameset><frame src="adv_index.htm"></frameset></html>'
)


class Fake(Router):
    FACTORY = ("admin", "password")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}

    def page(self, asked: Asked) -> Said:
        if asked.path == "/currentsetting.htm":
            return Said(body=CURRENT)
        return Said(
            status=401,
            headers={"WWW-Authenticate": 'Basic realm="NETGEAR R6400v2"', "x-frame-options": "SAMEORIGIN"},
            cookies=("XSRF_TOKEN=1222440606; Path=/",),
            body=REFUSED,
        )

    def log_in(self, asked: Asked) -> Said | None:
        if asked.basic is None:
            return None
        return self.inside(asked) if self.check(*asked.basic) else self.page(asked)

    def inside(self, asked: Asked) -> Said | None:
        return Said(body=INSIDE)

    def everything(self) -> list[Said]:
        return [Said(body=INSIDE), Said(body=CURRENT)]
