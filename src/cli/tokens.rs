//! `momentum token`: keys for programs.

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Exit, Out, Verb};
use crate::{
    app::App,
    auth::{self, ManageTokens, OneToken, TokenWish},
    kernel::{
        actor::Actor,
        id::{TokenId, UserId},
        scope::Scope,
        text::{Email, Label},
    },
    people,
};

/// Makes, lists and takes back API tokens.
#[derive(Debug, Args)]
pub struct Token {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Makes a token and shows its secret, this once.
    Create {
        /// For whom it speaks: the e-mail address of an account. It may do no more than he may.
        #[arg(long)]
        owner: String,
        /// What it is for.
        #[arg(long, value_parser = label)]
        name: Label,
        /// How far it goes, such as courses:read; may be repeated. To write includes to read.
        #[arg(long = "scope", required = true)]
        scopes: Vec<Scope>,
        /// Days that it holds; without this it holds until it is taken back.
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..=3650))]
        days: Option<u16>,
    },
    /// Lists tokens, without their secrets.
    List,
    /// Takes a token back: its next request is refused.
    Revoke {
        /// Its id, such as tok_01h8….
        token: TokenId,
    },
}

fn label(text: &str) -> Result<Label, String> {
    Label::parse(text).map_err(|error| error.message)
}

impl Verb for Token {
    async fn run(self, app: &App, out: &mut Out) -> anyhow::Result<Exit> {
        match self.what {
            What::Create { owner, name, scopes, days } => create(app, out, &owner, name, scopes, days).await,
            What::List => list(app, out).await,
            What::Revoke { token } => revoke(app, out, token).await,
        }
    }
}

async fn create(app: &App, out: &mut Out, owner: &str, name: Label, scopes: Vec<Scope>, days: Option<u16>) -> anyhow::Result<Exit> {
    let email = Email::parse(owner).map_err(|error| anyhow::anyhow!("--owner: {}", error.message))?;
    let db = app.db(Actor::Cli);
    let made = db.write("cli.create_token", move |tx| {
        let Some(user) = people::find_by_email(tx, &email)? else {
            return Ok(None);
        };
        let wish = TokenWish {
            name,
            scopes,
            expires_at: days.map(|days| tx.now().plus_secs(i64::from(days) * 24 * 3600)),
        };
        auth::create_token(tx, &ManageTokens::as_system("cli"), user.id, wish).map(Some)
    });
    let (id, secret) = made.await?.with_context(|| format!("nobody has the address {owner}"))?;
    out.json(&json!({ "id": id, "token": secret }));
    out.line(format!("{id}  {secret}"));
    out.note("This is the only time that the secret is shown.");
    Ok(Exit::Done)
}

async fn list(app: &App, out: &mut Out) -> anyhow::Result<Exit> {
    let (rows, names) = app
        .db(Actor::Cli)
        .read("cli.tokens", |read| {
            let rows = auth::list_tokens(read, &ManageTokens::as_system("cli"))?;
            let owners: Vec<UserId> = rows.iter().map(|row| row.user).collect();
            let names = people::list_names(read, &owners)?;
            Ok((rows, names))
        })
        .await?;
    let told: Vec<_> = rows
        .iter()
        .map(|row| {
            json!({
                "id": row.id, "name": row.name, "prefix": row.prefix, "owner": row.user, "scopes": row.scopes,
                "created_at": row.created_at, "expires_at": row.expires_at, "last_used_at": row.last_used_at,
            })
        })
        .collect();
    out.json(&json!({ "items": told }));
    for row in &rows {
        let owner = names.iter().find(|(id, _)| *id == row.user).map_or("", |(_, name)| name.as_str());
        let scopes: Vec<&str> = row.scopes.iter().map(|scope| scope.word()).collect();
        let ends = row.expires_at.map_or_else(|| "for ever".to_owned(), |at| format!("until {at}"));
        let used = row
            .last_used_at
            .map_or_else(|| "never used".to_owned(), |at| format!("last used {at}"));
        let (id, prefix, name) = (row.id, &row.prefix, &row.name);
        out.line(format!("{id}  {prefix}…  {name}  {owner}  {}  {ends}  {used}", scopes.join(",")));
    }
    if rows.is_empty() {
        out.line("No tokens.");
    }
    Ok(Exit::Done)
}

async fn revoke(app: &App, out: &mut Out, token: TokenId) -> anyhow::Result<Exit> {
    let db = app.db(Actor::Cli);
    let done = db.write("cli.revoke_token", move |tx| {
        auth::revoke_token(tx, &OneToken::as_system("cli", token))
    });
    done.await.with_context(|| format!("{token} was not taken back"))?;
    out.json(&json!({ "revoked": token }));
    out.line(format!("{token} opens nothing any more."));
    Ok(Exit::Done)
}
