//! Operations over the ways in.

mod account;
mod api_tokens;
mod cookies;
mod instead;
mod invites;
mod me;
mod passwords;
mod register;
mod sessions;
mod sign_in;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::platform::web::guard::Web;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(register::set_up_instance))
        .routes(routes!(register::register))
        .routes(routes!(register::verify_email))
        .routes(routes!(register::resend_verification))
        .routes(routes!(sign_in::sign_in))
        .routes(routes!(sign_in::sign_out))
        .routes(routes!(passwords::forgot_password))
        .routes(routes!(passwords::reset_password))
        .routes(routes!(passwords::check_password))
        .routes(routes!(passwords::change_password))
        .routes(routes!(api_tokens::confirm_password))
        .routes(routes!(api_tokens::list_tokens, api_tokens::create_token))
        .routes(routes!(api_tokens::revoke_token))
        .routes(routes!(account::change_email))
        .routes(routes!(account::confirm_email))
        .routes(routes!(account::delete_me))
        .routes(routes!(me::get_me))
        .routes(routes!(sessions::list_sessions, sessions::end_other_sessions))
        .routes(routes!(sessions::end_session))
        .routes(routes!(invites::invite_details))
        .routes(routes!(invites::create_invite, invites::list_invites))
        .routes(routes!(invites::delete_invite))
        .routes(routes!(instead::sign_in_as))
        .routes(routes!(instead::back_to_oneself))
        .routes(routes!(instead::list_user_sessions, instead::end_user_sessions))
        .routes(routes!(instead::end_user_session))
        .routes(routes!(instead::send_reset_mail))
        .routes(routes!(instead::preview_erase, instead::erase_user))
}
