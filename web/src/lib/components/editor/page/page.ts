// The editor itself: made once for a lesson, fed and read as HTML, never rendered anew under the caret.
import { Editor, type Node as NodeExtension } from '@tiptap/core';
import { closeHistory, redoDepth, undoDepth } from '@tiptap/pm/history';
import type { Node } from '@tiptap/pm/model';
import { EditorState, type Transaction } from '@tiptap/pm/state';
import { behaviour } from './behaviour.ts';
import { codeView } from './code.ts';
import type { PageHost } from './host.ts';
import { BlockIds } from './ids.ts';
import { vocabulary } from './nodes.ts';
import { parseHtml } from './parse.ts';
import { partsOf, type Part } from './merge.ts';
import { toHtml, type Doc } from './to-html.ts';
import { embedView, figureView, mathView } from './views.ts';

export interface PageOptions {
	element: HTMLElement;
	label: string;
	/** The texts before, the oldest first; the last is what is shown. They can be undone to. */
	past: string[];
	host: PageHost;
	onchange: () => void;
	onstate: () => void;
}

const views = (host: PageHost) =>
	vocabulary.map((extension) => {
		if (extension.name === 'figure') return (extension as NodeExtension).extend({ addNodeView: () => figureView(host) });
		if (extension.name === 'math') return (extension as NodeExtension).extend({ addNodeView: () => mathView(host) });
		if (extension.name === 'embed') return (extension as NodeExtension).extend({ addNodeView: () => embedView(host) });
		if (extension.name === 'codeBlock') return (extension as NodeExtension).extend({ addNodeView: () => codeView });
		return extension;
	});

export const htmlOf = (editor: Editor): string => toHtml(editor.getJSON() as Doc);
export const partsIn = (editor: Editor): Part[] => partsOf(editor.getJSON() as Doc);
/** The blocks of a text that is not on the page. */
export const partsFrom = (editor: Editor, html: string): Part[] => partsOf(parseHtml(editor.schema, html).toJSON() as Doc);
export const normal = (editor: Editor, html: string): string => toHtml(parseHtml(editor.schema, html).toJSON() as Doc);

/** Goes from one document to another by the smallest change, so that a caret elsewhere stays. */
function toward(tr: Transaction, from: number, old: Node, next: Node): void {
	const start = old.content.findDiffStart(next.content);
	if (start === null) return;
	let { a, b } = old.content.findDiffEnd(next.content)!;
	const overlap = start - Math.min(a, b);
	if (overlap > 0) {
		a += overlap;
		b += overlap;
	}
	tr.replace(from + start, from + a, next.slice(start, b));
}

/** What somebody else wrote comes onto the page, block by block. Only what is one's `own` deed can be undone. */
export function bring(editor: Editor, html: string, own = false): void {
	const next = parseHtml(editor.schema, html);
	const { tr } = editor.state;
	if (own) closeHistory(tr);
	else tr.setMeta('addToHistory', false).setMeta('brought', true);
	const wanted = new Set<string>();
	next.forEach((block) => wanted.add(String(block.attrs['dataId'])));
	const old: { id: string; pos: number; node: Node }[] = [];
	tr.doc.forEach((node, pos) => old.push({ id: String(node.attrs['dataId']), pos, node }));
	const kept = old.filter((o) => wanted.has(o.id)).map((o) => o.id);
	const order: string[] = [];
	next.forEach((block) => {
		if (kept.includes(String(block.attrs['dataId']))) order.push(String(block.attrs['dataId']));
	});
	if (kept.join() !== order.join()) {
		toward(tr, 0, tr.doc, next);
	} else {
		// From the end, so that places before stay true.
		for (const { id, pos, node } of [...old].reverse()) {
			// An empty line is where somebody is about to write.
			if (!wanted.has(id) && node.content.size) tr.delete(tr.mapping.map(pos), tr.mapping.map(pos + node.nodeSize));
		}
		let pos = 0;
		next.forEach((block) => {
			const id = String(block.attrs['dataId']);
			let found = -1;
			tr.doc.forEach((node, at) => {
				if (String(node.attrs['dataId']) === id) found = at;
			});
			if (found >= 0) {
				const node = tr.doc.nodeAt(found)!;
				if (!node.eq(block)) {
					if (node.sameMarkup(block)) toward(tr, found + 1, node, block);
					else tr.replaceWith(found, found + node.nodeSize, block);
				}
				pos = found + tr.doc.nodeAt(found)!.nodeSize;
			} else {
				tr.insert(pos, block);
				pos += block.nodeSize;
			}
		});
	}
	if (tr.docChanged) editor.view.dispatch(tr);
}

export function createPage(options: PageOptions): Editor {
	const { past, host } = options;
	const editor = new Editor({
		element: options.element,
		injectCSS: false,
		// Never text: the editor would hand it to a parser that the page's policy forbids.
		content: { type: 'doc', content: [{ type: 'paragraph' }] },
		enableInputRules: true,
		enablePasteRules: false,
		extensions: [...views(host), BlockIds, behaviour(host)],
		editorProps: {
			attributes: { class: 'page', role: 'textbox', 'aria-multiline': 'true', 'aria-label': options.label, spellcheck: 'true' }
		},
		onTransaction: ({ transaction }) => {
			if (transaction.docChanged) options.onchange();
			options.onstate();
		}
	});
	// What was written before the page was closed can be taken back still.
	let state = EditorState.create({ doc: parseHtml(editor.schema, past[0] ?? ''), plugins: editor.state.plugins });
	for (const html of past.slice(1)) {
		const tr = state.tr;
		toward(tr, 0, state.doc, parseHtml(editor.schema, html));
		if (tr.docChanged) state = state.apply(closeHistory(tr));
	}
	editor.view.updateState(state);
	return editor;
}

export const canUndo = (editor: Editor): boolean => undoDepth(editor.state) > 0;
export const canRedo = (editor: Editor): boolean => redoDepth(editor.state) > 0;
/** What follows is a step of its own. */
export const pause = (editor: Editor): void => editor.view.dispatch(closeHistory(editor.state.tr));
