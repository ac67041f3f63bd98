"""How the function starts: what it needs beside it, its settings, and a clear word when something is missing."""

import pathlib
import shutil
import tempfile
import unittest

import emulator
import gateways
from runtime_interface import RuntimeInterface

NAMES = ("spanlet.cwasm", "spanlet.cwasm.b3", "models/tags/tags.ftz")


class Home(unittest.TestCase):
    """A folder for a function's files, which nothing else uses."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="spanlet-test-")
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name)

    def refusal(self, **settings):
        """What the function says when it does not start."""
        environment = emulator.function_environment("127.0.0.1:9", self.home, **settings)
        bootstrap = emulator.Program([emulator.PACKAGE / "bootstrap"], environment)
        self.assertEqual(bootstrap.process.wait(emulator.PATIENCE_SECONDS), 1, bootstrap.output())
        output = bootstrap.output()
        self.assertRegex(output, r"\Abootstrap: [^\n]+\n\Z")
        return output


class StartOfLoadedModels(Home):
    def setUp(self):
        super().setUp()
        emulator.lay_out(self.home, {"tags": emulator.MODELS["tags"]})

    def test_what_is_missing_is_named_by_its_path(self):
        for name in NAMES:
            with self.subTest(name):
                path = self.home / name
                content = path.read_bytes()
                path.unlink()
                expected = self.home / "models/tags" if name.startswith("models") else path
                self.assertIn(str(expected), self.refusal())
                path.write_bytes(content)
        shutil.rmtree(self.home / "models")
        self.assertIn(str(self.home / "models"), self.refusal())

    def test_machine_code_that_is_not_what_its_digest_says_is_never_run(self):
        code = bytearray((self.home / NAMES[0]).read_bytes())
        code[len(code) // 2] ^= 1
        (self.home / NAMES[0]).write_bytes(code)
        output = self.refusal()
        self.assertIn("expected BLAKE3", output)
        self.assertIn(str(self.home / NAMES[0]), output)

    def test_a_damaged_model_is_named(self):
        path = self.home / NAMES[2]
        path.write_bytes(path.read_bytes()[:10_000])
        output = self.refusal()
        self.assertIn("`tags`", output)

    def test_a_wrong_setting_is_named(self):
        self.assertIn("SPANLET_DEADLINE_MS", self.refusal(SPANLET_DEADLINE_MS="soon"))
        self.assertIn("SPANLET_BARE_TASK", self.refusal(SPANLET_BARE_TASK="sing"))

    def test_started_by_hand_it_says_who_starts_it(self):
        self.assertIn("`spanlet serve`", self.refusal(AWS_LAMBDA_RUNTIME_API=""))

    def test_settings_reach_the_component(self):
        interface = RuntimeInterface(SPANLET_BARE_TASK="classify")
        self.addCleanup(interface.stop)
        self.assertEqual(list(interface.invoke({"text": "sourdough"}).json()), ["labels"])

    def test_of_several_models_one_answers_where_none_is_named(self):
        shutil.copytree(self.home / "models/tags", self.home / "models/a-topic")
        for settings, expected in [({}, "a-topic"), ({"SPANLET_DEFAULT_MODEL": "tags"}, "tags")]:
            interface = RuntimeInterface(SPANLET_HOME=str(self.home), **settings)
            self.addCleanup(interface.stop)
            event = gateways.http_api(gateways.Request("GET", "/v1/hashtags", "text=sourdough"))
            model, _, _ = gateways.answer(interface.invoke(event).json())[1]["spanlet-model"].partition(";")
            self.assertEqual(model, expected)
        output = self.refusal(SPANLET_DEFAULT_MODEL="gone")
        self.assertIn("SPANLET_DEFAULT_MODEL", output)
        self.assertIn('"gone"', output)

    def test_a_model_may_lie_beside_its_card(self):
        (self.home / "models/tags/README.md").write_text("# A card\n")
        interface = RuntimeInterface(SPANLET_HOME=str(self.home))
        self.addCleanup(interface.stop)
        self.assertEqual(interface.invoke({"text": "#bread"}).json()["already_used"], ["bread"])

    def test_without_a_home_the_folder_of_lambdas_own_package_counts(self):
        interface = RuntimeInterface(SPANLET_HOME="", LAMBDA_TASK_ROOT=str(self.home))
        self.addCleanup(interface.stop)
        self.assertEqual(interface.invoke({"text": "#bread"}).json()["already_used"], ["bread"])


class StartOfBakedModels(Home):
    def setUp(self):
        super().setUp()
        for name in NAMES[:2]:
            shutil.copyfile(emulator.PACKAGE / name, self.home / name)

    def test_what_is_missing_is_named_by_its_path(self):
        for name in NAMES[:2]:
            with self.subTest(name):
                path = self.home / name
                content = path.read_bytes()
                path.unlink()
                self.assertIn(str(path), self.refusal())
                path.write_bytes(content)

    def test_machine_code_that_is_not_what_its_digest_says_is_never_run(self):
        code = bytearray((self.home / NAMES[0]).read_bytes())
        code[len(code) // 2] ^= 1
        (self.home / NAMES[0]).write_bytes(code)
        self.assertIn("expected BLAKE3", self.refusal())

    def test_machine_code_for_another_processor_is_refused(self):
        [other] = set(emulator.ARCHITECTURES.values()) - {emulator.ARCHITECTURE}
        for name in NAMES[:2]:
            shutil.copyfile(emulator.package(other) / name, self.home / name)
        self.assertIn("for another machine", self.refusal())

    def test_models_that_are_there_twice_are_refused(self):
        (self.home / "models" / "tags").mkdir(parents=True)
        output = self.refusal()
        self.assertIn(f"remove {self.home}/models", output)
        self.assertIn("en, ner, tags", output)

    def test_which_model_answers_is_decided_when_they_are_baked(self):
        output = self.refusal(SPANLET_DEFAULT_MODEL="tags")
        self.assertIn("SPANLET_DEFAULT_MODEL", output)
        self.assertIn("`spanlet bake`", output)

    def test_too_little_memory_is_said(self):
        self.assertIn(str(self.home), self.refusal(SPANLET_MEMORY_MIB="8"))

    def test_settings_reach_the_component(self):
        interface = RuntimeInterface(SPANLET_BARE_TASK="classify")
        self.addCleanup(interface.stop)
        self.assertEqual(list(interface.invoke({"text": "sourdough"}).json()), ["labels"])
        self.assertEqual(list(interface.invoke({"text": "sourdough"}).json()), ["labels"])
        self.assertIn("SPANLET_BARE_TASK", self.refusal(SPANLET_BARE_TASK="sing"))

    def test_without_a_home_what_lies_beside_bootstrap_counts(self):
        beside = RuntimeInterface(SPANLET_HOME="")
        self.addCleanup(beside.stop)
        self.assertEqual(beside.invoke({"text": "She lives in Berlin."}).json()[0]["text"], "Berlin")


if __name__ == "__main__":
    unittest.main()
