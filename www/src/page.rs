//! The page at work: typing asks, answers are drawn, a label that is pressed joins the text, a model that is dropped
//! answers from then on.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, JSON, Reflect, Uint8Array};
use serde::Serialize as _;
use wasm_bindgen::prelude::*;
use web_sys::{Event, MessageEvent, Window, Worker, WorkerOptions, WorkerType};

use crate::answer::{Answers, Topic};
use crate::latest::{self, Latest};
use crate::message::{Field, Message, Order, Request, Response};
use crate::models::{Models, Use};
use crate::view::{self, View};

#[wasm_bindgen(raw_module = "./model-files.js")]
extern "C" {
    /// Calls back with every model that a person drops or chooses.
    #[wasm_bindgen(js_name = listen)]
    fn listen_for_models(inputs: &Array, chosen: &JsValue);
}

/// How long a pause in typing is before the text is asked about.
const PAUSE_MS: i32 = 120;

struct Page {
    window: Window,
    worker: Worker,
    view: View,
    models: RefCell<Models>,
    latest: RefCell<Latest>,
    /// What the question under way asks about, in the order of its requests.
    topics: RefCell<Vec<Topic>>,
    /// The timer of a pause in typing that has not ended.
    pause: Cell<Option<i32>>,
    /// What the timer calls when it ends; set once the page is shared.
    paused: RefCell<Option<Closure<dyn FnMut()>>>,
}

/// Joins the elements, the worker and their events. Listeners live as long as the page does.
pub(crate) fn start() -> Result<(), JsValue> {
    let window = web_sys::window().ok_or("this module runs in a page")?;
    let document = window.document().ok_or("this window shows no document")?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let page = Rc::new(Page {
        worker: Worker::new_with_options("./worker.js", &options)?,
        view: View::of(document)?,
        window,
        models: RefCell::default(),
        latest: RefCell::default(),
        topics: RefCell::default(),
        pause: Cell::new(None),
        paused: RefCell::new(None),
    });
    page.listen()
}

impl Page {
    fn listen(self: Rc<Self>) -> Result<(), JsValue> {
        let page = self.clone();
        *self.paused.borrow_mut() = Some(Closure::new(move || page.typing_paused()));

        let page = self.clone();
        let received = Closure::<dyn FnMut(MessageEvent)>::new(move |event| page.receive(&event));
        self.worker.set_onmessage(Some(received.into_js_value().unchecked_ref()));

        let page = self.clone();
        let failed =
            Closure::<dyn FnMut(Event)>::new(move |_| page.view.show_failure("The worker could not be started."));
        self.worker.set_onerror(Some(failed.into_js_value().unchecked_ref()));

        let page = self.clone();
        let typed = Closure::<dyn FnMut(Event)>::new(move |_| page.wait_for_pause());
        self.view.text.add_event_listener_with_callback("input", typed.into_js_value().unchecked_ref())?;

        let page = self.clone();
        let pressed = Closure::<dyn FnMut(Event)>::new(move |event| page.add_label(&event));
        self.view.recommended.add_event_listener_with_callback("click", pressed.into_js_value().unchecked_ref())?;

        for of in Use::ALL {
            let page = self.clone();
            let chosen = Closure::<dyn FnMut(Event)>::new(move |_| page.choose(of));
            let select = self.view.choice(of);
            select.add_event_listener_with_callback("change", chosen.into_js_value().unchecked_ref())?;
        }

        let inputs = self.view.model_inputs();
        let chosen = Closure::<dyn FnMut(JsValue)>::new(move |model| self.report(self.load(&model)));
        listen_for_models(&inputs, &chosen.into_js_value());
        Ok(())
    }

    fn wait_for_pause(&self) {
        if let Some(timer) = self.pause.take() {
            self.window.clear_timeout_with_handle(timer);
        }
        if let Some(paused) = self.paused.borrow().as_ref() {
            let callback = paused.as_ref().unchecked_ref();
            let timer = self.window.set_timeout_with_callback_and_timeout_and_arguments_0(callback, PAUSE_MS);
            self.pause.set(timer.ok());
        }
    }

    fn typing_paused(&self) {
        self.pause.set(None);
        self.report(self.ask());
    }

    /// Asks about the text as it stands now, unless an answer is awaited: then it waits for that.
    fn ask(&self) -> Result<(), JsValue> {
        if self.models.borrow().topics().is_empty() {
            return Ok(());
        }
        let question = self.latest.borrow_mut().ask(self.view.text.value());
        question.map_or(Ok(()), |question| self.post(&question))
    }

    fn post(&self, (id, text): &latest::Question) -> Result<(), JsValue> {
        // As JSON: plain text that happens to be a JSON list would be taken for several texts.
        let text = String::from(JSON::stringify(&JsValue::from_str(text))?);
        let body = format!(r#"{{"text":{text}}}"#);
        let topics = self.models.borrow().topics();
        let request = |(topic, model): &(Topic, String)| {
            let (path, query) = topic.target();
            Request {
                method: "POST",
                path,
                query: format!("{query}{model}"),
                headers: &[Field { name: "content-type", value: "application/json" }],
                body: Uint8Array::from(body.as_bytes()),
            }
        };
        let requests = topics.iter().map(request).collect();
        *self.topics.borrow_mut() = topics.iter().map(|(topic, _)| *topic).collect();
        self.order(&Order::Ask { id: *id, requests })
    }

    /// Has the worker load a model that a person chose.
    fn load(&self, model: &JsValue) -> Result<(), JsValue> {
        let name = Reflect::get(model, &"name".into())?.as_string().unwrap_or_default();
        self.view.show_loading(&name);
        self.models.borrow_mut().await_model(name);
        self.order(&Order::Load(model.clone()))
    }

    fn order(&self, order: &Order<'_>) -> Result<(), JsValue> {
        self.worker.post_message(&order.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?)
    }

    fn choose(&self, of: Use) {
        self.models.borrow_mut().choose(of, self.view.choice(of).value());
        self.report(self.ask());
    }

    fn receive(&self, event: &MessageEvent) {
        let outcome = match serde_wasm_bindgen::from_value(event.data()) {
            Ok(message) => self.act_on(message),
            Err(error) => Err(error.into()),
        };
        self.report(outcome);
    }

    fn act_on(&self, message: Message) -> Result<(), JsValue> {
        match message {
            Message::Progress { loaded, total } => self.view.show_progress(loaded, total),
            Message::Ready { models, bytes } => {
                self.models.borrow_mut().replace(models);
                self.view.show_ready(&self.models.borrow(), bytes)?;
                return self.ask();
            }
            Message::Refused { name, message } => {
                self.models.borrow_mut().give_up(&name);
                self.view.show_failure(&format!("The model “{name}” could not be loaded: {message}"));
            }
            Message::Failed { message } => self.view.show_failure(&message),
            Message::Answer { id, responses } => {
                // The next question changes the topics, so these are read first.
                let topics = self.topics.borrow().clone();
                return self.settle(id, || self.draw(&topics, &responses));
            }
            Message::Trapped { id, message } => {
                return self.settle(id, || {
                    self.view.show_failure(&format!("The component stopped on this text: {message}"));
                    Ok(())
                });
            }
        }
        Ok(())
    }

    /// Draws an answer if it is still the newest, and asks what has waited for it.
    fn settle(&self, id: u32, draw: impl FnOnce() -> Result<(), JsValue>) -> Result<(), JsValue> {
        let (newest, next) = self.latest.borrow_mut().answered(id);
        if let Some(question) = next {
            self.post(&question)?;
        }
        if newest { draw() } else { Ok(()) }
    }

    fn draw(&self, topics: &[Topic], responses: &[Response]) -> Result<(), JsValue> {
        match Answers::read(topics, responses) {
            Ok(answers) => self.view.show_answers(&answers),
            Err(sentence) => {
                self.view.show_failure(&sentence);
                Ok(())
            }
        }
    }

    fn add_label(&self, event: &Event) {
        let Some(label) = view::pressed_label(event) else {
            return;
        };
        let text = self.view.text.value();
        self.view.text.set_value(&format!("{} #{label}", text.trim_end()));
        self.report(self.ask());
    }

    fn report(&self, outcome: Result<(), JsValue>) {
        if let Err(error) = outcome {
            self.view.show_failure(&format!("The page met an error: {error:?}"));
        }
    }
}
