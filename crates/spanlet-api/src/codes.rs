//! Every code that an error or a problem can bear. They are stable: a client may compare them.

use crate::error::{Code, ErrorKind};

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $constant:ident = $kind:ident, $name:literal;)+) => {
        $($(#[doc = $doc])+ pub const $constant: Code = Code { kind: ErrorKind::$kind, name: $name };)+

        /// Every code, in the order of this file.
        pub const ALL: &[Code] = &[$($constant),+];
    };
}

codes! {
    /// The request's path names nothing here. Status 404.
    ROUTE_UNKNOWN = InvalidArgument, "route.unknown";
    /// The route does not answer this method; `allow` lists those that it does. Status 405.
    ROUTE_METHOD = InvalidArgument, "route.method-not-allowed";
    /// The request asks for a system of which this build has no part, such as Comprehend's protocol.
    ROUTE_UNSUPPORTED = Unsupported, "route.unsupported";

    /// The request's body has more bytes than `max_body_bytes`.
    BODY_TOO_LARGE = TooLarge, "body.too-large";
    /// The body is not UTF-8; the place is the first byte that is not.
    BODY_NOT_UTF8 = InvalidArgument, "body.not-utf8";
    /// The body is not JSON; the place is the line and column.
    BODY_NOT_JSON = InvalidArgument, "body.not-json";
    /// The body is not CSV: its quotes do not match; the place is the line.
    BODY_NOT_CSV = InvalidArgument, "body.not-csv";
    /// The body is JSON of another shape than the route takes.
    BODY_WRONG_TYPE = InvalidArgument, "body.wrong-type";
    /// A query parameter is not UTF-8 once its percent signs are undone.
    QUERY_NOT_UTF8 = InvalidArgument, "query.not-utf8";

    /// There is no `text`.
    TEXT_MISSING = InvalidArgument, "text.missing";
    /// A text is not a string.
    TEXT_WRONG_TYPE = InvalidArgument, "text.wrong-type";
    /// A text has more code points than `max_text_chars`.
    TEXT_TOO_LONG = TooLarge, "text.too-long";
    /// There are more texts than `max_texts`.
    TEXT_TOO_MANY = TooLarge, "text.too-many";

    /// A CSV header with several columns, none of which is named `text`.
    CSV_NO_TEXT_COLUMN = InvalidArgument, "csv.no-text-column";
    /// A row of CSV with more or fewer columns than its header, or without one more than the text alone.
    CSV_COLUMNS = InvalidArgument, "csv.columns";

    /// A field that the route does not know, perhaps misspelt.
    FIELD_UNKNOWN = InvalidArgument, "field.unknown";
    /// A field that was given twice.
    FIELD_DUPLICATE = InvalidArgument, "field.duplicate";
    /// A field of another type than expected.
    FIELD_WRONG_TYPE = InvalidArgument, "field.wrong-type";
    /// An option outside its range.
    OPTION_OUT_OF_RANGE = InvalidArgument, "option.out-of-range";
    /// A name in `include` that is no layer; the message lists them.
    LAYER_UNKNOWN = InvalidArgument, "layer.unknown";

    /// The answer would be larger than a host carries out; ask for fewer texts or labels.
    ANSWER_TOO_LARGE = TooLarge, "answer.too-large";

    /// No model of that name is loaded.
    MODEL_UNKNOWN = UnknownModel, "model.unknown";
    /// No loaded model has the task.
    MODEL_NONE_FOR_TASK = UnknownModel, "model.none-for-task";
    /// Several models have the task, none is the default for it, and the call names none.
    MODEL_AMBIGUOUS = InvalidArgument, "model.ambiguous";
    /// The model cannot do the task.
    MODEL_WRONG_TASK = WrongTask, "model.wrong-task";
    /// A model's name is not one to sixty-four of `A-Z a-z 0-9 . _ -`, beginning with a letter or digit.
    MODEL_NAME = InvalidArgument, "model.name";
    /// The options of a load are not what the contract says.
    MODEL_OPTIONS = InvalidArgument, "model.options";
    /// No engine of this build recognises the parts.
    MODEL_UNRECOGNIZED = Unsupported, "model.unrecognized";
    /// The model is sound and uses something that its engine does not have.
    MODEL_UNSUPPORTED = Unsupported, "model.unsupported";
    /// The model's bytes are damaged or contradict themselves.
    MODEL_DAMAGED = BadModel, "model.damaged";
    /// A part has not had all its bytes, or a model lacks a part.
    MODEL_PART_MISSING = BadModel, "model.part-missing";
    /// A part's name is empty, absolute, too long, repeated, or steps out of the model's directory.
    MODEL_PART_NAME = InvalidArgument, "model.part-name";
    /// More parts, or more bytes, than a model may have, or than there is memory for.
    MODEL_TOO_LARGE = TooLarge, "model.too-large";

    /// No load of that number is under way.
    LOAD_UNKNOWN = Conflict, "load.unknown";
    /// A chunk was written to a part that is already whole or not yet due.
    LOAD_ORDER = Conflict, "load.order";
    /// A chunk has more than 4 MiB, or more bytes than its part was declared to have.
    LOAD_CHUNK = TooLarge, "load.chunk";
    /// Too many loads are under way at once.
    LOAD_TOO_MANY = Conflict, "load.too-many";
    /// The component is sealed: what it holds is what it answers with.
    LOAD_SEALED = Conflict, "load.sealed";

    /// The model could not answer a text for a reason of its own, such as weights that are not numbers.
    MODEL_ANSWER = BadModel, "model.no-answer";
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn codes_are_unique_and_well_formed() {
        for (index, code) in ALL.iter().enumerate() {
            assert!(ALL[..index].iter().all(|other| other.name != code.name), "{}", code.name);
            let (subject, rest) = code.name.split_once('.').expect("a subject and a complaint");
            for word in [subject, rest] {
                assert!(!word.is_empty() && word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')));
            }
        }
    }
}
