//! What does the spec say of the requests and the answers of an operation?

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, LazyLock};

use serde::Deserialize as _;
use serde_json::Value;

use crate::document::{Document, broken};
use crate::operation::Operation;
use crate::schema::{Schema, Schemas};

/// Compiling the schemas takes longer than everything else at the start but for reading the spec: it is done once, for all
/// simulators.
static CONTRACTS: LazyLock<Result<Contracts, String>> = LazyLock::new(|| {
    let contracts = Document::read().and_then(Contracts::of);
    contracts.map_err(|error| error.to_string())
});

/// What is said of each operation.
#[derive(Debug)]
pub(crate) struct Contracts(BTreeMap<Operation, Contract>);

/// What is said of one operation.
#[derive(Debug)]
pub(crate) struct Contract {
    /// The segments of the path, without the version.
    pub(crate) path: Vec<String>,
    pub(crate) parameters: Vec<Parameter>,
    /// Of a JSON body.
    pub(crate) body: Option<Arc<Schema>>,
    /// By status, range of statuses or `default`.
    answers: BTreeMap<String, Expected>,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) place: Place,
    pub(crate) name: String,
    pub(crate) is_required: bool,
    pub(crate) schema: Arc<Schema>,
}

/// Where a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
}

/// An answer that is listed.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) headers: Vec<Parameter>,
    /// By media type; bytes that are no JSON have no schema.
    pub(crate) content: BTreeMap<String, Option<Arc<Schema>>>,
}

impl Contracts {
    /// Those of the spec that this crate was built with.
    pub(crate) fn read() -> io::Result<&'static Self> {
        CONTRACTS.as_ref().map_err(|what| broken(what.clone()))
    }

    pub(crate) fn get(&self, operation: Operation) -> Option<&Contract> {
        self.0.get(&operation)
    }

    pub(crate) fn of(document: &'static Document) -> io::Result<Self> {
        let mut reader = Reader {
            document,
            schemas: Schemas::of(document)?,
        };
        let mut contracts = BTreeMap::new();
        for (path, item) in members(document.at("/paths")?) {
            for (_, described) in members(item) {
                if let Some(id) = described.get("operationId") {
                    let operation = Operation::deserialize(id)
                        .map_err(|_| broken(format!("no operation is called {id}")))?;
                    contracts.insert(operation, reader.contract(path, item, described)?);
                }
            }
        }
        Ok(Self(contracts))
    }
}

impl Contract {
    /// What is said of answers with this status.
    pub(crate) fn expected(&self, status: u16) -> Option<&Expected> {
        let exact = self.answers.get(&status.to_string());
        exact
            .or_else(|| self.answers.get(&format!("{}XX", status / 100)))
            .or_else(|| self.answers.get("DEFAULT"))
    }
}

/// Reads the spec.
struct Reader {
    document: &'static Document,
    schemas: Schemas,
}

impl Reader {
    fn contract(
        &mut self,
        path: &str,
        item: &'static Value,
        described: &'static Value,
    ) -> io::Result<Contract> {
        let mut parameters = Vec::new();
        for list in [item, described].map(|part| part.get("parameters")) {
            for parameter in list.and_then(Value::as_array).into_iter().flatten() {
                parameters.push(self.parameter(parameter)?);
            }
        }
        let mut body = match described.get("requestBody") {
            Some(body) => self.content(self.document.resolved(body)?)?,
            None => BTreeMap::new(),
        };
        let mut answers = BTreeMap::new();
        for (status, answer) in described
            .get("responses")
            .map(members)
            .into_iter()
            .flatten()
        {
            let answer = self.expected(self.document.resolved(answer)?)?;
            answers.insert(status.to_ascii_uppercase(), answer);
        }
        Ok(Contract {
            path: path.split('/').skip(1).map(str::to_owned).collect(),
            parameters,
            body: body.remove("application/json").flatten(),
            answers,
        })
    }

    fn parameter(&mut self, parameter: &'static Value) -> io::Result<Parameter> {
        let parameter = self.document.resolved(parameter)?;
        let place = match text(parameter, "in")? {
            "path" => Place::Path,
            "query" => Place::Query,
            "header" => Place::Header,
            other => return Err(broken(format!("the spec has a parameter in {other}"))),
        };
        self.named(place, text(parameter, "name")?, parameter)
    }

    fn named(&mut self, place: Place, name: &str, part: &'static Value) -> io::Result<Parameter> {
        Ok(Parameter {
            place,
            name: name.to_owned(),
            is_required: part.get("required") == Some(&Value::Bool(true)),
            schema: self.schema(part)?,
        })
    }

    fn expected(&mut self, answer: &'static Value) -> io::Result<Expected> {
        let mut headers = Vec::new();
        for (name, header) in answer.get("headers").map(members).into_iter().flatten() {
            let header = self.document.resolved(header)?;
            headers.push(self.named(Place::Header, name, header)?);
        }
        let content = self.content(answer)?;
        Ok(Expected { headers, content })
    }

    fn content(
        &mut self,
        part: &'static Value,
    ) -> io::Result<BTreeMap<String, Option<Arc<Schema>>>> {
        let mut content = BTreeMap::new();
        for (media_type, described) in part.get("content").map(members).into_iter().flatten() {
            let is_json = media_type.ends_with("/json");
            let schema = is_json.then(|| self.schema(described)).transpose()?;
            content.insert(media_type.clone(), schema);
        }
        Ok(content)
    }

    fn schema(&mut self, part: &'static Value) -> io::Result<Arc<Schema>> {
        let schema = part.get("schema");
        let schema = schema.ok_or_else(|| broken(format!("the spec has no schema in {part}")))?;
        self.schemas.compiled(schema)
    }
}

fn members(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

fn text<'p>(part: &'p Value, name: &str) -> io::Result<&'p str> {
    let text = part.get(name).and_then(Value::as_str);
    text.ok_or_else(|| broken(format!("the spec has no {name} in {part}")))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Contracts, Parameter, Place};
    use crate::document::Document;
    use crate::operation::Operation;

    fn contracts(spec: Value) -> Result<Contracts, String> {
        Contracts::of(Document::of(spec)).map_err(|error| error.to_string())
    }

    fn spec(operation: Value, parameter: Value) -> Value {
        json!({
            "paths": { "/orders": { "parameters": [parameter], "get": operation } },
            "components": { "schemas": { "Text": { "type": "string" } } },
        })
    }

    #[test]
    fn every_operation_has_one() {
        let contracts = Contracts::read().expect("the spec");
        for operation in Operation::ALL {
            let contract = contracts.get(operation).expect("a contract");
            let in_path = |parameter: &&Parameter| parameter.place == Place::Path;
            let named = contract.path.iter().filter(|name| name.starts_with('{'));
            assert_eq!(
                contract.parameters.iter().filter(in_path).count(),
                named.count()
            );
            let ok = contract.expected(200).or(contract.expected(201));
            assert!(ok.is_some_and(|ok| !ok.content.is_empty()));
        }
        let create = contracts.get(Operation::CreateOrder).expect("create_order");
        assert!(create.body.is_some() && create.expected(200).is_none());
    }

    #[test]
    fn the_closest_answer_counts() {
        let answer =
            |name: &str| json!({ "headers": { name: { "schema": { "type": "string" } } } });
        let described = json!({ "operationId": "list_orders", "responses": {
            "404": answer("exact"), "4XX": answer("range"), "default": answer("other") } });
        let parameter = json!({ "in": "path", "name": "p", "schema": { "type": "string" } });
        let contracts = contracts(spec(described, parameter)).expect("contracts");
        let contract = contracts.get(Operation::ListOrders).expect("a contract");
        for (status, name) in [(404, "exact"), (499, "range"), (200, "other")] {
            let expected = contract.expected(status).expect("an answer");
            assert_eq!(expected.headers[0].name, name);
        }
    }

    #[test]
    fn a_spec_that_cannot_be_used_is_an_error() {
        let operation = json!({ "operationId": "list_orders", "responses": {} });
        let parameter = |place, schema| json!({ "in": place, "name": "p", "schema": schema });
        for (operation, parameter, wrong) in [
            (
                json!({ "operationId": "fly" }),
                parameter("path", json!({})),
                "fly",
            ),
            (operation.clone(), parameter("cookie", json!({})), "cookie"),
            (
                operation.clone(),
                parameter("query", json!({ "type": "tree" })),
                "none",
            ),
            (
                operation.clone(),
                parameter("query", json!({ "$ref": "#/components/schemas/Number" })),
                "none",
            ),
            (
                operation.clone(),
                json!({ "in": "query", "name": "p" }),
                "no schema",
            ),
            (operation, json!({ "$ref": "#/nowhere" }), "nowhere"),
        ] {
            let error = contracts(spec(operation, parameter)).expect_err(wrong);
            assert!(error.contains(wrong), "{error}");
        }
    }
}
