"""A real receiver on this computer: an HTTP server that keeps what it is sent, and fails when it is told to."""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MAX_BODY = 1 << 20


class Receiving:
    """What came in, in order. `status` is what it answers to what it does not refuse; while `held` is clear it does not answer at all."""

    def __init__(self):
        self.got = []
        self.refuses = lambda message: False
        self.status = 200
        self.held = threading.Event()
        self.held.set()
        self.came = threading.Semaphore(0)

    @property
    def url(self):
        return f"json://127.0.0.1:{self.port}/secret-token"

    @property
    def titles(self):
        return [message["title"] for message in self.got]


@contextlib.contextmanager
def receiving():
    heard = Receiving()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            size = min(int(self.headers.get("Content-Length", 0)), MAX_BODY)
            message = json.loads(self.rfile.read(size))
            status = 403 if heard.refuses(message) else heard.status
            if status == 200:
                heard.got.append(message)
            heard.came.release()
            heard.held.wait(30)
            with contextlib.suppress(OSError):  # who sent may be gone
                self.send_response(status)
                self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield heard
    finally:
        heard.held.set()
        server.shutdown()
        server.server_close()
        thread.join()
