//! `pcorders order attachment`: list, download, upload.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use partner_center_orders::{OrderAttachment, PreviewPart, Upload, UploadFile};
use tempfile::NamedTempFile;

use crate::args::{self, AttachmentVerb, Download};
use crate::connect::Connected;
use crate::failure::Failure;
use crate::listing;
use crate::next_command::Look;
use crate::order::{handle, text};
use crate::output::{Output, clean, notice, table};
use crate::write::Plan;

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
        AttachmentVerb::Upload(upload) => self::upload(upload, connected, output).await,
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

async fn upload(
    upload: args::Upload,
    connected: &Connected,
    output: &mut Output,
) -> Result<(), Failure> {
    let args::Upload { one, writing, .. } = &upload;
    let customer = connected.customer(one.customer.customer)?;
    let documents = documents(&upload).await?;
    let mut request = handle(one, connected)?.attachments().upload(documents);
    if let Some(id) = writing.consent.request_id {
        request = request.request_id(id);
    }
    let preview = request.preview().await?;
    let files = preview.parts().iter().filter_map(PreviewPart::file_name);
    let files = files.collect::<Vec<_>>().join(", ");
    let (order, price, currency) = (&one.order, &upload.customer_price, &upload.currency);
    let plan = Plan {
        writing,
        file: None,
        deed: format!(
            "upload {files} for the order {order} of the customer {customer} ({price} {currency})"
        ),
        customer,
        look: Look::AtAttachments(order.clone()),
    };
    let send = |id| request.request_id(id).send();
    let Some(uploaded) = plan.carry_out(&preview, send, connected, output).await? else {
        return Ok(());
    };
    let printed = if one.raw.raw {
        let body = uploaded.raw_body().unwrap_or_default();
        output.body_line(body).map(|_| ())
    } else {
        output.list(uploaded.body(), attachment_table)
    };
    printed.map_err(|failure| failure.after_write(&uploaded, "the documents were uploaded"))
}

/// The documents, opened and not read yet, and what is said about them.
async fn documents(upload: &args::Upload) -> Result<Upload, Failure> {
    let mut documents = Upload::new(&upload.customer_price, &upload.currency);
    if let Some(rate) = &upload.fx_rate {
        documents = documents.fx_rate(rate);
    }
    if let Some(link) = &upload.tender_link {
        documents = documents.tender_link(link);
    }
    if upload.part_of_tender {
        documents = documents.part_of_tender();
    }
    let content_type = |file: &Path| match &upload.content_type {
        Some(content_type) => content_type.clone(),
        None => mime_guess::from_path(file)
            .first_or_octet_stream()
            .to_string(),
    };
    for file in &upload.purchase_order {
        let document = UploadFile::open(file, content_type(file)).await?;
        documents = documents.purchase_order(document);
    }
    for file in &upload.tender {
        let document = UploadFile::open(file, content_type(file)).await?;
        documents = documents.tender(document);
    }
    Ok(documents)
}

/// Where a download goes. A file appears under its name only when all of it is there.
enum Destination<'a> {
    Stdout(&'a mut Output),
    /// The part, and the file that it is to become.
    Whole(NamedTempFile, PathBuf),
    /// Something that cannot be replaced, such as a device or a pipe.
    Directly(File),
}

async fn download(
    download: Download,
    connected: &Connected,
    output: &mut Output,
) -> Result<(), Failure> {
    let customer = connected.customer(download.customer.customer)?;
    let is_said = download.file.is_some();
    let file = download.file.filter(|file| file != Path::new("-"));
    let mut destination = match &file {
        None if !is_said && io::stdout().is_terminal() => {
            return Err(Failure::usage("say where to write it: --file FILE"));
        }
        None => Destination::Stdout(output),
        Some(file) => destination(file, download.force)?,
    };
    let orders = connected.partner.customer(customer).orders();
    let request = orders
        .order(download.order)
        .attachments()
        .download(download.attachment);
    let mut pieces = request.send().await?.into_body();
    if !pieces.shows_its_end() {
        notice(
            "note: the service does not say how long the file is, so a cut would not be noticed",
        );
    }
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
            Destination::Whole(part, _) => part.write_all(&piece).map_err(unwritten)?,
            Destination::Directly(file) => file.write_all(&piece).map_err(unwritten)?,
        }
    }
    progress.finish_and_clear();
    if let Destination::Whole(part, target) = destination {
        let named = if download.force {
            part.persist(target)
        } else {
            part.persist_noclobber(target)
        };
        named.map_err(|error| unwritten(error.error))?;
    }
    if let Some(file) = &file {
        let name = clean(&file.to_string_lossy());
        notice(&format!("wrote {name}, {written} bytes"));
    }
    Ok(())
}

fn unwritten(error: io::Error) -> Failure {
    Failure::output("the file cannot be written", error)
}

/// What is to be written to, with what is wrong with it said before anything is asked for.
fn destination<'a>(file: &Path, may_replace: bool) -> Result<Destination<'a>, Failure> {
    let name = clean(&file.to_string_lossy());
    let failed = |error| Failure::input(format!("{name} cannot be written"), error);
    // What a link leads to is meant, not the link.
    let (target, is_special) = match file.canonicalize() {
        Ok(target) => {
            let kind = target.metadata().map_err(failed)?;
            if kind.is_dir() {
                return Err(Failure::usage(format!("{name} is a folder")));
            }
            if !may_replace {
                let message = format!("{name} is there already: --force writes over it");
                return Err(Failure::usage(message));
            }
            (target, !kind.is_file())
        }
        Err(_) => (file.to_owned(), false),
    };
    if is_special {
        let opened = File::options().write(true).open(&target).map_err(failed)?;
        return Ok(Destination::Directly(opened));
    }
    let folder = match target.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut part = tempfile::Builder::new();
    part.prefix(".pcorders-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Those of any new file: the mask takes away what the user does not give.
        part.permissions(std::fs::Permissions::from_mode(0o666));
    }
    if !folder.is_dir() {
        let message = format!("the folder of {name} is not there");
        return Err(Failure::usage(message));
    }
    let part = part.tempfile_in(folder).map_err(failed)?;
    Ok(Destination::Whole(part, target))
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
