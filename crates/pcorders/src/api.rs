//! `pcorders api`: any request, through the same transport.

use std::fs;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::Path;

use partner_center_orders::{JsonText, Method, RawRequest, Uuid};

use crate::args::Api;
use crate::connect::Connected;
use crate::failure::Failure;
use crate::listing;
use crate::output::{Output, clean, notice};

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
    if !api.yes {
        ask(&api, size, connected)?;
    }
    // Said beforehand, so that it is known whatever becomes of the command.
    let id = api.request_id.unwrap_or_else(Uuid::new_v4);
    notice(&format!("request id {id}"));
    let answer = request.request_id(id).send().await;
    let answer = answer.map_err(Failure::of_write)?;
    notice(&format!(
        "{}, correlation id {}",
        answer.status(),
        answer.correlation_id()
    ));
    let printed = output.body(answer.body());
    printed
        .map(|_| ())
        .map_err(|failure| failure.after_write((id, answer.correlation_id())))
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

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    let done = if file == Path::new("-") {
        io::stdin().lock().read_to_end(&mut body).map(|_| body)
    } else {
        fs::read(file)
    };
    done.map_err(|error| {
        let name = clean(&file.to_string_lossy());
        Failure::input(format!("{name} cannot be read"), error)
    })
}

/// Nothing is written by accident: somebody says yes, here or beforehand.
fn ask(api: &Api, size: Option<usize>, connected: &Connected) -> Result<(), Failure> {
    let reads_stdin = api.file.as_deref() == Some(Path::new("-"));
    if reads_stdin || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let message = "this is a write, and nobody can be asked: say --yes to send it";
        return Err(Failure::usage(message));
    }
    let size = size.map_or(String::new(), |size| format!(" with {size} bytes"));
    let question = format!(
        "send {} {}{size} to {}? [y/N] ",
        api.method,
        clean(&api.path),
        connected.partner.endpoint()
    );
    match answer_to(&question) {
        Ok(answer) if matches!(answer.trim(), "y" | "Y" | "yes") => Ok(()),
        Ok(_) => Err(Failure::usage("nothing was sent")),
        Err(error) => Err(Failure::input(
            "nothing was sent: the answer cannot be read".to_owned(),
            error,
        )),
    }
}

fn answer_to(question: &str) -> io::Result<String> {
    let mut stderr = io::stderr();
    stderr.write_all(question.as_bytes())?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer)
}
