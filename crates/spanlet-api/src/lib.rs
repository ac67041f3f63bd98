//! Spanlet's request to response: routes, models, JSON, problems.
//!
//! An [`Api`] holds engines and the models that they loaded. Model bytes go in through [`Api::begin`], [`Api::write`]
//! and [`Api::finish`]; texts through [`Api::analyze`], [`Api::keyphrases`], [`Api::classify`] and [`Api::embed`], or as
//! a [`Request`] through [`Api::handle`], or as JSON through [`Api::invoke`]. Out come documents, key phrases, labels,
//! vectors, a [`Response`] or JSON. It knows no socket, file, clock or thread, and depends on no engine: a model family
//! implements [`Engine`] and [`Model`].
//!
//! ```
//! use spanlet_api::{Api, Request};
//!
//! let api = Api::new(vec![]);
//! let get = |path: &str| api.handle(&Request { method: "GET".into(), path: path.into(), ..Request::default() });
//! assert_eq!(get("/healthz").body, br#"{"status":"ok"}"#);
//! assert_eq!(get("/v1/models").body, br#"{"models":[]}"#);
//! assert_eq!(get("/nowhere").status, 404);
//! ```
//!
//! # Routes
//! | route | asks | answers |
//! |---|---|---|
//! | `GET`, `POST /v1/analyze` | texts, `model`, `offsets`, `include`, and as `/v1/entities` | a document in the shape of spaCy's `Doc.to_json()` |
//! | `GET`, `POST /v1/entities` | texts, `model`, `offsets`, `aggregation`, `ignore_labels`, `stride` | `[{"text":"STARBUCKS","label":"BRD","start":0,"end":9}]`, with a `score` where the model gives one |
//! | `GET`, `POST /v1/keyphrases` | texts, `model`, `offsets` | `{"offsets":"code-point","phrases":[…],"words":[…]}` |
//! | `GET`, `POST /v1/hashtags` | texts, `model`, `k` (5), `threshold`, `clean` (true) | `{"already_used":["bread"],"recommended":[{"label":"bread","score":0.66}]}` |
//! | `GET`, `POST /v1/classify` | texts, `model`, `k` (1), `threshold`, `clean` (false), `function` | `{"labels":[{"label":"bread","score":0.66}]}` |
//! | `GET`, `POST /v1/embed` | texts, `model`, `normalize` (false) | `{"vector":[0.25,-1.5]}` |
//! | `GET /v1/models`, `/v1/models/{name}` | | what is loaded; for one model, its labels too |
//! | `GET /healthz` | | `{"status":"ok"}` |
//! | `GET`, `POST /recommendations`, `/{stage}/recommendations` | `text`; `model` in the query | the form of an older endpoint: a printed Python pair |
//! | `POST /`, `GET /?text=` | `text`, or texts | the bare task's answer, or a list of them |
//! | `POST /`, `GET /?Text=` | `Text` | `{"statusCode":200,"KeyPhrases":[{"Text":"…"}],"KeyWords":[{"Text":"…"}]}` |
//! | `POST /`, `GET /?inputs=` | `inputs`, one or a list; `parameters` | entities, labels or a vector, as Hugging Face hosts models |
//! | `POST /invocations` | as `POST /` | as `POST /`; CSV for CSV |
//! | `GET /ping` | | `{}` once a model is loaded |
//! | `GET /` | | these routes |
//!
//! Texts are a field `text`, a string or a list; or a body that is a JSON list, JSON Lines (an object with `text`, or a
//! string, a line; `application/jsonlines`, `application/x-ndjson`) or CSV (`text/csv`, one text a row, without a header
//! row unless the type says `header=present`; then the column `text`). Several texts are answered by `{"results":[…]}`,
//! each by itself, with `{"error":{problem}}` in the place of one that failed. `accept: application/jsonlines` asks for
//! one answer a line, which is also what JSON Lines get unless `accept` names JSON; `accept: text/csv` for one a row, as
//! JSON in one column, with the parameters `source=present` (the text in a column before it) and `header=present`.
//! `HEAD` goes with `GET`, and `OPTIONS` answers what browsers ask first. Options may stand in the query or the body;
//! beside a body that is itself the texts they stand in the query. The bare route and `/invocations` answer a list by
//! a list, rows by rows and lines by lines.
//!
//! JSON is taken under any other content type. A body of `text/plain` is the text itself, not on the old route, unless it
//! is a JSON object or list from end to end: scripts in pages send JSON as `text/plain` when they state no content type,
//! and to classify its braces would be a quiet wrong answer. Who wants labels of such a text sends it as a `text`.
//!
//! Under `/v1` a field that is unknown or given twice is an error, lest a misspelt option quietly be the default; the
//! other routes ignore it, since clients that people already have send what they like.
//!
//! `offsets` is what `start` and `end` count: `code-point` unless it says `utf16` or `utf8`. A document and key phrases
//! repeat it; every answer with offsets has it in the header `spanlet-offsets`, a bare list of entities there alone.
//! The header `spanlet-model` says which model answered, `name; sha256=<digest of its parts>`. A component that was baked
//! says in `spanlet-component` from which one, `version; sha256=<digest of that component>`, and its receipt stands
//! beside the models in `/v1/models`.
//! `include` names a document's layers, as a list or divided by commas: `tokens`, `sents`, `ents`, `noun_chunks`,
//! `spans`, `cats`, `vector`; without it an answer has every layer that the model has but the vector.
//!
//! The bare task is the setting `bare_task` (`analyze`, `classify`, `embed`, `entities`, `hashtags` or `keyphrases`);
//! unless set, `entities` where a loaded model has them, else `hashtags`. It is answered as by the route of that name,
//! but that entities have no `score`: clients of older systems know four fields.
//!
//! # Transformers
//! `aggregation` says how word pieces become entities: `none`, `simple`, `first`, `average` or `max`. `ignore_labels`, a
//! list or divided by commas, are labels that are left out, as the answer would spell them; none of them where it is empty.
//! `stride` is by how many pieces the windows over a long text overlap. `function` is what makes scores: `sigmoid`,
//! `softmax` or `none`, with which `threshold` may be any number instead of one from 0 to 1. What is left out the model
//! decides, and a model that has no meaning for one of these refuses it: `option.out-of-range`.
//!
//! A vector's numbers are the shortest that read back as the same 32-bit floats, as scores are. `normalize` scales it to
//! length 1, and a vector of zeros stays one: a fastText model trained without labels has it for an empty text, and one
//! with labels the vector of its end-of-line token.
//!
//! `inputs` is what Hugging Face's clients send: see `routes/hugging_face.rs` for what is taken of it. In short, the model
//! that answers decides whether the answer is entities, `[[{"label":…,"score":…}]]` or a vector; `parameters` are
//! `aggregation_strategy`, `ignore_labels` and `stride`, `top_k` and `function_to_apply`, or `normalize`.
//!
//! # Errors
//! What is wrong with a request is an RFC 9457 problem: `type` (`about:blank`), `title`, `status`, `detail`, `code`
//! (one of [`codes`]) and, where there is one, `place`: a field, `/text/3` for an item of a list, `line 2, column 7`
//! or `byte 12` of the body, `row 3` of CSV. The status follows from the error's kind: 400 for what is wrong with the
//! call, 404 for an unknown route or model, 405 with `allow`, 413 for what is over a limit, 500 where the model itself
//! is unsound, 501 for what this build lacks.
//!
//! # Limits
//! Bodies of 6 MiB, 1,000 texts and 100,000 code points each, unless [`Api::configure`] says otherwise. Models of 2 GiB
//! in 4,096 parts; chunks of 4 MiB; answers of 96 MiB.

#![forbid(unsafe_code)]

mod answer;
mod api;
mod call;
pub mod codes;
mod digest;
mod engine;
mod error;
mod exchange;
#[cfg(test)]
mod fake;
mod keyphrases;
mod loading;
mod media;
mod payload;
mod problem;
mod question;
mod receipt;
mod registry;
mod routes;
mod settings;
mod typed;

pub use api::{Api, Unpack};
pub use engine::{Aggregation, Engine, EntityOptions, Family, Function, Model, Part, Scored, Task};
pub use error::{Code, Error, ErrorKind};
pub use exchange::{Field, Request, Response, Usage};
pub use keyphrases::{Keyphrase, Keyphrases};
pub use loading::{MAX_CHUNK_BYTES, MAX_LOADS, MAX_MODEL_BYTES, MAX_PARTS, PartSize};
pub use registry::Description;
pub use spanlet_text::Layers;
pub use typed::{AnalyzeOptions, ClassifyOptions, EmbedOptions};
