import { openCourse } from '#lib/state/course.svelte.ts';
import { soon } from '#lib/state/soon.ts';

export async function load({ params, parent, depends }) {
	await parent();
	depends('app:course');
	return { course: await soon(openCourse(params.course)) };
}
