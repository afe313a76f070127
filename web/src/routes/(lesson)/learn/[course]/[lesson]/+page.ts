import { redirect } from '@sveltejs/kit';
import { openLesson } from '#lib/state/lesson.svelte.ts';
import { readingFont } from '#lib/state/reading-font.ts';
import { session } from '#lib/state/session.svelte.ts';
import { soon } from '#lib/state/soon.ts';

export async function load({ params, parent, url, depends }) {
	await parent();
	depends('app:lesson');
	if (session.instance.needs_setup) redirect(307, '/setup');
	if (!session.user) redirect(307, `/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`);
	const [at] = await Promise.all([soon(openLesson(params.course, params.lesson)), readingFont()]);
	return { course: params.course, at };
}
