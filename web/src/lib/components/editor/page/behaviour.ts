import { Extension, markInputRule, nodeInputRule, textblockTypeInputRule, wrappingInputRule, type Editor } from '@tiptap/core';
import { dropCursor } from '@tiptap/pm/dropcursor';
import { gapCursor } from '@tiptap/pm/gapcursor';
import { history, redo, undo } from '@tiptap/pm/history';
import { Plugin, TextSelection, type EditorState } from '@tiptap/pm/state';
import { goToNextCell, tableEditing } from '@tiptap/pm/tables';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import { m } from '#lib/paraglide/messages.js';
import type { PageHost } from './host.ts';
import { codeColours } from './code.ts';
import { embedOf } from './embed.ts';
import { asLink, isGoodLink } from './links.ts';
import { cleanPasted } from './paste.ts';

/** The way out of whatever box the caret is in: a fresh paragraph behind it. */
function leaveBox(editor: Editor): boolean {
	const { $from } = editor.state.selection;
	if ($from.depth === 0) return false;
	const pos = $from.after(1);
	return editor
		.chain()
		.command(({ tr, state }) => {
			tr.insert(pos, state.schema.nodes['paragraph']!.create());
			tr.setSelection(TextSelection.create(tr.doc, pos + 1)).scrollIntoView();
			return true;
		})
		.run();
}

function inside(state: EditorState, name: string): number {
	const { $from } = state.selection;
	for (let d = $from.depth; d > 0; d--) if ($from.node(d).type.name === name) return d;
	return 0;
}

/** Enter in a caption goes on below it, in a title of a collapsible section into it. */
function enter(editor: Editor): boolean {
	const { state } = editor;
	if (inside(state, 'figure')) return leaveBox(editor);
	const depth = inside(state, 'summary');
	if (depth) {
		const { $from } = state.selection;
		const pos = $from.after(depth);
		return editor
			.chain()
			.command(({ tr }) => {
				if (tr.doc.resolve(pos).nodeAfter?.type.name !== 'paragraph') tr.insert(pos, state.schema.nodes['paragraph']!.create());
				tr.setSelection(TextSelection.near(tr.doc.resolve(pos + 1))).scrollIntoView();
				return true;
			})
			.run();
	}
	return editor.commands.splitListItem('listItem');
}

function backspace(editor: Editor): boolean {
	const { $from, empty } = editor.state.selection;
	if (!empty || $from.parentOffset > 0) return false;
	const depth = inside(editor.state, 'listItem');
	if (depth && $from.depth === depth + 1 && $from.index(depth) === 0 && $from.index(depth - 1) === 0) return editor.commands.liftListItem('listItem');
	// A heading at its first letter becomes text before it joins what stands above.
	if ($from.parent.type.name === 'heading') return editor.commands.setNode('paragraph');
	return false;
}

const emphasis: [string, RegExp][] = [
	['strong', /(?:^|\s)(\*\*(?!\s+\*\*)((?:[^*]+))\*\*(?!\s+\*\*))$/],
	['em', /(?:^|\s)(\*(?!\s+\*)((?:[^*]+))\*(?!\s+\*))$/],
	['strike', /(?:^|\s)(~~(?!\s+~~)((?:[^~]+))~~(?!\s+~~))$/],
	['highlight', /(?:^|\s)(==(?!\s+==)((?:[^=]+))==(?!\s+==))$/],
	['code', /(^|[^`])`([^`]+)`(?!`)$/]
];

/** The words that stand where nothing is written yet. */
function hints(state: EditorState): DecorationSet {
	const found: Decoration[] = [];
	const { doc, selection } = state;
	const alone = doc.childCount === 1 && doc.firstChild?.type.name === 'paragraph';
	doc.descendants((node, pos) => {
		if (!node.isTextblock || node.content.size) return;
		const at = selection.empty && selection.$from.parent === node && selection.$from.before() === pos;
		const words =
			node.type.name === 'summary'
				? m.edit_hint_summary()
				: node.type.name === 'figure'
					? m.edit_hint_caption()
					: node.type.name === 'heading'
						? m.edit_hint_heading()
						: node.type.name === 'paragraph' && (alone || at)
							? alone
								? m.edit_hint_page()
								: m.edit_hint_slash()
							: undefined;
		if (words) found.push(Decoration.node(pos, pos + node.nodeSize, { class: 'hint', 'data-hint': words }));
	});
	return DecorationSet.create(doc, found);
}

function slashAt(state: EditorState): { query: string; from: number; to: number } | undefined {
	const { $from, empty } = state.selection;
	if (!empty || $from.parent.type.name !== 'paragraph') return undefined;
	const before = $from.parent.textBetween(0, $from.parentOffset, undefined, '\ufffc');
	const found = /(?:^|\s)\/([\p{L}\p{N} ]{0,24})$/u.exec(before);
	if (!found) return undefined;
	const query = found[1] ?? '';
	return { query, from: $from.pos - query.length - 1, to: $from.pos };
}

const filesOf = (data: DataTransfer | null): File[] => [...(data?.files ?? [])].filter((f) => /^(image|video|audio)\//.test(f.type));

/** Keys, Markdown signs, the clipboard, undo: everything but how the page looks. */
export const behaviour = (host: PageHost) =>
	Extension.create({
		name: 'behaviour',
		addKeyboardShortcuts() {
			const mark = (name: string) => () => this.editor.commands.toggleMark(name);
			const heading = (level: number) => () => this.editor.commands.toggleNode('heading', 'paragraph', { level });
			return {
				'Mod-b': mark('strong'),
				'Mod-i': mark('em'),
				'Mod-e': mark('code'),
				'Mod-Shift-x': mark('strike'),
				'Mod-Shift-h': mark('highlight'),
				'Mod-,': mark('subscript'),
				'Mod-.': mark('superscript'),
				'Mod-Alt-0': () => this.editor.commands.setNode('paragraph'),
				'Mod-Alt-2': heading(2),
				'Mod-Alt-3': heading(3),
				'Mod-Alt-4': heading(4),
				'Mod-Shift-7': () => this.editor.commands.toggleList('orderedList', 'listItem'),
				'Mod-Shift-8': () => this.editor.commands.toggleList('bulletList', 'listItem'),
				'Mod-Shift-9': () => this.editor.commands.toggleWrap('blockquote'),
				'Mod-k': () => {
					host.link();
					return true;
				},
				'Mod-z': () => undo(this.editor.state, this.editor.view.dispatch),
				'Mod-y': () => redo(this.editor.state, this.editor.view.dispatch),
				'Mod-Shift-z': () => redo(this.editor.state, this.editor.view.dispatch),
				'Shift-Enter': () => this.editor.commands.insertContent({ type: 'hardBreak' }),
				'Mod-Enter': () => leaveBox(this.editor),
				Enter: () => {
					const { selection } = this.editor.state;
					const chosen = 'node' in selection ? (selection.node as { type: { name: string } }).type.name : '';
					if (chosen === 'math') host.formula(selection.from);
					if (chosen === 'embed') host.embed(selection.from);
					if (chosen === 'math' || chosen === 'embed') return true;
					return enter(this.editor);
				},
				Backspace: () => backspace(this.editor),
				// Where Tab has nothing to do it goes on to the next control: nobody is caught in the page.
				Tab: () => this.editor.commands.sinkListItem('listItem') || goToNextCell(1)(this.editor.state, this.editor.view.dispatch),
				'Shift-Tab': () => this.editor.commands.liftListItem('listItem') || goToNextCell(-1)(this.editor.state, this.editor.view.dispatch)
			};
		},
		addInputRules() {
			const { nodes, marks } = this.editor.schema;
			return [
				...emphasis.map(([name, find]) => markInputRule({ find, type: marks[name]! })),
				textblockTypeInputRule({
					find: /^(#{1,4})\s$/,
					type: nodes['heading']!,
					getAttributes: (match: RegExpMatchArray) => ({ level: Math.max(2, match[1]?.length ?? 2) })
				}),
				textblockTypeInputRule({
					find: /^```([a-z0-9+#\-_.]{1,30})?\s$/,
					type: nodes['codeBlock']!,
					getAttributes: (match: RegExpMatchArray) => ({ language: match[1] ?? null })
				}),
				wrappingInputRule({ find: /^\s*([-+*])\s$/, type: nodes['bulletList']! }),
				wrappingInputRule({
					find: /^(\d{1,5})\.\s$/,
					type: nodes['orderedList']!,
					getAttributes: (match: RegExpMatchArray) => ({ start: Number(match[1]) }),
					joinPredicate: (match: RegExpMatchArray, node) => node.childCount + Number(node.attrs['start']) === Number(match[1])
				}),
				wrappingInputRule({ find: /^\s*>\s$/, type: nodes['blockquote']! }),
				nodeInputRule({ find: /^(?:---|—-)$/, type: nodes['divider']! })
			];
		},
		addProseMirrorPlugins() {
			const { editor } = this;
			return [
				history({ depth: 200 }),
				dropCursor({ color: false, class: 'drop-mark' }),
				gapCursor(),
				tableEditing(),
				codeColours(),
				new Plugin({
					props: {
						decorations: hints,
						handleKeyDown: (_, event) => host.slashKey(event),
						handleDOMEvents: {
							// Over several blocks the browser would join them with styles of its own making.
							beforeinput: (view, event) => {
								const { $from, $to } = view.state.selection;
								if (event.inputType !== 'insertText' || !event.data || view.composing || $from.sameParent($to)) return false;
								event.preventDefault();
								view.dispatch(view.state.tr.deleteSelection().insertText(event.data).scrollIntoView());
								return true;
							}
						},
						transformPastedHTML: cleanPasted,
						handlePaste: (view, event) => {
							const files = filesOf(event.clipboardData);
							if (files.length && !event.clipboardData?.types.includes('text/html')) {
								host.drop(files, view.state.selection.to);
								return true;
							}
							// An address pasted over words is their link.
							const text = event.clipboardData?.getData('text/plain').trim() ?? '';
							if (!view.state.selection.empty && /^https?:\/\/\S+$/.test(text) && isGoodLink(text)) {
								return editor.commands.setMark('link', { href: asLink(text) });
							}
							// Alone in its paragraph it is a link, and could be what it leads to.
							const { $from, empty } = view.state.selection;
							if (empty && $from.parent.type.name === 'paragraph' && !$from.parent.content.size && /^https?:\/\/\S+$/.test(text) && isGoodLink(text)) {
								const { schema, tr } = view.state;
								view.dispatch(tr.replaceSelectionWith(schema.text(text, [schema.marks['link']!.create({ href: text })]), false).scrollIntoView());
								const embed = $from.depth === 1 ? embedOf(text) : undefined;
								if (embed) host.address(embed.src);
								return true;
							}
							return false;
						},
						handleDrop: (view, event, _slice, moved) => {
							const files = filesOf(event.dataTransfer);
							if (moved || !files.length) return false;
							event.preventDefault();
							host.drop(files, view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos ?? view.state.doc.content.size);
							return true;
						}
					},
					view: () => ({ update: (view) => host.slash(view.hasFocus() ? slashAt(view.state) : undefined) })
				})
			];
		}
	});
