//! How is a list printed: whole, page by page, or as it came?

use partner_center_orders::Pager;
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{Format, Output};

/// Prints all items.
pub(crate) async fn print<T: Serialize>(
    pager: Pager<T>,
    is_raw: bool,
    output: &mut Output,
    table: impl FnOnce(&[T]) -> String,
) -> Result<(), Failure> {
    print_some(pager, is_raw, output, |_| true, table).await
}

/// Prints the items that are wanted. Raw bodies are printed as they are, page by page, all of them.
pub(crate) async fn print_some<T: Serialize>(
    pager: Pager<T>,
    is_raw: bool,
    output: &mut Output,
    is_wanted: impl Fn(&T) -> bool,
    table: impl FnOnce(&[T]) -> String,
) -> Result<(), Failure> {
    let is_whole = !is_raw && output.format() != Format::Jsonl;
    let mut pages = pager.pages();
    let mut complete = Vec::new();
    while let Some(page) = pages.try_next().await? {
        if is_raw {
            if !output.body_line(page.raw_body().unwrap_or_default())? {
                return Ok(());
            }
            continue;
        }
        let mut items = page.into_body().items;
        items.retain(&is_wanted);
        if is_whole {
            complete.append(&mut items);
        } else if !output.lines(&items)? {
            return Ok(());
        }
    }
    if is_whole {
        output.list(&complete, table)?;
    }
    Ok(())
}
