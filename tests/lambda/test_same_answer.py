"""The same answer, byte for byte, whether `spanlet serve` gives it or the function behind any gateway."""

import json
import re
import tomllib
import unittest
import urllib.parse

import emulator
import gateways

CASES = emulator.ROOT / "tests/cases/origin"
# What hosts and connections add to the component's answer.
OF_THE_HOST = {"date", "content-length", "connection", "transfer-encoding", "x-request-id"}


def requests():
    """The requests of the system that the first step replaces, and a few of the API's own."""
    for path in sorted(CASES.glob("*.toml")):
        asked = tomllib.loads(path.read_text())["request"]
        yield path.stem, gateways.Request(**{**asked, "body": asked["body"].encode()})
    text = urllib.parse.quote("Is #ünïcode & 100% butter + salt = ok?")
    yield "percent signs", gateways.Request("GET", "/v1/hashtags", f"text={text}")
    yield "list", gateways.Request("POST", "/v1/hashtags", body=json.dumps({"text": ["a", "", "ö 🍞"] * 50}).encode())
    yield "classify", gateways.Request("GET", "/v1/classify", "text=sourdough&k=7&threshold=0.001")
    yield "models", gateways.Request("GET", "/v1/models")
    yield "health", gateways.Request("GET", "/healthz")
    yield "head", gateways.Request("HEAD", "/v1/hashtags", "text=a")
    yield "preflight", gateways.Request("OPTIONS", "/v1/hashtags", headers={"origin": "https://example.com"})
    yield "not UTF-8", gateways.Request("POST", "/v1/hashtags", body=b'{"text":"\xff"}')
    yield "wrong method", gateways.Request("DELETE", "/v1/hashtags")
    yield "wrong route", gateways.Request("GET", "/v1/none")


class SameAnswer(unittest.TestCase):
    start = staticmethod(emulator.baked)
    # What `spanlet serve` answers with: an image says in its answers that it is one.
    image = ["--component", emulator.PACKAGE / "spanlet.cwasm"]

    @classmethod
    def setUpClass(cls):
        cls.function = cls.start()
        cls.server = emulator.Program([emulator.COMMAND, "serve", "--addr", "127.0.0.1:0", *cls.image])
        listening = re.compile(r"listening on (http://\S+)")
        cls.address = cls.server.wait_until(lambda: listening.search(cls.server.output())).group(1)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def served(self, asked):
        query = f"?{asked.query}" if asked.query else ""
        body = asked.body or (b"" if asked.method == "POST" else None)
        answer = emulator.request(self.address + asked.path + query, asked.method, body, asked.headers)
        return answer.status, answer.headers, answer.body

    def compare(self, found, expected):
        for answer in (found, expected):
            for name in OF_THE_HOST & set(answer[1]):
                del answer[1][name]
        self.assertEqual(found, expected)

    def test_every_gateway_carries_what_the_server_answers(self):
        count = 0
        for name, asked in requests():
            expected = self.served(asked)
            for wrap in gateways.ALL:
                with self.subTest(name, gateway=wrap.__name__):
                    answer = self.function.invoke(wrap(asked))
                    self.assertEqual(answer.status, 200, answer.body)
                    self.compare(gateways.answer(answer.json()), expected)
                    count += 1
        self.assertGreater(count, 100)

    def test_the_function_url_answers_what_the_server_answers(self):
        text = urllib.parse.quote("Can I freeze egg whites? #eggs")
        body = json.dumps({"text": "Can I freeze egg whites? #eggs"}).encode()
        for asked in (
            gateways.Request("GET", "/v1/hashtags", f"text={text}"),
            gateways.Request("POST", "/v1/hashtags", headers={"content-type": "application/json"}, body=body),
        ):
            query = f"?{asked.query}" if asked.query else ""
            answer = self.function.call(asked.path + query, asked.method, asked.body or None, asked.headers)
            self.compare((answer.status, answer.headers, answer.body), self.served(asked))


class SameAnswerOfLoadedModels(SameAnswer):
    start = staticmethod(emulator.loading)
    image = []


if __name__ == "__main__":
    unittest.main()
