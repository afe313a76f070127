interface Saved {
	id: string;
	course: { id: string; slug: string; title: string };
}

export interface Group<T extends Saved> {
	course: T['course'];
	items: T[];
}

/** By course, in the order in which each course first appears. */
export function byCourse<T extends Saved>(items: T[]): Group<T>[] {
	const groups = new Map<string, Group<T>>();
	for (const item of items) {
		const group = groups.get(item.course.id);
		if (group) group.items.push(item);
		else groups.set(item.course.id, { course: item.course, items: [item] });
	}
	return [...groups.values()];
}

/** Whether every word typed is somewhere in the texts. */
export function holds(texts: (string | null | undefined)[], typed: string): boolean {
	const all = texts.filter(Boolean).join(' ').toLocaleLowerCase();
	return typed
		.toLocaleLowerCase()
		.split(/\s+/)
		.filter(Boolean)
		.every((w) => all.includes(w));
}

/** The address of what is shown. */
export function savedAddress({ q, course, tab }: { q: string; course: string; tab: string }): string {
	const query = new URLSearchParams();
	if (tab === 'bookmarks') query.set('tab', tab);
	if (q) query.set('q', q);
	if (course) query.set('course', course);
	return query.size ? `/saved?${query}` : '/saved';
}
