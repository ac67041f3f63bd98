import csv
import io
import json
import unittest

import originals


class OldForms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.nlp = originals.original()
        cls.texts = originals.texts()

    def test_key_phrases_follow_the_rule(self):
        found = 0
        for text in self.texts:
            expected = originals.key_phrases(self.nlp(text))
            self.assertEqual(json.loads(originals.post("/", json.dumps({"Text": text}))), expected, text)
            found += len(expected["KeyPhrases"])
        self.assertGreater(found, 50)

    def test_without_lemmas_key_phrases_have_empty_texts_as_there(self):
        pipeline = originals.without_lemmatizer()
        nlp = originals.original(pipeline)
        found = 0
        for text in self.texts:
            expected = originals.key_phrases(nlp(text))
            self.assertEqual(json.loads(originals.post("/", json.dumps({"Text": text}), pipeline=pipeline)), expected, text)
            found += len(expected["KeyWords"])
        self.assertGreater(found, 50)

    def test_a_text_s_entities_are_a_bare_list(self):
        found = 0
        for text in self.texts:
            expected = originals.entities(self.nlp(text))
            self.assertEqual(json.loads(originals.post("/", json.dumps({"text": text}))), expected, text)
            found += len(expected)
        self.assertGreater(found, 10)

    def test_a_list_gives_a_list(self):
        expected = [originals.entities(self.nlp(text)) for text in self.texts]
        for path in ("/", "/invocations"):
            self.assertEqual(json.loads(originals.post(path, json.dumps(self.texts))), expected)

    def test_rows_of_csv_give_rows(self):
        written = io.StringIO(newline="")
        csv.writer(written).writerows([text] for text in self.rows())
        for accept, columns in [("text/csv", 1), ("text/csv; source=present", 2)]:
            answer = originals.post("/invocations", written.getvalue(), "text/csv", accept)
            rows = list(csv.reader(io.StringIO(answer, newline="")))
            self.assertEqual(len(rows), len(self.rows()))
            for row, text in zip(rows, self.rows()):
                self.assertEqual(len(row), columns)
                self.assertEqual(json.loads(row[-1]), originals.entities(self.nlp(text)), text)
                self.assertIn(row[0] if columns == 2 else text, [text])

    def rows(self):
        """Texts that stand in a CSV as they are: Python's writer quotes none for NUL, and an empty row is no row."""
        return [text for text in self.texts if text and "\0" not in text]


if __name__ == "__main__":
    unittest.main()
