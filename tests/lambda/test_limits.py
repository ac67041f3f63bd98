"""What the emulator does not do as Lambda does: deadlines, sizes, and errors as they are posted."""

import json
import unittest

import emulator
import gateways
from runtime_interface import RuntimeInterface

# A request of almost the most bytes, texts and code points: it takes far longer than the time that it is given.
SLOW = [" ".join(f"word{i % 977}" for i in range(12_000))] * 55
# Lambda's invocation is to end so soon that, less the time for carrying the answer out, a few milliseconds are left.
SOON_SECONDS = 0.11


class Limits(unittest.TestCase):
    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.interface = RuntimeInterface(**cls.settings)

    @classmethod
    def tearDownClass(cls):
        cls.interface.stop()

    def ask(self, wrap, path, body, seconds=60):
        asked = gateways.Request("POST", path, headers={"content-type": "application/json"}, body=json.dumps(body).encode())
        posted = self.interface.invoke(wrap(asked), seconds)
        self.assertEqual(posted.kind, "response", posted.body)
        return posted

    def test_a_refusal_is_posted_as_an_error_with_its_code(self):
        posted = self.interface.invoke({"text": 1})
        self.assertEqual((posted.kind, posted.json()["errorType"]), ("error", "text.wrong-type"))
        self.assertEqual(set(posted.json()), {"errorType", "errorMessage"})

    def test_what_is_hardly_json_is_refused_by_the_component(self):
        posted = self.interface.invoke_json(b'{"text":"\\ud800"}')
        self.assertEqual((posted.kind, posted.json()["errorType"]), ("error", "body.not-json"))
        posted = self.interface.invoke_json(b"[" * 300 + b"]" * 300)
        self.assertEqual((posted.kind, posted.json()[0]["error"]["code"]), ("response", "text.wrong-type"))

    def test_the_end_of_the_invocation_is_the_end_of_the_call(self):
        reply = self.ask(gateways.http_api, "/v1/classify", {"text": SLOW}, SOON_SECONDS).json()
        self.assertEqual((reply["statusCode"], gateways.text(reply)["code"]), (504, "host.deadline"))
        # The instance that was lost is replaced, which a call with time enough waits for.
        self.assertEqual(self.interface.invoke({"text": "sourdough"}).kind, "response")
        posted = self.interface.invoke(SLOW, SOON_SECONDS)
        self.assertEqual((posted.kind, posted.json()["errorType"]), ("error", "host.deadline"))
        self.assertEqual(self.interface.invoke({"text": "sourdough"}).kind, "response")

    def test_an_answer_that_lambda_would_not_carry_is_a_problem(self):
        many = {"text": ["sourdough"] * 400, "k": 1_000}
        for wrap in (gateways.rest_api, gateways.http_api, gateways.lattice):
            reply = self.ask(wrap, "/v1/classify", many).json()
            self.assertEqual((reply["statusCode"], gateways.text(reply)["code"]), (413, "answer.too-large"))
        few = {"text": ["sourdough"] * 60, "k": 1_000}
        carried = self.ask(gateways.http_api, "/v1/classify", few)
        self.assertGreater(len(carried.body), 1 << 20)
        self.assertEqual(carried.json()["statusCode"], 200)
        reply = self.ask(gateways.load_balancer, "/v1/classify", few).json()
        self.assertEqual((reply["statusCode"], gateways.text(reply)["code"]), (413, "answer.too-large"))


class LimitsOfLoadedModels(Limits):
    settings = {"SPANLET_HOME": emulator.loading_home()}


if __name__ == "__main__":
    unittest.main()
