import type { Schema } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';
import { doer } from './deeds.ts';

type Row = Schema<'ActivityOut'>;
type Said = { who: string; user: string; course: string; section: string; host: string };

const words: Record<string, (said: Said) => string> = {
	'user.created': (s) => m.ev_user_created({ who: s.user }),
	'course.created': m.ev_course_created,
	'course.published': m.ev_course_published,
	'course.archived': m.ev_course_archived,
	'course.restored': m.ev_course_restored,
	'enrolment.started': m.ev_enrolment_started,
	'enrolment.left': m.ev_enrolment_left,
	'course.completed': m.ev_course_completed,
	'webhook.switched_off': (s) => m.ev_webhook_off({ host: s.host }),
	'settings.changed': m.ev_settings_changed
};

/** What happened, in a sentence; a kind that we have no words for keeps its own name. */
export function happening(row: Row): string {
	const data = (row.data ?? {}) as Record<string, unknown>;
	const named = (key: string) => row.names[String(data[key] ?? '')];
	const said = {
		who: doer({ actor: row.actor, actor_name: row.names[row.actor] ?? null }),
		user: named('user') ?? m.ev_somebody(),
		course: named('course') ?? m.ev_a_course(),
		host: String(data['host'] ?? ''),
		section: String(data['section'] ?? '').replaceAll('_', ' ')
	};
	return words[row.kind]?.(said) ?? row.kind;
}
