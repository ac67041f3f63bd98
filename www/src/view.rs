//! What a person sees: the page's elements and how each state is drawn into them.

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{
    Document, Element, HtmlElement, HtmlInputElement, HtmlProgressElement, HtmlSelectElement, HtmlTextAreaElement,
};

use crate::answer::{Answers, Hashtags, Keyphrase, Scored};
use crate::models::{Models, Use};

/// The attribute of a recommended label's button that holds the label.
const LABEL_ATTRIBUTE: &str = "data-label";

/// The most key phrases that are shown.
const PHRASES: usize = 10;

/// The elements of `static/index.html` that change.
pub(crate) struct View {
    document: Document,
    pub(crate) text: HtmlTextAreaElement,
    pub(crate) recommended: Element,
    used: Element,
    entities: Element,
    entities_card: HtmlElement,
    phrases: Element,
    phrases_card: HtmlElement,
    documents_model: HtmlSelectElement,
    documents_choice: HtmlElement,
    hashtags_model: HtmlSelectElement,
    hashtags_choice: HtmlElement,
    model_file: HtmlInputElement,
    model_folder: HtmlInputElement,
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
            entities: element(&document, "entities")?,
            entities_card: element(&document, "entities-card")?,
            phrases: element(&document, "phrases")?,
            phrases_card: element(&document, "phrases-card")?,
            documents_model: element(&document, "documents-model")?,
            documents_choice: element(&document, "documents-choice")?,
            hashtags_model: element(&document, "hashtags-model")?,
            hashtags_choice: element(&document, "hashtags-choice")?,
            model_file: element(&document, "model-file")?,
            model_folder: element(&document, "model-folder")?,
            status: element(&document, "status")?,
            progress: element(&document, "progress")?,
            model: element(&document, "model")?,
            document,
        })
    }

    pub(crate) fn show_progress(&self, loaded: f64, total: f64) {
        self.progress.set_value(loaded / total.max(1.0));
        // The status is announced as it changes, so the count goes to the bar alone.
        self.set_status("Loading the models…", false);
    }

    pub(crate) fn show_loading(&self, name: &str) {
        self.set_status(&format!("Loading “{name}”…"), false);
    }

    pub(crate) fn show_ready(&self, models: &Models, bytes: f64) -> Result<(), JsValue> {
        self.progress.set_hidden(true);
        self.set_status("Ready.", false);
        let (names, megabytes) = (models.names().join("”, “"), bytes / 1e6);
        let sentence = format!("Models “{names}” and component: {megabytes:.1} MB, fetched once.");
        self.model.set_text_content(Some(&sentence));
        Use::ALL.into_iter().try_for_each(|of| self.show_choice(models, of))
    }

    /// The select in which the model for a use is chosen.
    pub(crate) fn choice(&self, of: Use) -> &HtmlSelectElement {
        match of {
            Use::Documents => &self.documents_model,
            Use::Hashtags => &self.hashtags_model,
        }
    }

    /// The inputs that take a person's own model.
    pub(crate) fn model_inputs(&self) -> Array {
        Array::of2(&self.model_file, &self.model_folder)
    }

    /// A choice of one is none.
    fn show_choice(&self, models: &Models, of: Use) -> Result<(), JsValue> {
        let (select, line) = match of {
            Use::Documents => (&self.documents_model, &self.documents_choice),
            Use::Hashtags => (&self.hashtags_model, &self.hashtags_choice),
        };
        select.set_text_content(None);
        let mut count = 0;
        for model in models.fitting(of) {
            self.append(select, "option", "", &model.name)?;
            count += 1;
        }
        if let Some(name) = models.chosen(of) {
            select.set_value(name);
        }
        line.set_hidden(count < 2);
        Ok(())
    }

    pub(crate) fn show_failure(&self, sentence: &str) {
        self.progress.set_hidden(true);
        self.set_status(sentence, true);
    }

    pub(crate) fn show_answers(&self, answers: &Answers) -> Result<(), JsValue> {
        let mut found = Vec::new();
        self.entities_card.set_hidden(answers.document.is_none());
        if let Some(document) = &answers.document {
            found.push(counted(self.show_entities(document)?, "entity", "entities"));
        }
        self.phrases_card.set_hidden(answers.keyphrases.is_none());
        if let Some(keyphrases) = &answers.keyphrases {
            self.show_phrases(&keyphrases.phrases)?;
            found.push(counted(keyphrases.phrases.len(), "key phrase", "key phrases"));
        }
        if let Some(Hashtags { already_used, recommended }) = &answers.hashtags {
            self.show_recommended(recommended)?;
            self.show_used(already_used)?;
            found.push(format!("{} recommended", counted(recommended.len(), "hashtag", "hashtags")));
        }
        self.set_status(&format!("{}.", found.join(", ")), false);
        Ok(())
    }

    /// The text with its entities marked; answers how many there are. Offsets are bytes.
    fn show_entities(&self, document: &spanlet_text::Document) -> Result<usize, JsValue> {
        let (text, ents) = (document.text.as_str(), document.ents.as_deref().unwrap_or_default());
        self.entities.set_text_content(None);
        let mut shown_bytes = 0;
        for ent in ents {
            let (start, end) = (ent.start as usize, ent.end as usize);
            let (before, inside) = (text.get(shown_bytes..start), text.get(start..end));
            let (Some(before), Some(inside)) = (before, inside) else { continue };
            self.append(&self.entities, "span", "", before)?;
            let mark = self.append(&self.entities, "mark", "", inside)?;
            self.append(&mark, "b", "", &ent.label)?;
            shown_bytes = end;
        }
        self.append(&self.entities, "span", "", text.get(shown_bytes..).unwrap_or_default())?;
        Ok(ents.len())
    }

    fn show_phrases(&self, phrases: &[Keyphrase]) -> Result<(), JsValue> {
        self.phrases.set_text_content(None);
        if phrases.is_empty() {
            self.append(&self.phrases, "li", "none", "None in the text.")?;
        }
        for phrase in phrases.iter().take(PHRASES) {
            let item: HtmlElement = self.append(&self.phrases, "li", "phrase", "")?.dyn_into()?;
            item.style().set_property("--score", &phrase.score.clamp(0.0, 1.0).to_string())?;
            self.append(&item, "span", "label", &phrase.text)?;
            self.append(&item, "span", "score", &format!("× {}", phrase.count))?;
        }
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

fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
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
