//! How is `renewsTo` read when the sources disagree on its shape?

use serde::{Deserialize, Serialize};

use super::json_text::JsonText;
use crate::generated::types::RenewalTerm;

/// What a line item renews to: one object in most sources, an array of them in others. Kept as it came.
///
/// ```
/// use partner_center_orders_api::RenewsTo;
///
/// for json in [r#"{"termDuration": "P1Y"}"#, r#"[{"termDuration": "P1Y"}]"#] {
///     let renews_to: RenewsTo = serde_json::from_str(json)?;
///     assert_eq!(renews_to.terms()[0].term_duration.as_deref(), Some("P1Y"));
///     assert_eq!(serde_json::to_string(&renews_to)?, json);
/// }
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RenewsTo(JsonText);

impl RenewsTo {
    /// The JSON text as it came.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The terms, whichever shape they came in; none when it is neither.
    pub fn terms(&self) -> Vec<RenewalTerm> {
        let json = self.as_str();
        let terms = if json.starts_with('{') {
            serde_json::from_str(json).map(|term| vec![term])
        } else {
            serde_json::from_str(json)
        };
        terms.unwrap_or_default()
    }
}
