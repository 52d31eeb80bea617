//! `pcorders api`: any request, through the same transport.

use partner_center_orders::{JsonText, Method, RawRequest};

use crate::args::Api;
use crate::connect::Connected;
use crate::failure::Failure;
use crate::listing;
use crate::output::{Output, clean};
use crate::write::{Advice, agreed, announce, read};

pub(crate) async fn run(
    api: Api,
    connected: &Connected,
    output: &mut Output,
) -> Result<(), Failure> {
    if api.paginate {
        if api.method != Method::GET {
            return Err(Failure::usage("--paginate goes with GET only"));
        }
        let list = connected.partner.list(&api.path).send();
        return listing::print(list, false, output, lines).await;
    }
    let body = api.file.as_deref().map(read).transpose()?;
    let size = body.as_ref().map(Vec::len);
    let request = request(&api, body, connected)?.checked()?;
    if !api.is_write() {
        let answer = request.send().await?;
        return output.body(answer.body()).map(|_| ());
    }
    let size = size.map_or(String::new(), |size| format!(" with {size} bytes"));
    let deed = format!("send {} {}{size}", api.method, api.path);
    let id = agreed(&api.consent, api.file.as_deref(), &deed, connected)?;
    let answer = request.request_id(id).send().await;
    // A header may hold a secret: the command is not repeated in a hint.
    let answer = answer.map_err(|error| Failure::of_write(error, &Advice::default()))?;
    announce(&answer);
    let printed = output.body(answer.body()).map(|_| ());
    printed.map_err(|failure| failure.after_write(&answer, "it was carried out"))
}

/// What the arguments ask for; nothing is sent yet.
fn request<'c>(
    api: &Api,
    body: Option<Vec<u8>>,
    connected: &'c Connected,
) -> Result<RawRequest<'c>, Failure> {
    let mut request = connected.partner.request(api.method.clone(), &api.path);
    let mut names: Vec<String> = Vec::new();
    for header in &api.header {
        let (name, value) = header
            .split_once(':')
            .ok_or_else(|| Failure::usage("write a header as in --header 'If-Match: \"..\"'"))?;
        let name = name.trim().to_ascii_lowercase();
        if let Some(flag) = flag_of(&name) {
            return Err(Failure::usage(flag));
        }
        if names.contains(&name) {
            let message = format!("the header {} is given twice", clean(&name));
            return Err(Failure::usage(message));
        }
        request = request.header(&name, value.trim());
        names.push(name);
    }
    let has_type = names.iter().any(|name| name == "content-type");
    if has_type && api.content_type.is_some() {
        return Err(Failure::usage("the media type of the body is given twice"));
    }
    Ok(match body {
        Some(body) if has_type => request.bytes(body),
        Some(body) => {
            let media_type = api.content_type.as_deref();
            request.body(media_type.unwrap_or("application/json"), body)
        }
        None => request,
    })
}

/// What sets a header that is not set as one.
fn flag_of(name: &str) -> Option<&'static str> {
    match name {
        "ms-requestid" => Some("the request id is set by --request-id"),
        "ms-correlationid" => Some("the correlation id is made up for every call"),
        _ => None,
    }
}

/// Items that nobody described make no columns: a line of JSON for each.
fn lines(items: &[JsonText]) -> String {
    let line = |item: &JsonText| clean(&item.as_str().replace(['\n', '\r'], "")) + "\n";
    items.iter().map(line).collect()
}
