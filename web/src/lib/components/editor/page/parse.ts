import { DOMParser as ProseParser, type Node, type Schema } from '@tiptap/pm/model';
import { safeHtml } from '../../../html/safe-html.ts';

/** The text as inert nodes: nothing in a template loads or runs. */
export function inert(html: string): DocumentFragment {
	const template = document.createElement('template');
	template.innerHTML = safeHtml(html);
	return template.content;
}

/** A body as a document of the editor. */
export function parseHtml(schema: Schema, html: string): Node {
	return ProseParser.fromSchema(schema).parse(inert(html));
}
