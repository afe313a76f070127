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
