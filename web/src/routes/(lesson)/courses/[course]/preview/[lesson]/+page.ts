import { redirect } from '@sveltejs/kit';
import { openPreview } from '#lib/state/preview.ts';
import { readingFont } from '#lib/state/reading-font.ts';
import { session } from '#lib/state/session.svelte.ts';
import { soon } from '#lib/state/soon.ts';

export async function load({ params, parent, url, depends }) {
	await parent();
	depends('app:lesson');
	if (session.instance.needs_setup) redirect(307, '/setup');
	if (!session.user && !session.instance.public_catalogue) {
		redirect(307, `/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`);
	}
	const [preview] = await Promise.all([soon(openPreview(params.course, params.lesson)), readingFont()]);
	return { course: params.course, preview };
}
