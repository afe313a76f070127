//! Requests over people in number: lists, deeds, groups, fields, assignments.

use serde_json::json;

use super::samples::{Body, Sample};

/// The request of an operation; `None` when it is another's.
pub fn sample(operation: &str) -> Option<Sample> {
    let body = match operation {
        "list_bulk"
        | "get_bulk"
        | "undo_bulk"
        | "list_groups"
        | "get_group"
        | "delete_group"
        | "list_members"
        | "add_member"
        | "remove_member"
        | "add_manager"
        | "remove_manager"
        | "list_user_groups"
        | "list_fields"
        | "delete_field"
        | "list_user_fields"
        | "list_my_fields"
        | "list_views"
        | "delete_view"
        | "list_user_audit"
        | "list_user_sources"
        | "ask_my_data"
        | "get_my_data"
        | "read_my_data"
        | "ask_user_data"
        | "get_user_data"
        | "read_user_data"
        | "back_to_oneself"
        | "list_user_sessions"
        | "end_user_sessions"
        | "end_user_session"
        | "send_reset_mail"
        | "preview_erase"
        | "list_assignments"
        | "get_assignment"
        | "end_assignment"
        | "list_assignees"
        | "list_user_enrolments"
        | "list_my_teams"
        | "list_team" => Body::None,
        "export_people_csv" | "export_people_xlsx" | "get_import" | "read_import_report" => Body::None,
        "upload_import" => Body::Bytes(b"email,name\nzoe@example.com,Zoe\n".to_vec()),
        "look_at_import" | "apply_import" => Body::Json(json!({"creates_groups": true})),
        "preview_bulk" => Body::Json(json!({"act": {"kind": "set_plan", "plan": "premium"}, "whom": {"users": ["{user}"]}})),
        "start_bulk" => {
            Body::Json(json!({"act": {"kind": "set_plan", "plan": "premium"}, "whom": {"users": ["{user}"]}, "key": "a-deed-of-mine"}))
        }
        "create_group" => Body::Json(json!({"name": "Cooks"})),
        "update_group" => Body::Json(json!({"name": "Gardeners of the south"})),
        "preview_rule" => {
            Body::Json(json!({"rule": {"match_all": true, "terms": [{"on": "role", "is": "one_of", "values": ["learner"]}]}}))
        }
        "create_field" => Body::Json(json!({"key": "shift", "label": "Shift", "kind": "text"})),
        "update_field" => Body::Json(json!({"key": "team", "label": "Team name", "kind": "text"})),
        "update_user_fields" => Body::Json(json!([{"field": "{field}", "value": "Blue"}])),
        "update_my_fields" => Body::Json(json!([])),
        "save_view" => Body::Json(json!({"name": "Cooks", "query": "q=cook", "is_shared": false})),
        "sign_in_as" => Body::Json(json!({"minutes": 15})),
        "erase_user" => Body::Json(json!({"name": "Lea"})),
        "preview_assignment" | "create_assignment" => Body::Json(json!({"course": "{course}", "groups": ["{group}"], "due_days": 30})),
        _ => return None,
    };
    Some(Sample { query: "", body })
}
