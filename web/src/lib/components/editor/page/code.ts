// Code blocks: a choice of the language, and its colours as decorations, so that the text stays text.
import type { NodeViewRenderer } from '@tiptap/core';
import type { Node as Block } from '@tiptap/pm/model';
import { Plugin, PluginKey, type EditorState } from '@tiptap/pm/state';
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view';
import { codeLanguage, codeLanguages } from '#lib/html/code-languages.ts';
import { m } from '#lib/paraglide/messages.js';

type Highlighter = typeof import('#lib/html/highlight.ts');

export const codeView: NodeViewRenderer = ({ node, getPos, editor }) => {
	const dom = document.createElement('div');
	dom.className = 'code-block';
	const pre = document.createElement('pre');
	const contentDOM = document.createElement('code');
	const select = document.createElement('select');
	// Before the text: behind it, a caret that goes to the end of the page would stand there.
	pre.append(contentDOM);
	dom.append(select, pre);
	select.contentEditable = 'false';
	select.className = 'code-language';
	select.setAttribute('aria-label', m.edit_code_language());
	let now = node;
	const show = () => {
		const name = now.attrs['language'] as string | null;
		const known = name ? codeLanguage(name)?.name : '';
		const options = [new Option(m.edit_code_plain(), ''), ...codeLanguages.map((l) => new Option(l.label, l.name))];
		if (name && !known) options.push(new Option(name, name));
		select.replaceChildren(...options);
		select.value = known ?? name ?? '';
	};
	show();
	select.addEventListener('change', () => {
		const pos = getPos();
		if (pos === undefined) return;
		editor.view.dispatch(editor.state.tr.setNodeAttribute(pos, 'language', select.value || null));
	});
	return {
		dom,
		contentDOM,
		update: (next) => {
			if (next.type !== now.type) return false;
			const other = next.attrs['language'] !== now.attrs['language'];
			now = next;
			if (other) show();
			return true;
		},
		ignoreMutation: (change) => !contentDOM.contains(change.target),
		stopEvent: (event) => event.target === select
	};
};

const key = new PluginKey<DecorationSet>('codeColours');

/** Blocks whose language is known, from where in the document. */
function programs(state: EditorState): { node: Block; pos: number; language: string }[] {
	const found: { node: Block; pos: number; language: string }[] = [];
	state.doc.descendants((node, pos) => {
		const language = node.type.name === 'codeBlock' ? (node.attrs['language'] as string | null) : null;
		if (language && codeLanguage(language)) found.push({ node, pos, language });
		return !node.isTextblock;
	});
	return found;
}

export function codeColours(): Plugin<DecorationSet> {
	let tools: Highlighter | undefined;
	const learned = new Set<string>();
	// A block that was not written in is the same node: it is not read again.
	const known = new WeakMap<Block, ReturnType<Highlighter['colours']>>();
	const paint = (state: EditorState): DecorationSet => {
		const out: Decoration[] = [];
		for (const { node, pos, language } of programs(state)) {
			if (!tools || !learned.has(language)) continue;
			let parts = known.get(node);
			if (!parts) known.set(node, (parts = tools.colours(language, node.textContent)));
			for (const { from, to, className } of parts) if (to > from) out.push(Decoration.inline(pos + 1 + from, pos + 1 + to, { class: className }));
		}
		return DecorationSet.create(state.doc, out);
	};
	const asked = new Set<string>();
	const ask = (view: EditorView) => {
		for (const { language } of programs(view.state)) {
			if (asked.has(language)) continue;
			asked.add(language);
			void import('#lib/html/highlight.ts').then(async (found) => {
				if (!(await found.learn(language)) || view.isDestroyed) return;
				tools = found;
				learned.add(language);
				view.dispatch(view.state.tr.setMeta(key, true).setMeta('addToHistory', false));
			}, () => asked.delete(language));
		}
	};
	return new Plugin<DecorationSet>({
		key,
		state: {
			init: (_, state) => paint(state),
			apply: (tr, set, _, state) => (tr.docChanged || tr.getMeta(key) ? paint(state) : set)
		},
		props: { decorations: (state) => key.getState(state) },
		view: (view) => {
			ask(view);
			return { update: ask };
		}
	});
}
