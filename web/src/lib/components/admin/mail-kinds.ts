import { m } from '#lib/paraglide/messages.js';

const names: Record<string, () => string> = {
	verify: m.tpl_verify,
	'already-registered': m.tpl_already_registered,
	reset: m.tpl_reset_mail,
	'reset-asked': m.tpl_reset_asked,
	'password-changed': m.tpl_password_changed,
	'change-email': m.tpl_change_email,
	'email-changed': m.tpl_email_changed,
	invite: m.tpl_invite,
	'course-approved': m.tpl_course_approved,
	'course-returned': m.tpl_course_returned,
	'review-assigned': m.tpl_review_assigned,
	'reviews-waiting': m.tpl_reviews_waiting,
	'webhook-off': m.tpl_webhook_off,
	test: m.tpl_test_mail
};

/** What a kind of mail is called; one that we have no words for keeps its own name. */
export const mailKind = (name: string): string => names[name]?.() ?? name;
