"""Entities and key phrases: clients of the older systems get spaCy's answers, behind every gateway and as bare events."""

import json
import pathlib
import tempfile
import tomllib
import unittest

import emulator
import gateways

CASES = emulator.ROOT / "tests/cases/origin/documents"
PIPELINES = {
    "sm": emulator.ROOT / "tests/cases/spacy/sm.whl",
    "brands": emulator.ROOT / "tests/cases/spacy/brands.tar.gz",
    "en": emulator.ROOT / "models/en/en.tar.gz",
}
# What a bare event's answer is not told: an HTTP status and headers.
JSON = "application/json"


def cases(pipeline):
    for path in sorted(CASES.glob(f"{pipeline}-*.toml")):
        yield path.stem, tomllib.loads(path.read_text(encoding="utf-8"))


class Documents(unittest.TestCase):
    def functions(self):
        """Functions with `tags` and one pipeline: of each one that loads them, and of `en` the packed one."""
        for pipeline, archive in PIPELINES.items():
            with tempfile.TemporaryDirectory(prefix="spanlet-test-") as home:
                emulator.lay_out(pathlib.Path(home), {"tags": emulator.MODELS["tags"], pipeline: archive})
                function = emulator.Emulator(SPANLET_HOME=home)
                self.addCleanup(function.stop)
                yield pipeline, function
        yield "en", emulator.baked()

    def check(self, found, expected):
        status, headers, body = found
        self.assertEqual(status, expected["status"], body)
        for name, value in expected["headers"].items():
            self.assertEqual(headers[name], value)
        if "code" in expected:
            self.assertEqual(json.loads(body)["code"], expected["code"])
        elif headers["content-type"] == JSON:
            self.assertEqual(json.loads(body), json.loads(expected["body"]))
        else:
            self.assertEqual(body.decode(), expected["body"])

    def test_every_gateway_carries_spacy_s_answer(self):
        count = 0
        for pipeline, function in self.functions():
            for name, case in cases(pipeline):
                asked = gateways.Request(**{**case["request"], "body": case["request"]["body"].encode()})
                for wrap in gateways.ALL:
                    with self.subTest(name, gateway=wrap.__name__):
                        answer = function.invoke(wrap(asked))
                        self.assertEqual(answer.status, 200, answer.body)
                        self.check(gateways.answer(answer.json()), case["expected"])
                        count += 1
        self.assertGreater(count, 100)

    def test_a_bare_event_is_answered_with_the_json_itself(self):
        count = 0
        for pipeline, function in self.functions():
            for name, case in cases(pipeline):
                request, expected = case["request"], case["expected"]
                is_event = request["path"] == "/" and request["headers"].get("content-type") == JSON
                if is_event and "body" in expected:
                    with self.subTest(name):
                        self.assertEqual(function.invoke(json.loads(request["body"])).json(), json.loads(expected["body"]))
                        count += 1
        self.assertGreater(count, 10)


if __name__ == "__main__":
    unittest.main()
