//! The contract: the document is complete and whole.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::TestApp;

#[tokio::test]
async fn every_operation_is_named_once_and_lists_the_common_errors() {
    let app = TestApp::start().await;
    let document = serde_json::to_value(app.document().as_ref()).expect("a document is JSON");
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["title"], "Momentum");
    let mut seen = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        assert!(path.starts_with("/api/v1/"), "{path}");
        for (method, operation) in item.as_object().expect("operations") {
            let id = operation["operationId"].as_str().unwrap_or_default();
            assert!(
                !id.is_empty() && seen.insert(id.to_owned()),
                "{method} {path}: {id:?} is empty or used twice"
            );
            assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{method} {path}: one tag");
            for status in ["401", "404", "500", "503"] {
                assert!(operation["responses"].get(status).is_some(), "{method} {path}: no {status}");
            }
        }
    }
}

#[tokio::test]
async fn every_reference_in_the_document_leads_somewhere() {
    let app = TestApp::start().await;
    let document = serde_json::to_value(app.document().as_ref()).expect("a document is JSON");
    let mut missing = Vec::new();
    walk(&document, &mut |reference| {
        if document.pointer(reference.trim_start_matches('#')).is_none() {
            missing.push(reference.to_owned());
        }
    });
    assert!(missing.is_empty(), "{missing:?}");
}

fn walk(value: &Value, found: &mut impl FnMut(&str)) {
    match value {
        Value::Object(map) => {
            if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
                found(reference);
            }
            map.values().for_each(|inner| walk(inner, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| walk(inner, found)),
        _ => {}
    }
}
