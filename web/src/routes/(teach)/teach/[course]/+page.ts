import { untrack } from 'svelte';
import { CourseDraft } from '#lib/state/editor-course.svelte.ts';
import { Loaded } from '#lib/state/loaded.svelte.ts';
import { session } from '#lib/state/session.svelte.ts';
import { guardTeacher } from '#lib/state/teach-guard.ts';

export async function load({ parent, params, url, untrack: still }) {
	await parent();
	// Another lesson is another address, but no other page.
	if (!still(() => guardTeacher(url))) return {};
	const user = untrack(() => session.user!.id);
	const course = new Loaded(() => CourseDraft.load(params.course, user));
	return { course: await course.soon() };
}
