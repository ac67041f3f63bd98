//! Which text to ask about: at most one is under way, only the newest waits, and older answers are dropped.

/// A request's number and its text.
pub(crate) type Question = (u32, String);

/// The texts between the person who types and the worker that answers.
#[derive(Debug, Default)]
pub(crate) struct Latest {
    asked: u32,
    under_way: Option<u32>,
    waiting: Option<String>,
}

impl Latest {
    /// A new text. Answers what to ask now; nothing while an answer is awaited, which the text then waits for.
    pub(crate) fn ask(&mut self, text: String) -> Option<Question> {
        self.waiting = Some(text);
        self.next()
    }

    /// An answer has come. The first item says whether it is worth showing, the second what to ask now.
    pub(crate) fn answered(&mut self, id: u32) -> (bool, Option<Question>) {
        if self.under_way != Some(id) {
            return (false, None);
        }
        self.under_way = None;
        (self.waiting.is_none(), self.next())
    }

    fn next(&mut self) -> Option<Question> {
        if self.under_way.is_some() {
            return None;
        }
        let text = self.waiting.take()?;
        self.asked += 1;
        self.under_way = Some(self.asked);
        Some((self.asked, text))
    }
}

#[cfg(test)]
mod tests {
    use super::Latest;

    #[test]
    fn one_text_is_asked_at_once_and_shown() {
        let mut latest = Latest::default();
        assert_eq!(latest.ask("bread".to_owned()), Some((1, "bread".to_owned())));
        assert_eq!(latest.answered(1), (true, None));
    }

    #[test]
    fn only_the_newest_text_waits_and_the_stale_answer_is_dropped() {
        let mut latest = Latest::default();
        latest.ask("b".to_owned());
        assert_eq!(latest.ask("br".to_owned()), None);
        assert_eq!(latest.ask("bre".to_owned()), None);
        assert_eq!(latest.answered(1), (false, Some((2, "bre".to_owned()))));
        assert_eq!(latest.answered(2), (true, None));
    }

    #[test]
    fn an_answer_nobody_awaits_changes_nothing() {
        let mut latest = Latest::default();
        latest.ask("bread".to_owned());
        assert_eq!(latest.answered(7), (false, None));
        assert_eq!(latest.answered(1), (true, None));
    }
}
