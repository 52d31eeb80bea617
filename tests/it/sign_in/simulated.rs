//! Does each way of signing in carry whole calls, through expiry, revocation and a restart?

use std::path::PathBuf;
use std::time::Duration;

use futures_util::future::join_all;
use partner_center_orders::{
    CredentialErrorKind as Kind, Delivery, EntraCredential, EntraVersion, Error, ErrorKind,
    ExposeSecret, PartnerCenter, RefreshTokenInMemory, RefreshTokenStore, SecretString, SignIn,
    StoreFuture,
};
use partner_center_orders_tests::{APPLICATION, CLIENT_SECRET, TENANT, orders, sign_in};
use partner_center_sim::{Application, Fault, LoggedRequest, SignInError, Simulator};

/// An order whose provisioning status can be read.
const ORDER: &str = "YxH1q4KScfvfkJQjgRI8QY1DznnUWZTH1";

fn client(simulator: &Simulator, credential: EntraCredential) -> PartnerCenter {
    PartnerCenter::builder(credential)
        .endpoint(simulator.base_url())
        .attempts(1)
        .build()
        .unwrap()
}

/// Reads something that wants an application with a user.
async fn provisioning(partner: &PartnerCenter) -> Result<usize, Error> {
    let lines = orders(partner)
        .order(ORDER)
        .provisioning_status()
        .send()
        .try_collect()
        .await?;
    Ok(lines.len())
}

async fn list(partner: &PartnerCenter) -> Result<usize, Error> {
    Ok(orders(partner).list().send().try_collect().await?.len())
}

/// The requests for tokens.
fn asked(simulator: &Simulator) -> Vec<LoggedRequest> {
    let requests = simulator.requests().into_iter();
    requests
        .filter(|request| request.path().ends_with("/token"))
        .collect()
}

fn with_refresh_token(simulator: &Simulator) -> EntraCredential {
    let store = RefreshTokenInMemory::new(Simulator::REFRESH_TOKEN);
    sign_in(simulator.base_url()).refresh_token(store).unwrap()
}

#[tokio::test]
async fn an_application_acts_alone() {
    for version in [EntraVersion::V1, EntraVersion::V2] {
        let simulator = Simulator::start().await.unwrap();
        let credential = sign_in(simulator.base_url())
            .version(version)
            .client_credentials()
            .unwrap();
        let partner = client(&simulator, credential);
        assert_eq!(list(&partner).await.unwrap(), 43);
        let error = provisioning(&partner).await.unwrap_err();
        assert_eq!(
            (error.status().unwrap().as_u16(), error.code()),
            (403, Some("900329"))
        );
        assert!(
            error.hint().unwrap().contains("an application with a user"),
            "{error:?}"
        );
        assert_eq!(asked(&simulator).len(), 1);
    }
}

#[tokio::test]
async fn an_application_acts_with_a_user() {
    for version in [EntraVersion::V1, EntraVersion::V2] {
        let simulator = Simulator::start().await.unwrap();
        let store = RefreshTokenInMemory::new(Simulator::REFRESH_TOKEN);
        let credential = sign_in(simulator.base_url())
            .version(version)
            .refresh_token(store)
            .unwrap();
        let partner = client(&simulator, credential);
        assert!(provisioning(&partner).await.unwrap() > 0);
        assert_eq!(list(&partner).await.unwrap(), 43);
        assert_eq!(asked(&simulator).len(), 1);
    }
}

#[tokio::test]
async fn a_device_is_approved_or_declined() {
    let simulator = Simulator::builder()
        .device_interval(Duration::ZERO)
        .start()
        .await
        .unwrap();
    let public = || SignIn::new(TENANT, APPLICATION).authority(simulator.base_url());

    let code = public().device_code().await.unwrap();
    let user_code = code.user_code().to_owned();
    assert!(code.verification_uri().starts_with(simulator.base_url()));
    assert!(code.message().unwrap().contains(&user_code));
    let waiting = tokio::spawn(code.wait(RefreshTokenInMemory::empty()));
    until_asked(&simulator, 2).await;
    simulator.approve_device(&user_code).unwrap();
    let partner = client(&simulator, waiting.await.unwrap().unwrap());
    assert!(provisioning(&partner).await.unwrap() > 0);

    let code = public().device_code().await.unwrap();
    simulator.decline_device(code.user_code()).unwrap();
    let error = code.wait(RefreshTokenInMemory::empty()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Declined, "{error:?}");

    let code = public().device_code().await.unwrap();
    simulator.clock().advance(Duration::from_secs(16 * 60));
    let error = code.wait(RefreshTokenInMemory::empty()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::CodeExpired, "{error:?}");
}

async fn until_asked(simulator: &Simulator, count: usize) {
    for _ in 0..10_000 {
        if asked(simulator).len() >= count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("{} of {count} requests", asked(simulator).len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_calls_at_once_ask_for_one_token() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client(&simulator, with_refresh_token(&simulator));
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let partner = partner.clone();
            tokio::spawn(async move { orders(&partner).order(ORDER).get().send().await.map(drop) })
        })
        .collect();
    for done in join_all(tasks).await {
        done.unwrap().unwrap();
    }
    assert_eq!(asked(&simulator).len(), 1);
    assert_eq!(simulator.requests().len(), 101);
}

/// The service's clock may run differently: it is the 401 that tells.
#[tokio::test]
async fn a_token_that_ended_or_was_revoked_is_replaced_within_the_call() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client(&simulator, with_refresh_token(&simulator));
    provisioning(&partner).await.unwrap();
    simulator.clock().advance(Duration::from_secs(2 * 60 * 60));
    provisioning(&partner).await.unwrap();
    assert_eq!(asked(&simulator).len(), 2);
    simulator.revoke_tokens().unwrap();
    provisioning(&partner).await.unwrap();
    assert_eq!(asked(&simulator).len(), 3);
}

#[tokio::test]
async fn a_revoked_refresh_token_ends_the_call_with_what_to_do() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client(&simulator, with_refresh_token(&simulator));
    provisioning(&partner).await.unwrap();
    simulator.revoke_refresh_tokens().unwrap();
    // The token that is there goes on being good.
    provisioning(&partner).await.unwrap();
    simulator.revoke_tokens().unwrap();
    let error = provisioning(&partner).await.unwrap_err();
    // The service refused, and why there was no other token is the cause.
    assert_eq!(
        (error.status().unwrap().as_u16(), error.delivery()),
        (401, Delivery::Refused)
    );
    let cause = error.credential().unwrap();
    assert_eq!(
        (cause.kind(), cause.code()),
        (Kind::InvalidGrant, Some(50_173))
    );
    assert!(
        error.hint().unwrap().starts_with("Sign in again"),
        "{error:?}"
    );

    let new = client(&simulator, with_refresh_token(&simulator));
    let error = provisioning(&new).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Credential, Delivery::NotSent)
    );
    assert!(
        error.hint().unwrap().starts_with("Sign in again"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_refresh_token_that_was_not_used_for_too_long_has_ended() {
    let simulator = Simulator::start().await.unwrap();
    let store = std::sync::Arc::new(RefreshTokenInMemory::new(Simulator::REFRESH_TOKEN));
    let credential = sign_in(simulator.base_url())
        .refresh_token(std::sync::Arc::clone(&store))
        .unwrap();
    provisioning(&client(&simulator, credential)).await.unwrap();
    simulator
        .clock()
        .advance(Duration::from_secs(91 * 24 * 60 * 60));
    let credential = sign_in(simulator.base_url()).refresh_token(store).unwrap();
    let error = provisioning(&client(&simulator, credential))
        .await
        .unwrap_err();
    let cause = error.credential().unwrap();
    assert_eq!(
        (cause.kind(), cause.code()),
        (Kind::InvalidGrant, Some(700_082))
    );
}

#[derive(Debug)]
struct File(PathBuf);

impl RefreshTokenStore for File {
    fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
        Box::pin(async { Ok(Some(std::fs::read_to_string(&self.0)?.into())) })
    }

    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
        Box::pin(async { Ok(std::fs::write(&self.0, token.expose_secret())?) })
    }
}

/// Both sides are started again and again, and a refresh token is good once: each start has what the last one saved.
#[tokio::test]
async fn after_a_restart_it_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (state, token) = (
        folder.path().join("state.json"),
        folder.path().join("token"),
    );
    std::fs::write(&token, Simulator::REFRESH_TOKEN).unwrap();
    let mut seen = vec![Simulator::REFRESH_TOKEN.to_owned()];
    for _ in 0..4 {
        let simulator = Simulator::builder()
            .single_use_refresh_tokens()
            .state_file(&state)
            .start()
            .await
            .unwrap();
        let credential = sign_in(simulator.base_url())
            .refresh_token(File(token.clone()))
            .unwrap();
        let partner = client(&simulator, credential);
        provisioning(&partner).await.unwrap();
        simulator.revoke_tokens().unwrap();
        provisioning(&partner).await.unwrap();
        assert_eq!(asked(&simulator).len(), 2);
        let now = std::fs::read_to_string(&token).unwrap();
        assert!(!seen.contains(&now));
        seen.push(now);
        drop(simulator);
    }
}

#[tokio::test]
async fn a_lost_answer_costs_nothing_as_long_as_old_tokens_stay_good() {
    let simulator = Simulator::start().await.unwrap();
    simulator
        .on_sign_in()
        .nth(1)
        .fault(Fault::reset().after_change());
    let moment = Duration::from_millis(1);
    let store = RefreshTokenInMemory::new(Simulator::REFRESH_TOKEN);
    let sign_in = sign_in(simulator.base_url())
        .attempts(3)
        .backoff(moment, moment);
    let partner = client(&simulator, sign_in.refresh_token(store).unwrap());
    provisioning(&partner).await.unwrap();
    assert_eq!(asked(&simulator).len(), 2);
}

#[tokio::test]
async fn every_error_of_the_authority_is_told_apart() {
    let simulator = Simulator::start().await.unwrap();
    for (error, kind) in [
        (SignInError::ClientSecretWrong, Kind::InvalidClient),
        (SignInError::ClientSecretExpired, Kind::SecretExpired),
        (SignInError::ClientSecretMissing, Kind::InvalidClient),
        (SignInError::ClientSecretUnexpected, Kind::InvalidClient),
        (SignInError::ApplicationUnknown, Kind::InvalidClient),
        (SignInError::TenantUnknown, Kind::Refused),
        (SignInError::RefreshTokenNotValid, Kind::InvalidGrant),
        (SignInError::RefreshTokenExpired, Kind::InvalidGrant),
        (SignInError::RefreshTokenRevoked, Kind::InvalidGrant),
        (SignInError::MultiFactorRequired, Kind::InteractionRequired),
        (
            SignInError::MultiFactorEnrollmentRequired,
            Kind::InteractionRequired,
        ),
        (SignInError::ConsentRequired, Kind::ConsentRequired),
        (SignInError::ConditionalAccess, Kind::ConditionalAccess),
        (SignInError::TemporarilyUnavailable, Kind::Server),
    ] {
        simulator.clear_faults();
        simulator.on_sign_in().fault(Fault::sign_in(error));
        let refused = provisioning(&client(&simulator, with_refresh_token(&simulator)))
            .await
            .unwrap_err();
        assert_eq!(
            (refused.kind(), refused.delivery()),
            (ErrorKind::Credential, Delivery::NotSent)
        );
        assert_eq!(
            refused.credential().unwrap().kind(),
            kind,
            "{error:?}: {refused:?}"
        );
        assert!(refused.hint().is_some(), "{error:?}");
    }
}

#[tokio::test]
async fn a_secret_is_checked() {
    let registered = Application::new(APPLICATION)
        .secret(CLIENT_SECRET)
        .expired_secret("old-secret-of-the-tests");
    let simulator = Simulator::builder()
        .application(registered)
        .start()
        .await
        .unwrap();
    let failed = async |secret: &str| {
        let sign_in = sign_in(simulator.base_url()).client_secret(secret);
        match list(&client(&simulator, sign_in.client_credentials().unwrap())).await {
            Ok(_) => None,
            Err(error) => Some(error.credential().unwrap().kind()),
        }
    };
    assert_eq!(failed(CLIENT_SECRET).await, None);
    assert_eq!(
        failed("wrong-of-the-tests").await,
        Some(Kind::InvalidClient)
    );
    assert_eq!(
        failed("old-secret-of-the-tests").await,
        Some(Kind::SecretExpired)
    );
}
