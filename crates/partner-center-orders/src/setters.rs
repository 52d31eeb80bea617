//! What can be said about a call, whichever it is?
//!
//! Every request value has these methods. They are written once here, as they need fields and cannot be a function.

/// Of a call that is one request. `deadline` has words of its own for some.
macro_rules! of_one_request {
    ($(#[$deadline:meta])+) => {
        /// The `MS-RequestId`; made up when not given. When it is not known what became of a write, send it again with the id
        /// that it had only; after a refusal with a new one, as the old one may get the same refusal.
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

/// Of a write, which is the same however often it is sent.
macro_rules! of_a_write {
    () => {
        /// The `MS-RequestId` that it is sent with: the one that was given, or one that was made up with this value. Clones
        /// have the same, so that sending one again is a repeat and no second purchase. Keep it: should the call be
        /// dropped before it ends, as by a time-out around it, this is what makes another try safe.
        pub fn sent_as(&self) -> uuid::Uuid {
            self.options.request_id()
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

pub(crate) use {of_a_list, of_a_write, of_one_request};
