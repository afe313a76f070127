//! The verbs: proof and command become rows and an event.

mod change;
mod create;
mod lessons;
mod publish;

pub use change::change;
pub use create::{NewCourse, create};
pub use lessons::{NewLesson, add_lesson};
pub use publish::{Published, publish};
