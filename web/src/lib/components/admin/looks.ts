import type { Schema } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';

export interface Look {
	id: string;
	title: string;
	text: string;
	/** Our own failure, not just something to mend when there is time. */
	urgent?: boolean;
	go?: { label: string; href: string };
}

/** A listener this far behind is more than a moment's backlog. */
const patience = 100;

/** What needs a person, the worst first. */
export function looks(system: Schema<'SystemOut'>): Look[] {
	const list: Look[] = [];
	const { writer, jobs, mails, events } = system;
	if (writer.is_refusing) list.push({ id: 'disk', title: m.look_refusing(), text: m.look_refusing_text(), urgent: true });
	if (mails.failed > 0) {
		list.push({
			id: 'mails',
			title: m.look_mails({ n: mails.failed }),
			text: m.look_mails_text(),
			go: { label: m.look_mails_go(), href: '/admin/settings?tab=mail' }
		});
	}
	if (jobs.dead > 0) {
		list.push({
			id: 'jobs',
			title: m.look_jobs({ n: jobs.dead }),
			text: m.look_jobs_text(),
			go: { label: m.look_jobs_go(), href: '/admin/jobs?state=dead' }
		});
	}
	for (const r of events.reactions) {
		if (r.parked > 0) list.push({ id: `parked-${r.name}`, title: m.look_parked({ n: r.parked, name: r.name }), text: m.look_parked_text() });
		if (r.behind > patience) list.push({ id: `behind-${r.name}`, title: m.look_behind({ n: r.behind, name: r.name }), text: m.look_behind_text() });
	}
	const behind = system.figures['search']?.['behind'] ?? 0;
	if (behind > patience) list.push({ id: 'search', title: m.look_search({ n: behind }), text: m.look_search_text() });
	return list;
}
