import type { Attachment } from 'svelte/attachments';

let first = true;

/**
 * On what appears after a wait: the root layout moves focus to the heading as soon as a page has
 * one; a page that came as a skeleton has none then, so its heading takes focus when it arrives.
 */
export const arrival: Attachment<HTMLElement> = (node) => {
	// The very first page is left to the browser.
	const entered = first;
	first = false;
	if (entered || document.activeElement !== document.body) return;
	const heading = node.querySelector<HTMLElement>('h1');
	if (!heading) return;
	heading.tabIndex = -1;
	heading.focus({ preventScroll: true });
};
