//! What a person sees: the page's elements and how each state is drawn into them.

use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, HtmlElement, HtmlProgressElement, HtmlTextAreaElement};

use crate::answer::{Hashtags, Scored};

/// The attribute of a recommended label's button that holds the label.
const LABEL_ATTRIBUTE: &str = "data-label";

/// The elements of `static/index.html` that change.
pub(crate) struct View {
    document: Document,
    pub(crate) text: HtmlTextAreaElement,
    pub(crate) recommended: Element,
    used: Element,
    status: HtmlElement,
    progress: HtmlProgressElement,
    model: Element,
}

impl View {
    /// Finds every element; an error names the one that is missing.
    pub(crate) fn of(document: Document) -> Result<Self, JsValue> {
        Ok(Self {
            text: element(&document, "text")?,
            recommended: element(&document, "recommended")?,
            used: element(&document, "used")?,
            status: element(&document, "status")?,
            progress: element(&document, "progress")?,
            model: element(&document, "model")?,
            document,
        })
    }

    pub(crate) fn show_progress(&self, loaded: f64, total: f64) {
        self.progress.set_value(loaded / total.max(1.0));
        // The status is announced as it changes, so the count goes to the bar alone.
        self.set_status("Loading the model…", false);
    }

    pub(crate) fn show_ready(&self, model: &str, bytes: f64) {
        self.progress.set_hidden(true);
        self.set_status("Ready.", false);
        let megabytes = bytes / 1e6;
        let sentence = format!("Model “{model}” and component: {megabytes:.1} MB, fetched once.");
        self.model.set_text_content(Some(&sentence));
    }

    pub(crate) fn show_failure(&self, sentence: &str) {
        self.progress.set_hidden(true);
        self.set_status(sentence, true);
    }

    pub(crate) fn show_hashtags(&self, hashtags: &Hashtags) -> Result<(), JsValue> {
        self.show_recommended(&hashtags.recommended)?;
        self.show_used(&hashtags.already_used)?;
        let count = hashtags.recommended.len();
        let noun = if count == 1 { "hashtag" } else { "hashtags" };
        self.set_status(&format!("{count} {noun} recommended."), false);
        Ok(())
    }

    fn show_recommended(&self, labels: &[Scored]) -> Result<(), JsValue> {
        self.recommended.set_text_content(None);
        if labels.is_empty() {
            self.append(&self.recommended, "li", "none", "Nothing yet: write a little more.")?;
        }
        for scored in labels {
            let item = self.append(&self.recommended, "li", "", "")?;
            let button: HtmlElement = self.append(&item, "button", "", "")?.dyn_into()?;
            button.set_attribute("type", "button")?;
            button.set_attribute(LABEL_ATTRIBUTE, &scored.label)?;
            let score = scored.score.clamp(0.0, 1.0);
            button.style().set_property("--score", &score.to_string())?;
            self.append(&button, "span", "label", &format!("#{}", scored.label))?;
            self.append(&button, "span", "score", &format!("{:.1} %", score * 100.0))?;
        }
        Ok(())
    }

    fn show_used(&self, labels: &[String]) -> Result<(), JsValue> {
        self.used.set_text_content(None);
        if labels.is_empty() {
            self.append(&self.used, "li", "none", "None in the text.")?;
        }
        for label in labels {
            self.append(&self.used, "li", "", &format!("#{label}"))?;
        }
        Ok(())
    }

    /// Text goes in as text, never as markup: labels come from a model's file.
    fn append(&self, parent: &Element, name: &str, class: &str, text: &str) -> Result<Element, JsValue> {
        let child = self.document.create_element(name)?;
        if !class.is_empty() {
            child.set_class_name(class);
        }
        if !text.is_empty() {
            child.set_text_content(Some(text));
        }
        parent.append_child(&child)?;
        Ok(child)
    }

    fn set_status(&self, sentence: &str, failed: bool) {
        if self.status.text_content().as_deref() != Some(sentence) {
            self.status.set_text_content(Some(sentence));
        }
        self.status.set_class_name(if failed { "failed" } else { "" });
    }
}

/// The label of the button that was pressed, if one was.
pub(crate) fn pressed_label(event: &web_sys::Event) -> Option<String> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest(&format!("[{LABEL_ATTRIBUTE}]")).ok()??.get_attribute(LABEL_ATTRIBUTE)
}

fn element<T: JsCast>(document: &Document, id: &str) -> Result<T, JsValue> {
    let found = document.get_element_by_id(id).and_then(|element| element.dyn_into().ok());
    found.ok_or_else(|| JsValue::from_str(&format!("the page has no element `{id}` of the kind expected")))
}
