//! One request for each operation. `{names}` are filled from the world.

use serde_json::{Value, json};

use super::world::{picture, pixel};
use crate::support::PASSWORD;

/// What is sent.
pub enum Body {
    None,
    Json(Value),
    Bytes(Vec<u8>),
    /// With these headers.
    Tus(&'static [(&'static str, &'static str)], Vec<u8>),
}

/// A request, besides its method and path.
pub struct Sample {
    /// Appended to the path, with its question mark.
    pub query: &'static str,
    pub body: Body,
}

fn plain() -> Option<Sample> {
    Some(Sample {
        query: "",
        body: Body::None,
    })
}

fn asked(query: &'static str) -> Option<Sample> {
    Some(Sample { query, body: Body::None })
}

fn json(body: Value) -> Option<Sample> {
    Some(Sample {
        query: "",
        body: Body::Json(body),
    })
}

fn bytes(body: Vec<u8>) -> Option<Sample> {
    Some(Sample {
        query: "",
        body: Body::Bytes(body),
    })
}

fn tus(headers: &'static [(&'static str, &'static str)], body: Vec<u8>) -> Option<Sample> {
    Some(Sample {
        query: "",
        body: Body::Tus(headers, body),
    })
}

/// The request of an operation; `None` when nobody has written one.
pub fn sample(operation: &str) -> Option<Sample> {
    accounts(operation)
        .or_else(|| courses(operation))
        .or_else(|| learning(operation))
        .or_else(|| moderation(operation))
        .or_else(|| instance(operation))
        .or_else(|| super::people::sample(operation))
}

fn instance(operation: &str) -> Option<Sample> {
    match operation {
        "get_instance"
        | "list_throttles"
        | "release_throttle"
        | "get_address_settings"
        | "delete_icon"
        | "get_logo"
        | "delete_logo"
        | "list_settings"
        | "list_audit"
        | "list_jobs"
        | "get_system"
        | "retry_job" => plain(),
        "list_audit_actions" | "check_audit" | "cancel_job" | "list_queues" | "list_mails" | "retry_mail" => plain(),
        "list_backups" | "create_backup" | "download_backup" | "list_attention" | "list_activity" | "watch_activity" => plain(),
        "check_health" | "get_log_level" | "list_sections" | "list_section_history" | "list_mail_templates" => plain(),
        "get_legal_page" | "list_wanted_consents" | "count_consents" => plain(),
        "give_consent" => json(json!({"page": "terms", "version": 1})),
        "export_audit" => asked("?format=csv"),
        // Nothing is logged in tests: what an admin may ask is refused for its words.
        "put_log_level" => json(json!({"level": "a=b=c"})),
        "put_section" => {
            json(json!({"value": {"audit_addresses_days": 10, "sent_mails_days": 10, "failed_mails_days": 10, "webhook_calls_days": 10}}))
        }
        "preview_mail_template" => json(json!({"template": "test", "subject": "Hello", "text": "Hello {{name}}"})),
        "send_mail_template" => json(json!({"template": "test", "to": "ada@example.com"})),
        "list_tokens" | "revoke_token" => plain(),
        "create_token" => json(json!({"name": "Robot", "scopes": ["courses:read"], "days": 30})),
        "confirm_password" => json(json!({"password": PASSWORD})),
        "list_webhooks" | "delete_webhook" | "rotate_webhook_secret" | "ping_webhook" | "list_webhook_deliveries" => plain(),
        "get_webhook_delivery" | "replay_webhook_delivery" => plain(),
        "create_webhook" => json(json!({"url": "https://hooks.example.com/", "kinds": ["*"]})),
        "update_webhook" => json(json!({"is_active": false})),
        "put_logo" => bytes(pixel()),
        "put_icon" => bytes(picture(64)),
        "put_address_settings" => json(json!({"public_url": "https://learn.example.com"})),
        "check_address" => json(json!({"public_url": "https://127.0.0.1"})),
        "prove_instance" => asked("?nonce=0123456789abcdef"),
        "put_organisation_settings" => {
            json(json!({"name": "Alder", "tagline": "", "brand_colour": "#076546", "support_email": null, "footer": ""}))
        }
        "put_registration_settings" => json(json!({"mode": "open", "domains": [], "public_catalogue": false, "password_min_length": 10})),
        "put_learning_settings" => json(json!({"day_start_hour": 3, "default_pace": "daily", "heartbeat_seconds": 30})),
        "put_mail_settings" => json(
            json!({"mode": "outbox", "host": "", "port": 587, "security": "starttls", "username": "", "password": null, "from_name": "", "from_address": null}),
        ),
        "send_test_mail" => json(json!({"to": "ada@example.com"})),
        "upload_asset" => Some(Sample {
            query: "?name=b.png",
            body: Body::Bytes(pixel()),
        }),
        "get_media_limits" | "get_asset" | "delete_asset" | "read_asset_file" | "list_assets" | "list_asset_uses" => plain(),
        "replace_asset_file" => Some(Sample {
            query: "?name=b.png",
            body: Body::Bytes(pixel()),
        }),
        "change_asset" => json(json!({"name": "c.png", "alt": "A green square"})),
        "delete_assets" => json(json!({"assets": ["{asset}"]})),
        "list_uploads" | "get_upload" | "discover_uploads" => plain(),
        "head_upload" | "end_upload" => tus(&[], Vec::new()),
        "create_upload" => tus(&[("upload-length", "10")], Vec::new()),
        "append_upload" => tus(
            &[("upload-offset", "0"), ("content-type", "application/offset+octet-stream")],
            b"abc".to_vec(),
        ),
        "override_upload" => tus(&[("x-http-method-override", "HEAD")], Vec::new()),
        "search" => asked("?q=writing"),
        "suggest" => asked("?q=wri"),
        _ => None,
    }
}

fn accounts(operation: &str) -> Option<Sample> {
    let token = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
    let strong = "violet-harbour-quartz-7";
    match operation {
        "get_me" | "list_sessions" | "end_session" | "end_other_sessions" | "sign_out" | "get_profile" | "delete_picture"
        | "read_picture" | "list_users" | "get_user" | "list_invites" | "delete_invite" => plain(),
        "set_up_instance" => json(
            json!({"token": token, "organisation": "A", "name": "Ada", "email": "first@example.com", "password": strong, "time_zone": "UTC"}),
        ),
        "register" => {
            json(json!({"name": "New", "email": "new.person@example.com", "password": strong, "time_zone": "UTC", "language": "en"}))
        }
        "verify_email" | "confirm_email" | "invite_details" | "get_invite_details" => json(json!({"token": token})),
        "resend_verification" | "forgot_password" => json(json!({"email": "lea@example.com"})),
        "sign_in" => json(json!({"email": "lea@example.com", "password": PASSWORD})),
        "reset_password" => json(json!({"token": token, "password": strong})),
        "check_password" => json(json!({"password": strong})),
        "change_email" => json(json!({"email": "moved@example.com", "password": PASSWORD})),
        "change_password" => json(json!({"current": PASSWORD, "new": strong})),
        "delete_me" => json(json!({"password": PASSWORD})),
        "update_profile" => json(json!({"headline": "Nurse"})),
        "put_picture" => bytes(pixel()),
        "update_user" => json(json!({"plan": "premium"})),
        "create_invite" => json(json!({"email": "another@example.com", "role": "learner"})),
        _ => None,
    }
}

fn courses(operation: &str) -> Option<Sample> {
    match operation {
        "list_categories" | "list_courses" | "get_course" | "preview_lesson" | "list_own_courses" | "list_versions" | "remove_category"
        | "archive_course" | "restore_course" | "delete_course" | "get_draft" | "get_draft_lesson" | "remove_lesson" => plain(),
        "list_lesson_history"
        | "get_lesson_state"
        | "list_templates"
        | "list_embed_sites"
        | "duplicate_lesson"
        | "preview_draft_lesson" => plain(),
        "set_lesson_text_aside" => json(json!({"body_html": "<p>Not taken.</p>"})),
        "restore_lesson_state" | "duplicate_course" => json(json!({})),
        "return_lesson" => json(json!({"day": 1, "position": 1})),
        "put_presence" => json(json!({"tab": "one", "lesson": "{draft_lesson}"})),
        "add_category" => json(json!({"name": "Cooking"})),
        "change_category" => json(json!({"name": "Gardens"})),
        "create_course" => json(json!({"title": "New", "category": "{category}", "length": 7, "level": "beginner", "language": "en"})),
        "change_draft" => json(json!({"title": "A better draft"})),
        "add_lesson" => json(json!({"day": 1, "title": "One more"})),
        "change_lesson" => json(json!({"title": "A better title", "expected_revision": "{draft_revision}"})),
        "put_lesson_order" => json(json!([{"day": 1, "lessons": ["{order}"]}])),
        "publish_course" => json(json!({"notes": "First"})),
        _ => None,
    }
}

fn moderation(operation: &str) -> Option<Sample> {
    match operation {
        "check_course" | "diff_course" | "get_course_access" | "add_author" | "remove_author" | "uninvite_guest" | "unpublish_course"
        | "count_courses" | "count_learners" | "get_course_review" | "withdraw_review" | "count_queue" | "get_review"
        | "compare_lesson" | "get_report" | "list_reviews" | "list_reports" => plain(),
        "find_instructors" | "find_groups" => asked("?q=a"),
        "list_all_courses" => asked("?q=writing&state=published"),
        "list_all_lessons" => asked("?q=day"),
        "count_completions" => asked("?courses={course}"),
        "load_version" => json(json!({})),
        "roll_back_version" => json(json!({"notes": "Back"})),
        "change_course_access" => json(json!({"visibility": "invitation"})),
        "invite_guest" => json(json!({"email": "lea@example.com"})),
        "change_many_courses" => json(json!({"deed": "archive", "courses": ["{course}"]})),
        "submit_course" | "approve_review" => json(json!({"note": "Please"})),
        "return_review" => json(json!({"note": "Mend this"})),
        "comment_review" => json(json!({"text": "A word"})),
        "assign_review" => json(json!({"assignee": null})),
        "report_subject" => json(json!({"subject_kind": "course", "subject_id": "{course}", "reason": "other"})),
        "change_report" => json(json!({"state": "resolved"})),
        _ => None,
    }
}

fn learning(operation: &str) -> Option<Sample> {
    match operation {
        "get_today" | "list_my_courses" | "get_outline" | "get_lesson" | "open_lesson" | "list_history" | "list_notes"
        | "list_lesson_notes" | "delete_note" | "export_notes" | "list_bookmarks" | "delete_bookmark" | "leave_course" | "restore_note" => {
            plain()
        }
        "open_next_day" => json(json!({"day": 1})),
        "enrol" | "update_enrolment" => json(json!({"pace": {"kind": "weekdays"}})),
        "preview_schedule" => asked("?kind=daily"),
        "send_heartbeat" | "record_heartbeat" => {
            json(json!({"timer": "0f7c9a1e-0000-4000-8000-000000000001", "seconds": 30, "is_active": true}))
        }
        "put_position" => json(json!({"block_id": "abcdefghij", "block_offset": 0.5, "client_at": "2026-11-16T09:00:00Z"})),
        "put_action" => json(json!({"done": true})),
        "complete_lesson" => json(json!({})),
        "create_note" => json(json!({"text": "Another"})),
        "update_note" => json(json!({"text": "Changed"})),
        "create_bookmark" => json(json!({"label": "There"})),
        _ => None,
    }
}

/// Names that an operation means in its own way.
pub fn renamed(operation: &str, path: &str) -> String {
    match operation {
        "restore_note" => path.replace("{note}", "{gone_note}"),
        "change_draft" | "add_lesson" | "get_draft" | "put_lesson_order" | "publish_course" | "delete_course" | "put_presence" => {
            path.replace("{course}", "{draft}")
        }
        "return_lesson" => path.replace("{course}", "{draft}").replace("{lesson}", "{gone_lesson}"),
        "get_draft_lesson"
        | "change_lesson"
        | "remove_lesson"
        | "list_lesson_history"
        | "get_lesson_state"
        | "set_lesson_text_aside"
        | "restore_lesson_state"
        | "duplicate_lesson"
        | "preview_draft_lesson" => path.replace("{course}", "{draft}").replace("{lesson}", "{draft_lesson}"),
        "withdraw_review" | "check_course" | "get_course_review" => path.replace("{course}", "{draft}"),
        "add_author" => path.replace("{user}", "{instructor}"),
        "remove_author" => path.replace("{user}", "{co_author}"),
        "compare_lesson" => path.replace("{lesson}", "{draft_lesson}"),
        "load_version" | "roll_back_version" => path.replace("{number}", "1"),
        "preview_lesson" => path.replace("{lesson}", "{second_lesson}"),
        _ => path.to_owned(),
    }
}
