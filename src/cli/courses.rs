//! `momentum courses`: course packages in and out.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Exit, Out, Verb};
use crate::{
    app::App,
    courses::{self, CourseRef, EditCourse, Files, ImportError, ImportOptions, Imported, Problem},
    kernel::{
        actor::{Actor, Role},
        error::Error,
        id::UserId,
        text::Email,
    },
    people,
};

/// Imports, exports and lists courses.
#[derive(Debug, Args)]
pub struct Courses {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Imports course packages. A course that is there already gets a new draft; learners see it
    /// only with --publish. A package is taken as a whole or not at all.
    Import {
        /// Folders or zip files.
        #[arg(required = true, value_name = "PACKAGE")]
        packages: Vec<PathBuf>,
        /// Publishes what came in.
        #[arg(long)]
        publish: bool,
        /// The e-mail address of the author of new courses.
        #[arg(long, value_name = "EMAIL", value_parser = email)]
        owner: Option<Email>,
        /// Only looks whether all is well.
        #[arg(long)]
        dry_run: bool,
    },
    /// Exports a course's draft as a package.
    Export {
        /// Its id or slug.
        course: String,
        /// A folder that is not there yet or empty, or a file that ends with .zip [default: a folder called as the course].
        to: Option<PathBuf>,
    },
    /// Lists courses, the latest first.
    List,
}

fn email(text: &str) -> Result<Email, String> {
    Email::parse(text).map_err(|e| e.message)
}

impl Verb for Courses {
    async fn run(self, app: &App, out: &mut Out) -> anyhow::Result<Exit> {
        match self.what {
            What::Import {
                packages,
                publish,
                owner,
                dry_run,
            } => {
                let owner = match owner {
                    Some(email) => Some(author(app, email).await?),
                    None => None,
                };
                let options = ImportOptions { owner, publish, dry_run };
                import(app, out, &packages, &options).await
            }
            What::Export { course, to } => export(app, out, &course, to).await,
            What::List => list(app, out).await,
        }
    }
}

/// The person with this address, who must be able to edit what he gets.
async fn author(app: &App, email: Email) -> anyhow::Result<UserId> {
    let shown = email.to_string();
    let db = app.db(Actor::Cli);
    let found = db.read("cli.find_author", move |read| people::find_by_email(read, &email)).await?;
    let user = found.ok_or_else(|| anyhow::anyhow!("nobody has the address {shown}"))?;
    anyhow::ensure!(
        user.role >= Role::Instructor,
        "{shown} is a learner; make the account an instructor's first"
    );
    Ok(user.id)
}

async fn import(app: &App, out: &mut Out, packages: &[PathBuf], options: &ImportOptions) -> anyhow::Result<Exit> {
    let paths: Vec<PathBuf> = packages.iter().map(|path| out.path(path)).collect();
    let mut results = Vec::new();
    let mut bar = out.bar("Importing", paths.len() as u64);
    for path in paths {
        let result = one(app, &path, options).await;
        results.push((path, result));
        bar.step();
    }
    drop(bar);
    let mut exit = Exit::Done;
    let mut told = Vec::new();
    for (path, result) in results {
        let shown = path.display().to_string();
        match result {
            Ok(imported) => {
                say(out, &shown, &imported, options);
                told.push(json!({ "package": shown, "imported": imported }));
            }
            Err(ImportError::Refused(problems)) => {
                exit = Exit::Failed;
                refuse(out, &shown, &problems);
                told.push(json!({ "package": shown, "problems": problems }));
            }
            Err(ImportError::Failed(error)) => return Err(error.into()),
        }
    }
    out.json(&told);
    Ok(exit)
}

async fn one(app: &App, path: &Path, options: &ImportOptions) -> Result<Imported, ImportError> {
    let path = path.to_owned();
    let opened = tokio::task::spawn_blocking(move || Files::open(&path)).await;
    let files = opened.map_err(Error::internal)?.map_err(ImportError::Refused)?;
    courses::import(app.platform(), &app.db(Actor::Cli), files, options).await
}

fn say(out: &mut Out, package: &str, imported: &Imported, options: &ImportOptions) {
    let state = match (options.dry_run, imported.published, imported.is_known) {
        (true, _, true) => "is well and would change the draft".to_owned(),
        (true, _, false) => "is well and would be a new course".to_owned(),
        (false, Some(number), _) => format!("is published as version {number}"),
        (false, None, _) if options.publish => "is as it was: nothing to publish".to_owned(),
        (false, None, true) => "has a new draft; publish it when it is ready".to_owned(),
        (false, None, false) => "is a new draft; publish it when it is ready".to_owned(),
    };
    let (lessons, files) = (imported.lessons, imported.files);
    out.line(format!("{package}: {} {state} ({lessons} lessons, {files} files).", imported.slug));
    for remark in &imported.remarks {
        out.note(format!("{package}/{remark}"));
    }
}

fn refuse(out: &mut Out, package: &str, problems: &[Problem]) {
    for problem in problems {
        let at = if problem.file.is_empty() { ": " } else { "/" };
        out.note(format!("{package}{at}{problem}"));
    }
    let count = problems.len();
    out.note(format!("{package}: nothing was imported; {count} to mend."));
}

async fn export(app: &App, out: &mut Out, course: &str, to: Option<PathBuf>) -> anyhow::Result<Exit> {
    let wanted = CourseRef::parse(course)?;
    let db = app.db(Actor::Cli);
    let head = db.read("cli.find_course", move |read| courses::find_any(read, &wanted)).await?;
    let can = EditCourse::as_system(head.id, "cli");
    let exported = courses::export(app.platform(), &db, &can).await?;
    let to = out.path(&to.unwrap_or_else(|| PathBuf::from(&exported.slug)));
    let shown = to.display().to_string();
    let count = exported.files.names().count();
    let files = exported.files.clone();
    let is_zip = to.extension().is_some_and(|e| e == "zip");
    tokio::task::spawn_blocking(move || if is_zip { files.write_zip(&to) } else { files.write_folder(&to) }).await??;
    out.json(&json!({ "course": head.id, "slug": exported.slug, "to": shown, "files": count, "as_html": exported.as_html }));
    out.line(format!("{} is in {shown} ({count} files).", exported.slug));
    for name in &exported.as_html {
        out.note(format!("{name}: this lesson has no exact Markdown form, so its text is HTML."));
    }
    Ok(Exit::Done)
}

async fn list(app: &App, out: &mut Out) -> anyhow::Result<Exit> {
    let db = app.db(Actor::Cli);
    let all = db.read("cli.list_courses", |read| courses::own_courses(read, None)).await?;
    out.json(&all);
    for course in &all {
        let version = if course.version == 0 {
            "-".to_owned()
        } else {
            format!("v{}", course.version)
        };
        let (state, lessons, learners) = (course.state.word(), course.lesson_count, course.learner_count);
        out.line(format!(
            "{:10}  {version:4}  {lessons:>3} lessons  {learners:>5} learners  {:30}  {}",
            state, course.slug, course.title
        ));
    }
    if all.is_empty() {
        out.line("No courses yet. Import one: momentum courses import FOLDER --publish");
    }
    Ok(Exit::Done)
}
