"""One request in the wrapping of every gateway, and an answer taken out of it again.

Written from AWS's documentation of each event, not from what `bootstrap` reads.
"""

import base64
import dataclasses
import json
import urllib.parse


@dataclasses.dataclass
class Request:
    method: str
    path: str
    query: str = ""
    headers: dict = dataclasses.field(default_factory=dict)
    body: bytes = b""

    def pairs(self):
        return urllib.parse.parse_qsl(self.query, keep_blank_values=True)


def _body(request, field="isBase64Encoded"):
    """Gateways hand text over as it is, and what curl calls a form as base64."""
    if not request.body:
        return {"body": None, field: False}
    is_form = request.headers.get("content-type") == "application/x-www-form-urlencoded"
    try:
        text = request.body.decode()
    except UnicodeDecodeError:
        is_form = True
    if is_form:
        return {"body": base64.b64encode(request.body).decode(), field: True}
    return {"body": text, field: False}


def _lists(pairs):
    lists = {}
    for name, value in pairs:
        lists.setdefault(name, []).append(value)
    return lists or None


def _last(pairs):
    return dict(pairs) or None


def rest_api(request):
    return {
        "resource": "/{proxy+}",
        "path": request.path,
        "httpMethod": request.method,
        "headers": request.headers,
        "multiValueHeaders": _lists(request.headers.items()),
        "queryStringParameters": _last(request.pairs()),
        "multiValueQueryStringParameters": _lists(request.pairs()),
        "pathParameters": {"proxy": request.path.removeprefix("/")},
        "stageVariables": None,
        "requestContext": {"stage": "prod", "path": f"/prod{request.path}", "httpMethod": request.method},
        **_body(request),
    }


def rest_api_behind_custom_domain(request):
    return {**rest_api(request), "path": f"/nlp{request.path}"}


def http_api(request, stage="$default"):
    path = request.path if stage == "$default" else f"/{stage}{request.path}"
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": request.query,
        "headers": request.headers,
        "requestContext": {"stage": stage, "http": {"method": request.method, "path": path}},
        **_body(request),
    }


def http_api_with_stage(request):
    return http_api(request, "prod")


def load_balancer(request):
    encoded = [pair.partition("=") for pair in request.query.split("&") if pair]
    return {
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/a/b"}},
        "httpMethod": request.method,
        "path": request.path,
        "queryStringParameters": {name: value for name, _, value in encoded},
        "headers": request.headers,
        **_body(request),
    }


def load_balancer_with_lists(request):
    event = load_balancer(request)
    event["multiValueQueryStringParameters"] = {k: [v] for k, v in event.pop("queryStringParameters").items()}
    event["multiValueHeaders"] = {k: [v] for k, v in event.pop("headers").items()}
    return event


def lattice(request):
    return {
        "version": "2.0",
        "path": request.path,
        "method": request.method,
        "headers": _lists(request.headers.items()) or {},
        "queryStringParameters": load_balancer_with_lists(request)["multiValueQueryStringParameters"],
        "requestContext": {"serviceNetworkArn": "arn:aws:vpc-lattice:eu-west-1:1:servicenetwork/sn-0"},
        **_body(request),
    }


def lattice_v1(request):
    return {
        "raw_path": request.path,
        "method": request.method,
        "headers": request.headers,
        "query_string_parameters": load_balancer(request)["queryStringParameters"],
        **_body(request, "is_base64_encoded"),
    }


ALL = (
    rest_api,
    rest_api_behind_custom_domain,
    http_api,
    http_api_with_stage,
    load_balancer,
    load_balancer_with_lists,
    lattice,
    lattice_v1,
)


def check_shape(test, reply, wants_lists=False, wants_description=False):
    """A reply is what gateways demand, and nothing that they would refuse."""
    known = {"statusCode", "statusDescription", "headers", "multiValueHeaders", "cookies", "body", "isBase64Encoded"}
    test.assertLessEqual(set(reply), known)
    test.assertIsInstance(reply["statusCode"], int)
    test.assertIn(reply["statusCode"], range(200, 600))
    test.assertIsInstance(reply["body"], str)
    test.assertIsInstance(reply["isBase64Encoded"], bool)
    for name, value in reply.get("headers", {}).items():
        test.assertEqual((name, type(value)), (name.lower(), str))
    for name, values in reply.get("multiValueHeaders", {}).items():
        test.assertTrue(values and all(isinstance(value, str) for value in values), name)
    test.assertIn("multiValueHeaders" if wants_lists else "headers", reply)
    if wants_description:
        test.assertTrue(reply["statusDescription"].startswith(f"{reply['statusCode']} "))


def answer(reply):
    """Status, headers and body of a reply, as its client sees them."""
    headers = dict(reply.get("headers", {}))
    headers.update({name: ", ".join(values) for name, values in reply.get("multiValueHeaders", {}).items()})
    body = reply["body"].encode()
    return reply["statusCode"], headers, base64.b64decode(body) if reply["isBase64Encoded"] else body


def text(reply):
    return json.loads(answer(reply)[2])
