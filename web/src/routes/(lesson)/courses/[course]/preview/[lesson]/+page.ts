import { visit } from '#lib/state/doors.ts';
import { openPreview } from '#lib/state/preview.ts';
import { readingFont } from '#lib/state/reading-font.ts';
import { soon } from '#lib/state/soon.ts';

export async function load({ params, parent, url, depends }) {
	await parent();
	depends('app:lesson');
	visit(url);
	const [preview] = await Promise.all([soon(openPreview(params.course, params.lesson)), readingFont()]);
	return { course: params.course, preview };
}
