import { Node, mergeAttributes } from '@tiptap/core';
import { dataId } from './data-id.ts';
import { embedOf, embedTitle } from './embed.ts';

/** Content of another site: its address in the form that can be framed, and what it shows. */
export const Embed = Node.create({
	name: 'embed',
	group: 'block',
	atom: true,
	draggable: true,
	addAttributes: () => ({
		...dataId,
		src: {
			default: '',
			parseHTML: (e: HTMLElement) => embedOf(e.getAttribute('data-src') ?? '')?.src ?? '',
			renderHTML: ({ src }: Record<string, unknown>) => ({ 'data-src': src })
		},
		title: {
			default: '',
			parseHTML: (e: HTMLElement) => embedTitle(e.getAttribute('data-title') ?? '', embedOf(e.getAttribute('data-src') ?? '')?.site ?? ''),
			renderHTML: ({ title }: Record<string, unknown>) => ({ 'data-title': title })
		}
	}),
	parseHTML: () => [
		{
			tag: 'figure[data-kind="embed"]',
			priority: 60,
			getAttrs: (e: HTMLElement) => (embedOf(e.getAttribute('data-src') ?? '') ? null : false)
		}
	],
	renderHTML: ({ HTMLAttributes }) => ['figure', mergeAttributes({ 'data-kind': 'embed' }, HTMLAttributes)]
});
