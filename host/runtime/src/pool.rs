//! A component's instances as one thing that many threads may call.

use std::{
    fmt,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use spanlet_text::Document;

use crate::{
    AnalyzeOptions, CallError, ClassifyOptions, Component, Description, EmbedOptions, INSTANCES_MAX, Isolation,
    Keyphrases, Limits, ModelFiles, Refusal, Request, Response, Scored, StartError,
    instance::Instance,
    shelf::{Shelf, TakeError},
    source::InstanceSource,
};

/// Instances of one component, which all hold the same models.
///
/// Calls block until they are answered: hosts make them on threads that may block. A call takes a place, or waits its
/// turn for one. Where models are baked in, a place is the right to make an instance; else it is a warm instance, and
/// those that are lost are replaced in the background.
pub struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    source: InstanceSource,
    shelf: Shelf<Place, StartError>,
    limits: Limits,
}

/// What a call takes and puts back.
enum Place {
    /// The right to make an instance for the call.
    Fresh,
    /// An instance that is kept.
    Warm(Box<Instance>),
}

impl Shared {
    /// A place with an instance that was just made, or without it where each call makes its own.
    fn place(&self) -> Result<Place, StartError> {
        let instance = self.source.instance()?;
        let is_fresh = self.source.is_baked() && self.limits.isolation == Isolation::PerCall;
        Ok(if is_fresh { Place::Fresh } else { Place::Warm(Box::new(instance)) })
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("limits", &self.shared.limits).finish_non_exhaustive()
    }
}

impl Pool {
    /// Makes the first instance and loads the models into it; the other instances follow in the background. A component
    /// with baked models takes no others.
    ///
    /// Where a call names no model and several can do what it asks for, the first of them answers, unless a model has
    /// options of its own, which then say so.
    ///
    /// # Errors
    /// [`StartError`] when limits, component, or a model are not usable. A fault that appears only later is told to
    /// callers as [`CallError::Unavailable`] while no instance is left, and mended by itself once its cause is gone.
    pub fn new(component: Component, models: Vec<ModelFiles>, limits: Limits) -> Result<Self, StartError> {
        Self::with_settings(component, models, limits, None)
    }

    /// The same with settings for the web door: a JSON object as the contract's `http.configure` takes it, such as
    /// `{"bare_task":"classify","max_body_bytes":1048576}`.
    ///
    /// # Errors
    /// Those of [`Pool::new`], and [`StartError::Settings`] when the component refuses the settings.
    #[allow(clippy::needless_pass_by_value, reason = "a pool takes the component over, though it clones its handle")]
    pub fn with_settings(
        component: Component,
        models: Vec<ModelFiles>,
        limits: Limits,
        settings_json: Option<String>,
    ) -> Result<Self, StartError> {
        if limits.instances == 0 || limits.instances > INSTANCES_MAX {
            let message = format!("instances: expected 1 to {INSTANCES_MAX}, found {}", limits.instances);
            return Err(StartError::Limits { message });
        }
        let source = InstanceSource::new(&component, models, settings_json, limits.clone())?;
        let shelf = Shelf::new(limits.instances, limits.waiting);
        let shared = Arc::new(Shared { source, shelf, limits });
        shared.shelf.add(shared.place()?);
        keep(&shared)?;
        Ok(Self { shared })
    }

    /// Answers one HTTP request.
    ///
    /// # Errors
    /// [`CallError`], except `Refused`: what is wrong with a request is part of its answer.
    pub fn handle(&self, request: Request) -> Result<Response, CallError> {
        self.handle_within(request, Duration::MAX)
    }

    /// The same for a caller who has less time than the limits allow, waiting for an instance included.
    ///
    /// # Errors
    /// Those of [`Pool::handle`].
    pub fn handle_within(&self, request: Request, time: Duration) -> Result<Response, CallError> {
        self.call(time, |instance, deadline| instance.handle(request, deadline))
    }

    /// Answers one event, JSON in and JSON out; the inner error is a problem as JSON.
    ///
    /// # Errors
    /// [`CallError`], except `Refused`.
    pub fn invoke(&self, event: &str) -> Result<Result<String, String>, CallError> {
        self.invoke_within(event, Duration::MAX)
    }

    /// The same for a caller who has less time than the limits allow, waiting for an instance included.
    ///
    /// # Errors
    /// Those of [`Pool::invoke`].
    pub fn invoke_within(&self, event: &str, time: Duration) -> Result<Result<String, String>, CallError> {
        self.call(time, |instance, deadline| instance.invoke(event, deadline))
    }

    /// The document of each text, in order, with the layers that are asked for. No texts give no answers.
    ///
    /// # Errors
    /// As [`Pool::classify`].
    pub fn analyze(
        &self,
        texts: &[String],
        options: &AnalyzeOptions,
    ) -> Result<Vec<Result<Document, Refusal>>, CallError> {
        self.call(Duration::MAX, |instance, deadline| instance.analyze(texts, options, deadline))
    }

    /// The key phrases and words of each text, in order, best first. No texts give no answers.
    ///
    /// # Errors
    /// As [`Pool::classify`].
    pub fn keyphrases(
        &self,
        texts: &[String],
        options: &AnalyzeOptions,
    ) -> Result<Vec<Result<Keyphrases, Refusal>>, CallError> {
        self.call(Duration::MAX, |instance, deadline| instance.keyphrases(texts, options, deadline))
    }

    /// The labels of each text, in order, most probable first. No texts give no answers.
    ///
    /// # Errors
    /// [`CallError::Refused`] when no text could be answered because the model or an option is wrong, and the other
    /// cases of [`CallError`]. A single text's failure is that text's [`Refusal`].
    pub fn classify(
        &self,
        texts: &[String],
        options: &ClassifyOptions,
    ) -> Result<Vec<Result<Vec<Scored>, Refusal>>, CallError> {
        self.call(Duration::MAX, |instance, deadline| instance.classify(texts, options, deadline))
    }

    /// The vector of each text, in order; all have the model's dimension. No texts give no answers.
    ///
    /// # Errors
    /// As [`Pool::classify`].
    pub fn embed(&self, texts: &[String], options: &EmbedOptions) -> Result<Vec<Result<Vec<f32>, Refusal>>, CallError> {
        self.call(Duration::MAX, |instance, deadline| instance.embed(texts, options, deadline))
    }

    /// The models, in the order in which they were given; baked ones by name.
    #[must_use]
    pub fn models(&self) -> &[Description] {
        self.shared.source.descriptions()
    }

    /// The limits under which calls run.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    /// Gives `work` an instance, with the time that is left for computing.
    fn call<T>(
        &self,
        time: Duration,
        work: impl FnOnce(&mut Instance, Duration) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let Shared { source, shelf, limits } = &*self.shared;
        let begun = Instant::now();
        let place = shelf.take(limits.wait.min(time)).map_err(|error| match error {
            TakeError::Busy => CallError::Busy,
            TakeError::Fault(fault) => CallError::Unavailable(fault),
        })?;
        let deadline = limits.deadline.min(time.saturating_sub(begun.elapsed()));
        let mut lent = Lent { shelf, place: Some(place) };
        let is_sound =
            |answer: &Result<T, CallError>| answer.as_ref().err().is_none_or(CallError::leaves_instance_sound);
        let (answer, is_kept) = match lent.place.as_mut().expect("just lent") {
            Place::Warm(instance) => {
                let answer = work(instance, deadline);
                let is_kept = is_sound(&answer);
                (answer, is_kept)
            }
            Place::Fresh => {
                let making = Instant::now();
                let instance = source.instance_within(deadline).map_err(not_made);
                let left = deadline.saturating_sub(making.elapsed());
                // The instance is dropped before another call takes the place.
                (instance.and_then(|mut instance| work(&mut instance, left)), true)
            }
        };
        if is_kept {
            lent.put_back();
        }
        answer
    }
}

/// Why a call has no instance of its own: a limit that the call has reached, or a fault of this host.
fn not_made(error: StartError) -> CallError {
    match error {
        StartError::Call { source: limit @ (CallError::Deadline { .. } | CallError::OutOfMemory { .. }) } => limit,
        fault => CallError::Unavailable(Arc::new(fault)),
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.shelf.close();
    }
}

/// A place in a caller's hands. One that is not put back is lost, also when the caller panics.
struct Lent<'s> {
    shelf: &'s Shelf<Place, StartError>,
    place: Option<Place>,
}

impl Lent<'_> {
    fn put_back(&mut self) {
        if let Some(place) = self.place.take() {
            self.shelf.put_back(place);
        }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            // An instance's memory is free before the replacement asks for as much.
            drop(place);
            self.shelf.lose();
        }
    }
}

/// Starts the thread that makes the missing instances, one after another, until the pool is dropped.
fn keep(shared: &Arc<Shared>) -> Result<(), StartError> {
    let shared = Arc::clone(shared);
    let keeper = move || {
        while shared.shelf.wait_for_gap() {
            match shared.place() {
                Ok(place) => shared.shelf.add(place),
                Err(error) => shared.shelf.fail(error),
            }
        }
    };
    let thread = thread::Builder::new().name("spanlet-pool".to_owned()).spawn(keeper);
    thread.map(drop).map_err(|error| StartError::Component { source: error.into() })
}
