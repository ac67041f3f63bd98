"""The function through its URL, as browsers and curl call it."""

import json
import unittest
import urllib.parse

import emulator

QUESTION = "How do I keep my sourdough starter alive in winter? #bread #baking"


class FunctionUrl(unittest.TestCase):
    start = staticmethod(emulator.baked)

    @classmethod
    def setUpClass(cls):
        cls.function = cls.start()

    def check_hashtags(self, answer):
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.headers["content-type"], "application/json")
        self.assertRegex(answer.headers["spanlet-model"], "^tags; sha256=[0-9a-f]{64}$")
        hashtags = answer.json()
        self.assertEqual(hashtags["already_used"], ["bread", "baking"])
        self.assertEqual(hashtags["recommended"][0]["label"], "bread")

    def test_get_with_a_text(self):
        query = urllib.parse.urlencode({"text": QUESTION})
        self.check_hashtags(self.function.call(f"/v1/hashtags?{query}"))

    def test_post_of_json(self):
        body = json.dumps({"text": QUESTION}).encode()
        self.check_hashtags(
            self.function.call("/v1/hashtags", "POST", body, {"content-type": "application/json"})
        )

    def test_post_as_curl_sends_data(self):
        body = json.dumps({"text": QUESTION}).encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        self.check_hashtags(self.function.call("/v1/hashtags", "POST", body, headers))
        old = self.function.call("/recommendations", "POST", body, headers)
        self.assertEqual(old.status, 200)
        self.assertEqual(old.headers["access-control-allow-origin"], "*")
        self.assertEqual(old.headers["access-control-allow-credentials"], "true")
        self.assertEqual(old.json()["hashtags_already_used"], "#bread #baking")
        self.assertTrue(old.json()["hashtags_recommended"].startswith("('__label__bread 0."))

    def test_text_beyond_ascii_arrives_whole(self):
        texts = ["Crème brûlée für Gäste 🍮 #dessert", "おいしい #酵母パン"]
        body = json.dumps({"text": texts}, ensure_ascii=False).encode()
        answer = self.function.call("/v1/hashtags", "POST", body, {"content-type": "application/json"})
        used = [result["already_used"] for result in answer.json()["results"]]
        self.assertEqual(used, [["dessert"], ["酵母パン"]])
        query = urllib.parse.urlencode({"text": texts[1]})
        self.assertEqual(self.function.call(f"/v1/hashtags?{query}").json()["already_used"], ["酵母パン"])

    def test_what_is_wrong_is_a_problem(self):
        cases = [
            ("GET", "/nowhere", None, 404, "route.unknown"),
            ("GET", "/v1/hashtags", None, 400, "text.missing"),
            ("PUT", "/v1/hashtags", b"{}", 405, "route.method-not-allowed"),
            ("POST", "/v1/hashtags", b"{", 400, "body.not-json"),
            ("POST", "/v1/hashtags", b'{"text":1}', 400, "text.wrong-type"),
            ("GET", "/v1/hashtags?text=a&model=none", None, 404, "model.unknown"),
        ]
        for method, path, body, status, code in cases:
            with self.subTest(path=path, body=body):
                answer = self.function.call(path, method, body, {"content-type": "application/json"})
                self.assertEqual((answer.status, answer.json()["code"]), (status, code))
                self.assertEqual(answer.headers["content-type"], "application/problem+json")
                self.assertEqual(answer.headers["access-control-allow-origin"], "*")

    def test_a_browser_may_ask_before_it_posts(self):
        answer = self.function.call(
            "/v1/hashtags",
            "OPTIONS",
            headers={
                "origin": "https://example.com",
                "access-control-request-method": "POST",
                "access-control-request-headers": "content-type",
            },
        )
        self.assertEqual(answer.status, 204)
        self.assertEqual(answer.headers["access-control-allow-origin"], "*")
        self.assertIn("POST", answer.headers["access-control-allow-methods"])
        self.assertEqual(answer.headers["access-control-allow-headers"], "content-type")

    def test_a_line_in_the_log_says_what_it_cost_and_not_the_text(self):
        query = urllib.parse.urlencode({"text": "a pinch of saffronlike secrecy"})
        self.function.call(f"/v1/classify?{query}")
        output = self.function.bootstrap.output()
        self.assertNotIn("saffron", output)
        lines = [json.loads(line) for line in output.splitlines()]
        line = [line for line in lines if line.get("path") == "/v1/classify"][-1]
        self.assertEqual((line["event"], line["method"], line["status"]), ("http-api", "GET", 200))
        usage = {"model": "tags", "task": "classify", "texts": 1, "code_points": 30, "failed": 0}
        self.assertEqual(line["usage"], [usage])
        self.assertTrue(line["request_id"])
        self.assertGreater(line["ms"], 0)


class FunctionUrlOfLoadedModels(FunctionUrl):
    start = staticmethod(emulator.loading)


if __name__ == "__main__":
    unittest.main()
