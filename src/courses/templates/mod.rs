//! Skeletons to begin a course with: every day named, every lesson with its four parts (a hook, the
//! lesson, a check, one thing to do) and a question to its author in each.

mod days;

use super::{
    body::Body,
    content::{Action, Content},
    model::Length,
};
use crate::kernel::{
    error::{Error, Result, TextError},
    text::{Line, Summary, Title},
};

/// One day of a skeleton.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day {
    /// What the day is called.
    pub(super) title: &'static str,
    /// What the learner has at its end.
    pub(super) promise: &'static str,
    /// How it begins.
    hook: &'static str,
    /// What is taught.
    lesson: &'static str,
    /// What the learner asks himself.
    question: &'static str,
    /// What a good answer has.
    answer: &'static str,
    /// What he does today.
    action: &'static str,
}

/// The days of the skeleton for a length, in order.
pub(super) fn days(length: Length) -> Vec<Day> {
    let picked: &[usize] = match length {
        Length::SelfPaced => &days::SELF_PACED,
        Length::Days7 => &days::SEVEN,
        Length::Days14 => &days::FOURTEEN,
        Length::Days21 => &days::TWENTY_ONE,
    };
    picked.iter().filter_map(|at| days::ALL.get(*at)).copied().collect()
}

impl Day {
    /// The lesson of this day. Parse its text on a thread that may take its time.
    ///
    /// # Errors
    /// Never for the texts here; a test holds them to the rules.
    pub(super) fn content(&self) -> Result<Content> {
        let html = format!(
            "<h2>Hook</h2><p>{}</p><h2>Lesson</h2><p>{}</p>\
             <aside data-kind=\"tip\"><p>One idea a day. If this takes more than ten minutes to read, split it.</p></aside>\
             <h2>Check yourself</h2><details><summary>{}</summary><p>{}</p></details>",
            self.hook, self.lesson, self.question, self.answer
        );
        let wrong = |error: TextError| Error::field("template", error.code, error.message);
        let mut content = Content::with_body(Title::parse(self.title).map_err(wrong)?, Body::clean(&html));
        content.summary = Summary::parse(self.promise).map_err(wrong)?;
        content.actions = vec![Action {
            id: String::new(),
            text: Line::parse(self.action).map_err(wrong)?,
        }];
        Ok(content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_has_a_day_for_each_day_and_every_day_holds() {
        for (length, count) in [
            (Length::SelfPaced, 5),
            (Length::Days7, 7),
            (Length::Days14, 14),
            (Length::Days21, 21),
        ] {
            let days = days(length);
            assert_eq!(days.len(), count);
            let mut titles: Vec<_> = days.iter().map(|d| d.title).collect();
            titles.sort_unstable();
            titles.dedup();
            assert_eq!(titles.len(), count, "days are told apart by their names");
            for day in days {
                let content = day
                    .content()
                    .expect("a template follows the rules")
                    .settle()
                    .expect("a whole lesson");
                let body = content.body_html.as_str();
                assert_eq!(Body::clean(body).as_str(), body);
                for part in ["Hook", "Lesson", "Check yourself", "<details"] {
                    assert!(body.contains(part), "{} lacks {part}", day.title);
                }
                assert_eq!(content.actions.len(), 1);
            }
        }
    }
}
