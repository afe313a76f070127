import { m } from '#lib/paraglide/messages.js';
import { openSettings } from '#lib/state/course-settings.svelte.ts';

export async function load({ params, parent, depends }) {
	await parent();
	depends('app:course-settings');
	const settings = await openSettings(params.course);
	const { slug, title } = settings.draft;
	return {
		settings,
		crumbs: [{ label: title, href: `/teach/${slug}` }, { label: m.pub_settings() }]
	};
}
