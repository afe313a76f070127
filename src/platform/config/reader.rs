//! Gathers what the sources say about every key, the stronger over the weaker, and remembers
//! where each value came from.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
};

use toml::{Table, Value as Toml};

use super::value::Value;

/// Names of environment variables begin so; sections and keys are joined by two underscores.
pub const ENV_PREFIX: &str = "MOMENTUM__";

/// Where the values come from, the weakest first.
#[derive(Debug, Default, Clone)]
pub struct Sources {
    /// A TOML file.
    pub file: Option<PathBuf>,
    /// Environment variables.
    pub env: Vec<(String, String)>,
    /// `section.key` and value, as flags of the command line gave them, with the flag's name.
    pub flags: Vec<(String, String, String)>,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// A file named by `…_file`.
    SecretFile(PathBuf),
    /// An environment variable.
    Env(String),
    /// A flag.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) | Self::SecretFile(path) => path.display().fmt(f),
            Self::Env(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

#[derive(Debug, Clone)]
enum Raw {
    Toml(Toml),
    Text(String),
}

/// A value as it holds, for `config show`.
#[derive(Debug, Clone)]
pub struct Shown {
    /// `section.key`.
    pub path: String,
    /// The value, masked when it is a secret; `None` when it is unset.
    pub value: Option<Toml>,
    /// Where it came from.
    pub origin: Origin,
}

/// Hands out values and collects what is wrong.
#[derive(Debug, Default)]
pub struct Reader {
    given: BTreeMap<String, (Raw, Origin)>,
    pub(super) shown: Vec<Shown>,
    pub(super) problems: Vec<String>,
    /// The files that a secret came from.
    pub(super) secret_files: BTreeSet<PathBuf>,
}

impl Reader {
    /// Reads the sources.
    pub(super) fn new(sources: &Sources) -> Self {
        let mut reader = Self::default();
        if let Some(file) = &sources.file {
            reader.read_file(file);
        }
        for (name, text) in &sources.env {
            if let Some(rest) = name.strip_prefix(ENV_PREFIX) {
                let path = rest.to_lowercase().replace("__", ".");
                reader.put(path, Raw::Text(text.clone()), Origin::Env(name.clone()));
            }
        }
        for (path, text, flag) in &sources.flags {
            reader.put(path.clone(), Raw::Text(text.clone()), Origin::Flag(flag.clone()));
        }
        reader
    }

    fn read_file(&mut self, file: &Path) {
        let table = std::fs::read_to_string(file)
            .map_err(|e| format!("{}: {e}", file.display()))
            .and_then(|text| text.parse::<Table>().map_err(|e| format!("{}: {e}", file.display())));
        match table {
            Ok(table) => self.add_table("", table, file),
            Err(problem) => self.problems.push(problem),
        }
    }

    fn add_table(&mut self, prefix: &str, table: Table, file: &Path) {
        for (name, value) in table {
            let path = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
            match value {
                Toml::Table(inner) if prefix.is_empty() => self.add_table(&path, inner, file),
                value => self.put(path, Raw::Toml(value), Origin::File(file.to_owned())),
            }
        }
    }

    /// A stronger source replaces a weaker one, and a secret and its `…_file` replace each other.
    fn put(&mut self, path: String, raw: Raw, origin: Origin) {
        let other = path.strip_suffix("_file").map_or_else(|| format!("{path}_file"), str::to_owned);
        let is_weaker = self.given.get(&other).is_some_and(|(_, from)| rank(from) < rank(&origin));
        if is_weaker {
            self.given.remove(&other);
        }
        self.given.insert(path, (raw, origin));
    }

    /// The value of a key, else its default.
    pub fn take<T: Value>(&mut self, section: &str, name: &str, default: T) -> T {
        let path = if section.is_empty() {
            name.to_owned()
        } else {
            format!("{section}.{name}")
        };
        let given = self.given.remove(&path);
        let file = if T::IS_SECRET {
            self.given.remove(&format!("{path}_file"))
        } else {
            None
        };
        if given.is_some() && file.is_some() {
            self.problems.push(format!("{path} and {path}_file are both set: keep one"));
        }
        let (value, origin) = match (given, file) {
            (Some((raw, origin)), _) => (self.convert(&path, &raw, &origin), origin),
            (None, Some((raw, origin))) => self.from_file(&path, &raw, &origin),
            (None, None) => (None, Origin::Default),
        };
        let value = value.unwrap_or(default);
        if let (true, Origin::File(file) | Origin::SecretFile(file)) = (T::IS_SECRET, &origin) {
            self.secret_files.insert(file.clone());
        }
        self.shown.push(Shown {
            path,
            value: value.to_toml(),
            origin,
        });
        value
    }

    fn convert<T: Value>(&mut self, path: &str, raw: &Raw, origin: &Origin) -> Option<T> {
        let value = match raw {
            Raw::Toml(value) => T::from_toml(value),
            Raw::Text(text) => T::from_text(text),
        };
        value
            .map_err(|wrong| self.problems.push(format!("{path} ({origin}): {wrong}")))
            .ok()
    }

    #[expect(clippy::wrong_self_convention, reason = "it reads the value from a file")]
    fn from_file<T: Value>(&mut self, path: &str, raw: &Raw, origin: &Origin) -> (Option<T>, Origin) {
        let Some(file) = self.convert::<PathBuf>(&format!("{path}_file"), raw, origin) else {
            return (None, origin.clone());
        };
        let text = std::fs::read_to_string(&file).map_err(|e| format!("{path}_file: {}: {e}", file.display()));
        let value = text.and_then(|text| T::from_text(text.trim_end_matches(['\r', '\n'])));
        let value = value.map_err(|wrong| self.problems.push(wrong)).ok();
        (value, Origin::SecretFile(file))
    }

    /// What nobody took: each with the nearest known name.
    pub(super) fn unknown(&mut self, known: &[String]) {
        for (path, (_, origin)) in std::mem::take(&mut self.given) {
            let nearest = known
                .iter()
                .map(|name| (strsim::jaro_winkler(name, &path), name))
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .filter(|(likeness, _)| *likeness > 0.7);
            let hint = nearest.map_or_else(String::new, |(_, name)| match &origin {
                Origin::Env(_) => format!("; did you mean {ENV_PREFIX}{}?", name.to_uppercase().replace('.', "__")),
                _ => format!("; did you mean {name}?"),
            });
            self.problems.push(match &origin {
                Origin::Env(name) => format!("unknown variable {name}{hint}"),
                origin => format!("unknown key {path} ({origin}){hint}"),
            });
        }
    }
}

fn rank(origin: &Origin) -> u8 {
    match origin {
        Origin::Default => 0,
        Origin::File(_) | Origin::SecretFile(_) => 1,
        Origin::Env(_) => 2,
        Origin::Flag(_) => 3,
    }
}
