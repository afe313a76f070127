//! `momentum users`: accounts, also when every admin is locked out.

mod access;
mod export;
mod import;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Exit, Out, Verb};
use crate::{
    app::App,
    auth::{self, NewAccount, OpenAccount},
    kernel::{
        actor::{Actor, Plan, Role},
        error::Error,
        id::UserId,
        text::{Email, GroupName, Language, PersonName},
        time::Zone,
    },
    people::{self, ListQuery, ListUsers, User, UserState},
};

/// Imports, exports and lists people, opens and closes accounts.
#[derive(Debug, Args)]
pub struct Users {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Opens an admin's account. An account that has the address already becomes an admin's, gets
    /// the new password, and its sessions end.
    CreateAdmin {
        #[command(flatten)]
        who: Who,
    },
    /// Opens an account.
    Create {
        #[command(flatten)]
        who: Who,
        /// learner, instructor or admin.
        #[arg(long, default_value = "learner", value_parser = role)]
        role: Role,
        /// free or premium.
        #[arg(long, default_value = "free", value_parser = plan)]
        plan: Plan,
        /// Sets no password: the person chooses one through "forgot password".
        #[arg(long)]
        no_password: bool,
    },
    /// Lists people, newest first.
    List {
        #[command(flatten)]
        whom: Whom,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
    },
    /// Imports people from a CSV file or an Excel workbook (.xlsx). Without --apply it only shows
    /// what would happen.
    Import(import::Import),
    /// Writes people as a CSV file that `import` understands.
    Export(export::Export),
    /// Gives somebody a new password, or asks him to choose one. All his sessions end.
    ResetPassword(access::ResetPassword),
    /// Closes accounts: nobody signs in to them, and all their sessions end.
    Deactivate(access::Deactivate),
    /// Opens closed accounts again.
    Reactivate(access::Reactivate),
    /// Erases somebody for ever, with everything that is known of him.
    Erase(access::Erase),
}

/// Which people.
#[derive(Debug, Args)]
struct Whom {
    /// Only those with words in their name that begin so, or whose address does.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only learner, instructor or admin.
    #[arg(long, value_parser = role)]
    role: Option<Role>,
    /// Only free or premium.
    #[arg(long, value_parser = plan)]
    plan: Option<Plan>,
    /// Only in the group with this name.
    #[arg(long, value_name = "NAME", value_parser = group)]
    group: Option<GroupName>,
    /// Only active, unverified or deactivated.
    #[arg(long, value_parser = state)]
    state: Option<UserState>,
}

impl Whom {
    async fn query(self, app: &App, limit: u32) -> anyhow::Result<ListQuery> {
        let mut query = ListQuery::new(Some(limit)).matching(self.search.as_deref().unwrap_or_default());
        (query.filter.role, query.filter.plan, query.filter.state) = (self.role, self.plan, self.state);
        if let Some(name) = self.group {
            let wanted = name.clone();
            let db = app.db(Actor::Cli);
            let found = db.read("cli.find_group", move |read| people::find_group(read, &wanted)).await?;
            let group = found.ok_or_else(|| Error::conflict("group.unknown", format!("There is no group {name}.")))?;
            query.filter.group = Some(group.id);
        }
        Ok(query)
    }
}

/// A person, by address or id.
#[derive(Debug, Clone)]
enum Person {
    Id(UserId),
    Email(Email),
}

fn person(text: &str) -> Result<Person, String> {
    match text.parse() {
        Ok(id) => Ok(Person::Id(id)),
        Err(_) => Email::parse(text)
            .map(Person::Email)
            .map_err(|_| "expected an e-mail address or usr_…".into()),
    }
}

impl Person {
    async fn find(&self, app: &App) -> anyhow::Result<User> {
        let wanted = self.clone();
        let db = app.db(Actor::Cli);
        let found = db.read("cli.find_person", move |read| match &wanted {
            Self::Id(id) => people::find_user(read, *id),
            Self::Email(email) => people::find_by_email(read, email),
        });
        let shown = match self {
            Self::Id(id) => id.to_string(),
            Self::Email(email) => email.to_string(),
        };
        let missing = || Error::conflict("user.unknown", format!("Nobody has an account as {shown}."));
        Ok(found.await?.ok_or_else(missing)?)
    }
}

/// Whose account. The password is asked for, or read as one line from a pipe.
#[derive(Debug, Args)]
struct Who {
    /// The e-mail address.
    #[arg(long, value_parser = email)]
    email: Email,
    /// The name that others see.
    #[arg(long, value_parser = name)]
    name: PersonName,
    /// Where days begin and end.
    #[arg(long, default_value = "UTC", value_name = "ZONE", value_parser = zone)]
    time_zone: Zone,
    /// The language of screens and mails.
    #[arg(long, default_value = "en", value_parser = language)]
    language: Language,
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_word(text).ok_or_else(|| "expected learner, instructor or admin".into())
}

fn plan(text: &str) -> Result<Plan, String> {
    Plan::from_word(text).ok_or_else(|| "expected free or premium".into())
}

fn group(text: &str) -> Result<GroupName, String> {
    GroupName::parse(text).map_err(|e| e.message)
}

fn state(text: &str) -> Result<UserState, String> {
    UserState::from_word(text).ok_or_else(|| "expected active, unverified or deactivated".into())
}

fn email(text: &str) -> Result<Email, String> {
    Email::parse(text).map_err(|e| e.message)
}

fn name(text: &str) -> Result<PersonName, String> {
    PersonName::parse(text).map_err(|e| e.message)
}

fn language(text: &str) -> Result<Language, String> {
    Language::parse(text).map_err(|e| e.message)
}

fn zone(text: &str) -> Result<Zone, String> {
    Zone::parse(text).map_err(|e| e.to_string())
}

impl Verb for Users {
    async fn run(self, app: &App, out: &mut Out) -> anyhow::Result<Exit> {
        match self.what {
            What::CreateAdmin { who } => create_admin(app, out, who).await,
            What::Create {
                who,
                role,
                plan,
                no_password,
            } => create(app, out, who, role, plan, no_password).await,
            What::List { whom, limit } => {
                let query = whom.query(app, limit).await?;
                list(app, out, query).await
            }
            What::Import(verb) => verb.run(app, out).await,
            What::Export(verb) => verb.run(app, out).await,
            What::ResetPassword(verb) => verb.run(app, out).await,
            What::Deactivate(verb) => access::set_active(app, out, verb.who, false).await,
            What::Reactivate(verb) => access::set_active(app, out, verb.who, true).await,
            What::Erase(verb) => verb.run(app, out).await,
        }
    }
}

/// Asks for a password and judges it as any other.
async fn account(app: &App, out: &mut Out, who: Who, role: Role, plan: Plan, has_password: bool) -> anyhow::Result<NewAccount> {
    let db = app.db(Actor::Cli);
    let password_hash = if has_password {
        let password = out.ask_secret(&format!("Password for {}: ", who.email)).await?;
        Some(auth::hash_password(&db, app.platform(), &password, &who.name, &who.email).await?)
    } else {
        None
    };
    Ok(NewAccount {
        name: who.name,
        email: who.email,
        role,
        plan,
        time_zone: who.time_zone,
        language: who.language,
        password_hash,
        is_verified: true,
        source: "cli",
    })
}

async fn create_admin(app: &App, out: &mut Out, who: Who) -> anyhow::Result<Exit> {
    let email = who.email.clone();
    let new = account(app, out, who, Role::Admin, Plan::Premium, true).await?;
    let db = app.db(Actor::Cli);
    let made = db.write("cli.create_admin", move |tx| {
        auth::make_admin(tx, &OpenAccount::as_system("cli"), new)
    });
    let (user, is_new) = made.await?;
    out.json(&json!({ "id": user, "email": email, "role": Role::Admin, "is_new": is_new }));
    let how = if is_new {
        "has an account"
    } else {
        "was made an admin; former sessions have ended"
    };
    out.line(format!("{user}  {email} {how}."));
    Ok(Exit::Done)
}

async fn create(app: &App, out: &mut Out, who: Who, role: Role, plan: Plan, no_password: bool) -> anyhow::Result<Exit> {
    let email = who.email.clone();
    let new = account(app, out, who, role, plan, !no_password).await?;
    let db = app.db(Actor::Cli);
    let made = db.write("cli.create_user", move |tx| {
        auth::open_account(tx, &OpenAccount::as_system("cli"), new)
    });
    let user = made.await?;
    out.json(&json!({ "id": user, "email": email, "role": role, "plan": plan }));
    out.line(format!("{user}  {email} has an account."));
    Ok(Exit::Done)
}

async fn list(app: &App, out: &mut Out, query: ListQuery) -> anyhow::Result<Exit> {
    let db = app.db(Actor::Cli);
    let page = db
        .read("cli.list_users", move |read| {
            people::list_users(read, &ListUsers::as_system("cli"), &query)
        })
        .await?;
    out.json(&page.clone().map(|user| shown(&user)));
    for user in &page.items {
        out.line(format!(
            "{}  {:10}  {:7}  {:11}  {}  {}",
            user.id,
            user.role.word(),
            user.plan.word(),
            condition(user).word(),
            user.email,
            user.name
        ));
    }
    if page.items.is_empty() {
        out.line("Nobody.");
    }
    if page.next.is_some() {
        out.line("There are more; ask with a higher --limit or a --search.");
    }
    Ok(Exit::Done)
}

fn condition(user: &User) -> UserState {
    match (user.is_active, user.is_verified) {
        (false, _) => UserState::Deactivated,
        (true, false) => UserState::Unverified,
        (true, true) => UserState::Active,
    }
}

fn shown(user: &User) -> serde_json::Value {
    json!({
        "id": user.id, "name": user.name, "email": user.email, "role": user.role, "plan": user.plan,
        "state": condition(user).word(), "created_at": user.created_at, "last_seen_at": user.last_seen_at,
    })
}
