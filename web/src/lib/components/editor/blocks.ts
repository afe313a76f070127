import type { Editor } from '@tiptap/core';
import Code from '@lucide/svelte/icons/code';
import Film from '@lucide/svelte/icons/film';
import Heading2 from '@lucide/svelte/icons/heading-2';
import Heading3 from '@lucide/svelte/icons/heading-3';
import Heading4 from '@lucide/svelte/icons/heading-4';
import Image from '@lucide/svelte/icons/image';
import Info from '@lucide/svelte/icons/info';
import Lightbulb from '@lucide/svelte/icons/lightbulb';
import List from '@lucide/svelte/icons/list';
import ListCollapse from '@lucide/svelte/icons/list-collapse';
import ListOrdered from '@lucide/svelte/icons/list-ordered';
import Minus from '@lucide/svelte/icons/minus';
import Pilcrow from '@lucide/svelte/icons/pilcrow';
import Quote from '@lucide/svelte/icons/quote';
import MonitorPlay from '@lucide/svelte/icons/monitor-play';
import Sigma from '@lucide/svelte/icons/sigma';
import Table from '@lucide/svelte/icons/table';
import TriangleAlert from '@lucide/svelte/icons/triangle-alert';
import { m } from '#lib/paraglide/messages.js';
import type { IconType } from '../ui/icon.ts';

export interface BlockChoice {
	key: string;
	label: string;
	/** Other words somebody may type for it. */
	also: string;
	icon: IconType;
	run: (editor: Editor) => void;
}

const cellOf = (type: string) => ({ type, content: [{ type: 'paragraph' }] });
const newTable = {
	type: 'table',
	content: [
		{ type: 'tableRow', attrs: { head: true }, content: [cellOf('tableHeader'), cellOf('tableHeader'), cellOf('tableHeader')] },
		...[1, 2].map(() => ({ type: 'tableRow', content: [cellOf('tableCell'), cellOf('tableCell'), cellOf('tableCell')] }))
	]
};

/** Puts a block where the caret is, and the caret into it. */
function insert(editor: Editor, content: object, into = 1): void {
	const at = editor.state.selection.$from.before(1);
	editor.chain().focus().insertContent(content).run();
	editor.commands.setTextSelection(Math.min(at + into, editor.state.doc.content.size));
}

function callout(editor: Editor, kind: string): void {
	const inside = editor.isActive('callout');
	if (inside) editor.chain().focus().updateAttributes('callout', { kind }).run();
	else editor.chain().focus().toggleWrap('callout', { kind }).run();
}

/** Everything the slash and the toolbar offer, in the order of use. */
export const choices = (files: (kind: 'image' | 'video') => void, formula: () => void, embed: () => void): BlockChoice[] => [
	{ key: 'text', label: m.edit_block_text(), also: 'paragraph', icon: Pilcrow, run: (e) => e.chain().focus().setNode('paragraph').run() },
	{ key: 'h2', label: m.edit_block_h2(), also: 'heading title', icon: Heading2, run: (e) => e.chain().focus().setNode('heading', { level: 2 }).run() },
	{ key: 'h3', label: m.edit_block_h3(), also: 'heading', icon: Heading3, run: (e) => e.chain().focus().setNode('heading', { level: 3 }).run() },
	{ key: 'h4', label: m.edit_block_h4(), also: 'heading', icon: Heading4, run: (e) => e.chain().focus().setNode('heading', { level: 4 }).run() },
	{ key: 'bullets', label: m.edit_block_bullets(), also: 'list ul', icon: List, run: (e) => e.chain().focus().toggleList('bulletList', 'listItem').run() },
	{ key: 'numbers', label: m.edit_block_numbers(), also: 'list ol steps', icon: ListOrdered, run: (e) => e.chain().focus().toggleList('orderedList', 'listItem').run() },
	{ key: 'image', label: m.edit_block_image(), also: 'picture photo', icon: Image, run: () => files('image') },
	{ key: 'video', label: m.edit_block_video(), also: 'film sound audio', icon: Film, run: () => files('video') },
	{ key: 'embed', label: m.edit_block_embed(), also: 'youtube vimeo iframe site web', icon: MonitorPlay, run: embed },
	{ key: 'tip', label: m.edit_block_tip(), also: 'callout', icon: Lightbulb, run: (e) => callout(e, 'tip') },
	{ key: 'note', label: m.edit_block_note(), also: 'callout info', icon: Info, run: (e) => callout(e, 'note') },
	{ key: 'warning', label: m.edit_block_warning(), also: 'callout attention', icon: TriangleAlert, run: (e) => callout(e, 'warning') },
	{ key: 'table', label: m.edit_block_table(), also: 'grid', icon: Table, run: (e) => insert(e, newTable, 4) },
	{ key: 'quote', label: m.edit_block_quote(), also: 'blockquote', icon: Quote, run: (e) => e.chain().focus().toggleWrap('blockquote').run() },
	{
		key: 'details',
		label: m.edit_block_details(),
		also: 'collapse question answer accordion',
		icon: ListCollapse,
		run: (e) => insert(e, { type: 'details', content: [{ type: 'summary' }, { type: 'paragraph' }] }, 2)
	},
	{ key: 'code', label: m.edit_block_code(), also: 'program pre', icon: Code, run: (e) => e.chain().focus().toggleNode('codeBlock', 'paragraph').run() },
	{ key: 'formula', label: m.edit_block_formula(), also: 'maths latex equation', icon: Sigma, run: formula },
	{ key: 'divider', label: m.edit_block_divider(), also: 'line rule hr', icon: Minus, run: (e) => e.chain().focus().insertContent([{ type: 'divider' }, { type: 'paragraph' }]).run() }
];

/** What fits what was typed: by the beginning of a word. */
export function fitting(all: readonly BlockChoice[], typed: string): BlockChoice[] {
	const wanted = typed.trim().toLocaleLowerCase();
	if (!wanted) return [...all];
	const starts = (c: BlockChoice) => `${c.label} ${c.also}`.toLocaleLowerCase().split(/\s+/).some((w) => w.startsWith(wanted)) || c.label.toLocaleLowerCase().startsWith(wanted);
	return all.filter(starts);
}
