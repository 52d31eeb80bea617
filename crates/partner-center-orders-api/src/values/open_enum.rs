//! How is a word read when the service may learn new ones?
//!
//! A known word is recognised in any letter case, with or without underscores, and written in its canonical form.
//! Any other word is kept byte for byte and written back unchanged.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// A word that this version does not know, as it came.
///
/// Compare [`as_str`](Self::as_str): that keeps working on the day a version knows the word.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Unrecognized(Box<str>);

impl Unrecognized {
    pub(super) fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The word as it came.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which of `words` is meant by `text`.
///
/// Most words arrive in their canonical form; only the others pay for the comparison that ignores case and `_`.
pub(super) fn position(words: &[&str], text: &str) -> Option<usize> {
    fn folded(word: &str) -> impl Iterator<Item = u8> {
        word.bytes()
            .filter(|byte| *byte != b'_')
            .map(|byte| byte.to_ascii_lowercase())
    }
    words
        .iter()
        .position(|word| *word == text)
        .or_else(|| words.iter().position(|word| folded(word).eq(folded(text))))
}

/// Reads any scalar as text, so that an odd value does not cost the caller the rest of the page.
pub(super) fn scalar<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    struct Scalar<T>(PhantomData<T>);

    impl<T: for<'a> From<&'a str>> Visitor<'_> for Scalar<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("text")
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            Ok(text.into())
        }
        fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
            Ok(value.to_string().as_str().into())
        }
        fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
            Ok(value.to_string().as_str().into())
        }
        fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
            Ok(value.to_string().as_str().into())
        }
        fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
            Ok(value.to_string().as_str().into())
        }
    }

    deserializer.deserialize_any(Scalar(PhantomData))
}

/// Declares an open enum: `Variant = "canonical word"`.
macro_rules! open_enum {
    ($(#[$about:meta])* $name:ident { $($(#[$about_word:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$about_word])* $variant,)+
            /// A word that this version does not know, kept as it came.
            Unrecognized($crate::values::Unrecognized),
        }

        impl $name {
            /// The known words in their canonical form.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The canonical word, or the unrecognised one as it came.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Unrecognized(word) => word.as_str(),
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                const KNOWN: &[$name] = &[$($name::$variant),+];
                match $crate::values::open_enum::position(Self::WORDS, text) {
                    Some(index) => KNOWN[index].clone(),
                    None => Self::Unrecognized($crate::values::Unrecognized::new(text)),
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::values::open_enum::scalar(deserializer)
            }
        }

        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            /// Text of any kind; the known words are in `x-extensible-enum`.
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "x-extensible-enum": Self::WORDS })
            }
        }
    };
}
pub(super) use open_enum;
