//! Which answer does a request get?
//!
//! The checks have a fixed order, so that a request with two faults always gets the same answer: token, path, method,
//! customer id, customer, query, order or subscription, line or file of the order.

use std::io;

use http::{Method, request};

use crate::activation;
use crate::answer::Answer;
use crate::attachment;
use crate::clock::Clock;
use crate::document::Document;
use crate::id::is_guid;
use crate::log::Log;
use crate::order::{LineItem, Order};
use crate::paging::{self, ListQuery};
use crate::provisioning;
use crate::refusal::{Refusal, Refusals};
use crate::request::{INCLUDE_PRICE, Resource, Target, bearer, flag, pair};
use crate::seed;
use crate::store::{Customer, PlacedOrder};
use crate::subscription;

/// Everything that is behind the socket.
#[derive(Debug)]
pub(crate) struct Service {
    access_token: &'static str,
    customers: Vec<Customer>,
    refusals: Refusals,
    pub(crate) clock: Clock,
    pub(crate) log: Log,
}

impl Service {
    /// The state at the start, with this one token.
    pub(crate) fn new(
        access_token: &'static str,
        customer_ids: [&'static str; 2],
    ) -> io::Result<Self> {
        let document = Document::read()?;
        Ok(Self {
            access_token,
            customers: seed::customers(&document, customer_ids)?,
            refusals: Refusals::read(&document)?,
            clock: Clock::still(),
            log: Log::default(),
        })
    }

    /// Answers a request. There is no request without an answer.
    pub(crate) fn answer(&self, head: &request::Parts) -> Answer {
        self.serve(head)
            .unwrap_or_else(|refusal| self.refusals.answer(refusal))
    }

    fn serve(&self, head: &request::Parts) -> Result<Answer, Refusal> {
        match bearer(&head.headers) {
            Some(token) if token == self.access_token.as_bytes() => {}
            Some(_) => return Err(Refusal::TokenNotAccepted),
            None => return Err(Refusal::TokenMissing),
        }
        let target = Target::read(head.uri.path()).ok_or(Refusal::NothingHere)?;
        if head.method != Method::GET {
            return Err(Refusal::MethodNotAllowed);
        }
        let customer = self.customer(&target.customer_id)?;
        let query = head.uri.query().unwrap_or_default();
        let answer = match &target.resource {
            Resource::Orders => {
                let query = ListQuery::read(query)?;
                Answer::ok(&paging::page(customer, &query, &head.headers)?)
            }
            Resource::Order { order_id } => {
                let shown = order(customer, order_id)?.shown(flag(query, INCLUDE_PRICE));
                Answer::ok::<Order>(&shown)
            }
            Resource::ProvisioningStatus { order_id } => {
                Answer::ok(&provisioning::of(&order(customer, order_id)?.order))
            }
            Resource::OrderActivationLinks { order_id } => {
                Answer::ok(&activation::of_order(&order(customer, order_id)?.order))
            }
            Resource::LineItemActivationLinks {
                order_id,
                line_item_number,
            } => {
                let order = &order(customer, order_id)?.order;
                let line = line(order, line_item_number)?;
                Answer::ok(&activation::of_line(order, line))
            }
            Resource::Subscriptions => {
                let order_id = order_id(query)?;
                Answer::ok(&subscription::of(order(customer, &order_id)?))
            }
            Resource::SubscriptionActivationLinks { subscription_id } => {
                let subscribed = customer.subscription(subscription_id);
                let subscribed = subscribed.ok_or(Refusal::SubscriptionNotFound)?;
                Answer::ok(&activation::of_subscription(subscribed))
            }
            Resource::Attachments { order_id } => {
                Answer::ok(&attachment::list(&order(customer, order_id)?.attachments))
            }
            Resource::Attachment {
                order_id,
                attachment_id,
            } => {
                let file = order(customer, order_id)?.attachment(attachment_id);
                Ok(Answer::file(file.ok_or(Refusal::NothingHere)?.content()))
            }
        };
        answer.map_err(|_| Refusal::Unexpected)
    }

    fn customer(&self, id: &str) -> Result<&Customer, Refusal> {
        if !is_guid(id) {
            return Err(Refusal::CustomerIdInvalid);
        }
        self.customers
            .iter()
            .find(|customer| customer.id.eq_ignore_ascii_case(id))
            .ok_or(Refusal::CustomerUnrelated)
    }
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
