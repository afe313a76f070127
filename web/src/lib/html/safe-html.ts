import type { Attachment } from 'svelte/attachments';

/** The part of Trusted Types we use; the DOM types of TypeScript do not have it yet. */
interface PolicyFactory {
	createPolicy(name: string, rules: { createHTML: (html: string) => string }): { createHTML(html: string): string };
}

const factory = (globalThis.window as { trustedTypes?: PolicyFactory } | undefined)?.trustedTypes;
const policy = factory?.createPolicy('app-server-html', { createHTML: (html) => html });

/**
 * The one door for HTML that is shown as HTML. The server cleaned it to a small closed vocabulary
 * when it was written; this policy is the only place of ours that may hand text to the parser.
 */
export function safeHtml(html: string): string {
	return policy ? policy.createHTML(html) : html;
}

/** `<div {@attach showHtml(text)}></div>`; `dress` may work on the parsed nodes and return its undoing. */
export function showHtml(html: string, dress?: (node: HTMLElement) => void | (() => void)): Attachment<HTMLElement> {
	return (node) => {
		node.innerHTML = safeHtml(html);
		const undo = dress?.(node);
		return () => {
			undo?.();
			node.replaceChildren();
		};
	};
}
