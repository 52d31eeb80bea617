//! What goes into a call, and what comes back?
//!
//! The document spreads a call over the path item, the operation and `components`. Here it is in one piece: references
//! are followed, and the parameters of the path item are among those of the operation. Rules and reduction both look at
//! calls, so that they cannot disagree about what belongs to one.

use serde_json::Value;

use crate::document::{Place, child, elements, followed, members, operations};

/// The media types that a body can have, for sending and for reading.
pub(crate) const JSON: &str = "application/json";
pub(crate) const BYTES: &str = "application/octet-stream";
pub(crate) const FORM: &str = "multipart/form-data";

/// Headers that the document describes and the caller of an operation does not set.
const HEADERS_OF_THE_TRANSPORT: [&str; 14] = [
    // What a parameter of one of these names says is ignored, says OpenAPI: bodies and security have their own places.
    "Accept",
    "Authorization",
    "Content-Type",
    // One for each call or each chain of calls.
    "MS-CorrelationId",
    "MS-CV",
    "MS-RequestId",
    // One for the whole client, or not offered yet.
    "MS-Contract-Version",
    "MS-PartnerCenter-Application",
    "MS-PartnerCenter-Client",
    "MS-SdkVersion",
    "ocp-apim-subscription-key",
    "ValidateMfa",
    "X-Locale",
    // Comes with the link to the next page and goes out when it is followed.
    "MS-ContinuationToken",
];

/// One operation with everything that belongs to it.
pub(crate) struct Call<'a> {
    pub(crate) place: Place<'a>,
    pub(crate) path: &'a str,
    pub(crate) method: &'a str,
    pub(crate) parameters: Vec<Place<'a>>,
    pub(crate) request: Option<Place<'a>>,
    pub(crate) responses: Vec<(&'a str, Place<'a>)>,
}

impl<'a> Call<'a> {
    /// The responses by which the call succeeds.
    pub(crate) fn successes(&self) -> impl Iterator<Item = &(&'a str, Place<'a>)> {
        self.responses
            .iter()
            .filter(|(status, _)| status.starts_with('2'))
    }

    /// The parameters that are left to the caller.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &Place<'a>> {
        self.parameters.iter().filter(|parameter| {
            let name = parameter.text("name").unwrap_or_default();
            let is_transport_header = HEADERS_OF_THE_TRANSPORT
                .iter()
                .any(|header| header.eq_ignore_ascii_case(name));
            parameter.text("in") != Some("header") || !is_transport_header
        })
    }

    /// The schemas of what the client reads.
    pub(crate) fn answered(&self) -> impl Iterator<Item = Place<'a>> {
        self.successes()
            .filter_map(|(_, response)| json_schema(response))
    }

    /// The schemas of what the client sends.
    pub(crate) fn sent(&self) -> impl Iterator<Item = Place<'a>> {
        self.arguments()
            .filter_map(|parameter| parameter.child("schema"))
            .chain(self.request.as_ref().and_then(json_schema))
    }
}

/// The calls in the order of the document.
pub(crate) fn calls(tree: &Value) -> Vec<Call<'_>> {
    operations(tree)
        .map(|(pointer, path, method, operation)| {
            let request = child(&pointer, "requestBody");
            let responses = child(&pointer, "responses");
            Call {
                parameters: parameters(tree, path, &pointer, operation),
                request: operation
                    .get("requestBody")
                    .map(|value| followed(tree, request, value)),
                responses: members(operation.get("responses"), &responses)
                    .filter(|(_, status, _)| !status.starts_with("x-"))
                    .map(|(place, status, value)| (status, followed(tree, place, value)))
                    .collect(),
                place: Place {
                    pointer,
                    value: operation,
                },
                path,
                method,
            }
        })
        .collect()
}

/// Those of the path item, where the operation has none of the same name and kind, and those of the operation.
fn parameters<'a>(
    tree: &'a Value,
    path: &str,
    pointer: &str,
    operation: &'a Value,
) -> Vec<Place<'a>> {
    let item = child("#/paths", path);
    let shared = tree
        .get("paths")
        .and_then(|paths| paths.get(path)?.get("parameters"));
    let all = |list: Option<&'a Value>, pointer: &str| -> Vec<Place<'a>> {
        elements(list, &child(pointer, "parameters"))
            .map(|(place, value)| followed(tree, place, value))
            .collect()
    };
    let own = all(operation.get("parameters"), pointer);
    let key = |place: &Place<'a>| (place.value.get("name"), place.value.get("in"));
    let mut parameters = all(shared, &item);
    parameters.retain(|shared| own.iter().all(|own| key(own) != key(shared)));
    parameters.extend(own);
    parameters
}

/// Of the media types of an answer, the one that the client reads: one is enough.
pub(crate) fn read_media_type<'a>(response: &Place<'a>) -> Option<(&'a str, Place<'a>)> {
    [JSON, BYTES].into_iter().find_map(|wanted| {
        let content = child(&response.pointer, "content");
        members(response.value.get("content"), &content)
            .find(|(_, media_type, _)| *media_type == wanted)
            .map(|(pointer, media_type, value)| (media_type, Place { pointer, value }))
    })
}

/// The schema of a body that is JSON.
pub(crate) fn json_schema<'a>(body: &Place<'a>) -> Option<Place<'a>> {
    let (media_type, place) = read_media_type(body)?;
    (media_type == JSON).then(|| place.child("schema"))?
}
