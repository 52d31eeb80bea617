//! What identifies an order, a subscription, an attachment?

/// Declares an id: opaque, case-sensitive text of a type of its own, so that one is not taken for another.
macro_rules! opaque_id {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        ///
        /// Any text is one, as the service alone knows which are. Texts that cannot be one segment of a path are
        /// refused when a request is sent.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// The id's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
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
    };
}

opaque_id! {
    /// The id of an order: opaque, case-sensitive text.
    OrderId
}

opaque_id! {
    /// The id of a subscription: a GUID whose letter case varies from one place to another.
    ///
    /// Two are equal when their texts are.
    SubscriptionId
}

opaque_id! {
    /// The id of an attachment: opaque, case-sensitive text.
    AttachmentId
}
