"""HTTP and HTTPS: lighttpd."""

from netguard.demo.certificates import Wanted, certificate
from netguard.demo.homes import Page, Server
from netguard.demo.recipes._contract import PASSWORD, Daemon, Place, Recipe

_MODULES = ("mod_auth", "mod_authn_file", "mod_openssl", "mod_redirect")


def recipe(place: Place) -> Recipe:
    """Static pages, redirects and pages that ask for a login: those of the simulated servers it replaces.

    A `secure-web` server among them gets TLS with the certificate that its options describe. Its option `oldest` is the
    oldest version of TLS that it takes; before 1.2 that needs ciphers which OpenSSL has switched off (its security level 0).
    """
    files: dict[str, str | bytes] = {"/run/lab/users": f"owner:{PASSWORD}\n", "/run/lab/www/.keep": ""}
    types, sockets = {".html": "text/html"}, ""
    for server in place.servers:
        types |= {page.path: page.content_type for page in server.pages if not page.path.endswith("/")}
        files |= {
            f"/run/lab/www{server.port}{page.path}{'index.html' if page.path.endswith('/') else ''}": page.body
            for page in server.pages
            if page.status == 200 and page.method == "GET"
        }
        words = [f'server.document-root = "/run/lab/www{server.port}"', *map(_rule, server.pages)]
        if server.option("server"):
            words.append(f'server.tag = "{server.option("server")}"')
        if server.kind == "secure-web":
            files[f"/run/lab/{server.port}.pem"] = b"".join(certificate(Wanted.of(server, place.device)))
            words += _tls(server)
        inner = "\n".join(filter(None, words))
        sockets += f'$SERVER["socket"] == "{place.address}:{server.port}" {{\n{inner}\n}}\n'
    config = f"""
server.document-root = "/run/lab/www"
server.bind = "{place.address}"
server.port = {place.port(80)}
server.pid-file = "/run/lab/lighttpd.pid"
index-file.names = ( "index.html" )
server.modules = ( {", ".join(f'"{module}"' for module in _MODULES)} )
mimetype.assign = ( {", ".join(f'"{end}" => "{kind}"' for end, kind in types.items())} )
auth.backend = "plain"
auth.backend.plain.userfile = "/run/lab/users"
{sockets}"""
    modules = f"{place.folder}/usr/lib/lighttpd" if place.executable.startswith(place.folder) else ""
    return Recipe(
        argv=(place.executable, "-D", "-f", "/run/lab/lighttpd.conf", *(("-m", modules) if modules else ())),
        files=(("/run/lab/lighttpd.conf", config), *files.items()),
        ready=tuple(("tcp", server.port) for server in place.servers) or (("tcp", 80),),
    )


def _rule(page: Page) -> str:
    """What makes a page answer with its status, where that is no 200."""
    headers = dict(page.headers)
    if page.status in {301, 302, 303, 307, 308}:
        code = f"\nurl.redirect-code = {page.status}"
        return f'url.redirect = ( "^{page.path}$" => "{headers.get("Location", "/")}" ){code}'
    if page.status == 401:
        realm = headers.get("WWW-Authenticate", "").partition('realm="')[2].partition('"')[0]
        asked = f'"method" => "basic", "realm" => "{realm}", "require" => "valid-user"'
        return f'auth.require = ( "{page.path}" => ( {asked} ) )'
    return ""


def _tls(server: Server) -> list[str]:
    words = ['ssl.engine = "enable"', f'ssl.pemfile = "/run/lab/{server.port}.pem"']
    oldest = server.option("oldest")
    if oldest:
        ciphers = "DEFAULT:@SECLEVEL=0"
        words.append(f'ssl.openssl.ssl-conf-cmd = ( "MinProtocol" => "{oldest}", "CipherString" => "{ciphers}" )')
    return words


DAEMON = Daemon(
    packages=("lighttpd", "lighttpd-mod-openssl"),
    executable="lighttpd",
    recipe=recipe,
    parts=tuple(f"usr/lib/lighttpd/{module}.so" for module in _MODULES[:3]),  # the last one is built into the program
)
