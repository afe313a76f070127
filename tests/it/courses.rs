//! Courses: drafts, versions, the catalogue.

use momentum::{
    courses::{self, CourseRef, Length},
    kernel::actor::Actor,
};

use crate::support::{TestApp, courses::Spec};

#[tokio::test]
async fn a_published_course_can_be_seen_and_read() {
    let app = TestApp::start().await;
    let made = app.course(Spec::of("Dice", Length::Days14)).await;
    let lessons = made.lessons.clone();
    let db = app.system();
    let read = db.read("test", move |read| {
        let actor = Actor::System("test");
        let head = courses::find_visible(read, &actor, &CourseRef::parse("dice")?)?;
        assert_eq!((head.id, head.version, head.number), (made.course, Some(made.version), 1));
        let outline = courses::version_lessons(read, made.version)?;
        assert_eq!(outline.len(), 14);
        let content = courses::lesson_content(read, outline[0].revision)?;
        assert!(content.body_html.starts_with("<p data-id="), "{:?}", content.body_html);
        assert_eq!(courses::card(read, made.course)?.total_minutes, 14 * 16);
        Ok(outline.iter().map(|l| l.lesson).collect::<Vec<_>>())
    });
    assert_eq!(read.await.expect("the course is read"), lessons);
    app.settle().await;
}
