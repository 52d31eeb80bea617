//! What becomes of an answer that is no token?

use std::time::Duration;

use partner_center_orders::{
    CredentialError, CredentialErrorKind as Kind, Delivery, ErrorKind, ExposeSecret, PartnerCenter,
    RefreshTokenInMemory, RefreshTokenStore,
};
use partner_center_orders_tests::{
    Answer, Ending, Recorded, Reply, ScriptedServer, orders, sign_in,
};

use super::{granted, json, name, shown, token};

async fn failure(answer: Answer) -> CredentialError {
    let server = Recorded::start(vec![answer]);
    let store = RefreshTokenInMemory::new("refresh-of-the-tests");
    let credential = sign_in(server.base_url()).refresh_token(store).unwrap();
    let error = token(&credential).await.unwrap_err();
    assert_eq!((server.sent().len(), error.attempts()), (1, 1), "{error}");
    assert!(
        !shown(&error).contains("-of-the-tests"),
        "{}",
        shown(&error)
    );
    error
}

#[tokio::test]
async fn what_the_authority_says_becomes_a_kind_with_a_remedy() {
    for (status, body, kind, code, remedy) in [
        (
            401,
            r#"{"error":"invalid_client","error_codes":[7000215]}"#,
            Kind::InvalidClient,
            7_000_215,
            "the secret's value",
        ),
        (
            401,
            r#"{"error":"invalid_client","error_codes":[7000222]}"#,
            Kind::SecretExpired,
            7_000_222,
            "has expired",
        ),
        (
            401,
            r#"{"error":"invalid_client","error_codes":[7000218]}"#,
            Kind::InvalidClient,
            7_000_218,
            "its secret",
        ),
        (
            400,
            r#"{"error":"unauthorized_client","error_codes":[700016]}"#,
            Kind::InvalidClient,
            700_016,
            "registered in this tenant",
        ),
        (
            400,
            r#"{"error":"invalid_grant","error_codes":[700082]}"#,
            Kind::InvalidGrant,
            700_082,
            "Sign in again",
        ),
        (
            400,
            r#"{"error":"invalid_grant","error_codes":[50173]}"#,
            Kind::InvalidGrant,
            50_173,
            "was revoked",
        ),
        (
            400,
            r#"{"error":"invalid_grant","error_codes":[50076],"suberror":"basic_action"}"#,
            Kind::InteractionRequired,
            50_076,
            "multi-factor",
        ),
        (
            400,
            r#"{"error":"interaction_required","error_codes":[50079]}"#,
            Kind::InteractionRequired,
            50_079,
            "multi-factor",
        ),
        (
            400,
            r#"{"error":"invalid_grant","error_codes":[65001],"suberror":"consent_required"}"#,
            Kind::ConsentRequired,
            65_001,
            "consent",
        ),
        (
            400,
            r#"{"error":"invalid_grant","error_codes":[53003],"suberror":"message_only"}"#,
            Kind::ConditionalAccess,
            53_003,
            "conditional access",
        ),
        (
            400,
            r#"{"error":"interaction_required","error_codes":[50158]}"#,
            Kind::ConditionalAccess,
            50_158,
            "conditional access",
        ),
        (
            400,
            r#"{"error":"invalid_request","error_codes":[90002]}"#,
            Kind::Refused,
            90_002,
            "Check the tenant",
        ),
        (
            400,
            r#"{"error":"invalid_resource","error_codes":[500011]}"#,
            Kind::Refused,
            500_011,
            "cloud",
        ),
    ] {
        let error = failure(json(status, body)).await;
        assert_eq!((error.kind(), error.code()), (kind, Some(code)), "{body}");
        assert!(
            error.hint().unwrap().contains(remedy),
            "{body}: {:?}",
            error.hint()
        );
        assert!(
            error.to_string().contains(&format!("AADSTS{code}")),
            "{error}"
        );
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
    }
    // The word alone.
    for (word, kind) in [
        ("invalid_client", Kind::InvalidClient),
        ("invalid_grant", Kind::InvalidGrant),
        ("interaction_required", Kind::InteractionRequired),
        ("login_required", Kind::InteractionRequired),
        ("consent_required", Kind::ConsentRequired),
        ("temporarily_unavailable", Kind::Server),
        ("invalid_scope", Kind::Refused),
    ] {
        let error = failure(json(400, format!(r#"{{"error":"{word}"}}"#))).await;
        assert_eq!((error.kind(), error.oauth_error()), (kind, Some(word)));
    }
}

#[tokio::test]
async fn a_number_is_found_in_the_description() {
    let body = r#"{"error":"invalid_grant","error_description":"AADSTS700082: The refresh token has expired.\r\nTrace ID: x",
        "correlation_id":"7f3a7f7e-5b0e-4f2a-9d5f-0c8a2b7b1d11","error_codes":"none","suberror":7}"#;
    let error = failure(json(400, body)).await;
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::InvalidGrant, Some(700_082))
    );
    assert!(error.description().unwrap().contains("has expired"));
    assert_eq!(
        error.correlation_id(),
        Some("7f3a7f7e-5b0e-4f2a-9d5f-0c8a2b7b1d11")
    );
    // It is for whoever asks, and not in what is shown by itself.
    assert!(!format!("{error} {error:?}").contains("Trace ID"));
}

#[tokio::test]
async fn an_answer_that_is_neither_is_typed() {
    let html = |status| {
        (
            status,
            vec![("content-type", "text/html".to_owned())],
            b"<html>secret-of-the-tests</html>".to_vec(),
        )
    };
    let token = r#""access_token":"a-of-the-tests""#;
    for (answer, kind) in [
        (html(200), Kind::Unreadable),
        (html(403), Kind::Unreadable),
        (html(500), Kind::Server),
        (html(502), Kind::Server),
        (json(200, ""), Kind::Unreadable),
        (json(200, " \r\n"), Kind::Unreadable),
        (json(400, ""), Kind::Unreadable),
        (json(500, ""), Kind::Server),
        (
            json(
                503,
                r#"{"error":"temporarily_unavailable","error_codes":[90033]}"#,
            ),
            Kind::Server,
        ),
        (json(429, ""), Kind::Throttled),
        (json(408, ""), Kind::Timeout),
        (json(200, "[]"), Kind::Unreadable),
        (
            json(200, r#"["a-of-the-tests","Bearer",3600]"#),
            Kind::Unreadable,
        ),
        (json(200, "{"), Kind::Unreadable),
        (json(200, "{}"), Kind::Unreadable),
        (json(400, "{}"), Kind::Unreadable),
        (json(200, r#"{"error":"invalid_grant"}"#), Kind::Unreadable),
        (
            json(200, format!(r#"{{"token_type":"Bearer",{token}}}"#)),
            Kind::Unreadable,
        ),
        (
            json(
                200,
                format!(r#"{{"token_type":"Bearer","expires_in":null,{token}}}"#),
            ),
            Kind::Unreadable,
        ),
        (
            json(
                200,
                format!(r#"{{"token_type":"Bearer","expires_in":"soon",{token}}}"#),
            ),
            Kind::Unreadable,
        ),
        (
            json(
                200,
                format!(r#"{{"token_type":"Bearer","expires_in":-5,{token}}}"#),
            ),
            Kind::Unreadable,
        ),
        (
            json(
                200,
                format!(r#"{{"token_type":"pop","expires_in":3599,{token}}}"#),
            ),
            Kind::Unreadable,
        ),
        (
            json(
                200,
                r#"{"token_type":"Bearer","expires_in":3599,"access_token":""}"#,
            ),
            Kind::Unreadable,
        ),
        (
            json(
                200,
                r#"{"token_type":"Bearer","expires_in":3599,"access_token":7}"#,
            ),
            Kind::Unreadable,
        ),
        (
            json(
                201,
                format!(r#"{{"token_type":"Bearer","expires_in":3599,{token}}}"#),
            ),
            Kind::Unreadable,
        ),
        (
            json(
                200,
                format!(
                    r#"{{"token_type":"Bearer","expires_in":3599,{token},"x":"{}"}}"#,
                    "x".repeat(2 << 20)
                ),
            ),
            Kind::Unreadable,
        ),
    ] {
        let body = String::from_utf8_lossy(&answer.2[..answer.2.len().min(80)]).into_owned();
        let error = failure(answer).await;
        assert_eq!(error.kind(), kind, "{body}: {error}");
        assert!(error.hint().is_some(), "{body}: {error}");
    }
}

/// Who answers may be anybody, and repeat what they were sent.
#[tokio::test]
async fn an_answer_that_repeats_a_secret_is_not_shown() {
    for secret in ["secret-of-the-tests", "refresh-of-the-tests"] {
        for status in [400, 401, 500] {
            for body in [
                format!(
                    r#"{{"error":"invalid_grant","error_description":"AADSTS9: no {secret}!"}}"#
                ),
                format!(r#"{{"error":"{secret}","error_description":"{secret}"}}"#),
                format!(r#"{{"error":"x","correlation_id":"{secret}","suberror":"{secret}"}}"#),
                format!(
                    r#"{{"error":"x","error_description":"client_secret=secret%2Dof%2Dthe%2Dtests&{secret}"}}"#
                ),
            ] {
                // `failure` looks for it in everything that is shown.
                failure(json(status, body)).await;
            }
        }
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = ScriptedServer::start([Reply::json("{}")]);
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let location = format!("location: {}/\r\n", elsewhere.base_url());
        let server = ScriptedServer::start([Reply::complete(status, &location, "")]);
        let credential = sign_in(server.base_url())
            .configure_http(|http| http.redirect(reqwest::redirect::Policy::limited(9)))
            .attempts(5)
            .client_credentials()
            .unwrap();
        let error = token(&credential).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (Kind::Redirect, 1),
            "{error}"
        );
    }
    assert!(elsewhere.heads().is_empty());
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_again_and_not_for_ever() {
    let cut = Reply::bytes(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{",
        Ending::Close,
    );
    let hung_up = Reply::bytes("", Ending::Close);
    let nonsense = Reply::bytes("no HTTP at all\r\n\r\n", Ending::Close);
    let moment = Duration::from_millis(1);
    for reply in [cut, hung_up, nonsense] {
        let server = ScriptedServer::start([reply.clone()]);
        let credential = sign_in(server.base_url())
            .attempts(3)
            .backoff(moment, moment)
            .client_credentials()
            .unwrap();
        let error = token(&credential).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (Kind::Network, 3),
            "{error}"
        );
        assert!(!shown(&error).contains("-of-the-tests"));

        let body = String::from_utf8(granted("a", 60).2).unwrap();
        let server = ScriptedServer::start([reply.clone(), reply, Reply::json(body)]);
        let credential = sign_in(server.base_url())
            .attempts(3)
            .backoff(moment, moment)
            .client_credentials()
            .unwrap();
        assert_eq!(name(&token(&credential).await.unwrap()), "a");
    }
    // Nobody there.
    let credential = sign_in("http://127.0.0.1:1")
        .attempts(2)
        .backoff(moment, moment)
        .client_credentials()
        .unwrap();
    let error = token(&credential).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (Kind::Network, 2),
        "{error}"
    );
}

#[tokio::test]
async fn an_authority_that_says_nothing_is_not_waited_for_long() {
    let silent = ScriptedServer::start([Reply::bytes("", Ending::Silence)]);
    let slow = ScriptedServer::start([Reply::bytes(
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{",
        Ending::Silence,
    )]);
    for server in [silent, slow] {
        let credential = sign_in(server.base_url())
            .attempts(5)
            .deadline(Duration::from_millis(200))
            .client_credentials()
            .unwrap();
        let error = token(&credential).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (Kind::Timeout, 1),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_busy_authority_is_asked_again_when_it_wants_to_be() {
    let busy = |seconds: &str| {
        let headers = vec![
            ("content-type", "application/json".to_owned()),
            ("retry-after", seconds.to_owned()),
        ];
        (429, headers, b"{}".to_vec())
    };
    let moment = Duration::from_millis(1);
    let server = Recorded::start(vec![busy("0"), json(503, ""), granted("a", 60)]);
    let credential = sign_in(server.base_url())
        .attempts(3)
        .backoff(moment, moment)
        .client_credentials()
        .unwrap();
    assert_eq!(name(&token(&credential).await.unwrap()), "a");
    assert_eq!(server.sent().len(), 3);

    // A wait that does not fit into the time ends it at once, and nothing is sent to the service.
    let server = Recorded::start(vec![busy("3600")]);
    let credential = sign_in(server.base_url())
        .attempts(3)
        .client_credentials()
        .unwrap();
    let partner = PartnerCenter::builder(credential)
        .endpoint(server.base_url())
        .build()
        .unwrap();
    let error = orders(&partner).order("o").get().send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Credential, Delivery::NotSent)
    );
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert_eq!(error.credential().unwrap().kind(), Kind::Throttled);
    assert_eq!(server.sent().len(), 1);
}

/// A refusal does not get better by being asked again.
#[tokio::test]
async fn a_refusal_is_taken_at_once() {
    let server = Recorded::start(vec![
        json(400, r#"{"error":"invalid_grant"}"#),
        granted("a", 60),
    ]);
    let credential = sign_in(server.base_url())
        .attempts(5)
        .client_credentials()
        .unwrap();
    assert_eq!(
        token(&credential).await.unwrap_err().kind(),
        Kind::InvalidGrant
    );
    assert_eq!(server.sent().len(), 1);
}

/// None of these is a panic, and none is waited for.
#[tokio::test]
async fn waits_of_any_length_are_taken() {
    let (short, long) = (Duration::from_millis(1), Duration::MAX);
    for (first, longest) in [(long, short), (short, short)] {
        let server = Recorded::start(vec![json(503, ""), granted("a", 60)]);
        let credential = sign_in(server.base_url())
            .attempts(3)
            .backoff(first, longest)
            .deadline(Duration::MAX)
            .client_credentials()
            .unwrap();
        assert_eq!(name(&token(&credential).await.unwrap()), "a");
    }
    // A wait of up to a day does not fit into five seconds.
    let server = Recorded::start(vec![json(503, ""), granted("a", 60)]);
    let credential = sign_in(server.base_url())
        .attempts(3)
        .backoff(long, long)
        .deadline(Duration::from_secs(5))
        .client_credentials()
        .unwrap();
    assert_eq!(token(&credential).await.unwrap_err().kind(), Kind::Server);
    assert_eq!(server.sent().len(), 1);
}

/// A secret may come back in other letters, encoded, split or cut.
#[tokio::test]
async fn a_secret_is_not_shown_in_another_form_either() {
    let secret = "Qw8Q~a+b/c=9zXcVbN_mAsDfGhJkL-pOiU.yTr";
    for echo in [
        "Qw8Q~a+b/c=9zXcVbN_mAsDfGhJkL-pOiU.yTr",
        "Qw8Q~a%2Bb%2Fc%3D9zXcVbN_mAsDfGhJkL-pOiU.yTr",
        "%51%77%38%51%7E%61%2B%62%2F%63%3D%39%7A%58%63%56%62%4E%5F%6D%41%73%44%66%47%68%4A%6B%4C",
        "Qw8Q~a%252Bb%252Fc%253D9zXcVbN_mAsDfGhJkL",
        "QW8Q~A+B/C=9ZXCVBN_MASDFGHJKL-POIU.YTR",
        "Qw8Q~a+b/c=9z XcVbN_mAsDf GhJkL-pOiU.yTr",
        "..=9zXcVbN_mAsDf..",
    ] {
        let body =
            serde_json::json!({"error": "x", "error_description": format!("AADSTS9: <{echo}>")});
        let server = Recorded::start(vec![json(400, body.to_string())]);
        let credential = sign_in(server.base_url())
            .client_secret(secret)
            .client_credentials()
            .unwrap();
        let error = token(&credential).await.unwrap_err();
        assert_eq!(
            (error.description(), error.code()),
            (None, Some(9)),
            "{echo}"
        );
    }
    // A short one would be in every text, and a long description is cut.
    let long = format!("AADSTS9: a secret is wrong {}", "x".repeat(10_000));
    let body = serde_json::json!({"error": "x", "error_description": long});
    let server = Recorded::start(vec![json(400, body.to_string())]);
    let credential = sign_in(server.base_url())
        .client_secret("secret")
        .client_credentials()
        .unwrap();
    let error = token(&credential).await.unwrap_err();
    assert_eq!(error.description().map(str::len), Some(4_000));
}

/// A token that no request can carry is none, and a refresh token that cannot be one does not replace one that is good.
#[tokio::test]
async fn what_cannot_be_a_token_is_not_taken() {
    for odd in [r"a\nb", "a b", r"\u001b[0m", r"\u00f6", &"x".repeat(40_000)] {
        for (access, refresh) in [(odd, "refresh-2"), ("a", odd)] {
            let body = format!(
                r#"{{"token_type":"Bearer","expires_in":3599,"access_token":"{access}-of-the-tests","refresh_token":"{refresh}-of-the-tests"}}"#
            );
            let server = Recorded::start(vec![json(200, body)]);
            let store = std::sync::Arc::new(RefreshTokenInMemory::new("refresh-of-the-tests"));
            let credential = sign_in(server.base_url())
                .refresh_token(std::sync::Arc::clone(&store))
                .unwrap();
            let error = token(&credential).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Unreadable);
            let kept = store.load().await.unwrap().unwrap();
            assert_eq!(kept.expose_secret(), "refresh-of-the-tests");
        }
    }
}

#[tokio::test]
async fn what_a_number_says_more_exactly_than_its_word_is_said() {
    for (code, kind, remedy) in [
        (50_057, Kind::InvalidGrant, "disabled"),
        (50_058, Kind::InteractionRequired, "sign in again"),
        (50_072, Kind::InteractionRequired, "sign in again"),
        (50_074, Kind::InteractionRequired, "sign in again"),
        (50_078, Kind::InteractionRequired, "multi-factor"),
        (50_097, Kind::ConditionalAccess, "conditional access"),
        (50_131, Kind::ConditionalAccess, "conditional access"),
        (53_000, Kind::ConditionalAccess, "conditional access"),
        (53_011, Kind::ConditionalAccess, "conditional access"),
        (530_032, Kind::ConditionalAccess, "conditional access"),
        (65_004, Kind::ConsentRequired, "consent"),
        (90_094, Kind::ConsentRequired, "administrator"),
        (50_196, Kind::Throttled, "Too many"),
        (90_055, Kind::Throttled, "Too many"),
        (700_025, Kind::InvalidClient, "without a secret"),
        (7_000_112, Kind::InvalidClient, "disabled"),
        (7_000_218, Kind::InvalidClient, "public client flows"),
        (900_023, Kind::InvalidGrant, "Check the tenant"),
        (650_052, Kind::InvalidGrant, "permission"),
        (650_057, Kind::InvalidGrant, "permission"),
        (12_345, Kind::InvalidGrant, "Sign in again"),
    ] {
        let body = format!(r#"{{"error":"invalid_grant","error_codes":[{code}]}}"#);
        let error = failure(json(400, body)).await;
        assert_eq!((error.kind(), error.code()), (kind, Some(code)));
        assert!(
            error.hint().unwrap().contains(remedy),
            "{code}: {:?}",
            error.hint()
        );
    }
    // Without a user there is nobody who declines.
    let error = failure(json(400, r#"{"error":"access_denied"}"#)).await;
    assert_eq!(error.kind(), Kind::Refused);
}

/// After a 401, what the renewal says is the error's to tell, and nothing is claimed that is not so.
#[tokio::test]
async fn a_renewal_that_fails_after_a_401_is_told_with_it() {
    for (answer, kind) in [
        (
            (429, vec![("retry-after", "3600".to_owned())], Vec::new()),
            Kind::Throttled,
        ),
        (
            (503, vec![("retry-after", "3600".to_owned())], Vec::new()),
            Kind::Server,
        ),
    ] {
        let server = Recorded::start(vec![granted("a", 3600), json(401, ""), answer]);
        let credential = sign_in(server.base_url()).client_credentials().unwrap();
        let partner = PartnerCenter::builder(credential)
            .endpoint(server.base_url())
            .build()
            .unwrap();
        let error = orders(&partner).order("o").get().send().await.unwrap_err();
        assert_eq!(
            (error.status().unwrap().as_u16(), error.delivery()),
            (401, Delivery::Refused)
        );
        assert_eq!(error.credential().unwrap().kind(), kind);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
        assert!(
            !error.hint().unwrap().contains("sent"),
            "{:?}",
            error.hint()
        );
    }
    // With more attempts than one, a wait that is too long is that of a busy authority, whatever its status.
    let server = Recorded::start(vec![(
        503,
        vec![("retry-after", "3600".to_owned())],
        Vec::new(),
    )]);
    let credential = sign_in(server.base_url())
        .attempts(3)
        .client_credentials()
        .unwrap();
    let error = token(&credential).await.unwrap_err();
    assert_eq!((error.kind(), server.sent().len()), (Kind::Throttled, 1));
}
