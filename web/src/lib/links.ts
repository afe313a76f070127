/** Where things are in the app, in one place. */
export const courseHref = (slug: string): string => `/courses/${encodeURIComponent(slug)}`;

/** A place inside a lesson: a block of its text, or a second of its video. */
export interface Anchor {
	block_id?: string | null;
	video_seconds?: number | null;
}

export function lessonHref(slug: string, lesson: string, at?: Anchor | null): string {
	const path = `/learn/${encodeURIComponent(slug)}/${encodeURIComponent(lesson)}`;
	if (at?.video_seconds != null) return `${path}?t=${Math.floor(at.video_seconds)}`;
	return at?.block_id ? `${path}#${encodeURIComponent(at.block_id)}` : path;
}
