import { untrack } from 'svelte';
import { enter } from '#lib/state/doors.ts';
import { CourseDraft } from '#lib/state/editor-course.svelte.ts';
import { Loaded } from '#lib/state/loaded.svelte.ts';
import { session } from '#lib/state/session.svelte.ts';

export async function load({ parent, params, url, untrack: still }) {
	await parent();
	// Another lesson is another address, but no other page.
	if (!still(() => enter(url, () => session.canTeach))) return {};
	const user = untrack(() => session.user!.id);
	const course = new Loaded(() => CourseDraft.load(params.course, user));
	return { course: await course.soon() };
}
