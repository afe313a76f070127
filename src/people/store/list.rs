//! The admin's list. Each order has an index that also holds everything that is looked at: a page
//! walks its index and touches the rows that it shows. Whatever the filters, 100,000 people cost
//! one walk of at most some 15 ms; where few are members, have a value or the letters that are
//! looked for, those are walked instead.

use rusqlite::{ToSql, params_from_iter};

use super::users::user;
use crate::{
    kernel::{
        error::Result,
        id::{GroupId, UserId},
        page::Page,
    },
    people::model::{FieldFilter, ListCursor, ListQuery, User, UserFilter, UserSort, UserState},
    platform::db::Read,
};

const COLUMNS: &str = "u.id, u.name, u.email, u.role, u.plan, u.is_active, u.is_verified, u.time_zone, u.language, u.created_at, \
                       u.last_seen_at, u.completion, u.source";

/// Up to so many members are sorted by themselves; more are looked up along the order's index.
const FEW: i64 = 3000;

/// Statement and values, grown together.
#[derive(Default)]
struct Statement {
    from: String,
    wheres: Vec<String>,
    values: Vec<Box<dyn ToSql>>,
}

impl Statement {
    /// Adds a value and gives its place, such as `?3`.
    fn bind(&mut self, value: impl ToSql + 'static) -> String {
        self.values.push(Box::new(value));
        format!("?{}", self.values.len())
    }

    fn compare(&mut self, column: &str, operator: &str, value: Option<impl ToSql + 'static>) {
        if let Some(value) = value {
            let place = self.bind(value);
            self.wheres.push(format!("{column} {operator} {place}"));
        }
    }

    fn filter(&mut self, filter: &UserFilter) {
        self.compare("u.role", "=", filter.role);
        self.compare("u.plan", "=", filter.plan);
        self.compare("u.source", "=", filter.source.clone());
        self.compare("u.last_seen_at", ">=", filter.seen_from);
        self.compare("u.last_seen_at", "<", filter.seen_before);
        self.compare("u.completion", ">=", filter.complete_from);
        self.compare("u.completion", "<=", filter.complete_to);
        let state = filter.state.map(|state| match state {
            UserState::Active => "u.is_active = 1 AND u.is_verified = 1",
            UserState::Unverified => "u.is_verified = 0",
            UserState::Deactivated => "u.is_active = 0",
        });
        self.wheres.extend(state.map(str::to_owned));
        if filter.never_seen {
            self.wheres.push("u.last_seen_at IS NULL".to_owned());
        }
        for word in filter.words() {
            let place = self.bind(word);
            self.wheres.push(format!("instr(u.fold, {place}) > 0"));
        }
    }

    /// Whence people are taken: from the order's index, or from a list of few.
    fn source(&mut self, read: &Read<'_>, filter: &UserFilter, index: &str) -> Result<()> {
        let mut few = None;
        if let Some(group) = filter.group {
            few = self.members(read, group)?;
        }
        if let Some(field) = &filter.field {
            few = self.having(read, field, few)?;
        }
        if few.is_none() {
            few = self.named(read, filter)?;
        }
        self.from = match few {
            Some(list) => format!("{list} f CROSS JOIN users u ON u.id = f.user_id"),
            None => format!("users u INDEXED BY {index}"),
        };
        Ok(())
    }

    /// The members of a group: as a list when they are few, else as a condition.
    fn members(&mut self, read: &Read<'_>, group: GroupId) -> Result<Option<String>> {
        let count = read.count(
            "SELECT count(*) FROM (SELECT 1 FROM group_members WHERE group_id = ?1 LIMIT ?2)",
            (group, FEW + 1),
        )?;
        let place = self.bind(group);
        if count <= FEW {
            return Ok(Some(format!("(SELECT user_id FROM group_members WHERE group_id = {place})")));
        }
        self.wheres.push(format!(
            "EXISTS (SELECT 1 FROM group_members m WHERE m.group_id = {place} AND m.user_id = u.id)"
        ));
        Ok(None)
    }

    /// Who has this value: as a list when they are few and there is none yet, else as a condition.
    fn having(&mut self, read: &Read<'_>, field: &FieldFilter, few: Option<String>) -> Result<Option<String>> {
        let count = read.count(
            "SELECT count(*) FROM (SELECT 1 FROM user_field_values WHERE field_id = ?1 AND value = ?2 LIMIT ?3)",
            (field.id, &field.value, FEW + 1),
        )?;
        let (id, value) = (self.bind(field.id), self.bind(field.value.clone()));
        if count <= FEW && few.is_none() {
            return Ok(Some(format!(
                "(SELECT user_id FROM user_field_values WHERE field_id = {id} AND value = {value})"
            )));
        }
        self.wheres.push(format!(
            "EXISTS (SELECT 1 FROM user_field_values v WHERE v.user_id = u.id AND v.field_id = {id} AND v.value = {value})"
        ));
        Ok(few)
    }

    /// Who has all the words of three letters and more, when they are few. That they have the
    /// others too is asked of each.
    fn named(&mut self, read: &Read<'_>, filter: &UserFilter) -> Result<Option<String>> {
        let Some(letters) = letters(&filter.words()) else {
            return Ok(None);
        };
        let count = read.count(
            "SELECT count(*) FROM (SELECT 1 FROM users_fold WHERE users_fold MATCH ?1 LIMIT ?2)",
            (&letters, FEW + 1),
        )?;
        if count > FEW {
            return Ok(None);
        }
        let place = self.bind(letters);
        Ok(Some(format!(
            "(SELECT rowid AS user_id FROM users_fold WHERE users_fold MATCH {place})"
        )))
    }

    fn wheres(&self) -> String {
        if self.wheres.is_empty() {
            "1".to_owned()
        } else {
            self.wheres.join(" AND ")
        }
    }
}

/// The words that the index of letters knows, as it is asked for them: each as a text in quotes.
/// It knows three letters and more.
fn letters(words: &[String]) -> Option<String> {
    let known = words.iter().filter(|word| word.chars().count() >= 3);
    let quoted: Vec<String> = known.map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
    (!quoted.is_empty()).then(|| quoted.join(" AND "))
}

/// People as an admin looks for them.
pub(in crate::people) fn list_users(read: &Read<'_>, query: &ListQuery) -> Result<Page<User>> {
    let (sql, values) = statement(read, query)?;
    let rows = read.list(&sql, params_from_iter(&values), |row| {
        Ok((user(row)?, row.get::<_, Option<String>>(13)?))
    })?;
    let page = Page::cut(rows, query.limit, |(user, key)| {
        let key = key.clone().unwrap_or_default();
        ListCursor { user: user.id, key }.encode()
    });
    Ok(page.map(|(user, _)| user))
}

fn statement(read: &Read<'_>, query: &ListQuery) -> Result<(String, Vec<Box<dyn ToSql>>)> {
    let mut statement = Statement::default();
    let (index, key, order) = match query.sort {
        UserSort::Newest => ("users_by_birth", "NULL", "u.id DESC"),
        UserSort::Name => ("users_by_name", "u.name_key", "u.name_key, u.id"),
        UserSort::LastSeen => ("users_by_seen", "CAST(u.last_seen_at AS TEXT)", "u.last_seen_at DESC, u.id DESC"),
    };
    statement.source(read, &query.filter, index)?;
    statement.filter(&query.filter);
    if let Some(ListCursor { user, key }) = &query.after {
        let id = statement.bind(*user);
        let place = match query.sort {
            UserSort::Newest => format!("u.id < {id}"),
            UserSort::Name => {
                let key = statement.bind(key.clone());
                format!("(u.name_key, u.id) > ({key}, {id})")
            }
            // Those who were never here come last.
            UserSort::LastSeen => match key.parse::<i64>() {
                Ok(seen) => {
                    let seen = statement.bind(seen);
                    format!("(u.last_seen_at < {seen} OR u.last_seen_at IS NULL OR (u.last_seen_at = {seen} AND u.id < {id}))")
                }
                Err(_) => format!("(u.last_seen_at IS NULL AND u.id < {id})"),
            },
        };
        statement.wheres.push(place);
    }
    let limit = statement.bind(query.limit + 1);
    let sql = format!(
        "SELECT {COLUMNS}, {key} FROM {} WHERE {} ORDER BY {order} LIMIT {limit}",
        statement.from,
        statement.wheres()
    );
    Ok((sql, statement.values))
}

/// How many people these are.
pub(in crate::people) fn count_matching(read: &Read<'_>, filter: &UserFilter) -> Result<i64> {
    if *filter == UserFilter::default() {
        return read.count("SELECT count(*) FROM users", []);
    }
    let alone = UserFilter {
        group: filter.group,
        ..UserFilter::default()
    };
    if let (Some(group), true) = (filter.group, *filter == alone) {
        return read.count("SELECT count(*) FROM group_members WHERE group_id = ?1", [group]);
    }
    let mut statement = Statement::default();
    statement.source(read, filter, "users_by_birth")?;
    statement.filter(filter);
    let sql = format!("SELECT count(*) FROM {} WHERE {}", statement.from, statement.wheres());
    read.count(&sql, params_from_iter(&statement.values))
}

/// The next of these people by id: for work that goes through all of them.
pub(in crate::people) fn list_ids(read: &Read<'_>, filter: &UserFilter, after: UserId, limit: u32) -> Result<Vec<UserId>> {
    let mut statement = Statement::default();
    statement.source(read, filter, "users_by_birth")?;
    statement.filter(filter);
    let after = statement.bind(after);
    statement.wheres.push(format!("u.id > {after}"));
    let limit = statement.bind(limit);
    let sql = format!(
        "SELECT u.id FROM {} WHERE {} ORDER BY u.id LIMIT {limit}",
        statement.from,
        statement.wheres()
    );
    read.list(&sql, params_from_iter(&statement.values), |row| row.get(0))
}

/// The ways in which people came.
pub(in crate::people) fn list_sources(read: &Read<'_>) -> Result<Vec<String>> {
    read.list("SELECT DISTINCT source FROM users ORDER BY source", [], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn words_are_quoted_and_short_ones_left_out() {
        let asked = |words: &[&str]| letters(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(asked(&["an", "é"]), None);
        assert_eq!(asked(&["ana", "bo"]).as_deref(), Some("\"ana\""));
        assert_eq!(
            asked(&["a\"b", "or*", "日本語"]).as_deref(),
            Some("\"a\"\"b\" AND \"or*\" AND \"日本語\"")
        );
    }
}
