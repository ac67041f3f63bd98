//! What is asked: every route, option and error, with texts short and long, plain and strange.

mod documents;
mod vectors;

use serde_json::json;

use super::{COUNT, Piece, Request};

/// Texts that people write, and such as break what is written for them alone.
const TEXTS: [&str; 28] = [
    "How do I keep my sourdough starter alive in winter? #bread #baking",
    "Can I freeze raw eggs? #food-safety",
    "What is the difference between baking soda and baking powder?",
    "My pizza dough tears when I stretch it, what am I doing wrong?",
    "how long does cooked rice keep in the fridge",
    "Best oil for deep frying chicken wings?",
    "<p>Why did my <b>cheesecake</b> crack?</p> #cake",
    "Is it safe to eat &quot;medium rare&quot; pork &amp; chicken?",
    "BBQ ribs: low &lt; slow, or hot > fast???",
    "Espresso tastes sour\nground finer\nstill sour #coffee #espresso",
    "Crème brûlée sans chalumeau ? #dessert #crème",
    "Wie lange muss ein Sauerteig gehen? #Brot #straße",
    "寿司のご飯はどうやって冷ましますか #寿司",
    "как заквасить капусту #капуста",
    "كيف أصنع الحمص #حمص",
    "🍞🥖 bread emoji 👩‍🍳 #🍞 #bread",
    "#one#two #three_four #5 #a-b # #",
    "##double ＃fullwidth #café #İstanbul",
    "tabs\tand\u{a0}no-break\u{3000}spaces\u{2028}and\u{85}lines",
    "a\u{0}b nul \u{1} control \u{7f}",
    "e\u{301} combining \u{feff} mark \u{200d} joiner",
    "\u{10ffff} last code point \u{fffd}",
    "</s> end of line inside </s>",
    "__label__bread __label__ as a word",
    "quote \" backslash \\ slash / \u{8}\u{c}",
    "?!.,;:()[]{}",
    " ",
    "",
];

/// The words that made-up texts are drawn from; most are in the default model's vocabulary.
const WORDS: [&str; 40] = [
    "bread",
    "oven",
    "flour",
    "yeast",
    "how",
    "do",
    "i",
    "the",
    "chicken",
    "safe",
    "temperature",
    "rice",
    "cooking",
    "sauce",
    "tomato",
    "cheese",
    "substitute",
    "for",
    "butter",
    "cake",
    "baking",
    "knife",
    "pan",
    "cast",
    "iron",
    "coffee",
    "storage",
    "freeze",
    "eggs",
    "meat",
    "grill",
    "salt",
    "sugar",
    "vegetables",
    "soup",
    "what",
    "is",
    "a",
    "zymurgy",
    "qwxyz",
];

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const PLAIN: &[(&str, &str)] = &[("content-type", "text/plain; charset=utf-8")];
const FORM: &[(&str, &str)] = &[("content-type", "application/x-www-form-urlencoded")];

/// The whole sample, the same each time: [`COUNT`] requests.
#[must_use]
pub fn sample() -> Vec<Request> {
    let mut sample = Sample::default();
    sample.texts();
    sample.lists();
    sample.queries();
    sample.old_form();
    sample.bare();
    sample.options();
    sample.wrong_bodies();
    sample.routes();
    sample.browsers();
    sample.sizes();
    sample.documents();
    sample.vectors();
    sample.made_up();
    sample.requests
}

#[derive(Default)]
struct Sample {
    requests: Vec<Request>,
}

impl Sample {
    fn add(&mut self, why: &str, line: &str, headers: &[(&str, &str)], body: Vec<Piece>) {
        let (method, target) = line.split_once(' ').unwrap_or((line, "/"));
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        self.requests.push(Request {
            why: why.to_owned(),
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers.iter().map(owned).collect(),
            body,
        });
    }

    fn texts(&mut self) {
        for text in TEXTS {
            self.add("hashtags of a text", "POST /v1/hashtags", JSON, once(json!({ "text": text }).to_string()));
        }
        for text in &TEXTS[..12] {
            self.add("a plain text", "POST /v1/classify?k=3", PLAIN, once(*text));
        }
    }

    fn lists(&mut self) {
        for count in [0, 1, 2, 5, 28] {
            let body = json!({ "text": TEXTS[..count], "k": 4 }).to_string();
            self.add("hashtags of a list", "POST /v1/hashtags", JSON, once(body.clone()));
            self.add("labels of a list", "POST /v1/classify", JSON, once(body));
        }
        let mixed = json!({ "text": ["bread", 5, null, "", {}, [], true, "rice"] }).to_string();
        self.add("items that are no texts", "POST /v1/classify", JSON, once(mixed.clone()));
        self.add("items that are no texts", "POST /v1/hashtags", JSON, once(mixed));
    }

    fn queries(&mut self) {
        let targets = [
            "/v1/hashtags?text=sourdough+starter",
            "/v1/hashtags?text=sourdough%20starter&k=2",
            "/v1/hashtags?text=caf%C3%A9%20%23cr%C3%A8me",
            "/v1/classify?text=bread&text=rice&k=2",
            "/v1/classify?text=Bread%21&clean=true",
            "/v1/classify?text=Bread%21&clean=false",
            "/v1/classify?text=bread&threshold=0.2&k=10",
            "/v1/classify?text=bread&model=tags",
            "/v1/classify?text=bread&model=none",
            "/v1/hashtags?text=%ff",
            "/v1/hashtags?text=%zz",
            "/v1/hashtags?text=a%00b",
            "/v1/hashtags?txt=bread",
            "/v1/hashtags?text=bread&k=0",
            "/v1/hashtags?text=bread&k=five",
            "/v1/hashtags?text=",
            "/v1/hashtags?",
            "/v1/hash%74ags?text=bread",
        ];
        for target in targets {
            self.add("a query", &format!("GET {target}"), &[], Vec::new());
        }
    }

    fn old_form(&mut self) {
        for text in &TEXTS[..6] {
            let body = json!({ "text": text }).to_string();
            self.add("the old form as curl sends it", "POST /recommendations", FORM, once(body));
        }
        let bread = json!({ "text": "How? #bread #baking" }).to_string();
        self.add("the old form under a stage", "POST /prod/recommendations", FORM, once(bread));
        self.add("the old form as a query", "GET /recommendations?text=rice+%23rice", &[], Vec::new());
        self.add("the old form without a text", "POST /recommendations", JSON, once("{}"));
        self.add("the old form with a list", "POST /recommendations", JSON, once(r#"{"text":["a"]}"#));
    }

    fn bare(&mut self) {
        let bodies = [
            r##"{"text":"freeze raw eggs #eggs"}"##,
            r#"{"text":"bread","extra":1}"#,
            r##"["bread #bread","rice"]"##,
            r#"{"text":["bread","rice"]}"#,
            r#"["bread",[]]"#,
            "[]",
            "5",
            r#"{"Text":"key phrases"}"#,
            r#"{"inputs":"hugging face"}"#,
        ];
        for body in bodies {
            self.add("a bare post", "POST /", JSON, once(body));
        }
        self.add("a bare plain text", "POST /", PLAIN, once("deep frying chicken"));
        self.add("a bare query", "GET /?text=deep+frying", &[], Vec::new());
        self.add("the list of routes", "GET /", &[], Vec::new());
        self.add(
            "Comprehend's header",
            "POST /",
            &[("x-amz-target", "Comprehend_20171127.DetectEntities")],
            once("{}"),
        );
    }

    fn options(&mut self) {
        let options = [
            r#""k":1"#,
            r#""k":10"#,
            r#""k":1000000"#,
            r#""k":4294967296"#,
            r#""k":0"#,
            r#""k":-1"#,
            r#""k":1.5"#,
            r#""k":"5""#,
            r#""k":null"#,
            r#""threshold":0"#,
            r#""threshold":1"#,
            r#""threshold":0.05,"k":20"#,
            r#""threshold":1e-7,"k":20"#,
            r#""threshold":1.5"#,
            r#""threshold":"high""#,
            r#""clean":true"#,
            r#""clean":1"#,
            r#""model":"tags""#,
            r#""model":"en""#,
            r#""model":7"#,
        ];
        for option in options {
            let body = format!(r#"{{"text":"Baking <i>bread</i> in a cold oven #oven",{option}}}"#);
            self.add("an option", "POST /v1/classify", JSON, once(body));
        }
    }

    fn wrong_bodies(&mut self) {
        let bodies = [
            "",
            "{",
            "hello",
            "null",
            "\"bread\"",
            r#"["bread"]"#,
            "{}",
            r#"{"text":null}"#,
            r#"{"text":5}"#,
            r#"{"text":{"text":"a"}}"#,
            r#"{"text":"a","K":1}"#,
            r#"{"text":"a","text":"b"}"#,
            r#"{"text":"a"} x"#,
            r#"{"text":"\ud800"}"#,
            "\u{feff}{\"text\":\"a byte order mark\"}",
        ];
        for body in bodies {
            self.add("a body that is wrong or odd", "POST /v1/hashtags", JSON, once(body));
        }
        let not_utf8 = || vec![text(r#"{"text":"bread "#, 1), Piece::Hex { hex: "ffc328".to_owned() }, text("\"}", 1)];
        self.add("JSON that is not UTF-8", "POST /v1/hashtags", JSON, not_utf8());
        self.add("a plain text that is not UTF-8", "POST /v1/classify", PLAIN, not_utf8());
        let nested = vec![text("[", 5_000), text("]", 5_000)];
        self.add("lists in lists", "POST /v1/hashtags", JSON, nested);
    }

    fn routes(&mut self) {
        let lines = [
            "GET /healthz",
            "HEAD /healthz",
            "GET /v1/models",
            "GET /v1/models/tags",
            "GET /v1/models/none",
            "GET /v1/models/t%61gs",
            "DELETE /v1/models/tags",
            "PUT /v1/hashtags",
            "PATCH /v1/classify",
            "POST /healthz",
            "GET /v2/hashtags",
            "GET /v1/hashtags/",
            "GET /v1//hashtags",
            "POST /v1/analyze",
            "GET /%E2%82%AC",
            "HEAD /v1/hashtags?text=bread",
        ];
        for line in lines {
            self.add("a route or a method", line, &[], Vec::new());
        }
    }

    fn browsers(&mut self) {
        let origin = ("origin", "https://example.org");
        let asks =
            [origin, ("access-control-request-method", "POST"), ("access-control-request-headers", "x-one, x-two")];
        for path in ["/", "/v1/hashtags", "/recommendations", "/none"] {
            self.add("a browser asks first", &format!("OPTIONS {path}"), &asks, Vec::new());
        }
        let odd = [origin, ("access-control-request-headers", "x;y")];
        self.add("a header name that is none", "OPTIONS /v1/classify", &odd, Vec::new());
        self.add("a page of another origin", "POST /v1/hashtags", &[origin], once(r#"{"text":"rice"}"#));
    }

    fn sizes(&mut self) {
        let long = |unit: &str, times| vec![text(r#"{"text":""#, 1), text(unit, times), text("\"}", 1)];
        self.add("the longest text", "POST /v1/classify", JSON, long("a", 100_000));
        self.add("a text one too long", "POST /v1/classify", JSON, long("a", 100_001));
        self.add("the longest text in code points", "POST /v1/classify", JSON, long("é", 100_000));
        self.add("3,000 words", "POST /v1/hashtags", JSON, long("oven bread rice ", 1_000));
        self.add("a word of 5,000 characters", "POST /v1/hashtags", JSON, long("bé", 2_500));
        self.add("1,000 hashtags", "POST /v1/hashtags", JSON, long("#bread ", 1_000));
        let list = |times| vec![text("[\"rice\"", 1), text(",\"bread\"", times), text("]", 1)];
        self.add("the most texts", "POST /?", JSON, list(999));
        self.add("one text too many", "POST /", JSON, list(1_000));
        self.add("a body over the limit", "POST /v1/hashtags", JSON, vec![text(" ", (6 << 20) + 1)]);
    }

    /// Fills the sample up with texts of known words in an order that only looks like chance.
    fn made_up(&mut self) {
        let mut state = 20_261_120_u32;
        let mut next = |below: usize| {
            // Numerical Recipes' generator; its upper bits are good enough to mix words.
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as usize % below
        };
        while self.requests.len() < COUNT {
            let words: Vec<&str> = (0..3 + next(20)).map(|_| WORDS[next(WORDS.len())]).collect();
            let body = json!({ "text": words.join(" "), "k": 1 + next(8) }).to_string();
            let path = if next(2) == 0 { "POST /v1/classify" } else { "POST /v1/hashtags" };
            self.add("known words mixed", path, JSON, once(body));
        }
    }
}

fn once(whole: impl Into<String>) -> Vec<Piece> {
    let whole: String = whole.into();
    if whole.is_empty() { Vec::new() } else { vec![text(&whole, 1)] }
}

fn text(text: &str, times: usize) -> Piece {
    Piece::Text { text: text.to_owned(), times }
}
