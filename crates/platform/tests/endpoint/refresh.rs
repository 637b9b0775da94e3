//! OAuth 2: refresh tokens that rotate, and the grant by password.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use model::{Operation, Outcome};
use platform::net::{NetError, Request, Response};
use platform::{Description, Endpoint, Given, Keep, Kept, Net, SettingValue, Settings, Tokens};
use secrecy::{ExposeSecret, SecretString};

use crate::{Fake, answer, fake, given};

const CRM: &str = "
platform: {name: crm, title: Crm, vendor: Crm Ltd, language: 1, version: 1, grade: assumed}
capabilities: {operations: [verify]}
settings:
  secret: {title: Secret, kind: secret, scope: client}
  refresh: {title: Refresh token, kind: secret, scope: client}
auth:
  app:
    oauth2:
      grant: refresh_token
      url: https://crm.example/token
      client_id: the-app
      client_secret: =settings.secret
      refresh: =settings.refresh
      parameters: {user_type: Location}
hosts:
  main: {base: 'https://crm.example/', auth: app}
operations:
  verify: {request: {method: GET, path: /me}}
";

/// A platform that takes each refresh token once, and calls with the newest access token alone.
struct Rotating {
    /// The number of the token that is taken next.
    next: Mutex<u32>,
    /// The next sign-in is carried out and its answer lost.
    loses: AtomicBool,
    /// How many sign-ins and how many calls there were.
    seen: Mutex<Vec<String>>,
}

impl Rotating {
    fn new() -> Arc<Self> {
        Arc::new(Rotating { next: Mutex::new(0), loses: AtomicBool::new(false), seen: Mutex::default() })
    }

    fn sign_in(&self, body: &str) -> Result<Response, NetError> {
        let mut next = self.next.lock().unwrap();
        if !body.contains(&format!("refresh_token=r-{}", *next)) {
            return Ok(answer(400, &[], r#"{"error":"invalid_grant"}"#));
        }
        *next += 1;
        if self.loses.swap(false, Ordering::Relaxed) {
            return Err(NetError::Lost("no answer within 20 s".to_owned()));
        }
        let body = format!(r#"{{"access_token":"a-{0}","refresh_token":"r-{0}","expires_in":86399}}"#, *next);
        Ok(Response { status: 200, headers: http::HeaderMap::new(), body: body.into() })
    }
}

#[async_trait]
impl Net for Rotating {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        tokio::task::yield_now().await;
        let body = String::from_utf8_lossy(&request.body).into_owned();
        self.seen.lock().unwrap().push(format!("{} {body}", request.url.path()));
        if request.url.path() == "/token" {
            return self.sign_in(&body);
        }
        let newest = format!("Bearer a-{}", self.next.lock().unwrap());
        let same = request.headers["authorization"] == newest.as_str();
        Ok(answer(if same { 200 } else { 401 }, &[], "{}"))
    }
}

impl Rotating {
    fn sign_ins(&self) -> usize {
        self.seen.lock().unwrap().iter().filter(|call| call.starts_with("/token")).count()
    }
}

/// A store that two nodes share, and that can refuse for a while.
#[derive(Default)]
struct Shared {
    rows: Mutex<HashMap<String, String>>,
    written: Mutex<Vec<String>>,
    refuses: Mutex<u32>,
}

#[async_trait]
impl Keep for Shared {
    async fn read(&self, id: &str) -> Result<Option<Kept>, String> {
        tokio::task::yield_now().await;
        let row = self.rows.lock().unwrap().get(id).cloned();
        Ok(row.map(|row| Kept { stamp: row.clone(), secret: row.into() }))
    }

    async fn keep(
        &self,
        id: &str,
        before: Option<&str>,
        secret: SecretString,
    ) -> Result<Option<String>, String> {
        tokio::task::yield_now().await;
        let mut refuses = self.refuses.lock().unwrap();
        if *refuses > 0 && secret.expose_secret().contains("\"access\":[") {
            *refuses -= 1;
            return Err("the disk is full".to_owned());
        }
        let mut rows = self.rows.lock().unwrap();
        if rows.get(id).map(String::as_str) != before {
            return Ok(None);
        }
        rows.insert(id.to_owned(), secret.expose_secret().to_owned());
        self.written.lock().unwrap().push(secret.expose_secret().to_owned());
        Ok(Some(secret.expose_secret().to_owned()))
    }
}

/// A node: its own tokens, over a shared store.
fn node(net: &Arc<Rotating>, keep: &Arc<Shared>) -> Arc<Endpoint> {
    let description =
        Arc::new(Description::parse("platform.yaml", CRM).unwrap_or_else(|wrong| panic!("{wrong}")));
    let settings = [("secret", "s3cret"), ("refresh", "r-0")]
        .map(|(name, value)| (name.to_owned(), SettingValue::Secret(value.to_owned().into())));
    let keep: Arc<dyn Keep> = Arc::<Shared>::clone(keep);
    let tokens = Arc::new(Tokens::kept_in(keep));
    let net: Arc<dyn Net> = Arc::<Rotating>::clone(net);
    Arc::new(Endpoint::bind(description, Settings(settings.into()), net, tokens).unwrap())
}

async fn verified(node: &Endpoint, given: &Given) -> Outcome {
    node.call(Operation::Verify, given).await.outcome
}

#[tokio::test]
async fn each_sign_in_uses_the_token_that_the_last_one_brought_also_after_a_restart() {
    let (net, keep) = (Rotating::new(), Arc::new(Shared::default()));
    assert_eq!(verified(&node(&net, &keep), &given()).await, Outcome::Saved { id: None });
    assert_eq!(verified(&node(&net, &keep), &given()).await, Outcome::Saved { id: None });
    assert_eq!(net.sign_ins(), 1, "the restarted node has the token that was kept");
    let tomorrow = Given { now: "2026-11-23T10:00:00Z".parse().unwrap(), ..given() };
    assert_eq!(verified(&node(&net, &keep), &tomorrow).await, Outcome::Saved { id: None });
    let seen = net.seen.lock().unwrap().clone();
    let sign_ins: Vec<_> = seen.iter().filter(|call| call.starts_with("/token")).collect();
    assert!(sign_ins[0].contains("grant_type=refresh_token&refresh_token=r-0&client_id=the-app"), "{seen:?}");
    assert!(sign_ins[0].contains("user_type=Location"), "{seen:?}");
    assert!(sign_ins[1].contains("refresh_token=r-1&"), "{seen:?}");
}

#[tokio::test]
async fn of_many_callers_on_two_nodes_one_signs_in() {
    let (net, keep) = (Rotating::new(), Arc::new(Shared::default()));
    let nodes = [node(&net, &keep), node(&net, &keep)];
    let callers: Vec<_> = (0..20)
        .map(|n| {
            let node = Arc::clone(&nodes[n % 2]);
            tokio::spawn(async move { verified(&node, &given()).await })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), Outcome::Saved { id: None });
    }
    assert_eq!(net.sign_ins(), 1);
}

#[tokio::test]
async fn a_token_that_another_node_used_up_is_renewed_once() {
    let (net, keep) = (Rotating::new(), Arc::new(Shared::default()));
    let (one, two) = (node(&net, &keep), node(&net, &keep));
    verified(&one, &given()).await;
    *net.next.lock().unwrap() = 1;
    verified(&two, &given()).await;
    assert_eq!(net.sign_ins(), 1);
    let tomorrow = Given { now: "2026-11-23T10:00:00Z".parse().unwrap(), ..given() };
    verified(&one, &tomorrow).await;
    assert_eq!(
        verified(&two, &given()).await,
        Outcome::Saved { id: None },
        "its own is refused, and the kept one taken"
    );
    assert_eq!(net.sign_ins(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_next_token_is_kept_before_the_access_token_is_used_however_long_the_store_takes() {
    let (net, keep) = (Rotating::new(), Arc::new(Shared::default()));
    *keep.refuses.lock().unwrap() = 3;
    let node = node(&net, &keep);
    assert_eq!(verified(&node, &given()).await, Outcome::Saved { id: None });
    assert_eq!(*keep.refuses.lock().unwrap(), 0);
    assert!(keep.written.lock().unwrap().last().unwrap().contains("r-1"));
    let calls = net.seen.lock().unwrap().len();
    assert_eq!(calls, 2, "one sign-in, and one call after it was kept");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_does_not_lose_what_its_sign_in_brings() {
    let (net, keep) = (Rotating::new(), Arc::new(Shared::default()));
    *keep.refuses.lock().unwrap() = 5;
    let impatient = node(&net, &keep);
    let given_up = tokio::time::timeout(Duration::from_secs(2), verified(&impatient, &given())).await;
    assert!(given_up.is_err(), "the store takes five seconds");
    drop(impatient);
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(keep.written.lock().unwrap().last().unwrap().contains("r-1"));
    assert_eq!(verified(&node(&net, &keep), &given()).await, Outcome::Saved { id: None });
    assert_eq!(net.sign_ins(), 1);
}

#[tokio::test]
async fn a_sign_in_without_an_answer_is_tried_again_and_its_refusal_says_what_helps() {
    let (net, keep) = (Rotating::new(), Arc::new(Shared::default()));
    net.loses.store(true, Ordering::Relaxed);
    let node = node(&net, &keep);
    assert!(matches!(verified(&node, &given()).await, Outcome::Unavailable { .. }));
    let later = Given { now: "2026-11-22T10:00:30Z".parse().unwrap(), ..given() };
    let Outcome::Unauthorised { said } = verified(&node, &later).await else {
        panic!("the token was used up")
    };
    assert!(said.contains("2026-11-22T10:00:00Z was not answered"), "{said}");
    assert!(said.contains("obtain a new one"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn what_a_killed_node_had_begun_is_waited_for_and_then_tried_again() {
    let (net, keep) = (Rotating::new(), Arc::new(Shared::default()));
    verified(&node(&net, &keep), &given()).await;
    let (id, row) =
        keep.rows.lock().unwrap().iter().map(|(id, row)| (id.clone(), row.clone())).next().unwrap();
    let begun = row.replace("\"under_way_since\":null", "\"under_way_since\":\"2026-11-23T10:00:00Z\"");
    assert_ne!(row, begun);
    keep.rows.lock().unwrap().insert(id, begun);
    let tomorrow = Given { now: "2026-11-23T10:00:29Z".parse().unwrap(), ..given() };
    let node = node(&net, &keep);
    let waits = tokio::time::timeout(Duration::from_millis(100), verified(&node, &tomorrow)).await;
    assert!(waits.is_err(), "another node may be at it");
    let later = Given { now: "2026-11-23T10:00:31Z".parse().unwrap(), ..given() };
    assert_eq!(verified(&node, &later).await, Outcome::Saved { id: None });
}

#[tokio::test]
async fn a_grant_by_password_sends_user_password_and_the_platforms_own_word_for_it() {
    let text = CRM
        .replace(
            "grant: refresh_token",
            "grant: password\n      grant_type: https://crm.example/grants/staff",
        )
        .replace(
            "      refresh: =settings.refresh\n",
            "      user: ada\n      password: =settings.refresh\n",
        );
    let description =
        Arc::new(Description::parse("platform.yaml", &text).unwrap_or_else(|wrong| panic!("{wrong}")));
    let net = fake(|_| Ok(answer(200, &[], r#"{"access_token":"a"}"#)));
    let settings = [("secret", "s3cret"), ("refresh", "b&d")]
        .map(|(name, value)| (name.to_owned(), SettingValue::Secret(value.to_owned().into())));
    let endpoint =
        Endpoint::bind(description, Settings(settings.into()), Arc::<Fake>::clone(&net), Arc::default())
            .unwrap();
    verified(&endpoint, &given()).await;
    let body = String::from_utf8(net.asked.lock().unwrap()[0].body.to_vec()).unwrap();
    assert_eq!(
        body,
        "grant_type=https%3A%2F%2Fcrm.example%2Fgrants%2Fstaff&username=ada&password=b%26d&client_id=the-app&\
         client_secret=s3cret&user_type=Location"
    );
}

#[test]
fn a_grant_has_what_it_needs_and_nothing_that_says_nothing_to_it() {
    for (from, to, expected) in [
        ("      refresh: =settings.refresh\n", "", "OAuth 2 by `refresh_token` lacks `refresh`"),
        (
            "refresh: =settings.refresh",
            "refresh: '{{ settings.refresh }}x'",
            "the first refresh token is a setting of its own",
        ),
        (
            "      client_id",
            "      user: ada\n      client_id",
            "`user` says nothing to OAuth 2 by `refresh_token`",
        ),
        (
            "title: Refresh token, kind: secret",
            "title: Refresh token, kind: text",
            "`refresh` is a secret and not marked as one",
        ),
    ] {
        let text = CRM.replace(from, to);
        assert_ne!(text, CRM, "{from}");
        let mistakes = Description::parse("platform.yaml", &text).unwrap_err();
        assert!(mistakes.list().iter().any(|mistake| mistake.message == expected), "{mistakes}");
    }
}
