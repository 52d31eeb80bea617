//! Which answer does a request get?
//!
//! The checks have a fixed order, so that a request with two faults always gets the same answer: path, method,
//! customer id, customer. A read goes on with the query, the order or subscription, the line or file of the order; a
//! write with its request id, the length of its body, its media type and its syntax, the order, and then what the body
//! says. Who asks, and how often, was checked before. Last of all, whatever is asked is held against the spec: codes that
//! are documented for a fault win over the general one.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::IF_MATCH;
use http::{HeaderMap, Method, request};

use crate::activation;
use crate::answer::{Answer, REQUEST_ID};
use crate::attachment;
use crate::body::{Incoming, is_json};
use crate::change::Changed;
use crate::contract::Contract;
use crate::create::{Buyer, NewOrder};
use crate::document::Document;
use crate::fit::Problem;
use crate::id::is_guid;
use crate::keeper::Keeper;
use crate::members::Members;
use crate::operation::Operation;
use crate::order::{LineItem, Order};
use crate::paging::{self, ListQuery};
use crate::provisioning;
use crate::purchase;
use crate::refusal::{self, Refusal, Refusals};
use crate::replay::{Begun, Key, Replays, RequestIds, Ticket};
use crate::request::{INCLUDE_PRICE, Resource, Target, flag, pair};
use crate::state::State;
use crate::store::{Customer, PlacedOrder};
use crate::subscription;
use crate::upload::Upload;

/// Everything that is behind the socket.
#[derive(Debug)]
pub(crate) struct Service {
    keeper: Arc<Keeper>,
    refusals: Refusals,
    pub(crate) replays: Replays,
}

/// An answer, and what of the request does not fit the spec.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) answer: Answer,
    pub(crate) problems: Vec<Problem>,
}

/// The body of a write.
enum Asked<'b> {
    Members(Members<'b>),
    Upload(Upload),
}

/// Why there is no other answer.
enum Stopped {
    Refused(Refusal),
    /// What it changes cannot be saved.
    Unsaved(io::Error),
}

impl From<Refusal> for Stopped {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Unsaved(error)
    }
}

/// A request that may be answered.
enum Admitted<'s> {
    Read(Target),
    Write(Target, Ticket<'s>),
    /// A write that was answered before.
    Answered(Answer),
}

impl Service {
    pub(crate) fn new(
        document: &Document,
        keeper: Arc<Keeper>,
        request_ids: RequestIds,
    ) -> io::Result<Self> {
        Ok(Self {
            keeper,
            refusals: Refusals::read(document)?,
            replays: Replays::new(request_ids),
        })
    }

    /// The ids of a customer's orders, newest first.
    pub(crate) fn order_ids(&self, customer_id: &str) -> Vec<String> {
        let state = self.keeper.read();
        let orders = customer(&state, customer_id).map(|customer| &customer.orders);
        let orders = orders.into_iter().flatten();
        orders.map(|placed| placed.order.id.clone()).collect()
    }

    /// Says no for a reason that lies before the service.
    pub(crate) fn refuse(&self, refusal: Refusal) -> Answer {
        self.refusals.answer(refusal)
    }

    /// Answers a request. There is no request without an answer.
    pub(crate) async fn answer(
        &self,
        head: &request::Parts,
        tenant: &str,
        body: Incoming,
        contract: Option<&Contract>,
    ) -> Answered {
        let admitted = self.admit(head, tenant);
        // Also that of a refused request: a connection is not closed with unread bytes in it.
        let body = body.read().await;
        let problems = contract.map_or_else(Vec::new, |contract| {
            contract.problems_of(head, body.as_deref().unwrap_or_default())
        });
        let unfit = problems.iter().find(|problem| !problem.is_tolerated);
        let unfit = unfit.map(|problem| refusal::unfit(&problem.text));
        let answer = match (admitted, body) {
            (_, Err(Refusal::BodyLate)) => Err(Refusal::BodyLate.into()),
            (Ok(Admitted::Read(target)), _) => {
                let answer = self.read(&target, head);
                answer.map(|answer| unfit.unwrap_or(answer))
            }
            (Ok(Admitted::Write(target, ticket)), body) => {
                self.write(&target, head, body, ticket, unfit).await
            }
            (Ok(Admitted::Answered(answer)), _) => Ok(answer),
            (Err(stopped), _) => Err(stopped),
        };
        let answer = answer.unwrap_or_else(|stopped| match stopped {
            Stopped::Refused(refusal) => self.refusals.answer(refusal),
            Stopped::Unsaved(error) => Refusals::failed(&error),
        });
        Answered { answer, problems }
    }

    /// The checks that do not need the body.
    fn admit(&self, head: &request::Parts, tenant: &str) -> Result<Admitted<'_>, Stopped> {
        self.keeper.settle()?;
        let target = Target::read(head.uri.path()).ok_or(Refusal::NothingHere)?;
        let methods = target.resource.methods();
        if !methods.include(&head.method) {
            return Err(Refusal::MethodNotAllowed(methods).into());
        }
        let state = self.keeper.read();
        let customer_id = &customer(&state, &target.customer_id)?.id;
        if head.method == Method::GET {
            return Ok(Admitted::Read(target));
        }
        let key = key(head, tenant, customer_id);
        match self.replays.begin(key, &state.answers, state.time.now()) {
            Begun::First(ticket) => Ok(Admitted::Write(target, ticket)),
            Begun::AtWork => Err(Refusal::AtWork.into()),
            Begun::Answered(answer) => Ok(Admitted::Answered(answer)),
        }
    }

    fn read(&self, target: &Target, head: &request::Parts) -> Result<Answer, Stopped> {
        let state = self.keeper.read();
        let now = state.time.now();
        let customer = customer(&state, &target.customer_id)?;
        let query = head.uri.query().unwrap_or_default();
        let answer = match &target.resource {
            Resource::Orders => {
                let query = ListQuery::read(query)?;
                Answer::ok(&paging::page(customer, &query, &head.headers, now)?)
            }
            Resource::Order { order_id } => {
                let placed = order(customer, order_id)?;
                Answer::ok::<Order>(&placed.shown(now, flag(query, INCLUDE_PRICE)))
            }
            Resource::ProvisioningStatus { order_id } => {
                Answer::ok(&provisioning::of(order(customer, order_id)?, now))
            }
            Resource::OrderActivationLinks { order_id } => {
                Answer::ok(&activation::of_order(&order(customer, order_id)?.at(now)))
            }
            Resource::LineItemActivationLinks {
                order_id,
                line_item_number,
            } => {
                let order = &order(customer, order_id)?.at(now);
                let line = line(order, line_item_number)?;
                Answer::ok(&activation::of_line(order, line))
            }
            Resource::Subscriptions => {
                let order_id = order_id(query)?;
                Answer::ok(&subscription::of(&order(customer, &order_id)?.at(now)))
            }
            Resource::SubscriptionActivationLinks { subscription_id } => {
                let (order, line) = customer
                    .subscription(subscription_id, now)
                    .ok_or(Refusal::SubscriptionNotFound)?;
                let line = &order.line_items[line];
                let id = line.subscription_id.as_deref().unwrap_or_default();
                Answer::ok(&activation::of_subscription(&order, line, id))
            }
            // It takes no GET.
            Resource::Upload { .. } => return Err(Refusal::Unexpected.into()),
            Resource::Attachments { order_id } => {
                Answer::ok(&attachment::list(&order(customer, order_id)?.attachments))
            }
            Resource::Attachment {
                order_id,
                attachment_id,
            } => {
                let file = order(customer, order_id)?.attachment(attachment_id);
                Ok(Answer::file(file.ok_or(Refusal::NothingHere)?.bytes()))
            }
        };
        answer.map_err(|_| Refusal::Unexpected.into())
    }

    async fn write(
        &self,
        target: &Target,
        head: &request::Parts,
        body: Result<Bytes, Refusal>,
        ticket: Ticket<'_>,
        unfit: Option<Answer>,
    ) -> Result<Answer, Stopped> {
        let body = body?;
        let asked = match &target.resource {
            Resource::Upload { .. } => Asked::Upload(Upload::read(&head.headers, body).await?),
            _ if !is_json(&head.headers) => return Err(Refusal::MediaTypeUnknown.into()),
            _ => Asked::Members(Members::read(&body)?),
        };
        // Up to here it is the request that is refused; from here on the operation answers, which is remembered.
        self.keeper.change(|state| {
            let now = state.time.now();
            let answer = match carry_out(state, target, &head.headers, asked, unfit, now) {
                // Nothing changed, and nothing is to be remembered.
                Err(refusal) if !ticket.has_id() => return Err(refusal.into()),
                carried_out => carried_out.unwrap_or_else(|refusal| self.refusals.answer(refusal)),
            };
            if !answer.status.is_server_error() {
                ticket.remember(&mut state.answers, &answer, now);
            }
            Ok(answer)
        })
    }
}

/// Makes the change that a write asks for.
fn carry_out(
    state: &mut State,
    target: &Target,
    headers: &HeaderMap,
    asked: Asked<'_>,
    unfit: Option<Answer>,
    now: DateTime<Utc>,
) -> Result<Answer, Refusal> {
    let place = place_of(&state.customers, &target.customer_id)?;
    let customer = &mut state.customers[place];
    let answer = match (&target.resource, asked) {
        (Resource::Orders, Asked::Members(body)) => {
            let new = NewOrder::read(&body, &Buyer::of(customer, now))?;
            let prices = purchase::prices(&new)?;
            if let Some(unfit) = unfit {
                return Ok(unfit);
            }
            let placed = purchase::place(customer, new, prices, now)?;
            Answer::created::<Order>(&placed.shown(now, false))
        }
        (Resource::Order { order_id }, Asked::Members(body)) => {
            let changed = Changed::read(
                customer,
                order(customer, order_id)?,
                &body,
                headers.get(IF_MATCH),
                now,
            )?;
            if let Some(unfit) = unfit {
                return Ok(unfit);
            }
            let placed = customer.order_mut(order_id).ok_or(Refusal::OrderNotFound)?;
            changed.apply(placed, now);
            Answer::ok::<Order>(&placed.shown(now, false))
        }
        (Resource::Upload { order_id }, Asked::Upload(upload)) => {
            let placed = customer.order_mut(order_id).ok_or(Refusal::OrderNotFound)?;
            upload.check(placed, now)?;
            if let Some(unfit) = unfit {
                return Ok(unfit);
            }
            Answer::uploaded(&attachment::list(upload.apply(placed, now)))
        }
        // Nothing else takes another method than GET.
        _ => return Err(Refusal::Unexpected),
    };
    answer.map_err(|_| Refusal::Unexpected)
}

/// The request id of a write, when it has one that counts.
fn key(head: &request::Parts, tenant: &str, customer_id: &str) -> Option<Key> {
    let request_id = head.headers.get(REQUEST_ID)?.to_str().ok()?;
    let operation = Operation::of(&head.method, head.uri.path())?;
    is_guid(request_id).then(|| Key {
        tenant: tenant.to_owned(),
        customer_id: customer_id.to_owned(),
        operation,
        request_id: request_id.to_ascii_lowercase(),
    })
}

fn customer<'s>(state: &'s State, id: &str) -> Result<&'s Customer, Refusal> {
    place_of(&state.customers, id).map(|place| &state.customers[place])
}

/// Where among the customers the one with this id is.
fn place_of(customers: &[Customer], id: &str) -> Result<usize, Refusal> {
    if !is_guid(id) {
        return Err(Refusal::CustomerIdInvalid);
    }
    customers
        .iter()
        .position(|customer| customer.id.eq_ignore_ascii_case(id))
        .ok_or(Refusal::CustomerUnrelated)
}

/// The order whose subscriptions are asked for.
fn order_id(query: &str) -> Result<String, Refusal> {
    pair(query, "order_id")
        .map(|pair| pair.value)
        .filter(|id| !id.trim().is_empty())
        .ok_or(Refusal::OrderIdMissing)
}

fn order<'c>(customer: &'c Customer, id: &str) -> Result<&'c PlacedOrder, Refusal> {
    customer.order(id).ok_or(Refusal::OrderNotFound)
}

/// The line with this number, which must be written as the service writes it: `00` is no line.
fn line<'o>(order: &'o Order, number: &str) -> Result<&'o LineItem, Refusal> {
    order
        .line_items
        .iter()
        .find(|line| line.line_item_number.to_string() == number)
        .ok_or(Refusal::NothingHere)
}
