import { m } from '#lib/paraglide/messages.js';
import { openVersions } from '#lib/state/versions.svelte.ts';

export async function load({ params, parent, depends }) {
	await parent();
	depends('app:course-versions');
	const versions = await openVersions(params.course);
	const { slug, title } = versions.draft;
	return {
		versions,
		crumbs: [{ label: title, href: `/teach/${slug}` }, { label: m.pub_versions() }]
	};
}
