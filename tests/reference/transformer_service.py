"""Spanlet, asked about transformer models: the component over HTTP and the library by its example `ask`."""

import http.client
import json
import subprocess

# Texts in one request.
BATCH = 40


class Service:
    """`spanlet serve` with models by name."""

    def __init__(self, command, models):
        arguments = [command, "serve", "--addr", "127.0.0.1:0", "--deadline-ms", 120_000, "--wait-ms", 120_000]
        named = [f"--model={name}={path}" for name, path in models]
        self.process = subprocess.Popen([*map(str, arguments), *named], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = self.process.stdout.readline().split("http://")[-1].split()[0].strip("/")
        self.connection = http.client.HTTPConnection(self.address, timeout=300)

    def close(self):
        self.connection.close()
        self.process.terminate()
        self.process.wait()

    def ask(self, path, texts, **options):
        """What is answered for each text: a value, or a string where that is an error."""
        for start in range(0, len(texts), BATCH):
            some = texts[start:start + BATCH]
            body = json.dumps({"text": some, **{name: value for name, value in options.items() if value is not None}})
            self.connection.request("POST", path, body, {"content-type": "application/json"})
            response = self.connection.getresponse()
            answer = json.loads(response.read())
            found = answer["results"] if response.status == 200 else [answer] * len(some)
            yield from (json.dumps(each) if is_error(each) else each for each in found)


def is_error(answer):
    return isinstance(answer, dict) and ("error" in answer or "detail" in answer)


def native(command, folder, calls, work):
    """What `ask` says of each pair of text and stride: an object, or a string where there is none."""
    path = work / "transformer-texts.jsonl"
    path.write_text("".join(json.dumps({"text": text, "stride": stride}) + "\n" for text, stride in calls))
    ran = subprocess.run([*map(str, (command, "--model", folder, path))], stdout=subprocess.PIPE)
    found = [json.loads(line) for line in ran.stdout.splitlines()]
    found = [json.dumps(each) if is_error(each) else each for each in found]
    return found + ["no line"] * (len(calls) - len(found))
