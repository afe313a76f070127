import type { Schema } from '#lib/api/types.ts';
import type { LessonRecord } from './editor-store.ts';

export type Lesson = Schema<'DraftLessonOut'>;
export type Fields = LessonRecord['fields'];

const wordsPerMinute = 180;

export function fieldsOf({ title, summary, minutes, video, actions, resources, is_required, is_preview, completion }: Lesson): Fields {
	return structuredClone({ title, summary, minutes, video, actions, resources, is_required, is_preview, completion });
}

/** What can be sent as it stands: lines that are begun wait until they are whole. */
export function sendable(fields: Fields, base: Lesson): Fields {
	const whole = (r: Fields['resources'][number]) =>
		Boolean(r.title.trim()) && (r.kind === 'file' ? Boolean(r.asset) : /^https?:\/\/[\p{L}\p{N}[]\S*$/u.test(r.url));
	const actions = fields.actions.filter((a) => a.text.trim()).map((a) => ({ ...a, text: a.text.trim() }));
	return {
		...fields,
		title: fields.title.trim() || base.title,
		summary: fields.summary.trim(),
		minutes: Math.min(600, Math.max(1, Math.round(fields.minutes) || 1)),
		actions,
		resources: fields.resources.filter(whole),
		completion:
			(fields.completion === 'actions' && !actions.length) || (fields.completion === 'video' && !fields.video) ? 'mark' : fields.completion
	};
}

export type Patch = Partial<Omit<Schema<'LessonPatch'>, 'expected_revision' | 'confirm_shrink'>>;

/** What differs from the server's state; nothing that does not. */
export function patchOf(fields: Fields, base: Lesson): Patch {
	const [now, was] = [sendable(fields, base), fieldsOf(base)];
	const patch: Record<string, unknown> = {};
	for (const key of Object.keys(now) as (keyof Fields)[]) {
		if (JSON.stringify(now[key] ?? null) !== JSON.stringify(was[key] ?? null)) patch[key] = now[key] ?? null;
	}
	return patch as Patch;
}

/** Each field of whoever changed it; mine where both did. */
export function mergeFields(base: Lesson, mine: Fields, theirs: Lesson): Fields {
	const [was, other] = [fieldsOf(base), fieldsOf(theirs)];
	const out: Record<string, unknown> = {};
	for (const key of Object.keys({ ...was, ...other, ...mine }) as (keyof Fields)[]) {
		const changed = JSON.stringify(mine[key] ?? null) !== JSON.stringify(was[key] ?? null);
		out[key] = changed ? mine[key] : other[key];
	}
	return out as unknown as Fields;
}

/** Minutes to read so many words and to see the film. */
export function estimate(words: number, filmMs = 0): number {
	return Math.min(600, Math.max(1, Math.ceil(words / wordsPerMinute + filmMs / 60_000)));
}

/** The words of a body, near enough for a count. */
export function countWords(html: string): number {
	return html.replace(/<[^>]*>/g, ' ').match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}'’-]*/gu)?.length ?? 0;
}
