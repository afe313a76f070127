import { m } from '#lib/paraglide/messages.js';
import { session } from './session.svelte.ts';

/** The document's title: `<svelte:head><title>{pageTitle('Catalogue')}</title></svelte:head>` */
export function pageTitle(page: string): string {
	return m.page_title({ page, site: session.instance.name });
}
