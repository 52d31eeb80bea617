//! Does signing in work as Microsoft Entra ID has it, and does nothing of it get lost or seen?

mod answers;
mod asked;
mod azure;
mod claims;
mod device_code;
mod kept;
mod rotation;
mod simulated;

use std::error::Error as _;

use partner_center_orders::{AccessToken, Credential, CredentialError, ExposeSecret, TokenRequest};
use partner_center_orders_tests::Answer;

/// The scope of the global cloud, as the client asks for it.
const SCOPE: &str = "https://api.partnercenter.microsoft.com/.default";

/// An answer with a token that is good for so long.
fn granted(token: &str, seconds: u64) -> Answer {
    json(
        200,
        format!(
            r#"{{"token_type":"Bearer","expires_in":{seconds},"access_token":"{token}-of-the-tests"}}"#
        ),
    )
}

/// The same with a refresh token.
fn granted_with(token: &str, refresh_token: &str) -> Answer {
    json(
        200,
        format!(
            r#"{{"token_type":"Bearer","scope":"user_impersonation","expires_in":3599,"ext_expires_in":3599,
                "access_token":"{token}-of-the-tests","refresh_token":"{refresh_token}-of-the-tests"}}"#
        ),
    )
}

fn json(status: u16, body: impl Into<Vec<u8>>) -> Answer {
    (
        status,
        vec![("content-type", "application/json; charset=utf-8".to_owned())],
        body.into(),
    )
}

/// Asks as the client does.
async fn token(credential: &impl Credential) -> Result<AccessToken, CredentialError> {
    credential.token(TokenRequest::new(&[SCOPE])).await
}

/// The first word of a token of these tests.
fn name(token: &AccessToken) -> &str {
    token
        .secret()
        .expose_secret()
        .strip_suffix("-of-the-tests")
        .unwrap()
}

/// Everything that is shown of an error.
fn shown(error: &CredentialError) -> String {
    let mut text = format!(
        "{error} {error:?} {:?} {:?} {:?} {:?}",
        error.hint(),
        error.oauth_error(),
        error.description(),
        error.correlation_id()
    );
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    text
}
