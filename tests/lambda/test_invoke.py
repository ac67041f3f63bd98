"""The function through `lambda.invoke` of boto3: bare events, and the events of every gateway."""

import json
import unittest

import boto3
import botocore.config
import botocore.exceptions

import emulator
import gateways

QUESTION = "How do I keep my sourdough starter alive in winter? #bread #baking"


class Invoke(unittest.TestCase):
    start = staticmethod(emulator.baked)

    @classmethod
    def setUpClass(cls):
        cls.function = cls.start()
        cls.client = boto3.client(
            "lambda",
            endpoint_url=cls.function.endpoint,
            region_name="eu-west-1",
            aws_access_key_id="none",
            aws_secret_access_key="none",
            config=botocore.config.Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    def invoke(self, event):
        self.function.check()
        answer = self.client.invoke(FunctionName=emulator.FUNCTION, Payload=json.dumps(event))
        self.assertEqual(answer["StatusCode"], 200)
        return json.loads(answer["Payload"].read())

    def test_a_bare_text_is_answered_with_the_json_itself(self):
        [city] = self.invoke({"text": "She lives in Berlin."})
        self.assertEqual((city["text"], city["start"], city["end"]), ("Berlin", 13, 19))

    def test_a_list_is_answered_with_a_list(self):
        answers = self.invoke(["She lives in Berlin.", "", "no name here"])
        self.assertEqual([[entity["text"] for entity in answer] for answer in answers], [["Berlin"], [], []])
        self.assertEqual(answers[0], self.invoke({"text": "She lives in Berlin."}))

    def test_what_is_wrong_is_a_function_error(self):
        # The emulator tells one by the status 500; Lambda itself answers 200 with X-Amz-Function-Error.
        with self.assertRaises(botocore.exceptions.ClientError) as raised:
            self.invoke({"txt": QUESTION})
        self.assertEqual(raised.exception.response["ResponseMetadata"]["HTTPStatusCode"], 500)
        error = self.function.invoke({}).json()
        self.assertEqual(error["errorType"], "text.missing")
        self.assertIn("`text`", error["errorMessage"])

    def test_every_gateway_is_answered_alike(self):
        body = json.dumps({"text": QUESTION}).encode()
        asked = gateways.Request("POST", "/v1/hashtags", "k=2", {"content-type": "application/json"}, body)
        expected = None
        for wrap in gateways.ALL:
            with self.subTest(wrap.__name__):
                reply = self.invoke(wrap(asked))
                gateways.check_shape(
                    self,
                    reply,
                    wants_lists=wrap is gateways.load_balancer_with_lists,
                    wants_description=wrap in (gateways.load_balancer, gateways.load_balancer_with_lists),
                )
                expected = expected or gateways.answer(reply)
                self.assertEqual(gateways.answer(reply), expected)
                self.assertEqual(reply["statusCode"], 200)
                self.assertEqual(len(gateways.text(reply)["recommended"]), 2)

    def test_a_body_that_is_not_base64_is_a_problem(self):
        asked = gateways.Request("POST", "/v1/hashtags", body=b"{}")
        for wrap in gateways.ALL:
            with self.subTest(wrap.__name__):
                event = wrap(asked)
                event.update(body="{}", isBase64Encoded=True, is_base64_encoded=True)
                reply = self.invoke(event)
                self.assertEqual((reply["statusCode"], gateways.text(reply)["code"]), (400, "body.not-base64"))


class InvokeOfLoadedModels(Invoke):
    start = staticmethod(emulator.loading)


if __name__ == "__main__":
    unittest.main()
