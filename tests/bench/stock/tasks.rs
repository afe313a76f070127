//! What the load asks for: sessions whose tokens are known, and lists of who does what.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use momentum::{
    kernel::id::{AssetId, EnrolmentId, LessonId, UserId},
    platform::{
        clock::{Clock as _, SystemClock},
        crypto, db,
    },
};
use rusqlite::{Connection, params};

use super::{chance::Dice, people, words};

/// Learners who finished nothing yet have something left to do.
const LEARNERS: &str = "SELECT u.id FROM users u WHERE u.role = 'learner' AND u.is_active = 1
     AND EXISTS (SELECT 1 FROM enrolments e WHERE e.user_id = u.id AND e.state = 'active') ORDER BY u.id";

/// The course that a learner joined last and his first unfinished lesson in it.
const CURRENT: &str = "SELECT c.slug, v.lesson_id FROM enrolments e JOIN courses c ON c.id = e.course_id
     JOIN version_lessons v ON v.version_id = e.version_id
     LEFT JOIN lesson_progress p ON p.user_id = e.user_id AND p.enrolment_id = e.id AND p.lesson_id = v.lesson_id
     WHERE e.user_id = ?1 AND e.state = 'active' AND p.completed_at IS NULL ORDER BY e.id DESC, v.day, v.position LIMIT 1";

/// Every lesson that a learner can complete now.
const OPEN: &str = "SELECT v.lesson_id FROM enrolments e JOIN version_lessons v ON v.version_id = e.version_id
     LEFT JOIN lesson_progress p ON p.user_id = e.user_id AND p.enrolment_id = e.id AND p.lesson_id = v.lesson_id
     WHERE e.user_id = ?1 AND e.state = 'active' AND p.completed_at IS NULL AND v.completion = 'mark'";

/// Writes `people.tsv` (token, course, lesson), `complete.tsv` (number of a person, lesson),
/// `typed.txt`, `emails.txt`, `film.txt` (token, asset), `admin.txt` (token) and `names.txt` into a folder.
pub(crate) fn write(folder: &Path, out: &Path, sessions: u32, completions: u32) -> anyhow::Result<()> {
    std::fs::create_dir_all(out)?;
    let mut conn = Connection::open(folder.join(db::FILE))?;
    let tx = conn.transaction()?;
    let file = |name: &str| File::create(out.join(name)).map(BufWriter::new);
    let (mut people, mut open) = (file("people.tsv")?, Vec::new());
    let all: Vec<UserId> = tx.prepare(LEARNERS)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    // Learners from all over the table, not its first pages.
    let step = (all.len() / sessions.max(1) as usize).max(1);
    for (n, user) in all.into_iter().step_by(step).take(sessions as usize).enumerate() {
        let token = session(&tx, n, user)?;
        let (slug, lesson) = tx
            .prepare_cached(CURRENT)?
            .query_row([user], |row| Ok((row.get::<_, String>(0)?, row.get::<_, LessonId>(1)?)))?;
        writeln!(people, "{token}\t{slug}\t{lesson}")?;
        let mut statement = tx.prepare_cached(OPEN)?;
        for lesson in statement.query_map([user], |row| row.get::<_, LessonId>(0))? {
            open.push((n, lesson?));
        }
    }
    shuffle(&mut open);
    let mut complete = file("complete.tsv")?;
    for (n, lesson) in open.into_iter().take(completions as usize) {
        writeln!(complete, "{n}\t{lesson}")?;
    }
    typed(&mut file("typed.txt")?)?;
    let mut emails = file("emails.txt")?;
    let mut statement = tx.prepare("SELECT email FROM users WHERE role = 'learner' ORDER BY id DESC LIMIT 20000")?;
    for email in statement.query_map([], |row| row.get::<_, String>(0))? {
        writeln!(emails, "{}", email?)?;
    }
    drop(statement);
    film(&tx, &mut file("film.txt")?)?;
    let admin = tx.query_row("SELECT id FROM users WHERE role = 'admin'", [], |row| row.get(0))?;
    writeln!(file("admin.txt")?, "{}", session(&tx, 2_000_000, admin)?)?;
    names(&mut file("names.txt")?)?;
    tx.commit()?;
    Ok(())
}

/// A session that was used a moment ago: that its use is noted is no part of what is measured.
fn session(conn: &Connection, n: usize, user: UserId) -> anyhow::Result<String> {
    let now = SystemClock.now();
    let token = crypto::token_text(&crypto::token_hash(&format!("bench session {n}")));
    conn.prepare_cached(
        "INSERT INTO sessions (id, user_id, token_hash, device, ip, created_at, last_seen_at, expires_at) VALUES (?1, ?2, ?3, 'Bench', '127.0.0.1', ?4, ?5, ?6)",
    )?
    .execute(params![
        EnrolmentId::compose(now.millis(), n as u32).raw(),
        user,
        crypto::token_hash(&token),
        now,
        now.plus_millis(6 * 3_600_000),
        now.plus_millis(30 * super::DAY)
    ])?;
    Ok(token)
}

fn shuffle<T>(all: &mut [T]) {
    let mut dice = Dice::new(9, 9, 9);
    for n in (1..all.len()).rev() {
        all.swap(n, dice.below(n + 1));
    }
}

/// What people have typed when a search is asked: beginnings of words of titles, now and then two
/// words, now and then a slip of the finger.
fn typed(out: &mut impl Write) -> anyhow::Result<()> {
    let mut dice = Dice::new(8, 8, 8);
    for _ in 0..5000 {
        let word = *dice.pick(&words::TOPICS);
        let mut text: String = word.chars().take(2 + dice.below(6)).collect();
        if dice.below(6) == 0 && text.len() > 4 {
            text.remove(2);
        }
        if dice.below(4) == 0 {
            text = format!("{}+{text}", dice.pick(&words::TOPICS));
        }
        writeln!(out, "{text}")?;
    }
    Ok(())
}

/// What an admin has typed when the list of people is asked: a name by and by, now and then with the
/// beginning of another, or of an address.
fn names(out: &mut impl Write) -> anyhow::Result<()> {
    let mut dice = Dice::new(7, 7, 7);
    for _ in 0..2000 {
        let last: String = dice.pick(&people::LAST).chars().take(1 + dice.below(7)).collect();
        let text = match dice.below(4) {
            0 => format!("person{}", dice.below(100_000)),
            1 => format!("{}+{last}", dice.pick(&people::FIRST)),
            _ => last,
        };
        writeln!(out, "{}", text.to_lowercase())?;
    }
    Ok(())
}

/// The film, and people who learn the course that shows it.
fn film(conn: &Connection, out: &mut impl Write) -> anyhow::Result<()> {
    let asset: AssetId = conn.query_row("SELECT id FROM assets WHERE kind = 'video'", [], |row| row.get(0))?;
    let sha256: String = conn.query_row("SELECT sha256 FROM assets WHERE id = ?1", [asset], |row| row.get(0))?;
    let mut statement = conn.prepare(
        "SELECT s.user_id FROM sessions s JOIN enrolments e ON e.user_id = s.user_id AND e.state <> 'left'
         WHERE e.course_id = (SELECT min(id) FROM courses) ORDER BY s.id LIMIT 200",
    )?;
    let users: Vec<UserId> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for (n, user) in users.into_iter().enumerate() {
        let token = session(conn, 1_000_000 + n, user)?;
        writeln!(out, "{token}\t{asset}\t{sha256}")?;
    }
    Ok(())
}
