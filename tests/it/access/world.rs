//! A small school in which every operation can be asked for.

use momentum::{kernel::id::CourseId, platform::crypto::HashCost};
use serde_json::{Value, json};

use crate::support::{Client, TestApp, courses::Spec};

/// Who asks, from least to most.
pub const ROLES: [&str; 6] = ["anonymous", "stranger", "learner", "other author", "author", "admin"];

/// The school.
pub struct World {
    app: TestApp,
    tokens: Vec<(&'static str, String)>,
    names: Vec<(&'static str, String)>,
}

/// A picture of one pixel.
pub fn pixel() -> Vec<u8> {
    picture(8)
}

/// A small square picture.
pub fn picture(side: u32) -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbaImage::from_pixel(side, side, image::Rgba([9, 90, 60, 255]))
        .write_to(&mut png, image::ImageFormat::Png)
        .expect("a PNG");
    png.into_inner()
}

fn id(answer: &Value) -> String {
    answer["id"].as_str().unwrap_or_else(|| panic!("an id in {answer}")).to_owned()
}

impl World {
    pub async fn build() -> Self {
        let mut app = TestApp::start().await;
        app.leave_work_behind();
        let admin = app.admin("Ada").await;
        let author = app.instructor("Ira").await;
        let other = app.instructor("Otto").await;
        let learner = app.learner("Lea").await;
        let stranger = app.learner("Stan").await;
        let mut spec = Spec::days7("Clear writing").by(author.id());
        spec.previews = vec![2];
        let made = app.course(spec).await;
        let draft = app.draft(Spec::days7("A draft").by(author.id())).await;
        let gone_lesson = gone_lesson(&author, draft).await;
        let draft_lessons = author.get(&format!("/courses/{draft}/draft")).await.expect(200);
        let state = past_state(&author, draft, &draft_lessons).await;
        let (first, second) = (made.lessons[0], made.lessons[1]);
        let enrolment = id(&learner
            .post(&format!("/courses/{}/enrolment", made.course), json!({"pace": {"kind": "daily"}}))
            .await
            .expect(201));
        let note = id(&learner
            .post(&format!("/lessons/{first}/notes"), json!({"text": "A note"}))
            .await
            .expect(201));
        let gone = id(&learner
            .post(&format!("/lessons/{first}/notes"), json!({"text": "Gone"}))
            .await
            .expect(201));
        learner.delete(&format!("/notes/{gone}")).await.expect(204);
        let bookmark = id(&learner
            .post(&format!("/lessons/{first}/bookmarks"), json!({"label": "Here"}))
            .await
            .expect(201));
        let asset = id(&author
            .upload(axum::http::Method::POST, "/media?name=a.png", pixel())
            .await
            .expect(201));
        let upload = author
            .tus(axum::http::Method::POST, "/media/uploads", &[("upload-length", "10")], Vec::new())
            .await;
        let upload = upload.header("location").rsplit('/').next().unwrap_or_default().to_owned();
        let category = id(&admin.post("/categories", json!({"name": "Gardening"})).await.expect(201));
        let invite = id(&admin
            .post("/invites", json!({"email": "new@example.com", "role": "learner"}))
            .await
            .expect(201));
        let group = id(&admin.post("/groups", json!({"name": "Gardeners"})).await.expect(201));
        let member = format!("/groups/{group}/members/{}", learner.id());
        admin.ask(axum::http::Method::PUT, &member, None).await.expect(204);
        // The other author manages the learner's group.
        let manager = format!("/groups/{group}/managers/{}", other.id());
        admin.ask(axum::http::Method::PUT, &manager, None).await.expect(204);
        let field = id(&admin
            .post("/user-fields", json!({"key": "team", "label": "Team", "kind": "text"}))
            .await
            .expect(201));
        let view = json!({"name": "Gardeners", "query": "q=garden", "is_shared": true});
        let view = id(&admin.post("/users/views", view).await.expect(201));
        let deed = json!({"act": {"kind": "set_plan", "plan": "free"}, "whom": {"users": [learner.id()]}, "key": "the-first-deed"});
        let run = id(&admin.post("/users/bulk", deed).await.expect(200));
        let list = b"email,name\nyves@example.com,Yves\n".to_vec();
        let import = id(&admin.upload(axum::http::Method::POST, "/users/import", list).await.expect(201));
        let assignment = json!({"course": made.course, "groups": [&group], "due_days": 30});
        let assignment = id(&admin.post("/assignments", assignment).await.expect(201));
        let sessions = learner.get("/me/sessions").await.expect(200);
        let content = learner.get(&format!("/lessons/{first}")).await.expect(200);
        let co_author = app.instructor("Coco").await;
        author
            .put(&format!("/courses/{}/authors/{}", made.course, co_author.id()), json!({}))
            .await
            .expect(204);
        author
            .post(&format!("/courses/{}/guests", made.course), json!({"email": "lea@example.com"}))
            .await
            .expect(200);
        let review = author.post(&format!("/courses/{draft}/review"), json!({})).await.expect(201);
        let about = json!({"subject_kind": "lesson", "subject_id": first, "reason": "wrong"});
        let report = id(&learner.post("/reports", about).await.expect(201));
        let job = dead_job(&app).await;
        let token = id(&admin
            .post("/admin/tokens", json!({"name": "Robot", "scopes": ["courses:read"]}))
            .await
            .expect(201));
        let webhook = id(&admin
            .post(
                "/admin/webhooks",
                json!({"url": "https://hooks.example.com/", "kinds": ["user.created"]}),
            )
            .await
            .expect(201));
        let ping = admin.post(&format!("/admin/webhooks/{webhook}/ping"), json!({})).await.expect(202);
        admin
            .post("/admin/settings/mail/test", json!({"to": "ada@example.com"}))
            .await
            .expect(202);
        let mails = admin.get("/admin/mails").await.expect(200);
        let names = vec![
            ("token", token),
            ("webhook", webhook),
            ("delivery", ping["delivery"].as_str().unwrap_or_default().to_owned()),
            ("mail", mails["items"][0]["id"].as_str().unwrap_or_default().to_owned()),
            ("section", "retention".to_owned()),
            ("held", "a0000000000000001".to_owned()),
            ("page", "terms".to_owned()),
            ("name", "none.backup".to_owned()),
            ("course", made.course.to_string()),
            ("draft", draft.to_string()),
            (
                "draft_lesson",
                draft_lessons["lessons"][0]["id"].as_str().unwrap_or_default().to_owned(),
            ),
            (
                "draft_revision",
                draft_lessons["lessons"][0]["revision"].as_str().unwrap_or_default().to_owned(),
            ),
            ("gone_lesson", gone_lesson),
            ("state", state),
            ("order", draft_order(&draft_lessons)),
            ("lesson", first.to_string()),
            ("second_lesson", second.to_string()),
            ("action", content["content"]["actions"][0]["id"].as_str().unwrap_or("a1").to_owned()),
            ("enrolment", enrolment),
            ("note", note),
            ("gone_note", gone),
            ("bookmark", bookmark),
            ("asset", asset),
            ("upload", upload),
            ("category", category),
            ("invite", invite),
            ("group", group),
            ("field", field),
            ("view", view),
            ("run", run),
            ("import", import),
            ("assignment", assignment),
            ("session", sessions[0]["id"].as_str().unwrap_or_default().to_owned()),
            ("job", job),
            ("user", learner.id().to_string()),
            ("instructor", other.id().to_string()),
            ("co_author", co_author.id().to_string()),
            ("review", id(&review["latest"])),
            ("report", report),
        ];
        let tokens = [
            ("stranger", &stranger),
            ("learner", &learner),
            ("other author", &other),
            ("author", &author),
            ("admin", &admin),
        ];
        let tokens = tokens.map(|(role, client)| (role, client.token().to_owned())).to_vec();
        Self { app, tokens, names }
    }

    /// The same world once more. Nobody has the first one open any longer.
    pub async fn copy_of(closed: &Self) -> Self {
        let mut app = TestApp::copy_of(&closed.app, HashCost::Weakest).await;
        app.leave_work_behind();
        Self {
            app,
            tokens: closed.tokens.clone(),
            names: closed.names.clone(),
        }
    }

    /// Shut, to be copied.
    pub async fn close(&self) {
        self.app.close().await;
    }

    /// Somebody in this role.
    pub fn client(&self, role: &str) -> Client<'_> {
        match self.tokens.iter().find(|(name, _)| *name == role) {
            Some((_, token)) => Client::holding(&self.app, token.clone()),
            None => self.app.anonymous(),
        }
    }

    /// The text with `{names}` replaced.
    pub fn fill(&self, text: &str) -> String {
        self.names
            .iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// The body with `{names}` replaced.
    pub fn fill_json(&self, body: &Value) -> Value {
        serde_json::from_str(&self.fill(&body.to_string())).expect("JSON stays JSON")
    }
}

/// The ids of a draft's lessons in their order, as text between the brackets of a list.
fn draft_order(draft: &Value) -> String {
    let ids = draft["lessons"].as_array().expect("lessons").iter().map(id);
    ids.collect::<Vec<_>>().join("\",\"")
}

/// A job that gave up, for those who may retry it.
async fn dead_job(app: &TestApp) -> String {
    let db = app.system();
    let made = db.write("test.dead_job", |tx| {
        let id: momentum::kernel::id::JobId = tx.new_id();
        tx.execute(
            "INSERT INTO jobs (id, kind, queue, payload, state, attempts, run_at, created_at) VALUES (?1, 'test.dead', 'default', '{}', 'dead', 8, ?2, ?2)",
            (id, tx.now()),
        )?;
        Ok(id)
    });
    made.await.expect("a dead job").to_string()
}

/// A lesson that was taken out of the draft again.
async fn gone_lesson(author: &Client<'_>, draft: CourseId) -> String {
    let at = format!("/courses/{draft}/draft/lessons");
    let lesson = id(&author.post(&at, json!({"day": 1, "title": "Gone"})).await.expect(201));
    author.delete(&format!("{at}/{lesson}")).await.expect(204);
    lesson
}

/// An earlier state of the draft's first lesson.
async fn past_state(author: &Client<'_>, draft: CourseId, lessons: &Value) -> String {
    let at = format!(
        "/courses/{draft}/draft/lessons/{}/history",
        lessons["lessons"][0]["id"].as_str().unwrap_or_default()
    );
    author.post(&at, json!({"body_html": "<p>Before.</p>"})).await.expect(204);
    id(&author.get(&at).await.expect(200)["items"][0])
}
