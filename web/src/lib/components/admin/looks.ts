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

/** Where the server's own word goes. Pages of other parts are named by the server, too. */
function asked(need: Schema<'Need'>): Look {
	return {
		id: need.kind,
		title: need.says,
		text: '',
		urgent: need.severity === 'problem',
		go: { label: m.ovw_see(), href: need.href }
	};
}

/** What needs a person, the worst first: what the server tells, then what only its figures show. */
export function looks(system: Schema<'SystemOut'>, needs: Schema<'Need'>[]): Look[] {
	const list = needs.map(asked);
	for (const r of system.events.reactions) {
		if (r.behind > patience) list.push({ id: `behind-${r.name}`, title: m.look_behind({ n: r.behind, name: r.name }), text: m.look_behind_text() });
	}
	const behind = system.figures['search']?.['behind'] ?? 0;
	if (behind > patience) list.push({ id: 'search', title: m.look_search({ n: behind }), text: m.look_search_text() });
	return list;
}
