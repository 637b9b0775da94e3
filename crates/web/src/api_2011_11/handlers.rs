//! Handlers: who calls, on whose behalf, what is asked; the hub's answer as a document.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;

use super::answer::{self, xml};
use super::{
    Asked, Door, Grant, Problem, ProviderInfo, Query, Reason, Refusal, Refused, Sender, body, credentials,
    parse_lead_source, parse_staff, parse_user,
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
    pub(super) fn refuse(&self, refusal: Refusal) -> Refused {
        Refused { tracking: self.door.note(None, &refusal), refusal }
    }

    fn allow(&self, request: &Request) -> Result<Grant, Refused> {
        let granted = credentials::token(request.headers()).and_then(|token| self.door.authenticate(&token));
        granted.ok_or_else(|| {
            self.refuse(Reason::Unauthorized.because(
                "this call needs a token: HTTP Basic with the token as password, or `Authorization: Bearer`",
            ))
        })
    }

    async fn body(&self, request: Request) -> Result<body::Body, Refused> {
        body::read(request).await.map_err(|refusal| self.refuse(refusal))
    }

    fn invalid(&self, problem: Problem) -> Refused {
        self.refuse(Reason::Validation.because(problem.message))
    }

    fn sender(&self, grant: &Grant, caller: &ProviderInfo) -> Result<Sender, Refused> {
        self.door.sender(grant, caller).map_err(|refusal| self.refuse(refusal))
    }

    fn query(&self, request: &Request, asked: Asked) -> Result<Query, Refused> {
        Query::parse(request.uri().query().unwrap_or_default(), asked)
            .map_err(|problem| self.invalid(problem))
    }
}

/// `POST /user`
pub(super) async fn save_user(State(api): State<Api>, request: Request) -> Result<Response, Refused> {
    let grant = api.allow(&request)?;
    let body = api.body(request).await?;
    let document =
        parse_user(&body.bytes, body.content_type.as_deref()).map_err(|problem| api.invalid(problem))?;
    let sender = api.sender(&grant, &document.provider)?;
    let tracking = api.door.save_user(sender, document.into_save()).await?;
    Ok(xml(StatusCode::OK, answer::save_response(tracking)))
}

/// `GET /user`
pub(super) async fn fetch_user(State(api): State<Api>, request: Request) -> Result<Response, Refused> {
    let grant = api.allow(&request)?;
    let Query { caller, .. } = api.query(&request, Asked::User)?;
    let sender = api.sender(&grant, &caller)?;
    let user = api.door.fetch_user(sender, &caller.record_id).await?;
    Ok(xml(StatusCode::OK, answer::user_document(&caller, &user)))
}

/// `POST /staff`
pub(super) async fn save_staff(State(api): State<Api>, request: Request) -> Result<Response, Refused> {
    let grant = api.allow(&request)?;
    let body = api.body(request).await?;
    let document =
        parse_staff(&body.bytes, body.content_type.as_deref()).map_err(|problem| api.invalid(problem))?;
    let sender = api.sender(&grant, &document.provider)?;
    let tracking = api.door.save_staff(sender, document.staff).await?;
    Ok(xml(StatusCode::OK, answer::save_response(tracking)))
}

/// `GET /staff`
pub(super) async fn list_staff(State(api): State<Api>, request: Request) -> Result<Response, Refused> {
    let grant = api.allow(&request)?;
    let Query { caller, record_id } = api.query(&request, Asked::Staff)?;
    let sender = api.sender(&grant, &caller)?;
    let staff = api.door.list_staff(sender, record_id.as_deref()).await?;
    Ok(xml(StatusCode::OK, answer::staff_list(&caller, &staff)))
}

/// `POST /leadsource`
pub(super) async fn save_lead_source(State(api): State<Api>, request: Request) -> Result<Response, Refused> {
    let grant = api.allow(&request)?;
    let body = api.body(request).await?;
    let read = parse_lead_source(&body.bytes, body.content_type.as_deref());
    let document = read.map_err(|problem| api.invalid(problem))?;
    let sender = api.sender(&grant, &document.provider)?;
    let tracking = api.door.save_lead_source(sender, document.source).await?;
    Ok(xml(StatusCode::OK, answer::save_response(tracking)))
}

/// `GET /leadsource`
pub(super) async fn list_lead_sources(State(api): State<Api>, request: Request) -> Result<Response, Refused> {
    let grant = api.allow(&request)?;
    let Query { caller, record_id } = api.query(&request, Asked::LeadSource)?;
    let sender = api.sender(&grant, &caller)?;
    let sources = api.door.list_lead_sources(sender, record_id.as_deref()).await?;
    Ok(xml(StatusCode::OK, answer::lead_source_list(&caller, &sources)))
}

/// Any other verb.
pub(super) async fn wrong_verb(State(api): State<Api>) -> Refused {
    api.refuse(Reason::WrongVerb.because("this path takes GET to fetch and POST to save"))
}

/// Any other path.
pub(super) async fn unknown_path(State(api): State<Api>) -> Refused {
    api.refuse(Reason::NotFound.because("there is no such call; there are /user, /staff and /leadsource"))
}
