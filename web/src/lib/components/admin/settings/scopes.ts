import { m } from '#lib/paraglide/messages.js';

/** What a token may do, in the order in which people choose. */
export const scopes = (): { value: string; label: string }[] => [
	{ value: 'courses:read', label: m.scope_courses_read() },
	{ value: 'courses:write', label: m.scope_courses_write() },
	{ value: 'people:read', label: m.scope_people_read() },
	{ value: 'people:write', label: m.scope_people_write() },
	{ value: 'enrolments:read', label: m.scope_enrolments_read() },
	{ value: 'enrolments:write', label: m.scope_enrolments_write() },
	{ value: 'admin:read', label: m.scope_admin_read() },
	{ value: 'admin:write', label: m.scope_admin_write() }
];
