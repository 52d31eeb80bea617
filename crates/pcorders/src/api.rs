//! `pcorders api`: any request, through the same transport.

use std::fs;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::Path;

use partner_center_orders::{JsonText, Method};

use crate::args::Api;
use crate::connect::Connected;
use crate::failure::Failure;
use crate::listing;
use crate::output::{Output, clean};

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
    let is_write = !matches!(api.method, Method::GET | Method::HEAD);
    let body = api.file.as_deref().map(read).transpose()?;
    if is_write && !api.yes {
        ask(&api)?;
    }
    let mut request = connected.partner.request(api.method, &api.path);
    for header in &api.header {
        let (name, value) = header
            .split_once(':')
            .ok_or_else(|| Failure::usage("write a header as in --header 'If-Match: \"..\"'"))?;
        request = request.header(name.trim(), value.trim());
    }
    if let Some(body) = body {
        request = request.body(&api.content_type, body);
    }
    if let Some(id) = api.request_id {
        request = request.request_id(id);
    }
    let answer = request.send().await.map_err(|error| {
        if is_write {
            Failure::of_write(error)
        } else {
            error.into()
        }
    })?;
    output.body(answer.body())?;
    Ok(())
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
fn ask(api: &Api) -> Result<(), Failure> {
    let reads_stdin = api.file.as_deref() == Some(Path::new("-"));
    if reads_stdin || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let message = "this is a write, and nobody can be asked: say --yes to send it";
        return Err(Failure::usage(message));
    }
    let mut stderr = io::stderr();
    write!(stderr, "send {} {}? [y/N] ", api.method, clean(&api.path))?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(Failure::usage("nothing was sent"))
    }
}
