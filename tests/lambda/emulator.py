"""The function under cargo-lambda's emulator of Lambda: the packed `bootstrap` itself, on a free loopback port.

`cargo lambda watch --only-lambda-apis` answers Lambda's APIs and compiles nothing; `bootstrap` is started here with the
environment that Lambda would give it.
"""

import atexit
import functools
import json
import os
import pathlib
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
COMMAND = TARGET / "release" / "spanlet"
COMPONENT = TARGET / "component" / "spanlet.cwasm"
# The default models: the folder in a function that loads them, and the file, or the folder of files.
MODELS = {"en": ROOT / "models/en/en.tar.gz", "ner": ROOT / "models/ner/export", "tags": ROOT / "models/tags/tags.ftz"}
# Lambda's architectures, by what the system calls the machine.
ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64"}
ARCHITECTURE = ARCHITECTURES[platform.machine()]


def zip_file(architecture):
    """The function that is uploaded."""
    return TARGET / "lambda" / f"spanlet-lambda-{architecture}.zip"


def package(architecture):
    """The same, unpacked as Lambda does: with the models baked in."""
    return TARGET / "lambda" / architecture


PACKAGE = package(ARCHITECTURE)
FUNCTION = "spanlet"
PATIENCE_SECONDS = 30

# Told to end, end what was started too.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


class Answer:
    """An HTTP answer: status, headers by lower-case name, body."""

    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.headers.items()}
        self.body = response.read()

    def json(self):
        return json.loads(self.body)


# Straight to loopback, whatever proxy this process is told to use.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def request(url, method="GET", body=None, headers=None):
    """One HTTP request; an error status is an answer like another."""
    prepared = urllib.request.Request(url, data=body, headers=headers or {}, method=method)
    try:
        with OPENER.open(prepared, timeout=PATIENCE_SECONDS) as response:
            return Answer(response)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def lay_out(home, models):
    """A function that loads its models from folders, as a person would lay it out."""
    for beside in ("", ".b3"):
        shutil.copyfile(f"{COMPONENT}{beside}", home / f"{COMPONENT.name}{beside}")
    for name, path in models.items():
        if path.is_dir():
            shutil.copytree(path, home / "models" / name)
            continue
        (home / "models" / name).mkdir(parents=True)
        shutil.copyfile(path, home / "models" / name / path.name)


@functools.cache
def loading_home():
    """Such a function with the default models; it is removed with the tests."""
    folder = tempfile.TemporaryDirectory(prefix="spanlet-test-")
    atexit.register(folder.cleanup)
    lay_out(pathlib.Path(folder.name), MODELS)
    return folder.name


def function_environment(runtime_api, home=PACKAGE, **settings):
    """What Lambda sets for a function, and nothing of this process but where programs lie."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_LAMBDA_FUNCTION_NAME": FUNCTION,
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "SPANLET_HOME": str(home),
        **settings,
    }


class Program:
    """A program in a process group of its own, whose output goes to a file."""

    def __init__(self, arguments, environment=None):
        self.log = tempfile.NamedTemporaryFile(prefix="spanlet-test-", suffix=".log")
        self.process = subprocess.Popen(
            [str(argument) for argument in arguments],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=ROOT,
            start_new_session=True,
        )
        atexit.register(self.stop)

    def output(self):
        return pathlib.Path(self.log.name).read_text(errors="replace")

    def wait_until(self, is_ready):
        """Waits until `is_ready()` gives something true, and answers it."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not (ready := is_ready()):
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"{self.process.args[0]} did not start:\n{self.output()}")
            time.sleep(0.02)
        return ready

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.log.close()
        atexit.unregister(self.stop)


class Emulator:
    """Lambda's invoke API and function URL of one function."""

    def __init__(self, **settings):
        port = free_port()
        self.endpoint = f"http://127.0.0.1:{port}"
        self.function_url = f"{self.endpoint}/lambda-url/{FUNCTION}"
        cargo_lambda = pathlib.Path(sys.executable).with_name("cargo-lambda")
        watch = [cargo_lambda, "lambda", "watch", "--only-lambda-apis", "--disable-cors"]
        # Any manifest will do: nothing is compiled.
        watch += ["--manifest-path", ROOT / "host/lambda/Cargo.toml"]
        self.apis = Program([*watch, "--invoke-address", "127.0.0.1", "--invoke-port", port])
        self.apis.wait_until(lambda: is_listening(port))
        environment = function_environment(f"{self.endpoint}/.rt/{FUNCTION}", **settings)
        self.bootstrap = Program([PACKAGE / "bootstrap"], environment)

    def invoke(self, event):
        """What Lambda's invoke API answers to an event."""
        self.check()
        url = f"{self.endpoint}/2015-03-31/functions/{FUNCTION}/invocations"
        return request(url, "POST", json.dumps(event).encode())

    def call(self, path, method="GET", body=None, headers=None):
        """A request to the function URL."""
        self.check()
        return request(self.function_url + path, method, body, headers)

    def check(self):
        """Says what `bootstrap` said, once it has ended; without it the emulator would keep callers waiting."""
        assert self.bootstrap.process.poll() is None, f"bootstrap ended:\n{self.bootstrap.output()}"

    def stop(self):
        self.bootstrap.stop()
        self.apis.stop()


def ensure_built():
    for path in (PACKAGE / "bootstrap", PACKAGE / "spanlet.cwasm", COMPONENT, COMMAND):
        assert path.exists(), f"{path} is missing: run `cargo xtask build` first"


@functools.cache
def baked():
    """The one emulator of the packed function that most tests ask; it ends with the tests."""
    ensure_built()
    emulator = Emulator()
    atexit.register(emulator.stop)
    return emulator


@functools.cache
def loading():
    """The same of a function that loads the models."""
    ensure_built()
    emulator = Emulator(SPANLET_HOME=loading_home())
    atexit.register(emulator.stop)
    return emulator
