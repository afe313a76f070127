import { knowWho } from '#lib/state/doors.ts';
import { openLesson } from '#lib/state/lesson.svelte.ts';
import { readingFont } from '#lib/state/reading-font.ts';
import { soon } from '#lib/state/soon.ts';

export async function load({ params, parent, url, depends }) {
	await parent();
	depends('app:lesson');
	knowWho(url);
	const [at] = await Promise.all([soon(openLesson(params.course, params.lesson)), readingFont()]);
	return { course: params.course, at };
}
