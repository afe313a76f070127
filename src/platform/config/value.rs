//! What a value of the configuration may be, and how it is read from a file and from a text.

use std::{fmt, net::SocketAddr, path::PathBuf};

use toml::Value as Toml;

/// A type that a key of the configuration may have.
pub trait Value: Sized {
    /// What a person should write, such as `a whole number`.
    const WANTED: &'static str;
    /// Whether the value is masked where it is shown, and may come from a file named by `…_file`.
    const IS_SECRET: bool = false;

    /// Reads a value of a configuration file.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    fn from_toml(value: &Toml) -> Result<Self, String> {
        let text = value.as_str().ok_or_else(|| format!("expected {}", Self::WANTED))?;
        Self::from_text(text)
    }

    /// Reads a value of the environment or of a flag.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    fn from_text(text: &str) -> Result<Self, String>;

    /// How it is written in a file; `None` for nothing.
    fn to_toml(&self) -> Option<Toml>;
}

/// Gives a type with `FromStr` and `Display` its place in the configuration.
#[macro_export]
macro_rules! text_value {
    ($($type:ty: $wanted:literal),+ $(,)?) => {$(
        impl $crate::platform::config::Value for $type {
            const WANTED: &'static str = $wanted;
            fn from_text(text: &str) -> Result<Self, String> {
                text.trim().parse().map_err(|_| format!("expected {}", $wanted))
            }
            fn to_toml(&self) -> Option<toml::Value> {
                Some(toml::Value::String(self.to_string()))
            }
        }
    )+};
}

text_value! {
    SocketAddr: "an address and a port such as 127.0.0.1:8080",
}

impl Value for String {
    const WANTED: &'static str = "a text";
    fn from_text(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
    fn to_toml(&self) -> Option<Toml> {
        Some(Toml::String(self.clone()))
    }
}

impl Value for PathBuf {
    const WANTED: &'static str = "a path";
    fn from_text(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("expected a path".into());
        }
        Ok(Self::from(text))
    }
    fn to_toml(&self) -> Option<Toml> {
        Some(Toml::String(self.display().to_string()))
    }
}

impl Value for bool {
    const WANTED: &'static str = "true or false";
    fn from_toml(value: &Toml) -> Result<Self, String> {
        value.as_bool().ok_or_else(|| "expected true or false, without quotes".into())
    }
    fn from_text(text: &str) -> Result<Self, String> {
        text.trim().parse().map_err(|_| "expected true or false".into())
    }
    fn to_toml(&self) -> Option<Toml> {
        Some(Toml::Boolean(*self))
    }
}

macro_rules! numbers {
    ($($type:ty),+) => {$(
        impl Value for $type {
            const WANTED: &'static str = "a whole number";
            fn from_toml(value: &Toml) -> Result<Self, String> {
                let number = value.as_integer().ok_or("expected a whole number, without quotes")?;
                Self::try_from(number).map_err(|_| format!("expected a whole number from {} to {}", Self::MIN, Self::MAX))
            }
            fn from_text(text: &str) -> Result<Self, String> {
                text.trim().replace('_', "").parse().map_err(|_| format!("expected a whole number from {} to {}", Self::MIN, Self::MAX))
            }
            fn to_toml(&self) -> Option<Toml> {
                i64::try_from(*self).ok().map(Toml::Integer)
            }
        }
    )+};
}
numbers!(u16, u32, u64, usize);

impl<T: Value> Value for Option<T> {
    const WANTED: &'static str = T::WANTED;
    const IS_SECRET: bool = T::IS_SECRET;
    fn from_toml(value: &Toml) -> Result<Self, String> {
        T::from_toml(value).map(Some)
    }
    fn from_text(text: &str) -> Result<Self, String> {
        // An empty variable takes back what a file set.
        if text.is_empty() { Ok(None) } else { T::from_text(text).map(Some) }
    }
    fn to_toml(&self) -> Option<Toml> {
        self.as_ref().and_then(Value::to_toml)
    }
}

impl<T: Value> Value for Vec<T> {
    const WANTED: &'static str = "a list";
    fn from_toml(value: &Toml) -> Result<Self, String> {
        let list = value.as_array().ok_or("expected a list such as [\"a\", \"b\"]")?;
        list.iter().map(T::from_toml).collect()
    }
    fn from_text(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(T::from_text).collect()
    }
    fn to_toml(&self) -> Option<Toml> {
        Some(Toml::Array(self.iter().filter_map(Value::to_toml).collect()))
    }
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text from being shown.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for the one place that needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("********")
    }
}

impl Value for Secret {
    const WANTED: &'static str = "a text";
    const IS_SECRET: bool = true;
    fn from_text(text: &str) -> Result<Self, String> {
        Ok(Self(text.to_owned()))
    }
    fn to_toml(&self) -> Option<Toml> {
        Some(Toml::String("********".into()))
    }
}
