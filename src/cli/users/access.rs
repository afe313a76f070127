//! Passwords reset, accounts closed, opened and erased by whoever operates the instance.

use clap::Args;
use serde_json::json;

use super::{Exit, Out, Person, person};
use crate::{
    app::App,
    auth,
    kernel::{actor::Actor, error::Error},
    people::ManageUser,
};

/// Gives somebody a new password, or asks him to choose one.
#[derive(Debug, Args)]
pub(super) struct ResetPassword {
    /// The e-mail address, or the id.
    #[arg(value_parser = person)]
    who: Person,
    /// Mails a link by which he chooses a password himself; it holds for an hour. His former password ends at once.
    #[arg(long, conflicts_with = "link")]
    mail: bool,
    /// The same, but shows the link here.
    #[arg(long)]
    link: bool,
}

impl ResetPassword {
    pub(super) async fn run(self, app: &App, out: &mut Out) -> anyhow::Result<Exit> {
        if self.mail || self.link {
            return self.ask(app, out).await;
        }
        let user = self.who.find(app).await?;
        let db = app.db(Actor::Cli);
        let password = out.ask_secret(&format!("New password for {}", user.email)).await?;
        let hash = auth::hash_password(&db, app.platform(), &password, &user.name, &user.email).await?;
        let platform = app.platform().clone();
        let done = db.write("cli.set_password", move |tx| {
            auth::set_password(tx, &platform, &ManageUser::as_system("cli", user.id), &hash)
        });
        let user = done.await?;
        out.json(&json!({ "id": user.id, "email": user.email, "password": "set" }));
        out.line(format!(
            "{}  {} has the new password; former sessions have ended.",
            user.id, user.email
        ));
        if !user.is_active {
            out.note("The account is deactivated: nobody signs in before it is reactivated.");
        }
        Ok(Exit::Done)
    }

    async fn ask(self, app: &App, out: &mut Out) -> anyhow::Result<Exit> {
        let user = self.who.find(app).await?;
        let platform = app.platform().clone();
        let (is_mailed, db) = (self.mail, app.db(Actor::Cli));
        let done = db.write("cli.ask_for_password", move |tx| {
            auth::ask_for_password(tx, &platform, &ManageUser::as_system("cli", user.id), is_mailed)
        });
        let (user, link) = done.await?;
        let mut told = json!({ "id": user.id, "email": user.email, "password": "asked", "mailed": is_mailed });
        if let Some(link) = &link {
            told["link"] = json!(link);
        }
        out.json(&told);
        out.line(format!(
            "{}  {} has to choose a new password; the former one and all sessions have ended.",
            user.id, user.email
        ));
        match link {
            Some(link) => out.line(format!("Within an hour, at: {link}")),
            None => out.line("The link is on its way by mail; it holds for an hour."),
        }
        Ok(Exit::Done)
    }
}

/// Closes accounts.
#[derive(Debug, Args)]
pub(super) struct Deactivate {
    /// E-mail addresses or ids.
    #[arg(required = true, value_parser = person)]
    pub(super) who: Vec<Person>,
}

/// Opens closed accounts again.
#[derive(Debug, Args)]
pub(super) struct Reactivate {
    /// E-mail addresses or ids.
    #[arg(required = true, value_parser = person)]
    pub(super) who: Vec<Person>,
}

/// Each for himself: one that cannot be closed keeps no other open.
pub(super) async fn set_active(app: &App, out: &mut Out, who: Vec<Person>, is_active: bool) -> anyhow::Result<Exit> {
    let mut exit = Exit::Done;
    let mut told = Vec::new();
    for person in who {
        match one(app, &person, is_active).await {
            Ok((user, has_changed)) => {
                let word = if is_active { "active" } else { "deactivated" };
                let how = match (is_active, has_changed) {
                    (_, false) => "was so before",
                    (true, true) => "may sign in again",
                    (false, true) => "may not sign in; all sessions have ended",
                };
                out.line(format!("{}  {} is {word}: {how}.", user.id, user.email));
                told.push(json!({ "id": user.id, "email": user.email, "state": word, "changed": has_changed }));
            }
            Err(error) => {
                exit = Exit::Failed;
                let (code, message) = match error.downcast_ref::<Error>() {
                    Some(Error::Conflict { code, message }) => (*code, message.clone()),
                    _ => ("failed", format!("{error:#}")),
                };
                out.note(format!("error: {message}"));
                told.push(json!({ "error": { "code": code, "message": message } }));
            }
        }
    }
    out.json(&told);
    Ok(exit)
}

async fn one(app: &App, person: &Person, is_active: bool) -> anyhow::Result<(crate::people::User, bool)> {
    let user = person.find(app).await?;
    let db = app.db(Actor::Cli);
    let done = db.write("cli.set_active", move |tx| {
        auth::set_active(tx, &ManageUser::as_system("cli", user.id), is_active)
    });
    Ok(done.await?)
}

/// Erases somebody for ever.
#[derive(Debug, Args)]
pub(super) struct Erase {
    /// The e-mail address, or the id.
    #[arg(value_parser = person)]
    who: Person,
    /// Does not ask.
    #[arg(long)]
    yes: bool,
}

impl Erase {
    pub(super) async fn run(self, app: &App, out: &mut Out) -> anyhow::Result<Exit> {
        let user = self.who.find(app).await?;
        if !self.yes {
            let prompt = format!("This erases {} for ever. Type {} to go on", user.name, user.email);
            let typed = out.ask(&prompt).await?;
            if typed.trim().to_lowercase() != user.email.key() {
                return Err(Error::conflict("user.not_confirmed", "That is not the address. Nothing was erased.").into());
            }
        }
        let (platform, db) = (app.platform().clone(), app.db(Actor::Cli));
        let done = db.write("cli.erase", move |tx| {
            auth::erase(tx, &platform, &ManageUser::as_system("cli", user.id))
        });
        let erased = done.await?;
        out.json(&json!({ "id": user.id, "rows": erased.rows.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(), "mails": erased.mails }));
        out.line(format!("{} is erased. What went:", user.id));
        for (table, count) in &erased.rows {
            out.line(format!("  {count:>8}  {table}"));
        }
        out.line(format!("  {:>8}  mails", erased.mails));
        out.note("Backups and safety copies made before still know the person, until they are deleted.");
        Ok(Exit::Done)
    }
}
