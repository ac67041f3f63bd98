import unittest

from spacy import displacy
from spacy.tokens import Doc

import originals

chunks = lambda doc: [str(span) for span in doc.noun_chunks]
sentences = lambda doc: [str(span) for span in doc.sents]


class Documents:
    """What holds of every pipeline.

    `FIELDS` are what spaCy itself writes, beside which Spanlet writes more; `ENTITIES` is how many the texts have at least.
    """

    LAYERS = ()

    @classmethod
    def setUpClass(cls):
        cls.texts = originals.texts()
        cls.documents = originals.documents(cls.texts, cls.PIPELINE)
        cls.nlp = originals.original(cls.PIPELINE)

    def test_every_text_has_a_document(self):
        self.assertEqual(len(self.documents), len(self.texts))
        self.assertEqual([document["text"] for document in self.documents], self.texts)

    def test_spacy_takes_the_json_and_has_the_same_annotations(self):
        entities = 0
        for document in self.documents:
            doc = Doc(self.nlp.vocab).from_json(document, validate=True)
            expected = self.nlp(document["text"])
            for of in (self.columns, *self.LAYERS):
                self.assertEqual(of(doc), of(expected), document["text"])
            entities += len(doc.ents)
        self.assertGreaterEqual(entities, self.ENTITIES)

    def test_the_json_is_what_spacy_writes(self):
        for document in self.documents:
            expected = self.nlp(document["text"]).to_json()
            for field in self.FIELDS:
                self.assertEqual(document[field], expected[field], (field, document["text"]))

    def test_displacy_draws_it(self):
        for document in self.documents:
            doc = Doc(self.nlp.vocab).from_json(document, validate=True)
            expected = self.nlp(document["text"])
            for style in ("dep", "ent"):
                # The drawing of a text without entities warns; ids are random without `page`.
                drawn = displacy.render(doc, style=style, jupyter=False, options={"compact": True}, page=False)
                self.assertEqual(without_ids(drawn), without_ids(displacy.render(expected, style=style, jupyter=False, options={"compact": True})))

    @staticmethod
    def columns(doc):
        tokens = [(token.text, token.whitespace_, token.tag_, token.pos_, str(token.morph), token.lemma_, token.dep_, token.head.i) for token in doc]
        return tokens, [(span.start, span.end, span.label_) for span in doc.ents]


class Parsed(Documents, unittest.TestCase):
    PIPELINE = originals.PIPELINE
    FIELDS = ("text", "ents", "sents", "tokens")
    LAYERS = (chunks, sentences)
    ENTITIES = 30


class Recognised(Documents, unittest.TestCase):
    PIPELINE = originals.RECOGNISER
    FIELDS = ("text", "ents", "tokens")
    ENTITIES = 9


class Default(Documents, unittest.TestCase):
    """Its noun chunks follow a rule that is not spaCy's."""

    PIPELINE = originals.DEFAULT
    FIELDS = ("text", "ents", "sents", "tokens")
    LAYERS = (sentences,)
    ENTITIES = 40


def without_ids(drawn):
    """The drawing without the random identifier in its attributes."""
    return [word for word in drawn.replace("#", " #").split() if "arrow-" not in word and "id=" not in word]


if __name__ == "__main__":
    unittest.main()
