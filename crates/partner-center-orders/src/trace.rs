//! What is told to whoever watches?
//!
//! One span for a call, one for each of its attempts, and one for each request for a token, with the stable names of
//! OpenTelemetry's conventions for HTTP clients. Nothing in them is a secret: no token, no body, no header but the two ids,
//! and of an address not the query, which can hold a continuation token.

use std::time::Duration;

use http::StatusCode;
use reqwest::Request;
use tracing::field::{Empty, display};
use tracing::{Span, debug, info_span, warn};

use crate::attempt::Outcome;
use crate::call::CallIds;
use crate::credential_error::CredentialError;
use crate::delivery::Delivery;
use crate::error::Error;
use crate::transport::Reply;

/// The span of a call, with all its attempts.
pub(crate) fn call(operation: &'static str, request: &Request, ids: CallIds) -> Span {
    info_span!(
        "partner_center.call",
        otel.name = operation,
        otel.kind = "internal",
        partner_center.operation = operation,
        partner_center.request_id = %ids.request,
        partner_center.correlation_id = %ids.correlation,
        http.request.method = %request.method(),
        http.response.status_code = Empty,
        partner_center.attempts = Empty,
        partner_center.delivery = Empty,
        error.type = Empty,
    )
}

/// A span of one HTTP request, which so many came before.
macro_rules! http_span {
    ($name:literal, $request:expr, $resent:expr) => {{
        let (request, resent) = ($request, $resent);
        let url = request.url();
        let span = info_span!(
            $name,
            otel.name = %request.method(),
            otel.kind = "client",
            http.request.method = %request.method(),
            server.address = url.host_str(),
            server.port = url.port_or_known_default(),
            url.full = %format_args!("{}{}", url.origin().ascii_serialization(), url.path()),
            http.request.resend_count = Empty,
            http.response.status_code = Empty,
            error.type = Empty,
        );
        if resent > 0 {
            span.record("http.request.resend_count", resent);
        }
        span
    }};
}

/// The span of one attempt, which so many came before.
pub(crate) fn attempt(request: &Request, resent: usize) -> Span {
    http_span!("partner_center.attempt", request, resent)
}

/// The span of one request for a token, which so many came before.
pub(crate) fn sign_in(request: &Request, resent: u32) -> Span {
    http_span!("partner_center.sign_in", request, resent)
}

/// How a request for a token ended.
pub(crate) fn signed_in(span: &Span, end: Result<StatusCode, &CredentialError>) {
    let status = end.map_or_else(CredentialError::status, Some);
    if let Some(status) = status {
        span.record("http.response.status_code", status.as_u16());
    }
    match (end, status) {
        (_, Some(status)) if !status.is_success() => {
            span.record("error.type", display(status.as_u16()));
        }
        (Err(error), _) => {
            span.record("error.type", error.kind().as_str());
        }
        (Ok(_), _) => {}
    }
}

/// Nobody else hears of it as long as the old token is good.
pub(crate) fn not_renewed(error: &CredentialError) {
    warn!(
        error.type = error.kind().as_str(),
        reason = %error,
        "the access token could not be renewed ahead of its end"
    );
}

/// A call that has not ended. Dropped like this, as by a time-out around it, it may have been carried out.
pub(crate) struct Open(Option<Span>);

impl Open {
    pub(crate) fn new(span: Span) -> Self {
        Self(Some(span))
    }

    pub(crate) fn ends<B>(mut self, end: Result<&Reply<B>, &Error>) {
        if let Some(span) = self.0.take() {
            ended(&span, end);
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(span) = &self.0 {
            span.record("partner_center.delivery", Delivery::Unknown.as_str());
            span.record("error.type", "dropped");
        }
    }
}

/// An answer came and cannot be read, which is found after its attempt ended.
pub(crate) fn unreadable(error: &Error) {
    debug!(
        partner_center.request_id = error.request_id().map(display),
        partner_center.delivery = error.delivery().as_str(),
        error.type = error.kind().as_str(),
        "the answer cannot be read"
    );
}

/// How a call or an attempt ended.
pub(crate) fn ended<B>(span: &Span, end: Result<&Reply<B>, &Error>) {
    match end {
        Ok(reply) => {
            span.record("http.response.status_code", reply.status.as_u16());
            span.record("partner_center.attempts", reply.attempts);
        }
        Err(error) => {
            if let Some(status) = error.status() {
                span.record("http.response.status_code", status.as_u16());
            }
            span.record("partner_center.attempts", error.attempts());
            span.record("partner_center.delivery", error.delivery().as_str());
            match error.status() {
                Some(status) if !status.is_success() => {
                    span.record("error.type", display(status.as_u16()));
                }
                _ => {
                    span.record("error.type", error.kind().as_str());
                }
            }
        }
    }
}

/// A request is about to be sent again.
pub(crate) fn again(outcome: Outcome, wait: Duration) {
    debug!(
        outcome = ?outcome,
        wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        "the request is sent again"
    );
}
