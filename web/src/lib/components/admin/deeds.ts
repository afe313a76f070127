import type { Schema } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';

type Audit = Schema<'AuditOut'>;

const words: Record<string, () => string> = {
	'settings.change': m.act_settings,
	'people.change_access': m.act_access,
	'auth.invite': m.act_invite,
	'auth.withdraw_invite': m.act_invite_withdraw,
	'auth.accept_invite': m.act_invite_accept,
	'auth.make_admin': m.act_make_admin,
	'auth.open_account': m.act_open_account,
	'auth.sign_in_as': m.act_sign_in_as,
	'auth.back': m.act_back,
	'auth.erase': m.act_erase,
	'auth.send_reset': m.act_send_reset,
	'auth.end_sessions': m.act_end_sessions,
	'auth.end_session': m.act_end_sessions,
	'people.bulk': m.act_bulk,
	'people.bulk_undo': m.act_bulk_undo,
	'people.import': m.act_people_import,
	'people.export': m.act_people_export,
	'people.export_person': m.act_export_person,
	'people.create_group': m.act_group,
	'people.change_group': m.act_group,
	'people.delete_group': m.act_group_delete,
	'people.group_manager': m.act_group_manager,
	'people.create_field': m.act_field,
	'people.change_field': m.act_field,
	'people.delete_field': m.act_field_delete,
	'enrolments.assign': m.act_assign,
	'enrolments.end_assignment': m.act_assign_end,
	'categories.add': m.act_category_add,
	'categories.change': m.act_category_change,
	'categories.remove': m.act_category_remove,
	'courses.create': m.act_course_create,
	'courses.delete': m.act_course_delete,
	'courses.publish': m.act_course_publish,
	'courses.import': m.act_course_import,
	'courses.unpublish': m.act_course_unpublish,
	'courses.archive': m.act_course_archive,
	'courses.restore': m.act_course_restore,
	'courses.load_version': m.act_course_load,
	'courses.add_author': m.act_author_add,
	'courses.remove_author': m.act_author_remove,
	'courses.change': m.act_course_change,
	'courses.change_lesson': m.act_lesson_change,
	'courses.change_access': m.act_course_access,
	'courses.invite': m.act_course_invite,
	'courses.uninvite': m.act_course_uninvite,
	'courses.hide': m.act_course_hide,
	'courses.show': m.act_course_show,
	'courses.hide_lesson': m.act_lesson_hide,
	'courses.show_lesson': m.act_lesson_show,
	'moderation.submit': m.act_review_submit,
	'moderation.withdraw': m.act_review_withdraw,
	'moderation.approve': m.act_review_approve,
	'moderation.return': m.act_review_return,
	'moderation.settle': m.act_report_settle,
	'moderation.hidden_by_reports': m.act_hidden_by_reports,
	'throttle.release': m.act_throttle_release,
	'jobs.retry': m.act_job_retry,
	'mail.test': m.act_mail_test,
	'media.delete': m.act_media_delete,
	'media.gc': m.act_media_gc,
	'search.reindex': m.act_reindex,
	'tokens.create': m.act_token_create,
	'tokens.revoke': m.act_token_revoke,
	'webhooks.create': m.act_hook_create,
	'webhooks.change': m.act_hook_change,
	'webhooks.delete': m.act_hook_delete,
	'webhooks.rotate': m.act_hook_rotate,
	'webhooks.replay': m.act_hook_replay,
	'webhooks.disable': m.act_hook_disable,
	'backup.start': m.act_backup_start,
	'backup.download': m.act_backup_download,
	'jobs.cancel': m.act_job_cancel,
	'mail.retry': m.act_mail_retry,
	'log.level': m.act_log_level,
	'audit.export': m.act_audit_export
};

/** What was done, in words; a deed we have no words for keeps its own name. */
export function deed(row: Pick<Audit, 'action'>): string {
	return words[row.action]?.() ?? row.action;
}

export function doer(row: Pick<Audit, 'actor' | 'actor_name'>): string {
	if (row.actor_name) return row.actor_name;
	if (row.actor === 'cli') return m.audit_cli();
	return row.actor.startsWith('usr_') ? m.audit_gone() : m.audit_system();
}

/** Where the subject can be seen, when there is such a place. */
export function subjectHref(row: Pick<Audit, 'action' | 'subject'>): string | undefined {
	if (row.subject.startsWith('usr_')) return `/admin/users/${row.subject}`;
	if (row.subject.startsWith('grp_') && row.action !== 'people.delete_group') return `/admin/groups/${row.subject}`;
	if (row.subject.startsWith('crs_') && row.action !== 'courses.delete') return `/courses/${row.subject}`;
	if (row.action === 'settings.change') return `/admin/settings?tab=${row.subject}`;
	return undefined;
}

export interface Difference {
	field: string;
	/** Absent where there was nothing before the deed: what it says is new. */
	before?: string;
	after: string;
}

function said(value: unknown, names: Record<string, string>): string {
	if (value === null || value === undefined || value === '') return m.audit_empty_value();
	if (Array.isArray(value) && value.every((v) => typeof v !== 'object')) return value.map((v) => said(v, names)).join(', ') || m.audit_empty_value();
	return typeof value === 'object' ? JSON.stringify(value) : (names[String(value)] ?? String(value));
}

/** Some deeds keep one bare word or number instead of fields; it gets its name here. */
const bare: Record<string, () => string> = {
	'courses.create': m.audit_short_name,
	'courses.delete': m.audit_short_name,
	'courses.import': m.audit_lessons,
	'courses.publish': m.audit_version
};

type Fields = Map<string, unknown>;

/** The fields of what is kept, those of a group of settings among them. */
function fields(value: unknown, name: string, into: Fields = new Map()): Fields {
	if (value === null || value === undefined) return into;
	if (typeof value !== 'object' || Array.isArray(value)) return into.set(name, value);
	for (const [key, inner] of Object.entries(value)) {
		if (inner !== null && typeof inner === 'object' && !Array.isArray(inner)) fields(inner, key, into);
		else into.set(key.replaceAll('_', ' '), inner);
	}
	return into;
}

/** The fields that differ, flat. */
export function differences(row: Pick<Audit, 'action' | 'before' | 'after'> & Partial<Pick<Audit, 'names'>>): Difference[] {
	const names = row.names ?? {};
	const name = bare[row.action]?.() ?? '';
	const before = fields(row.before, name);
	const after = fields(row.after, name);
	const isNew = before.size === 0;
	return [...new Set([...before.keys(), ...after.keys()])]
		.filter((k) => JSON.stringify(before.get(k)) !== JSON.stringify(after.get(k)))
		.map((field) => ({ field, ...(!isNew && { before: said(before.get(field), names) }), after: said(after.get(field), names) }));
}
