//! What can be said about a call, whichever it is?
//!
//! Every request value has these methods. They are written once here, as they need fields and cannot be a function.

/// Of a call that is one request. `deadline` has words of its own for some.
macro_rules! of_one_request {
    ($(#[$deadline:meta])+) => {
        /// The `MS-RequestId`; made up when not given. Send a write again only with the id that it had.
        pub fn request_id(mut self, id: uuid::Uuid) -> Self {
            self.options.request_id = Some(id);
            self
        }

        /// The `MS-CorrelationId`; made up when not given.
        pub fn correlation_id(mut self, id: uuid::Uuid) -> Self {
            self.options.correlation_id = Some(id);
            self
        }

        $(#[$deadline])+
        pub fn deadline(mut self, limit: std::time::Duration) -> Self {
            self.options.deadline = Some(limit);
            self
        }
    };
}

/// Of a list, which is read by pages. `resume` has an example where there is one.
macro_rules! of_a_list {
    ($(#[$resume:meta])+) => {
        $(#[$resume])+
        pub fn resume(mut self, from: impl Into<Option<$crate::Continuation>>) -> Self {
            self.resume = from.into();
            self
        }

        /// The `MS-CorrelationId` of all pages; made up when not given. Each page has a request id of its own.
        pub fn correlation_id(mut self, id: uuid::Uuid) -> Self {
            self.options.correlation_id = Some(id);
            self
        }

        /// How long each page may take, instead of what the client was built with.
        pub fn deadline(mut self, limit: std::time::Duration) -> Self {
            self.options.deadline = Some(limit);
            self
        }
    };
}

pub(crate) use {of_a_list, of_one_request};
