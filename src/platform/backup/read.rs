//! Reads a backup from its first byte to its last, member by member, and believes nothing.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use super::{
    BackupError, Result, Unlock, Watch,
    format::{self, About, FORMAT, FileName, Member, sum_line},
    seal,
    stream::{Hashed, Tailed},
};
use crate::platform::{crypto::hex, db::migrate};

/// Takes what is read. Nothing of it may be relied on before [`read`] has returned.
pub(super) trait Taker {
    /// The backup says what it is.
    fn about(&mut self, about: &About) -> Result<()>;

    /// A member's bytes come. What is not read is skipped.
    fn take(&mut self, member: &Member, data: &mut dyn Read) -> Result<()>;
}

/// What was found in a sound file.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) about: About,
    /// Bytes of the file.
    pub(super) bytes: u64,
    pub(super) is_sealed: bool,
    /// Stored files inside it, sorted.
    pub(super) inside: Vec<FileName>,
    /// Stored files beside it, sorted.
    pub(super) beside: Vec<FileName>,
    /// Stored files whose bytes were not what their name says when it was made.
    pub(super) rotten: Vec<FileName>,
}

/// The largest `about.json`, key or configuration file that is read.
const SMALL: u64 = 16 << 20;

/// Reads the whole file.
///
/// # Errors
/// [`BackupError`]: damaged, foreign, newer, closed, or what the taker says.
pub(super) fn read(path: &Path, unlock: &Unlock, taker: &mut dyn Taker, watch: &Watch) -> Result<Found> {
    let fail = |e| BackupError::io(path, e);
    let file = File::open(path).map_err(fail)?;
    let metadata = file.metadata().map_err(fail)?;
    if !metadata.is_file() {
        return Err(BackupError::Refused(format!("{} is not a file", path.display())));
    }
    let counted = Counted {
        file,
        watch,
        done: 0,
        total: metadata.len(),
    };
    let mut source = BufReader::with_capacity(256 * 1024, counted);
    let mut first = Vec::new();
    let age = format::AGE.len();
    let read = source.by_ref().take(age as u64).read_to_end(&mut first);
    read.map_err(fail)?;
    let is_sealed = first == format::AGE;
    let whole = io::Cursor::new(first).chain(source);
    let opened: Box<dyn Read + '_> = if is_sealed {
        Box::new(seal::unseal(whole, unlock)?)
    } else {
        Box::new(whole)
    };
    let result = read_plain(opened, taker, watch);
    if watch.is_stopped() {
        return Err(BackupError::Stopped);
    }
    let mut found = result?;
    found.bytes = metadata.len();
    found.is_sealed = is_sealed;
    Ok(found)
}

fn read_plain(opened: Box<dyn Read + '_>, taker: &mut dyn Taker, watch: &Watch) -> Result<Found> {
    let mut tailed = Tailed::new(opened);
    let wanted = format::head();
    let mut head = Vec::new();
    let read = tailed.by_ref().take(wanted.len() as u64).read_to_end(&mut head);
    read.map_err(BackupError::of_source)?;
    if head != wanted {
        return Err(foreign(&head, &wanted));
    }
    let mut body = zstd::Decoder::new(&mut tailed).map_err(BackupError::of_source)?;
    let walked = Walk::new(taker, watch).run(&mut body);
    if let Err(BackupError::Stopped | BackupError::Io(..) | BackupError::Refused(_) | BackupError::House(_)) = walked {
        return walked;
    }
    // A damaged file is damaged whatever its members say: an error that a changed byte led to
    // must not be told as if the backup had been made that way.
    let rest = drain(&mut body);
    drop(body);
    let drained = rest.and_then(|rest| drain(&mut tailed).map(|_| rest));
    match (walked, drained) {
        (walked, Ok(rest)) if tailed.is_whole() => {
            let found = walked?;
            if rest != 0 {
                return Err(BackupError::Damaged("there is something after its last member".into()));
            }
            Ok(found)
        }
        (Err(error @ BackupError::Damaged(_)), _) | (_, Err(error)) => Err(error),
        _ => Err(BackupError::Damaged(
            "its bytes are not as they were written, or some are missing at its end".into(),
        )),
    }
}

/// Something that does not begin like a backup: another file, or a later form.
fn foreign(head: &[u8], wanted: &[u8]) -> BackupError {
    const WORDS: &[u8] = b"Momentum backup ";
    let same = |from: usize, to: usize| head.len() >= to && head.get(from..to) == wanted.get(from..to);
    if head.len() < wanted.len() && wanted.starts_with(head) && !head.is_empty() {
        return BackupError::Damaged("it ends too early".into());
    }
    let version = head.get(8 + WORDS.len()..).unwrap_or_default();
    let digits: Vec<u8> = version.iter().copied().take_while(u8::is_ascii_digit).collect();
    let number = String::from_utf8_lossy(&digits).parse::<u32>().unwrap_or(0);
    if head.get(8..8 + WORDS.len()) == Some(WORDS) && number > FORMAT {
        return BackupError::Newer {
            product: "of a later version".into(),
            why: format!("its form is {number}, this program knows {FORMAT}"),
        };
    }
    if same(0, 8) || same(8, 24) {
        return BackupError::Damaged("its first bytes are not as they were written".into());
    }
    BackupError::Foreign("it does not begin like one".into())
}

/// Reads to the end; how many bytes that were not zero.
fn drain(source: &mut dyn Read) -> Result<u64> {
    let mut piece = vec![0; 64 * 1024];
    let mut other = 0;
    loop {
        match source.read(&mut piece) {
            Ok(0) => return Ok(other),
            Ok(n) => other += piece[..n].iter().filter(|b| **b != 0).count() as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(BackupError::of_source(error)),
        }
    }
}

struct Walk<'a> {
    taker: &'a mut dyn Taker,
    watch: &'a Watch,
    sums: Hashed<io::Sink>,
    last: Option<Member>,
    about: Option<About>,
    inside: Vec<FileName>,
    beside: Vec<FileName>,
    rotten: Vec<FileName>,
    is_done: bool,
}

fn damaged(what: impl Into<String>) -> BackupError {
    BackupError::Damaged(what.into())
}

impl<'a> Walk<'a> {
    fn new(taker: &'a mut dyn Taker, watch: &'a Watch) -> Self {
        Self {
            taker,
            watch,
            sums: Hashed::new(io::sink()),
            last: None,
            about: None,
            inside: Vec::new(),
            beside: Vec::new(),
            rotten: Vec::new(),
            is_done: false,
        }
    }

    fn run(mut self, body: &mut impl Read) -> Result<Found> {
        let mut archive = tar::Archive::new(body);
        // Raw: long names, links and extensions of other tars come as members, and are refused.
        let entries = archive.entries().map_err(BackupError::of_source)?.raw(true);
        for entry in entries {
            let mut entry = entry.map_err(BackupError::of_source)?;
            if self.watch.is_stopped() {
                return Err(BackupError::Stopped);
            }
            let member = self.next_member(&entry)?;
            self.member(member, &mut entry)?;
        }
        let Some(about) = self.about else {
            return Err(damaged("it is empty"));
        };
        if !self.is_done {
            return Err(damaged("its last member is missing"));
        }
        let inside_wanted = if about.media == "inside" { about.files } else { 0 };
        let beside_wanted = if about.media == "beside" { about.files } else { 0 };
        if (self.inside.len() as u64, self.beside.len() as u64) != (inside_wanted, beside_wanted) {
            return Err(damaged("the number of its stored files is not what it says"));
        }
        Ok(Found {
            about,
            bytes: 0,
            is_sealed: false,
            inside: self.inside,
            beside: self.beside,
            rotten: self.rotten,
        })
    }

    /// Which member comes: a known one, a plain file, in its place.
    fn next_member(&mut self, entry: &tar::Entry<'_, impl Read>) -> Result<Member> {
        let bytes = entry.path_bytes();
        let path = String::from_utf8_lossy(&bytes);
        if entry.header().entry_type() != tar::EntryType::Regular {
            return Err(damaged(format!("its member {path:?} is no plain file")));
        }
        let Some(member) = Member::parse(&path) else {
            return Err(damaged(format!("its member {path:?} is none that a backup has")));
        };
        let is_in_order = match &self.last {
            None => member == Member::About,
            Some(Member::About) => member == Member::Database,
            Some(last) => *last < member,
        };
        if !is_in_order {
            return Err(damaged(format!("its member {path:?} is not in its place")));
        }
        self.last = Some(member.clone());
        Ok(member)
    }

    fn member(&mut self, member: Member, entry: &mut tar::Entry<'_, impl Read>) -> Result<()> {
        let size = entry.size();
        let is_small = matches!(member, Member::About | Member::Key | Member::Settings);
        if is_small && size > SMALL {
            return Err(damaged(format!("its member {} is too large", member.path())));
        }
        let mut data = Hashed::new(entry);
        match &member {
            Member::About => {
                let text = text_of(&mut data)?;
                let about = self.understand(&text)?;
                self.taker.about(&about)?;
                self.about = Some(about);
            }
            Member::Media => {
                for line in text_of(&mut data)?.lines() {
                    self.beside.push(beside_line(line)?);
                }
                if !self.beside.is_sorted_by(|a, b| a < b) {
                    return Err(damaged("the list of its stored files is not in order"));
                }
            }
            Member::Sums => {}
            _ => self.taker.take(&member, &mut data)?,
        }
        io::copy(&mut data, &mut io::sink()).map_err(BackupError::of_source)?;
        if data.bytes != size {
            return Err(damaged("it ends too early"));
        }
        self.judge(member, &data.digest())
    }

    fn judge(&mut self, member: Member, digest: &[u8; 32]) -> Result<()> {
        use std::io::Write as _;
        let sha256 = hex(digest);
        if member == Member::Sums {
            self.is_done = true;
            let fits = *digest == self.sums.digest();
            return if fits {
                Ok(())
            } else {
                Err(damaged("its members are not those it was made of"))
            };
        }
        let line = sum_line(&sha256, &member.path());
        self.sums.write_all(line.as_bytes()).map_err(BackupError::of_source)?;
        match member {
            Member::Database if self.about.as_ref().is_some_and(|a| a.database_sha256 != sha256) => {
                Err(damaged("its database is not the one it was made of"))
            }
            Member::File(name) => {
                if name.sha256 != sha256 {
                    self.rotten.push(name.clone());
                }
                self.inside.push(name);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn understand(&self, text: &str) -> Result<About> {
        #[derive(serde::Deserialize)]
        struct Version {
            format: u32,
            product: String,
        }
        let version: Version = serde_json::from_str(text).map_err(|_| damaged("it does not say what it is"))?;
        if version.format > FORMAT {
            return Err(BackupError::Newer {
                product: version.product,
                why: format!("its form is {}, this program knows {FORMAT}", version.format),
            });
        }
        let about: About = serde_json::from_str(text).map_err(|_| damaged("it does not say what it is"))?;
        let known = migrate::STEPS.last().map_or(0, |step| step.number);
        if about.step > known {
            return Err(BackupError::Newer {
                product: about.product,
                why: format!("its database is at step {}, this program knows {known}", about.step),
            });
        }
        Ok(about)
    }
}

fn text_of(data: &mut impl Read) -> Result<String> {
    let mut text = String::new();
    data.read_to_string(&mut text).map_err(BackupError::of_source)?;
    Ok(text)
}

fn beside_line(line: &str) -> Result<FileName> {
    let name = line.split_once("  ").and_then(|(sha256, path)| {
        let name = FileName::parse(path)?;
        (name.sha256 == sha256).then_some(name)
    });
    name.ok_or_else(|| damaged("the list of its stored files cannot be read"))
}

/// Tells how far the file was read.
struct Counted<'a> {
    file: File,
    watch: &'a Watch,
    done: u64,
    total: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(out)?;
        self.done += n as u64;
        if self.watch.step("Reading the backup", self.done, self.total).is_err() {
            return Err(io::Error::other("stopped"));
        }
        Ok(n)
    }
}
