//! Which of the loaded models are asked about what.

use crate::answer::Topic;
use crate::message::Model;

/// The models that answer, and which are chosen.
#[derive(Debug, Default)]
pub(crate) struct Models {
    loaded: Vec<Model>,
    /// Asked for entities and key phrases.
    documents: Option<String>,
    hashtags: Option<String>,
    /// A model on its way that a person chose; it is asked once it is there.
    awaited: Option<String>,
}

/// What a model is chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Documents,
    Hashtags,
}

impl Use {
    pub(crate) const ALL: [Self; 2] = [Self::Documents, Self::Hashtags];

    fn topics(self) -> &'static [Topic] {
        match self {
            Self::Documents => &[Topic::Entities, Topic::Keyphrases],
            Self::Hashtags => &[Topic::Hashtags],
        }
    }

    fn fits(self, model: &Model) -> bool {
        self.topics().iter().any(|topic| can(model, *topic))
    }
}

fn can(model: &Model, topic: Topic) -> bool {
    model.tasks.iter().any(|task| task == topic.task())
}

impl Models {
    /// Notes that a person chose a model to load.
    pub(crate) fn await_model(&mut self, name: String) {
        self.awaited = Some(name);
    }

    /// These models answer from now on. A choice stands while its model does; one that was awaited is chosen.
    pub(crate) fn replace(&mut self, loaded: Vec<Model>) {
        self.loaded = loaded;
        // What came with the page may be ready only after a person has chosen.
        let awaited = self.awaited.take_if(|name| self.loaded.iter().any(|model| model.name == *name));
        for of in Use::ALL {
            let fitting: Vec<String> = self.fitting(of).map(|model| model.name.clone()).collect();
            let is_there = |name: &&String| fitting.contains(name);
            let chosen = awaited.as_ref().filter(is_there).or(self.chosen(of).filter(is_there)).or(fitting.first());
            *self.choice(of) = chosen.cloned();
        }
    }

    /// A model that was awaited will not come.
    pub(crate) fn give_up(&mut self, name: &str) {
        self.awaited.take_if(|awaited| awaited == name);
    }

    pub(crate) fn choose(&mut self, of: Use, name: String) {
        *self.choice(of) = Some(name);
    }

    /// The models that can be chosen.
    pub(crate) fn fitting(&self, of: Use) -> impl Iterator<Item = &Model> {
        self.loaded.iter().filter(move |model| of.fits(model))
    }

    pub(crate) fn chosen(&self, of: Use) -> Option<&String> {
        match of {
            Use::Documents => self.documents.as_ref(),
            Use::Hashtags => self.hashtags.as_ref(),
        }
    }

    fn choice(&mut self, of: Use) -> &mut Option<String> {
        match of {
            Use::Documents => &mut self.documents,
            Use::Hashtags => &mut self.hashtags,
        }
    }

    /// The topics that the chosen models know, each with its model.
    pub(crate) fn topics(&self) -> Vec<(Topic, String)> {
        let chosen = |topic: Topic| {
            let of = Use::ALL.into_iter().find(|of| of.topics().contains(&topic))?;
            let model = self.loaded.iter().find(|model| Some(&model.name) == self.chosen(of))?;
            can(model, topic).then(|| (topic, model.name.clone()))
        };
        Topic::ALL.into_iter().filter_map(chosen).collect()
    }

    /// The names of all models, in order.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.loaded.iter().map(|model| model.name.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Model, Models, Topic, Use};

    fn model(name: &str, tasks: &[&str]) -> Model {
        Model { name: name.to_owned(), tasks: tasks.iter().map(|task| (*task).to_owned()).collect() }
    }

    fn asked(models: &Models) -> Vec<(Topic, String)> {
        models.topics()
    }

    #[test]
    fn nothing_is_asked_before_there_are_models() {
        assert_eq!(asked(&Models::default()), []);
    }

    #[test]
    fn the_first_model_of_each_use_is_asked_for_what_it_can_do() {
        let mut models = Models::default();
        models.replace(vec![model("ner", &["analyze", "entities"]), model("tags", &["classify", "embed"])]);
        let expected = [(Topic::Hashtags, "tags".to_owned()), (Topic::Entities, "ner".to_owned())];
        assert_eq!(asked(&models), expected);
    }

    #[test]
    fn a_model_that_was_awaited_is_chosen_and_a_choice_stands() {
        let documents = ["analyze", "entities", "keyphrases"];
        let mut models = Models::default();
        models.replace(vec![model("en", &documents), model("tags", &["classify"])]);
        models.await_model("mine".to_owned());
        models.replace(vec![model("en", &documents), model("tags", &["classify"])]);
        assert_eq!(models.chosen(Use::Documents).map(String::as_str), Some("en"), "it is not there yet");
        models.replace(vec![model("en", &documents), model("mine", &documents), model("tags", &["classify"])]);
        assert_eq!(models.chosen(Use::Documents).map(String::as_str), Some("mine"));
        models.choose(Use::Documents, "en".to_owned());
        models.replace(vec![model("en", &documents), model("mine", &documents), model("tags", &["classify"])]);
        assert_eq!(models.chosen(Use::Documents).map(String::as_str), Some("en"));
        assert_eq!(models.chosen(Use::Hashtags).map(String::as_str), Some("tags"));
        models.replace(vec![model("mine", &documents)]);
        assert_eq!(
            (models.chosen(Use::Documents).map(String::as_str), models.chosen(Use::Hashtags)),
            (Some("mine"), None)
        );
    }
}
