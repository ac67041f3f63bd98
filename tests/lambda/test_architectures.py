"""The packed functions: what is in the zip files, and the same answers on either of Lambda's architectures.

The one that is not this machine's runs under QEMU's user mode, to which the variable `QEMU` leads.
"""

import os
import unittest
import zipfile

import emulator
import gateways
import test_same_answer
from runtime_interface import RuntimeInterface

QUESTION = "How do I keep my sourdough starter alive in winter? #bread #baking"
BARE = [
    {"text": "Angela Merkel met Barack Obama at Microsoft in Seattle."},
    ["She lives in Berlin.", "", "no name here"],
    {"Text": QUESTION},
    {"inputs": "Tim Cook visited the office in Paris on Monday."},
    {"txt": QUESTION},
]
# What ELF calls the machine.
MACHINES = {"x86_64": 62, "arm64": 183}
# Forty of the megabytes of which Lambda takes fifty in a request.
ZIP_BYTES_MAX = 40_000_000


def command(architecture):
    bootstrap = emulator.package(architecture) / "bootstrap"
    return [bootstrap] if architecture == emulator.ARCHITECTURE else [os.environ["QEMU"], bootstrap]


def events():
    yield from BARE
    for _, asked in test_same_answer.requests():
        yield gateways.http_api(asked)
    for layer in ("tokens", "entities", "sentences", "noun_chunks"):
        asked = gateways.Request("GET", "/v1/analyze", f"text=Angela+Merkel+met+two+old+friends.&include={layer}")
        yield gateways.rest_api(asked)


class Architectures(unittest.TestCase):
    def test_a_zip_file_holds_a_function_and_nothing_of_when_it_was_made(self):
        for architecture, machine in MACHINES.items():
            with self.subTest(architecture), zipfile.ZipFile(emulator.zip_file(architecture)) as packed:
                self.assertIsNone(packed.testzip())
                names = ["bootstrap", "spanlet.cwasm", "spanlet.cwasm.b3"]
                cards = [f"licences/{model}/README.md" for model in emulator.MODELS]
                self.assertEqual(packed.namelist(), [*names, *cards])
                for entry in packed.infolist():
                    mode = 0o755 if entry.filename == "bootstrap" else 0o644
                    self.assertEqual(entry.external_attr >> 16 & 0o777, mode, entry.filename)
                    self.assertEqual(entry.compress_type, zipfile.ZIP_DEFLATED)
                    self.assertEqual(entry.date_time, (1980, 1, 1, 0, 0, 0))
                bootstrap = packed.read("bootstrap")
                self.assertEqual((bootstrap[:4], bootstrap[18]), (b"\x7fELF", machine))
                # Whether it is the image's digest `bootstrap` says, which answers below.
                self.assertRegex(packed.read("spanlet.cwasm.b3"), rb"\A[0-9a-f]{64}  spanlet\.cwasm\n\Z")
                for card in cards:
                    self.assertIn(b"CC BY-SA", packed.read(card))

    def test_a_zip_file_is_small(self):
        for architecture in MACHINES:
            with self.subTest(architecture):
                self.assertLessEqual(emulator.zip_file(architecture).stat().st_size, ZIP_BYTES_MAX)

    def test_a_bootstrap_asks_for_no_library_of_the_system(self):
        for architecture in MACHINES:
            with self.subTest(architecture):
                # Programs that load libraries name their loader.
                self.assertNotIn(b"/ld-", (emulator.package(architecture) / "bootstrap").read_bytes())

    def test_both_answer_alike(self):
        asked = list(events())
        self.assertGreater(len(asked), 40)
        answers = {}
        for architecture in MACHINES:
            interface = RuntimeInterface(command(architecture), SPANLET_HOME=str(emulator.package(architecture)))
            self.addCleanup(interface.stop)
            posted = [interface.invoke(event, seconds=600) for event in asked]
            answers[architecture] = [(answer.kind, answer.body) for answer in posted]
        for event, (one, other) in zip(asked, zip(*answers.values(), strict=True), strict=True):
            with self.subTest(event):
                self.assertEqual(one, other)
        self.assertIn(b"Barack Obama", answers["arm64"][0][1])


if __name__ == "__main__":
    unittest.main()
