//! People as a list that the import understands: page by page, so that nothing grows with their
//! number and no read holds the log for long.

use std::collections::HashMap;

use super::{
    import::{guarded, heading, joined},
    model::{Field, ListQuery, User},
    policy::ListUsers,
    store,
};
use crate::{
    kernel::{error::Result, id::FieldId},
    platform::db::{Db, Read},
};

/// A page of the list.
pub struct Exported {
    /// What stands above the columns.
    pub header: Vec<String>,
    /// The people, cell by cell.
    pub rows: Vec<Vec<String>>,
    /// Where the next page begins.
    pub next: Option<String>,
}

const HEADER: [&str; 8] = ["E-mail", "Name", "Role", "Plan", "Active", "Groups", "Time zone", "Language"];

/// A page of exactly the people that `query` finds. Cells that a spreadsheet would take for
/// formulas are guarded by an apostrophe, which the import takes off again.
///
/// # Errors
/// A database fault.
pub async fn export_users(db: &Db, _: &ListUsers, query: ListQuery) -> Result<Exported> {
    db.read_heavy("people.export", move |read| {
        let fields = store::list_fields(read)?;
        let page = store::list_users(read, &query)?;
        let rows = page.items.iter().map(|user| row(read, user, &fields)).collect::<Result<_>>()?;
        let header = HEADER.iter().map(|name| (*name).to_owned()).chain(fields.iter().map(heading));
        Ok(Exported {
            header: header.map(|name| guarded(&name).into_owned()).collect(),
            rows,
            next: page.next,
        })
    })
    .await
}

fn row(read: &Read<'_>, user: &User, fields: &[Field]) -> Result<Vec<String>> {
    let groups = store::list_groups_of(read, user.id)?;
    let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    let mut cells = vec![
        user.email.to_string(),
        user.name.to_string(),
        user.role.word().to_owned(),
        user.plan.word().to_owned(),
        if user.is_active { "yes" } else { "no" }.to_owned(),
        joined(&names),
        user.time_zone.name().to_owned(),
        user.language.to_string(),
    ];
    if !fields.is_empty() {
        let mut values: HashMap<FieldId, String> = store::list_values(read, user.id)?.into_iter().collect();
        cells.extend(fields.iter().map(|field| values.remove(&field.id).unwrap_or_default()));
    }
    Ok(cells.into_iter().map(|cell| guarded(&cell).into_owned()).collect())
}
