//! `pcorders order attachment`: list, download.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use partner_center_orders::OrderAttachment;
use tempfile::NamedTempFile;

use crate::args::{AttachmentVerb, Download};
use crate::connect::Connected;
use crate::failure::Failure;
use crate::listing;
use crate::order::{handle, text};
use crate::output::{Output, clean, notice, table};

pub(crate) async fn run(
    verb: AttachmentVerb,
    connected: &Connected,
    output: &mut Output,
) -> Result<(), Failure> {
    match verb {
        AttachmentVerb::List(one) => {
            let request = handle(&one, connected)?.attachments().list();
            listing::print(request.send(), one.raw.raw, output, attachment_table).await
        }
        AttachmentVerb::Download(download) => self::download(download, connected, output).await,
    }
}

fn attachment_table(attachments: &[OrderAttachment]) -> String {
    let row = |attachment: &OrderAttachment| {
        vec![
            text(&attachment.attachment_id),
            text(&attachment.attachment_type),
            text(&attachment.size_in_kb),
            text(&attachment.file_name),
        ]
    };
    table(&["ID", "TYPE", "KB", "NAME"], attachments.iter().map(row))
}

/// Where a download goes. A file appears under its name only when all of it is there.
enum Destination<'a> {
    Stdout(&'a mut Output),
    File(NamedTempFile),
}

async fn download(
    download: Download,
    connected: &Connected,
    output: &mut Output,
) -> Result<(), Failure> {
    let customer = connected.customer(download.customer.customer)?;
    let file = download.file.filter(|file| file != Path::new("-"));
    let mut destination = match &file {
        None if io::stdout().is_terminal() => {
            return Err(Failure::usage("say where to write it: --file FILE"));
        }
        None => Destination::Stdout(output),
        Some(file) => Destination::File(part_of(file, download.force)?),
    };
    let orders = connected.partner.customer(customer).orders();
    let request = orders
        .order(download.order)
        .attachments()
        .download(download.attachment);
    let mut pieces = request.send().await?.into_body();
    let progress = progress(pieces.length());
    let mut written: u64 = 0;
    while let Some(piece) = pieces.try_next().await? {
        written += piece.len() as u64;
        progress.set_position(written);
        match &mut destination {
            Destination::Stdout(output) => {
                if !output.piece(&piece)? {
                    return Ok(());
                }
            }
            Destination::File(part) => part.write_all(&piece)?,
        }
    }
    progress.finish_and_clear();
    if let (Destination::File(part), Some(file)) = (destination, &file) {
        let named = if download.force {
            part.persist(file)
        } else {
            part.persist_noclobber(file)
        };
        named.map_err(|error| error.error)?;
        let name = clean(&file.to_string_lossy());
        notice(&format!("wrote {name}, {written} bytes"));
    }
    Ok(())
}

/// A file beside the one that is meant, so that it can take the name in one step.
fn part_of(file: &Path, may_replace: bool) -> Result<NamedTempFile, Failure> {
    let name = clean(&file.to_string_lossy());
    if !may_replace && file.exists() {
        let message = format!("{name} is there already: --force writes over it");
        return Err(Failure::usage(message));
    }
    let folder = match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    tempfile::Builder::new()
        .prefix(".pcorders-")
        .suffix(".part")
        .tempfile_in(folder)
        .map_err(|error| Failure::input(format!("{name} cannot be written"), error))
}

/// Shown on a terminal only.
fn progress(length: Option<u64>) -> ProgressBar {
    let (bar, template) = match length {
        Some(length) => (
            ProgressBar::new(length),
            "{bytes} of {total_bytes} {wide_bar} {eta}",
        ),
        None => (ProgressBar::new_spinner(), "{bytes} {bytes_per_sec}"),
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
