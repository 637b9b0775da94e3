//! Handlers: who calls, on whose behalf, what is asked; the hub's answer as a document.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::answer::{self, xml};
use super::{
    Asked, Door, Grant, Problem, ProviderInfo, Query, Reason, Refusal, Refused, Sender, Turned, body,
    credentials, parse_lead_source, parse_staff, parse_user,
};

/// What handlers share.
#[derive(Clone)]
pub(super) struct Api {
    door: Arc<dyn Door>,
}

impl Api {
    pub(super) fn new(door: Arc<dyn Door>) -> Self {
        Api { door }
    }

    /// Gives a refusal of our own its tracking UUID.
    pub(super) async fn refuse(&self, refusal: Refusal) -> Refused {
        Refused { tracking: self.door.note(None, &refusal).await, refusal }
    }

    /// The answer to a document that breaks the contract; the club's log shows it where its sender is known.
    async fn invalid(&self, grant: &Grant, problem: Problem) -> Refused {
        let turned = problem.about.and_then(|about| {
            let sender = self.door.sender(grant, &about.provider).ok()?;
            Some(Turned { sender, name: about.name, kind: about.kind })
        });
        let refusal = Reason::Validation.because(problem.message);
        Refused { tracking: self.door.note(turned, &refusal).await, refusal }
    }

    async fn allow(&self, headers: &HeaderMap) -> Result<Grant, Refused> {
        let why = match credentials::token(headers).map(|token| self.door.authenticate(&token)) {
            Some(Some(grant)) => return Ok(grant),
            Some(None) => {
                "this token is not accepted: it is mistyped or was withdrawn; whoever runs the Connector can make another"
            }
            None => {
                "this call needs a token: HTTP Basic with the token as password, or `Authorization: Bearer`"
            }
        };
        Err(self.refuse(Reason::Unauthorized.because(why)).await)
    }

    /// Reads a document from the body of a request.
    async fn document<D>(
        &self,
        grant: &Grant,
        request: Request,
        parse: fn(&[u8], Option<&str>) -> Result<D, Problem>,
    ) -> Result<D, Refused> {
        let body = match body::read(request).await {
            Ok(body) => body,
            Err(refusal) => return Err(self.refuse(refusal).await),
        };
        match parse(&body.bytes, body.content_type.as_deref()) {
            Ok(document) => Ok(document),
            Err(problem) => Err(self.invalid(grant, problem).await),
        }
    }

    /// Reads the query of a request, and on whose behalf it is made.
    async fn query(&self, request: Request, asked: Asked) -> Result<(Query, Sender), Refused> {
        let grant = self.allow(request.headers()).await?;
        match Query::parse(request.uri().query().unwrap_or_default(), asked) {
            Ok(query) => {
                let sender = self.sender(&grant, &query.caller).await?;
                Ok((query, sender))
            }
            Err(problem) => Err(self.invalid(&grant, problem).await),
        }
    }

    async fn sender(&self, grant: &Grant, caller: &ProviderInfo) -> Result<Sender, Refused> {
        self.or_refuse(self.door.sender(grant, caller)).await
    }

    async fn or_refuse<T>(&self, result: Result<T, Refusal>) -> Result<T, Refused> {
        match result {
            Ok(value) => Ok(value),
            Err(refusal) => Err(self.refuse(refusal).await),
        }
    }
}

/// `POST /user`
pub(super) async fn save_user(State(api): State<Api>, request: Request) -> Result<Response, Refused> {
    let grant = api.allow(request.headers()).await?;
    let document = api.document(&grant, request, parse_user).await?;
    let sender = api.sender(&grant, &document.provider).await?;
    let tracking = api.door.save_user(sender, document.into_save()).await?;
    Ok(xml(StatusCode::OK, answer::save_response(tracking)))
}

/// `GET /user`
pub(super) async fn fetch_user(State(api): State<Api>, request: Request) -> Result<Response, Refused> {
    let (Query { caller, .. }, sender) = api.query(request, Asked::User).await?;
    let user = api.or_refuse(api.door.fetch_user(sender, &caller.record_id).await).await?;
    Ok(xml(StatusCode::OK, answer::user_document(&caller, &user)))
}

/// `POST /staff`
pub(super) async fn save_staff(State(api): State<Api>, request: Request) -> Result<Response, Refused> {
    let grant = api.allow(request.headers()).await?;
    let document = api.document(&grant, request, parse_staff).await?;
    let sender = api.sender(&grant, &document.provider).await?;
    let tracking = api.door.save_staff(sender, document.staff).await?;
    Ok(xml(StatusCode::OK, answer::save_response(tracking)))
}

/// `GET /staff`
pub(super) async fn list_staff(State(api): State<Api>, request: Request) -> Result<Response, Refused> {
    let (Query { caller, record_id }, sender) = api.query(request, Asked::Staff).await?;
    let staff = api.or_refuse(api.door.list_staff(sender, record_id.as_deref()).await).await?;
    Ok(xml(StatusCode::OK, answer::staff_list(&caller, &staff)))
}

/// `POST /leadsource`
pub(super) async fn save_lead_source(State(api): State<Api>, request: Request) -> Result<Response, Refused> {
    let grant = api.allow(request.headers()).await?;
    let document = api.document(&grant, request, parse_lead_source).await?;
    let sender = api.sender(&grant, &document.provider).await?;
    let tracking = api.door.save_lead_source(sender, document.source).await?;
    Ok(xml(StatusCode::OK, answer::save_response(tracking)))
}

/// `GET /leadsource`
pub(super) async fn list_lead_sources(State(api): State<Api>, request: Request) -> Result<Response, Refused> {
    let (Query { caller, record_id }, sender) = api.query(request, Asked::LeadSource).await?;
    let sources = api.or_refuse(api.door.list_lead_sources(sender, record_id.as_deref()).await).await?;
    Ok(xml(StatusCode::OK, answer::lead_source_list(&caller, &sources)))
}

/// Any other verb.
pub(super) async fn wrong_verb(State(api): State<Api>) -> Refused {
    api.refuse(Reason::WrongVerb.because("this path takes GET to fetch and POST to save")).await
}

/// Any other path.
pub(super) async fn unknown_path(State(api): State<Api>) -> Refused {
    api.refuse(Reason::NotFound.because("there is no such call; there are /user, /staff and /leadsource"))
        .await
}
