"""A pipeline behind HTTP as a service of one's own would be: `SPANLET_BENCH_PIPELINE=FOLDER uvicorn entities_service:app`.

Loaded once for each worker. The handler is asynchronous and answers a ready response: no second thread for each request, no
second validation of what it made itself.
"""

import os

import one_thread  # noqa: F401
import spacy
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel

nlp = spacy.load(os.environ["SPANLET_BENCH_PIPELINE"])
app = FastAPI()


class Question(BaseModel):
    text: str


@app.post("/v1/entities")
async def entities(question: Question):
    doc = nlp(question.text)
    return JSONResponse([
        {"text": span.text, "label": span.label_, "start": span.start_char, "end": span.end_char} for span in doc.ents
    ])
