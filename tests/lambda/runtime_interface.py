"""Lambda's runtime interface on loopback, in as much as a runtime sees of it.

cargo-lambda's emulator differs from Lambda in three points that matter here, and this one does not: invocations bear
the moment at which they end, what a runtime posts is kept as it was posted, and a function error stays apart.

Written from AWS's description of the runtime API, version 2018-06-01.
"""

import http.server
import json
import queue
import threading
import time
import uuid

import emulator

BASE = "/2018-06-01/runtime/"


class Posted:
    """What the runtime posted for one invocation: `response` or `error`, and the body."""

    def __init__(self, kind, body):
        self.kind = kind
        self.body = body

    def json(self):
        return json.loads(self.body)


class RuntimeInterface:
    """Hands events to one `bootstrap` and collects what it posts."""

    def __init__(self, command=(emulator.PACKAGE / "bootstrap",), **settings):
        self.events = queue.Queue()
        self.posted = queue.Queue()
        self.first_poll = threading.Event()
        interface = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Headers and body go out in two writes; the second should not wait for the first to be acknowledged.
            disable_nagle_algorithm = True

            def do_GET(self):
                interface.first_poll.set()
                event, seconds = interface.events.get()
                if event is None:
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("Lambda-Runtime-Aws-Request-Id", str(uuid.uuid4()))
                self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + seconds) * 1000)))
                self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:1:function:spanlet")
                self.send_header("Content-Length", str(len(event)))
                self.end_headers()
                self.wfile.write(event)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                interface.posted.put(Posted(self.path.rpartition("/")[2], body))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        # A runtime that ends resets the connection on which it waits; what matters is asserted on what was posted.
        self.server.handle_error = lambda *_: None
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        environment = emulator.function_environment(f"127.0.0.1:{self.server.server_address[1]}", **settings)
        self.bootstrap = emulator.Program(command, environment)

    def invoke(self, event, seconds=60):
        """What the runtime posts for an event that must be answered within so many seconds."""
        return self.invoke_json(json.dumps(event).encode(), seconds)

    def invoke_json(self, event, seconds=60):
        """The same for an event as bytes."""
        self.events.put((event, seconds))
        try:
            return self.posted.get(timeout=emulator.PATIENCE_SECONDS)
        except queue.Empty:
            raise AssertionError(f"no answer:\n{self.bootstrap.output()}") from None

    def stop(self):
        self.bootstrap.stop()
        self.events.put((None, 0))
        self.server.shutdown()
        self.server.server_close()
