import { ApiProblem, asProblem, type FieldProblem } from '#lib/api/problem.ts';
import { m } from '#lib/paraglide/messages.js';

/** A sentence for each code the server may answer. Slices of the screen add theirs here. */
const sentences: Record<string, () => string> = {
	unreachable: m.problem_unreachable,
	internal: m.problem_internal,
	invalid: m.problem_invalid,
	denied: m.problem_denied,
	not_found: m.problem_not_found,
	conflict: m.problem_conflict,
	too_large: m.problem_too_large,
	too_many: m.problem_too_many,
	signed_out: m.problem_signed_out,
	client: m.problem_client,
	'user.email_taken': m.field_email_taken,
	'denied.invitation_only': m.register_closed_text,
	'auth.wrong_credentials': m.problem_wrong_credentials,
	'auth.unverified': m.problem_unverified,
	'auth.deactivated': m.problem_deactivated,
	'user.last_admin': m.problem_last_admin,
	'settings.changed_meanwhile': m.set_conflict,
	'lesson.changed': m.problem_conflict,
	'course.review_needed': m.problem_review_needed,
	'course.unchanged': m.problem_course_unchanged,
	'denied.four_eyes': m.problem_four_eyes,
	'review.decided': m.problem_review_decided,
	'review.outdated': m.problem_review_outdated,
	'review.not_ready': m.problem_not_ready,
	'enrolment.prerequisites': m.problem_prerequisites,
	'enrolment.no_opening_ahead': m.problem_ahead_off,
	'enrolment.day_not_done': m.problem_ahead_todo,
	'enrolment.not_next_day': m.problem_ahead_stale,
	'enrolment.all_days_open': m.problem_ahead_stale,
	'enrolment.completed': m.problem_ahead_stale,
	'enrolment.left': m.problem_course_closed,
	'enrolment.barred': m.problem_course_closed,
	'report.twice': m.report_twice,
	'consent.required': m.problem_consent,
	'address.configured': m.problem_address_configured
};

/** Codes whose sentence only the server can say: it names numbers. */
const told = new Set(['media.full', 'media.quota']);

/** Whole codes we say better than the server's own sentence. */
const fieldSentences: Record<string, () => string> = {
	'email.malformed': m.field_email,
	'user.email_taken': m.field_email_taken
};

/** For a code without a sentence: what its last word means. */
const endings: Record<string, () => string> = {
	required: m.field_required,
	too_long: m.field_too_long,
	too_short: m.field_too_short,
	taken: m.field_taken
};

const byStatus: Record<number, string> = {
	0: 'unreachable',
	400: 'invalid',
	401: 'signed_out',
	403: 'denied',
	404: 'not_found',
	409: 'conflict',
	413: 'too_large',
	422: 'invalid'
};

/** The sentence to show for a failed call. Unknown codes fall to their kind, never to raw text. */
export function sentenceFor(error: unknown): string {
	const p: ApiProblem = asProblem(error);
	if (told.has(p.code) && p.title) return p.title;
	const exact = sentences[p.code];
	if (exact && p.code !== 'too_many') return exact();
	if (p.status === 429) {
		if (p.retryAfter && p.retryAfter > 45) return m.problem_too_many_wait({ n: Math.ceil(p.retryAfter / 60) });
		return m.problem_too_many();
	}
	return (sentences[byStatus[p.status] ?? 'internal'] ?? m.problem_internal)();
}

/** The words under a field: ours for its code, else the server's own sentence, which names the mend. */
export function fieldSentence(f: FieldProblem): string {
	const known = fieldSentences[f.code];
	if (known) return known();
	return f.message || (endings[f.code.split('.').pop() ?? ''] ?? m.field_invalid)();
}
