import { api, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';
import { parseCaptions, type Cue } from '#lib/components/player/captions.ts';

export interface Preview {
	course: Schema<'CoursePage'>;
	lesson: Schema<'LessonContent'>;
	cues: Cue[];
}

/** A lesson that is free to read, for visitors and for those who consider a course. */
export async function openPreview(course: string, lesson: string): Promise<Preview> {
	const [page, content] = await Promise.all([
		ok(api.GET('/api/v1/courses/{course}', { params: { path: { course } } })),
		ok(api.GET('/api/v1/courses/{course}/lessons/{lesson}/preview', { params: { path: { course, lesson } } }))
	]);
	const track = content.video?.captions[0];
	const cues = track
		? await fetch(track.url).then(
				async (r) => (r.ok ? parseCaptions(await r.text()) : []),
				() => []
			)
		: [];
	return { course: page, lesson: content, cues };
}
