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
	'categories.add': m.act_category_add,
	'categories.change': m.act_category_change,
	'categories.remove': m.act_category_remove,
	'courses.create': m.act_course_create,
	'courses.delete': m.act_course_delete,
	'courses.publish': m.act_course_publish,
	'courses.import': m.act_course_import,
	'jobs.retry': m.act_job_retry,
	'mail.test': m.act_mail_test,
	'media.delete': m.act_media_delete,
	'media.gc': m.act_media_gc,
	'search.reindex': m.act_reindex
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
	if (row.subject.startsWith('usr_')) return `/admin/users?user=${row.subject}`;
	if (row.subject.startsWith('crs_') && row.action !== 'courses.delete') return `/courses/${row.subject}`;
	if (row.action === 'settings.change') return `/admin/settings?tab=${row.subject}`;
	return undefined;
}

export interface Difference {
	field: string;
	before: string;
	after: string;
}

function said(value: unknown): string {
	if (value === null || value === undefined || value === '') return m.audit_empty_value();
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Some deeds keep one bare word instead of fields: the short name of a course. */
function fields(value: unknown): Record<string, unknown> {
	if (value === null || value === undefined) return {};
	return typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : { '': value };
}

/** The fields that differ, flat. */
export function differences(row: Pick<Audit, 'before' | 'after'>): Difference[] {
	const before = fields(row.before);
	const after = fields(row.after);
	return [...new Set([...Object.keys(before), ...Object.keys(after)])]
		.filter((k) => JSON.stringify(before[k]) !== JSON.stringify(after[k]))
		.map((field) => ({ field, before: said(before[field]), after: said(after[field]) }));
}
