"""The events that ship in the sources of two libraries: each HTTP request has an answer in its gateway's form."""

import functools
import json
import pathlib
import re
import subprocess
import unittest

import emulator
import gateways

# How many samples each source holds, so that none is skipped unseen.
SOURCES = {"aws_lambda_events": ("src/fixtures", 173), "lambda_http": ("tests/data", 18)}

REST_API = """
    example-apigw-console-request example-apigw-console-test-request example-apigw-request
    example-apigw-request-catch-all example-apigw-request-multi-value-parameters example-apigw-restapi-openapi-request
    example-apigw-sam-rest-request apigw_multi_value_proxy_request apigw_no_host apigw_proxy_request
""".split()
HTTP_API = """
    example-apigw-sam-http-request example-apigw-v2-request-iam example-apigw-v2-request-jwt-authorizer
    example-apigw-v2-request-lambda-authorizer example-apigw-v2-request-multi-value-parameters
    example-apigw-v2-request-no-authorizer apigw_request_path_with_space apigw_v2_proxy_request
    apigw_v2_proxy_request_minimal apigw_v2_proxy_request_with_stage_in_path apigw_v2_sam_local
    lambda_function_url_request
""".split()
LOAD_BALANCER = """
    example-alb-lambda-target-request-headers-only alb_health_check alb_no_host alb_request
    alb_request_encoded_query_parameters
""".split()
LOAD_BALANCER_LISTS = """
    example-alb-lambda-target-request-multivalue-headers alb_multi_value_request
    alb_multi_value_request_encoded_query_parameters
""".split()
LATTICE = """
    example-vpc-lattice-v1-request example-vpc-lattice-v2-request example-vpc-lattice-v2-request-base64
    example-vpc-lattice-v2-request-roles-anywhere vpc_lattice_v2_request vpc_lattice_v2_request_base64
    vpc_lattice_v2_request_encoded_query
""".split()
REQUESTS = {*REST_API, *HTTP_API, *LOAD_BALANCER, *LOAD_BALANCER_LISTS, *LATTICE}


def samples():
    """Every sample by name, from where cargo keeps the sources of this workspace's dependencies."""
    run = functools.partial(subprocess.run, cwd=emulator.ROOT, check=True, stdout=subprocess.PIPE)
    [machine] = re.findall(rb"^host: (\S+)", run(["rustc", "-vV"]).stdout, re.MULTILINE)
    # What other machines alone depend on was never fetched.
    metadata = run(["cargo", "metadata", "--format-version=1", "--offline", "--filter-platform", machine])
    found = {}
    for package in json.loads(metadata.stdout)["packages"]:
        if package["name"] in SOURCES:
            folder, count = SOURCES[package["name"]]
            files = sorted((pathlib.Path(package["manifest_path"]).parent / folder).glob("*.json"))
            assert len(files) == count, f"{package['name']} ships {len(files)} samples, expected {count}"
            found.update((file.stem, json.loads(file.read_text())) for file in files)
    assert len(found) == sum(count for _, count in SOURCES.values()), "a source is missing or names collide"
    return found


class Samples(unittest.TestCase):
    start = staticmethod(emulator.baked)

    @classmethod
    def setUpClass(cls):
        cls.function = cls.start()
        cls.samples = samples()

    def test_every_request_is_answered_in_its_gateways_form(self):
        self.assertLessEqual(REQUESTS, set(self.samples))
        for name in sorted(REQUESTS):
            with self.subTest(name):
                answer = self.function.invoke(self.samples[name])
                self.assertEqual(answer.status, 200, answer.body)
                gateways.check_shape(
                    self,
                    answer.json(),
                    wants_lists=name in LOAD_BALANCER_LISTS,
                    wants_description=name in LOAD_BALANCER or name in LOAD_BALANCER_LISTS,
                )

    def test_every_other_event_is_a_function_error(self):
        for name in sorted(set(self.samples) - REQUESTS):
            with self.subTest(name):
                answer = self.function.invoke(self.samples[name])
                self.assertEqual(answer.status, 500, answer.body)
                error = answer.json()
                self.assertRegex(error["errorType"], r"^[a-z0-9]+\.[a-z0-9-]+$")
                self.assertGreater(len(error["errorMessage"]), 10)

    def test_the_host_of_a_console_test_event_may_hold_braces(self):
        event = self.samples["example-apigw-console-request"]
        self.assertEqual(event["headers"]["Host"], "1234567890.execute-api.{dns_suffix}")
        self.assertEqual(self.function.invoke(event).json()["statusCode"], 404)

    def test_stages_are_left_out_of_paths(self):
        event = self.samples["apigw_v2_proxy_request_with_stage_in_path"]
        self.assertEqual(event["rawPath"], "/Prod/my/path")
        self.assertEqual(gateways.text(self.function.invoke(event).json())["place"], "/my/path")


class SamplesOfLoadedModels(Samples):
    start = staticmethod(emulator.loading)


if __name__ == "__main__":
    unittest.main()
