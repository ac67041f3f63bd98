"""What a pipeline's transformer is asked and says, so that the rest can be tested without it."""


class Recorder:
    """Goes through texts. `tokenized` is by text, `encoded` by the numbers of pieces; `rows` are those of `encoded`."""

    def __init__(self, nlp):
        self.nlp, self.tokenized, self.encoded, self.rows = nlp, {}, {}, []

    def add(self, text):
        doc = self.nlp(text)
        for model, data in held(self.nlp, doc):
            if len(doc):
                self.hugging_face(model, doc, data)

    def hugging_face(self, model, doc, data):
        [spans] = model.attrs["get_spans"]([doc])
        for span, ids, rows in zip(spans, data.wordpieces.input_ids, data.model_output.last_hidden_state):
            pieces = model.tokenizer(span.text, return_offsets_mapping=True)
            self.tokenized[span.text] = [
                [number, *(len(span.text[:place].encode()) for place in places)]
                for number, places in zip(pieces["input_ids"], pieces["offset_mapping"])
            ]
            self.encode(ids[: len(pieces["input_ids"])].tolist(), rows)

    def encode(self, ids, rows):
        """`rows` may have more at its end, of padding."""
        if tuple(ids) not in self.encoded:
            self.encoded[tuple(ids)] = None
            self.rows.append(rows[: len(ids)])

    def lines(self):
        for text, pieces in self.tokenized.items():
            yield {"text": text, "pieces": pieces}
        for ids in self.encoded:
            yield {"ids": ids}


def held(nlp, doc):
    """The transformers of a pipeline, and what each says of the document."""
    for _, pipe in nlp.pipeline:
        for model in pipe.model.walk() if getattr(pipe, "model", None) else []:
            if model.name == "transformer" and len(doc):
                yield model, model.predict([doc]).doc_data[0]
