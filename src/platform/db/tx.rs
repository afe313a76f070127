//! What a closure may do: [`Read`] can only select, [`Tx`] alone can change things.

use std::{cell::Cell, ops::Deref};

use rusqlite::{Connection, OptionalExtension, Params, Row, ffi};

use crate::{
    kernel::{
        actor::Actor,
        error::{Error, Result},
        event::Event,
        id::{Id, Job as JobKind, Kind},
        time::Timestamp,
    },
    platform::{
        clock::Chance,
        events,
        jobs::{self, Job},
    },
};

/// Every statement that is run, as text without values, is told to this target at the level
/// `trace`: for finding out what a request asks, and for the test that no hot one walks a table.
pub const STATEMENTS: &str = "momentum::statements";

/// A snapshot that can only be read.
pub struct Read<'c> {
    conn: &'c Connection,
    now: Timestamp,
}

impl<'c> Read<'c> {
    pub(super) fn new(conn: &'c Connection, now: Timestamp) -> Self {
        Self { conn, now }
    }

    /// The instant of this read or deed: fixed for its whole length.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// A database fault, or a statement that would write.
    pub fn find<T>(&self, sql: &str, params: impl Params, map: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>) -> Result<Option<T>> {
        let mut statement = self.statement(sql)?;
        statement.query_row(params, map).optional().map_err(fault)
    }

    /// The first row, or `NotFound(what)`.
    ///
    /// # Errors
    /// [`Error::NotFound`] or a database fault.
    pub fn get<T>(
        &self,
        what: &'static str,
        sql: &str,
        params: impl Params,
        map: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        self.find(sql, params, map)?.ok_or(Error::NotFound(what))
    }

    /// Every row.
    ///
    /// # Errors
    /// A database fault.
    pub fn list<T>(&self, sql: &str, params: impl Params, map: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> Result<Vec<T>> {
        let mut statement = self.statement(sql)?;
        statement.query_map(params, map).and_then(Iterator::collect).map_err(fault)
    }

    /// A count or other single integer; 0 when the answer is NULL or empty.
    ///
    /// # Errors
    /// A database fault.
    pub fn count(&self, sql: &str, params: impl Params) -> Result<i64> {
        Ok(self.find(sql, params, |row| row.get::<_, Option<i64>>(0))?.flatten().unwrap_or(0))
    }

    /// Whether there is any row.
    ///
    /// # Errors
    /// A database fault.
    pub fn exists(&self, sql: &str, params: impl Params) -> Result<bool> {
        Ok(self.find(sql, params, |_| Ok(()))?.is_some())
    }

    /// Every row as an object of its columns, as people read it: `…_at` as an instant, `day` and
    /// `…_on` as a date, `…_id` as the id that the rest of the product shows. Bytes are left out.
    ///
    /// # Errors
    /// A database fault.
    pub fn objects(&self, sql: &str, params: impl Params) -> Result<Vec<serde_json::Value>> {
        let mut statement = self.statement(sql)?;
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let rows = statement.query_map(params, |row| {
            let mut object = serde_json::Map::new();
            for (at, name) in names.iter().enumerate() {
                if let Some(value) = super::values::shown(name, row.get_ref(at)?) {
                    object.insert(name.clone(), value);
                }
            }
            Ok(serde_json::Value::Object(object))
        });
        rows.and_then(Iterator::collect).map_err(fault)
    }

    fn statement(&self, sql: &str) -> Result<rusqlite::CachedStatement<'c>> {
        tracing::trace!(target: STATEMENTS, sql);
        let statement = self.conn.prepare_cached(sql).map_err(fault)?;
        if statement.readonly() {
            Ok(statement)
        } else {
            Err(Error::internal(format!("a read that writes: {sql}")))
        }
    }
}

/// One deed: everything in it commits together or not at all.
pub struct Tx<'c> {
    read: Read<'c>,
    actor: &'c Actor,
    chance: &'c dyn Chance,
    last_id: &'c Cell<i64>,
    wakes: &'c Cell<Wakes>,
}

/// What a committed batch has to wake.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wakes {
    pub(crate) events: bool,
    pub(crate) jobs: bool,
}

impl<'c> Deref for Tx<'c> {
    type Target = Read<'c>;
    fn deref(&self) -> &Read<'c> {
        &self.read
    }
}

impl<'c> Tx<'c> {
    pub(super) fn new(read: Read<'c>, actor: &'c Actor, chance: &'c dyn Chance, last_id: &'c Cell<i64>, wakes: &'c Cell<Wakes>) -> Self {
        Self {
            read,
            actor,
            chance,
            last_id,
            wakes,
        }
    }

    /// Who does this.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        self.actor
    }

    /// A new id, greater than every id this process has given before.
    #[must_use]
    pub fn new_id<K: Kind>(&self) -> Id<K> {
        let bits = self.chance.next_u64();
        let fresh = Id::<K>::compose(self.now().millis(), bits as u32).raw();
        let id = fresh.max(self.last_id.get() + 1 + (bits >> 56).cast_signed());
        self.last_id.set(id);
        Id::from_raw(id)
    }

    /// 32 random bytes: for tokens, of which only hashes are stored.
    #[must_use]
    pub fn random_bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.chance.fill(&mut bytes);
        bytes
    }

    /// Runs one statement and returns the number of changed rows.
    ///
    /// # Errors
    /// A database fault. Unique and check violations are told apart by [`OnConflict::on_conflict`].
    pub fn execute(&self, sql: &str, params: impl Params) -> Result<usize> {
        tracing::trace!(target: STATEMENTS, sql);
        self.read
            .conn
            .prepare_cached(sql)
            .and_then(|mut s| s.execute(params))
            .map_err(fault)
    }

    /// Runs one statement with a RETURNING clause and maps its first row.
    ///
    /// # Errors
    /// A database fault.
    pub fn returning<T>(&self, sql: &str, params: impl Params, map: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>) -> Result<Option<T>> {
        tracing::trace!(target: STATEMENTS, sql);
        self.read
            .conn
            .prepare_cached(sql)
            .and_then(|mut s| s.query_row(params, map).optional())
            .map_err(fault)
    }

    /// Appends an event to the log, in this deed's transaction.
    ///
    /// # Errors
    /// A database fault.
    pub fn tell(&self, event: &Event) -> Result<()> {
        events::append(self, event)?;
        self.ring_events();
        Ok(())
    }

    /// Enqueues a job, in this deed's transaction, to run as soon as possible.
    ///
    /// # Errors
    /// A database fault.
    pub fn enqueue<J: Job>(&self, job: &J) -> Result<Id<JobKind>> {
        self.enqueue_at(job, self.now())
    }

    /// Enqueues a job to run at an instant.
    ///
    /// # Errors
    /// A database fault.
    pub fn enqueue_at<J: Job>(&self, job: &J, at: Timestamp) -> Result<Id<JobKind>> {
        let id = jobs::insert(self, job, at)?;
        self.ring_jobs();
        Ok(id)
    }

    /// Wakes the dispatcher after this commit.
    pub(crate) fn ring_events(&self) {
        self.wakes.set(Wakes {
            events: true,
            ..self.wakes.get()
        });
    }

    /// Wakes the job runner after this commit.
    pub(crate) fn ring_jobs(&self) {
        self.wakes.set(Wakes {
            jobs: true,
            ..self.wakes.get()
        });
    }
}

/// A database fault becomes an internal error that keeps its source; a busy database and a full or
/// failing disk become `Unavailable`, for the client can do nothing about them but try again.
pub(crate) fn fault(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => Error::Unavailable {
            code: "db.disk_full",
            retry_after: 30,
        },
        Some(rusqlite::ErrorCode::SystemIoFailure) => {
            // The answer cannot carry it, and it names what is wrong with the disk.
            tracing::error!(%error, "the disk failed");
            Error::Unavailable {
                code: "db.disk_failed",
                retry_after: 30,
            }
        }
        Some(rusqlite::ErrorCode::DatabaseBusy) => Error::Unavailable {
            code: "db.busy",
            retry_after: 1,
        },
        Some(rusqlite::ErrorCode::OperationInterrupted) => Error::Unavailable {
            code: "db.deadline",
            retry_after: 5,
        },
        _ => Error::internal(error),
    }
}

/// Tells a violated constraint from other faults.
pub trait OnConflict<T> {
    /// Turns a violated unique, primary-key or check constraint into a conflict with this code.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a violated constraint, otherwise the error as it was.
    fn on_conflict(self, code: &'static str, message: &str) -> Result<T>;

    /// Turns a violated foreign key, a row that would point nowhere, into this error.
    ///
    /// # Errors
    /// The given error for a violated foreign key, otherwise the error as it was.
    fn on_dangling(self, error: impl FnOnce() -> Error) -> Result<T>;
}

impl<T> OnConflict<T> for Result<T> {
    fn on_conflict(self, code: &'static str, message: &str) -> Self {
        match self {
            Err(Error::Internal(source)) if is_constraint(source.as_ref()) => Err(Error::conflict(code, message)),
            other => other,
        }
    }

    fn on_dangling(self, error: impl FnOnce() -> Error) -> Self {
        match self {
            Err(Error::Internal(source)) if extended_code(source.as_ref()) == Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => Err(error()),
            other => other,
        }
    }
}

fn extended_code(source: &(dyn std::error::Error + 'static)) -> Option<i32> {
    let error = source.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error);
    error.map(|e| e.extended_code)
}

fn is_constraint(source: &(dyn std::error::Error + 'static)) -> bool {
    matches!(
        extended_code(source),
        Some(
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID | ffi::SQLITE_CONSTRAINT_CHECK
        )
    )
}
