//! A section of the configuration: one struct beside its user, whose doc comments are the manual.

use toml::Value as Toml;

use super::{reader::Reader, value::Value};

/// One key: its name, what it means, what holds when nobody says otherwise.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its name inside its section.
    pub name: &'static str,
    /// The lines of its doc comment.
    pub about: &'static [&'static str],
    /// Its default; `None` when it is unset by default.
    pub default: Option<Toml>,
    /// What a person should write.
    pub wanted: &'static str,
    /// Whether it may come from a file and is never shown.
    pub is_secret: bool,
}

impl Key {
    /// The key of a field.
    pub fn of<T: Value>(name: &'static str, about: &'static [&'static str], default: &T) -> Self {
        Self {
            name,
            about,
            default: default.to_toml(),
            wanted: T::WANTED,
            is_secret: T::IS_SECRET,
        }
    }
}

/// A section: see [`crate::config_section`].
pub trait Section: Default {
    /// Its name in the file; empty for the keys above every section.
    const NAME: &'static str;
    /// The lines of its doc comment.
    const ABOUT: &'static [&'static str];

    /// Its keys in order.
    fn keys() -> Vec<Key>;

    /// Takes its values from the sources.
    fn read(from: &mut Reader) -> Self;

    /// Says what is wrong with values that are well formed: key and sentence.
    fn check(&self, refuse: &mut dyn FnMut(&'static str, String));
}

/// Declares a section: a struct whose fields have defaults, and whose doc comments become
/// `config.example.toml`.
#[macro_export]
macro_rules! config_section {
    (
        $(#[doc = $about:literal])+
        $name:ident in $section:literal {
            $( $(#[doc = $doc:literal])+ $field:ident: $type:ty = $default:expr; )+
        }
        check($this:ident, $refuse:ident) $check:block
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone)]
        pub struct $name { $( $(#[doc = $doc])+ pub $field: $type, )+ }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $field: $default, )+ }
            }
        }

        impl $crate::platform::config::Section for $name {
            const NAME: &'static str = $section;
            const ABOUT: &'static [&'static str] = &[$($about),+];

            fn keys() -> Vec<$crate::platform::config::Key> {
                let default = Self::default();
                vec![ $( $crate::platform::config::Key::of(stringify!($field), &[$($doc),+], &default.$field), )+ ]
            }

            fn read(from: &mut $crate::platform::config::Reader) -> Self {
                let default = Self::default();
                Self { $( $field: from.take($section, stringify!($field), default.$field), )+ }
            }

            fn check(&self, $refuse: &mut dyn FnMut(&'static str, String)) {
                let $this = self;
                $check
            }
        }
    };
}
