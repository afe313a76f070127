//! The admin's list: by filters in the order of joining, or by the beginning of a word.

use rusqlite::{ToSql, params_from_iter};

use super::users::user;
use crate::{
    kernel::{error::Result, page::Page},
    people::model::{ListCursor, ListQuery, User, UserState},
    platform::db::Read,
};

const COLUMNS: &str =
    "u.id, u.name, u.email, u.role, u.plan, u.is_active, u.is_verified, u.time_zone, u.language, u.created_at, u.last_seen_at";

/// Statement and values, grown together.
#[derive(Default)]
struct Statement {
    wheres: Vec<String>,
    values: Vec<Box<dyn ToSql>>,
}

impl Statement {
    /// Adds a value and gives its place, such as `?3`.
    fn bind(&mut self, value: impl ToSql + 'static) -> String {
        self.values.push(Box::new(value));
        format!("?{}", self.values.len())
    }

    fn filter(&mut self, query: &ListQuery) {
        if let Some(role) = query.role {
            let place = self.bind(role);
            self.wheres.push(format!("u.role = {place}"));
        }
        if let Some(plan) = query.plan {
            let place = self.bind(plan);
            self.wheres.push(format!("u.plan = {place}"));
        }
        let state = query.state.map(|state| match state {
            UserState::Active => "u.is_active = 1 AND u.is_verified = 1",
            UserState::Unverified => "u.is_verified = 0",
            UserState::Deactivated => "u.is_active = 0",
        });
        self.wheres.extend(state.map(str::to_owned));
    }

    /// Only members, where people are not taken from the group's own list.
    fn within(&mut self, query: &ListQuery) {
        if let Some(group) = query.group {
            let place = self.bind(group);
            self.wheres.push(format!(
                "EXISTS (SELECT 1 FROM group_members m WHERE m.group_id = {place} AND m.user_id = u.id)"
            ));
        }
    }

    /// The range of terms that begin with this word.
    fn begins(&mut self, term: &str, word: &str) -> String {
        let from = self.bind(word.to_owned());
        let to = self.bind(format!("{word}\u{10FFFF}"));
        format!("{term} >= {from} AND {term} < {to}")
    }

    fn sql(&self, from: &str, order: &str) -> String {
        let wheres = if self.wheres.is_empty() {
            "1".to_owned()
        } else {
            self.wheres.join(" AND ")
        };
        format!("SELECT {COLUMNS}{from} WHERE {wheres} ORDER BY {order}")
    }
}

/// People as an admin looks for them. Every form reads an index range, never the whole table.
pub(in crate::people) fn list_users(read: &Read<'_>, query: &ListQuery) -> Result<Page<User>> {
    let (sql, values) = statement(query);
    let rows = read.list(&sql, params_from_iter(&values), |row| Ok((user(row)?, row.get::<_, String>(11)?)))?;
    let page = Page::cut(rows, query.limit, |(user, term)| {
        let term = term.clone();
        ListCursor { user: user.id, term }.encode()
    });
    Ok(page.map(|(user, _)| user))
}

fn statement(query: &ListQuery) -> (String, Vec<Box<dyn ToSql>>) {
    match query.words.iter().max_by_key(|word| word.len()) {
        Some(driver) => by_word(query, driver),
        None => by_birth(query),
    }
}

/// Newest first.
fn by_birth(query: &ListQuery) -> (String, Vec<Box<dyn ToSql>>) {
    let mut statement = Statement::default();
    // A group is read from its own list, which is in the order of joining the instance, too.
    let (from, id) = match query.group {
        Some(group) => {
            let place = statement.bind(group);
            statement.wheres.push(format!("m.group_id = {place}"));
            (", '' FROM group_members m CROSS JOIN users u ON u.id = m.user_id", "m.user_id")
        }
        None => (", '' FROM users u", "u.id"),
    };
    statement.filter(query);
    if let Some(ListCursor { user, .. }) = &query.after {
        let place = statement.bind(*user);
        statement.wheres.push(format!("{id} < {place}"));
    }
    let limit = statement.bind(query.limit + 1);
    let sql = statement.sql(from, &format!("{id} DESC LIMIT {limit}"));
    (sql, statement.values)
}

/// In the order of the words that match; each person once, at the first of his words that does.
fn by_word(query: &ListQuery, driver: &str) -> (String, Vec<Box<dyn ToSql>>) {
    let mut statement = Statement::default();
    let range = statement.begins("t.term", driver);
    statement.wheres.push(range);
    let from = statement.bind(driver.to_owned());
    statement.wheres.push(format!(
        "NOT EXISTS (SELECT 1 FROM user_terms s WHERE s.user_id = t.user_id AND s.term >= {from} AND s.term < t.term)"
    ));
    for word in query.words.iter().filter(|word| word.as_str() != driver) {
        let range = statement.begins("o.term", word);
        statement.wheres.push(format!(
            "EXISTS (SELECT 1 FROM user_terms o WHERE o.user_id = t.user_id AND {range})"
        ));
    }
    if let Some(ListCursor { user, term }) = &query.after {
        let (term, user) = (statement.bind(term.clone()), statement.bind(*user));
        statement.wheres.push(format!("(t.term, t.user_id) > ({term}, {user})"));
    }
    statement.filter(query);
    statement.within(query);
    let limit = statement.bind(query.limit + 1);
    let sql = statement.sql(
        ", t.term FROM user_terms t CROSS JOIN users u ON u.id = t.user_id",
        &format!("t.term, t.user_id LIMIT {limit}"),
    );
    (sql, statement.values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kernel::{
            actor::{Plan, Role},
            time::Timestamp,
        },
        platform::db::migrate,
    };

    #[test]
    fn every_form_reads_an_index_in_its_order() -> std::result::Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("plans.db");
        migrate::run(&path, Timestamp::from_millis(0), true)?;
        let conn = rusqlite::Connection::open(path)?;
        let words = ListQuery::new(None).matching("ana sil");
        let (mut role, mut plan, mut idle) = (ListQuery::new(None), ListQuery::new(None), ListQuery::new(None));
        role.role = Some(Role::Admin);
        plan.plan = Some(Plan::Premium);
        idle.state = Some(UserState::Deactivated);
        let (mut group, mut named) = (ListQuery::new(None), words.clone());
        group.group = Some(crate::kernel::id::GroupId::from_raw(3));
        named.group = group.group;
        let next = ListCursor {
            user: crate::kernel::id::UserId::from_raw(9),
            term: "ana".into(),
        }
        .encode();
        for query in [
            words.clone(),
            words.after(Some(&next))?,
            role,
            plan,
            idle,
            group,
            named,
            ListQuery::new(None),
        ] {
            let (sql, values) = statement(&query);
            let mut plan = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
            let lines: Vec<String> = plan
                .query_map(params_from_iter(&values), |row| row.get(3))?
                .collect::<rusqlite::Result<_>>()?;
            let is_plain =
                query.words.is_empty() && query.role.is_none() && query.plan.is_none() && query.state.is_none() && query.group.is_none();
            let bad =
                |line: &String| line.contains("TEMP B-TREE") || (line.starts_with("SCAN") && !is_plain && !line.contains("users_inactive"));
            assert!(!lines.iter().any(bad), "{sql}\n{lines:#?}");
        }
        Ok(())
    }
}
