//! Money as integer minor units with a currency: no floating point anywhere near a price.

use serde::{Deserialize, Serialize};

use super::error::TextError;

/// An ISO 4217 code of three capital letters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(String);

impl Currency {
    /// # Errors
    /// [`TextError`] unless the text is three capital ASCII letters.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        if text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase()) {
            Ok(Self(text.into()))
        } else {
            Err(TextError::new("currency.malformed", "Use a three-letter code such as EUR."))
        }
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Currency {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
    }
}
impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.0
    }
}

/// An amount in minor units (cents), never negative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Minor units, 0 to 100 million.
    pub minor: i64,
    /// The currency of the amount.
    pub currency: Currency,
}

impl Price {
    /// # Errors
    /// [`TextError`] for a negative or absurd amount.
    pub fn checked(self) -> Result<Self, TextError> {
        if (0..=100_000_000).contains(&self.minor) {
            Ok(self)
        } else {
            Err(TextError::new("price.out_of_range", "Use an amount from 0 to 1,000,000.00."))
        }
    }
}
