//! What becomes of a request that something goes wrong with?
//!
//! Delays add up. Of the other faults one strikes: it takes the place of the answer, before or after the request was
//! carried out, or changes the answer on its way out.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::{CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER};
use http::uri::PathAndQuery;
use http::{HeaderMap, StatusCode, Uri, request};
use serde_json::value::RawValue;

use crate::answer::{Answer, BYTE_ORDER_MARK};
use crate::body::is_json;
use crate::fault::Kind;
use crate::fault_body::FaultBodies;
use crate::json::{RawObject, Replacement, replaced};
use crate::link::Link;
use crate::outgoing::Manner;
use crate::paging::CONTINUATION_TOKEN;
use crate::request::pair;
use crate::rule::Strike;
use crate::sign_in::unkept;
use crate::sign_in_error::Denied;

const SEEK: &str = "seekOperation";

/// What goes wrong with one request.
#[derive(Debug, Default)]
pub(crate) struct Broken {
    /// How long it waits before it is carried out.
    pub(crate) delay: Duration,
    /// How long its answer waits.
    pub(crate) late: Duration,
    strike: Option<(Kind, u64)>,
}

/// What takes the place of an answer.
#[derive(Debug)]
pub(crate) enum Instead {
    Reset,
    Answer(Answer),
    /// With none of the service's headers.
    Bare(Answer),
}

/// Who says that something is wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Voice<'b> {
    Service(&'b FaultBodies),
    /// An endpoint for signing in, at a time, to the request with this number.
    SignIn(DateTime<Utc>, usize),
}

impl Voice<'_> {
    fn says(self, status: StatusCode, code: Option<&str>, retry_after: Option<u64>) -> Instead {
        match self {
            Self::Service(bodies) => Instead::Answer(bodies.answer(status, code, retry_after)),
            Self::SignIn(now, number) => {
                denied(&Denied::with(status, code), retry_after, now, number)
            }
        }
    }
}

impl Broken {
    pub(crate) fn by(strikes: Vec<Strike>) -> Self {
        let mut broken = Self::default();
        for Strike { fault, number } in strikes {
            match fault.0 {
                Kind::Delay {
                    milliseconds,
                    after_change,
                } => {
                    let wait = Duration::from_millis(milliseconds);
                    let sum = if after_change {
                        &mut broken.late
                    } else {
                        &mut broken.delay
                    };
                    *sum = sum.saturating_add(wait);
                }
                kind if broken.strike.is_none() => broken.strike = Some((kind, number)),
                _ => {}
            }
        }
        broken
    }

    /// What takes the place of the answer, if anything does, and whether the request is carried out all the same.
    pub(crate) fn instead(&self, voice: Voice<'_>) -> Option<(Instead, bool)> {
        let (kind, _) = self.strike.as_ref()?;
        Some(match (kind, voice) {
            (Kind::Reset { after_change }, _) => (Instead::Reset, *after_change),
            (
                Kind::Status {
                    status,
                    code,
                    retry_after,
                    after_change,
                },
                _,
            ) => {
                let said = voice.says(sound(*status), code.as_deref(), *retry_after);
                (said, *after_change)
            }
            (
                Kind::SignIn {
                    error,
                    retry_after,
                    after_change,
                },
                Voice::SignIn(now, number),
            ) => {
                let said = denied(&(*error).into(), *retry_after, now, number);
                (said, *after_change)
            }
            (Kind::TokenRefused {}, Voice::Service(_)) => {
                (voice.says(StatusCode::UNAUTHORIZED, None, None), false)
            }
            (
                Kind::Html {
                    status,
                    after_change,
                },
                _,
            ) => (page(sound(*status)), *after_change),
            (
                Kind::Empty {
                    status,
                    after_change,
                },
                _,
            ) => {
                let nothing = bare(sound(*status), HeaderMap::new(), "");
                (nothing, *after_change)
            }
            (
                Kind::Redirect {
                    location,
                    after_change,
                },
                _,
            ) => {
                let location = HeaderValue::try_from(location).ok();
                let headers = location.map(|location| (LOCATION, location)).into_iter();
                let away = bare(StatusCode::FOUND, headers.collect(), "");
                (away, *after_change)
            }
            _ => return None,
        })
    }

    /// Changes what is asked, so that it can be answered as the fault wants it.
    pub(crate) fn ask(&self, head: &mut request::Parts) {
        if let Some((Kind::RepeatedNext {} | Kind::EndlessNext {}, _)) = self.strike {
            // The tokens of such a list mean nothing to the service: it is asked for the first page every time.
            head.headers.remove(CONTINUATION_TOKEN);
            if let Some(uri) = without_seek(&head.uri) {
                head.uri = uri;
            }
        }
    }

    /// Changes the answer. What the fault has no place in stays as it is: a file, an error, a collection of nothing.
    pub(crate) fn spoil(&self, mut answer: Answer, uri: &Uri) -> Answer {
        let marked = answer.body.strip_prefix(BYTE_ORDER_MARK);
        let (mark, body) = marked.map_or((&[][..], &*answer.body), |body| (BYTE_ORDER_MARK, body));
        // A file of JSON is not called that.
        if answer.status.is_success()
            && is_json(&answer.headers)
            && let Ok(json) = serde_json::from_slice::<&RawValue>(body)
            && let Ok(Some(spoilt)) = self.spoilt(json, uri)
        {
            answer.body = [mark, spoilt.as_bytes()].concat().into();
        }
        answer
    }

    fn spoilt(&self, json: &RawValue, uri: &Uri) -> serde_json::Result<Option<String>> {
        let Some((kind, number)) = &self.strike else {
            return Ok(None);
        };
        let changed = |member: &str, by| {
            let text = replaced(json, member, by)?;
            Ok(Some(text.get().to_owned()))
        };
        let link = match kind {
            Kind::UnknownWord { member, word } => {
                return changed(member, Replacement::Word(word));
            }
            Kind::OddMember { member, value } => {
                return changed(member, Replacement::Value(value));
            }
            Kind::MissingMember { member } => return changed(member, Replacement::Nothing),
            Kind::ForeignNext { uri } => Link::get(uri.clone()),
            Kind::RepeatedNext {} => continued(uri, "repeated".to_owned()),
            Kind::EndlessNext {} => continued(uri, format!("endless-{number}")),
            _ => return Ok(None),
        };
        with_next(json, &link)
    }

    /// How the body leaves.
    pub(crate) fn manner(&self) -> Option<Manner> {
        match self.strike.as_ref()?.0 {
            Kind::CutBody { bytes } => Some(Manner::Cut(bytes)),
            Kind::SlowBody {
                bytes,
                milliseconds,
            } => Some(Manner::Slow {
                bytes,
                pause: Duration::from_millis(milliseconds),
            }),
            Kind::HugeBody { bytes } => Some(Manner::Huge(bytes)),
            _ => None,
        }
    }
}

/// A status that can be that of an answer.
fn sound(status: u16) -> StatusCode {
    StatusCode::from_u16(status)
        .ok()
        .filter(|status| (200..600).contains(&status.as_u16()))
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// What an endpoint for signing in says.
fn denied(denied: &Denied, retry_after: Option<u64>, now: DateTime<Utc>, number: usize) -> Instead {
    let mut headers = unkept();
    if let Some(seconds) = retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Instead::Bare(denied.answer(headers, now, number))
}

fn bare(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Instead {
    Instead::Bare(Answer {
        status,
        headers,
        body: body.into(),
    })
}

/// What something in front of the service says.
fn page(status: StatusCode) -> Instead {
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    let body = format!(
        "<!DOCTYPE html>\n<html><head><title>{status}</title></head>\
         <body><h1>{status}</h1><p>simulated gateway</p></body></html>\n"
    );
    bare(status, HeaderMap::from_iter([(CONTENT_TYPE, html)]), body)
}

/// The collection with this link to its next page.
fn with_next(json: &RawValue, link: &Link) -> serde_json::Result<Option<String>> {
    let Ok(mut collection) = serde_json::from_str::<RawObject>(json.get()) else {
        return Ok(None);
    };
    if collection.get("items").is_none() {
        return Ok(None);
    }
    let links = collection.get("links").map_or("{}", RawValue::get);
    let mut links: RawObject = serde_json::from_str(links)?;
    links.set("next", link)?;
    collection.set("links", &links)?;
    serde_json::to_string(&collection).map(Some)
}

/// The link that asks the same again, with this token.
fn continued(uri: &Uri, token: String) -> Link {
    let path = uri.path().strip_prefix("/v1").unwrap_or(uri.path());
    let kept = kept(uri).into_iter().chain(["seekOperation=Next"]);
    let query = kept.collect::<Vec<_>>().join("&");
    Link::get(format!("{path}?{query}")).with_header(CONTINUATION_TOKEN, token)
}

/// The pairs of the query but the one that asks for another page, as they came.
fn kept(uri: &Uri) -> Vec<&str> {
    let pairs = uri.query().unwrap_or_default().split('&');
    pairs
        .filter(|raw| !raw.is_empty() && pair(raw, SEEK).is_none())
        .collect()
}

fn without_seek(uri: &Uri) -> Option<Uri> {
    let path_and_query = format!("{}?{}", uri.path(), kept(uri).join("&"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path_and_query).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Uri;

    use super::{Broken, Voice, continued, sound, without_seek};
    use crate::document::Document;
    use crate::fault::Fault;
    use crate::fault_body::FaultBodies;
    use crate::rule::Strike;

    fn broken(faults: &[Fault]) -> Broken {
        let strike = |fault: &Fault| Strike {
            fault: fault.clone(),
            number: 1,
        };
        Broken::by(faults.iter().map(strike).collect())
    }

    #[test]
    fn what_takes_the_place_of_an_answer_says_whether_the_request_is_carried_out() {
        let document = Document::read().expect("the spec");
        let bodies = FaultBodies::read(document).expect("examples");
        for fault in [
            Fault::reset(),
            Fault::status(504),
            Fault::html(502),
            Fault::empty(502),
            Fault::redirect("/elsewhere"),
        ] {
            for (fault, wanted) in [(fault.clone(), false), (fault.after_change(), true)] {
                let instead = broken(&[fault]).instead(Voice::Service(&bodies));
                assert_eq!(instead.map(|(_, after_change)| after_change), Some(wanted));
            }
        }
        let cut = broken(&[Fault::cut_body(1)]);
        assert!(cut.instead(Voice::Service(&bodies)).is_none());
    }

    #[test]
    fn delays_add_up_and_of_the_rest_the_first_counts() {
        let second = Duration::from_secs(1);
        let broken = broken(&[
            Fault::delay(second),
            Fault::cut_body(1),
            Fault::delay(Duration::MAX).after_change(),
            Fault::huge_body(1),
            Fault::delay(second),
            Fault::delay(Duration::MAX).after_change(),
        ]);
        assert_eq!(broken.delay, 2 * second);
        assert!(broken.late > Duration::from_secs(u64::from(u32::MAX)));
        assert_eq!(broken.manner(), Some(crate::outgoing::Manner::Cut(1)));
    }

    #[test]
    fn the_rest_of_the_query_is_kept_as_it_came() {
        let uri: Uri = "/v1/customers/c/orders?seekOperation=Next&billingType=one%5Ftime&a"
            .parse()
            .expect("a uri");
        let first = without_seek(&uri).expect("a uri");
        assert_eq!(first, "/v1/customers/c/orders?billingType=one%5Ftime&a");
        let link = continued(&uri, "t".to_owned());
        let wanted = "/customers/c/orders?billingType=one%5Ftime&a&seekOperation=Next";
        assert_eq!(link.uri, wanted);
    }

    #[test]
    fn a_status_that_no_answer_has_becomes_500() {
        let statuses = [0, 100, 199, 200, 302, 599, 600, 999, 1000].map(|n| sound(n).as_u16());
        assert_eq!(statuses, [500, 500, 500, 200, 302, 599, 500, 500, 500]);
    }
}
