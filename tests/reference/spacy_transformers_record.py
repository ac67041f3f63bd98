"""What a pipeline's transformer is asked and says, so that the rest can be tested without it."""


class Recorder:
    """Goes through texts. `tokenized` is by text, `encoded` by the numbers of pieces; `rows` are those of `encoded`."""

    def __init__(self, nlp):
        self.nlp, self.tokenized, self.encoded, self.rows = nlp, {}, {}, []

    def add(self, text, with_heads):
        """Without heads only what comes before the first transformer runs: where a head has no answer."""
        doc = self.nlp(text) if with_heads else self.nlp.make_doc(text)
        for model in transformers(self.nlp) if len(doc) else []:
            if model.name == "transformer":
                self.hugging_face(model, doc, model.predict([doc]).doc_data[0])
            else:
                self.curated(model, doc)

    def hugging_face(self, model, doc, data):
        [spans] = model.attrs["get_spans"]([doc])
        for span, ids, rows in zip(spans, data.wordpieces.input_ids, data.model_output.last_hidden_state):
            pieces = model.tokenizer(span.text, return_offsets_mapping=True)
            self.tokenized[span.text] = [
                [number, *(len(span.text[:place].encode()) for place in places)]
                for number, places in zip(pieces["input_ids"], pieces["offset_mapping"])
            ]
            self.encode(ids[: len(pieces["input_ids"])].tolist(), rows)

    def curated(self, model, doc):
        """Pieces are found token by token, and windows of all of them encoded."""
        pieces, inner = model.get_ref("piece_encoder"), model.get_ref("transformer")
        if pieces.name == "byte_bpe_encoder":
            for token in doc:
                text = (doc[token.i - 1].whitespace_ if token.i else "") + token.text
                if not token.is_space:
                    ids = pieces.attrs["byte_bpe_processor"].encode_as_ids(text)
                    self.tokenized[text] = [[number, 0, 0] for number in ids]
        [strided] = [node for node in model.walk() if node.name == "with_strided_spans"]
        [ids] = [found.dataXd for found in pieces.predict([doc])]
        windows = [ids[start : start + strided.attrs["window"]] for start in range(0, len(ids), strided.attrs["stride"])]
        for window, [*_, rows] in zip(windows, inner.predict(windows).all_outputs):
            self.encode(window.tolist(), rows)

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


def transformers(nlp):
    """The transformers of a pipeline, those that heads have of their own among them."""
    for _, pipe in nlp.pipeline:
        for model in pipe.model.walk() if getattr(pipe, "model", None) else []:
            if model.name in ("transformer", "transformer_model"):
                yield model
