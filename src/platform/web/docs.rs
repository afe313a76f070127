//! The OpenAPI document as a page that people can read: plain HTML made at start, no scripts.

use serde_json::{Map, Value};

/// The page's style sheet.
pub(super) const STYLE: &str = include_str!("docs.css");

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// One operation with its place.
struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    body: &'a Value,
}

/// The page for a document.
pub(super) fn page(document: &Value) -> String {
    let mut out = String::new();
    let title = escape(text(&document["info"], "title"));
    let tags: Vec<&Value> = document["tags"].as_array().into_iter().flatten().collect();
    let operations = operations(document);
    out.push_str(&format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title} API</title><link rel=\"stylesheet\" href=\"/api/docs.css\"></head>\
         <body><a class=\"skip\" href=\"#main\">Skip to the operations</a><div class=\"frame\"><nav aria-label=\"Parts of the API\"><p class=\"name\">{title} API</p><ul>"
    ));
    for tag in &tags {
        let name = escape(text(tag, "name"));
        out.push_str(&format!("<li><a href=\"#tag-{name}\">{name}</a></li>"));
    }
    out.push_str(
        "<li><a href=\"#schemas\">schemas</a></li></ul><p><a href=\"/api/openapi.json\">openapi.json</a></p></nav><main id=\"main\">",
    );
    out.push_str(&format!(
        "<h1>{title} API <small>{}</small></h1><p>{}</p>",
        escape(text(&document["info"], "version")),
        prose(text(&document["info"], "description"))
    ));
    for tag in &tags {
        let name = text(tag, "name");
        out.push_str(&format!(
            "<section><h2 id=\"tag-{0}\">{0}</h2><p>{1}</p>",
            escape(name),
            prose(text(tag, "description"))
        ));
        let is_of_tag = |o: &&Operation<'_>| o.body["tags"][0].as_str() == Some(name);
        operations
            .iter()
            .filter(is_of_tag)
            .for_each(|operation| write_operation(&mut out, operation));
        out.push_str("</section>");
    }
    write_schemas(&mut out, document);
    out.push_str("</main></div></body></html>");
    out
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let mut found = Vec::new();
    for (path, item) in entries(&document["paths"]) {
        for method in METHODS {
            if let Some(body) = item.get(method) {
                found.push(Operation { method, path, body });
            }
        }
    }
    found
}

fn write_operation(out: &mut String, operation: &Operation<'_>) {
    let Operation { method, path, body } = operation;
    let id = escape(text(body, "operationId"));
    let summary = body.get("summary").and_then(Value::as_str).unwrap_or_default();
    out.push_str(&format!(
        "<details id=\"{id}\"><summary><span class=\"method {method}\">{}</span> <code>{}</code> <span class=\"what\">{}</span></summary><p>{}</p><p class=\"quiet\">operation <code>{id}</code></p>",
        method.to_uppercase(),
        escape(path),
        prose(summary),
        prose(text(body, "description")),
    ));
    write_parameters(out, body);
    let asked = &body["requestBody"];
    for (kind, content) in entries(&asked["content"]) {
        out.push_str(&format!(
            "<h3>Body</h3><p><code>{}</code> {}</p>",
            escape(kind),
            schema(&content["schema"])
        ));
    }
    out.push_str("<h3>Answers</h3><table><tbody>");
    for (status, answer) in entries(&body["responses"]) {
        let shared = text(answer, "$ref").rsplit('/').next().unwrap_or_default();
        let said = if shared.is_empty() {
            prose(text(answer, "description"))
        } else {
            escape(shared)
        };
        let content: Vec<String> = entries(&answer["content"]).map(|(_, content)| schema(&content["schema"])).collect();
        out.push_str(&format!(
            "<tr><th scope=\"row\">{}</th><td>{said} {}</td></tr>",
            escape(status),
            content.join(" ")
        ));
    }
    out.push_str("</tbody></table></details>");
}

fn write_parameters(out: &mut String, operation: &Value) {
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    if parameters.is_empty() {
        return;
    }
    out.push_str("<h3>Parameters</h3><table><tbody>");
    for parameter in parameters {
        let needed = if parameter["required"].as_bool() == Some(true) {
            ""
        } else {
            " <span class=\"quiet\">optional</span>"
        };
        out.push_str(&format!(
            "<tr><th scope=\"row\"><code>{}</code> <span class=\"quiet\">{}</span></th><td>{}{needed} {}</td></tr>",
            escape(text(parameter, "name")),
            escape(text(parameter, "in")),
            schema(&parameter["schema"]),
            prose(text(parameter, "description")),
        ));
    }
    out.push_str("</tbody></table>");
}

fn write_schemas(out: &mut String, document: &Value) {
    out.push_str("<section><h2 id=\"schemas\">schemas</h2>");
    for (name, one) in entries(&document["components"]["schemas"]) {
        let name = escape(name);
        out.push_str(&format!(
            "<details id=\"schema-{name}\"><summary><code>{name}</code></summary><p>{}</p>",
            prose(text(one, "description"))
        ));
        let required: Vec<&str> = one["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut rows = entries(&one["properties"]).peekable();
        if rows.peek().is_none() {
            out.push_str(&format!("<p>{}</p>", schema(one)));
        } else {
            out.push_str("<table><tbody>");
            for (field, property) in rows {
                let optional = if required.contains(&field.as_str()) {
                    ""
                } else {
                    " <span class=\"quiet\">optional</span>"
                };
                out.push_str(&format!(
                    "<tr><th scope=\"row\"><code>{}</code></th><td>{}{optional} {}</td></tr>",
                    escape(field),
                    schema(property),
                    prose(text(property, "description"))
                ));
            }
            out.push_str("</tbody></table>");
        }
        out.push_str("</details>");
    }
    out.push_str("</section>");
}

/// A schema in a few words, with links to those that have a name.
fn schema(value: &Value) -> String {
    if let Some(name) = value["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
        return format!("<a href=\"#schema-{0}\">{0}</a>", escape(name));
    }
    for union in ["oneOf", "anyOf", "allOf"] {
        if let Some(list) = value[union].as_array() {
            let joint = if union == "allOf" { " and " } else { " or " };
            return list.iter().map(schema).collect::<Vec<_>>().join(joint);
        }
    }
    if let Some(words) = value["enum"].as_array() {
        let words: Vec<String> = words
            .iter()
            .map(|word| format!("<code>{}</code>", escape(&word.to_string())))
            .collect();
        return words.join(" or ");
    }
    let kinds = match &value["type"] {
        Value::String(kind) => vec![kind.as_str()],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let format = value["format"]
        .as_str()
        .map_or_else(String::new, |format| format!(" ({})", escape(format)));
    let kinds: Vec<String> = kinds
        .into_iter()
        .map(|kind| match kind {
            "array" => format!("list of {}", schema(&value["items"])),
            "object" => fields(value),
            other => escape(other),
        })
        .collect();
    if kinds.is_empty() {
        "any".into()
    } else {
        kinds.join(" or ") + &format
    }
}

/// The fields of an object without a name.
fn fields(value: &Value) -> String {
    let list: Vec<String> = entries(&value["properties"])
        .map(|(name, one)| format!("<code>{}</code>: {}", escape(name), schema(one)))
        .collect();
    if list.is_empty() {
        "object".into()
    } else {
        format!("{{ {} }}", list.join(", "))
    }
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Text with `code` in back quotes.
fn prose(text: &str) -> String {
    let parts: Vec<String> = escape(text).split('`').map(str::to_owned).collect();
    if parts.len().is_multiple_of(2) {
        return parts.join("`");
    }
    let wrap = |(n, part): (usize, &String)| if n % 2 == 1 { format!("<code>{part}</code>") } else { part.clone() };
    parts.iter().enumerate().map(wrap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_document_says_is_shown_and_never_run() {
        let document = serde_json::json!({
            "info": { "title": "<script>alert(1)</script>", "version": "1", "description": "a `b` c" },
            "tags": [{ "name": "x\"y" }],
            "paths": { "/a/{b}": { "get": { "tags": ["x\"y"], "operationId": "get_a", "summary": "Gets <a>.",
                "parameters": [{ "name": "b", "in": "path", "required": true, "schema": { "type": ["string", "null"] } }],
                "responses": { "200": { "description": "fine", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/A" } } } } } } } },
            "components": { "schemas": { "A": { "type": "object", "properties": { "n": { "type": "integer", "format": "int64" } } } } },
        });
        let html = page(&document);
        assert!(!html.contains("<script") && html.contains("&lt;script&gt;") && html.contains("<code>b</code>"));
        for part in ["GET", "/a/{b}", "Gets &lt;a&gt;.", "#schema-A", "string or null", "integer (int64)"] {
            assert!(html.contains(part), "{part} is missing");
        }
    }
}
