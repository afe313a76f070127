import { Extension } from '@tiptap/core';
import type { Node as Block } from '@tiptap/pm/model';
import { Plugin, PluginKey, type Transaction } from '@tiptap/pm/state';
import { isBlockId, newBlockId } from './block-id.ts';

const key = new PluginKey('blockIds');

/** The name that a block without one takes over: of what it wraps, or of the block that was split before its first letter. */
function inherited(block: Block, before: Block | null, old: Map<string, string>, taken: Set<string>): string | undefined {
	const inside = block.firstChild?.attrs['dataId'] as string | null | undefined;
	if (isBlockId(inside) && !taken.has(inside)) return inside;
	const id = before?.attrs['dataId'] as string | null | undefined;
	if (before && isBlockId(id) && before.content.size === 0 && block.textContent && old.get(id) === block.textContent) return id;
	return undefined;
}

/** Every block of the first level has a name of its own, nothing below it has one. */
function named(doc: Block, old: Block, tr: Transaction): Transaction | null {
	const taken = new Set<string>();
	doc.forEach((block) => {
		const id = block.attrs['dataId'] as string | null;
		if (isBlockId(id)) taken.add(id);
	});
	const words = new Map<string, string>();
	old.forEach((block) => words.set(block.attrs['dataId'] as string, block.textContent));
	const seen = new Set<string>();
	let changed = false;
	const set = (pos: number, id: string | null) => {
		tr.setNodeAttribute(pos, 'dataId', id);
		changed = true;
	};
	doc.forEach((block, pos, i) => {
		const id = block.attrs['dataId'] as string | null;
		if (isBlockId(id) && !seen.has(id)) seen.add(id);
		else {
			const before = i > 0 ? doc.child(i - 1) : null;
			const next = inherited(block, before, words, taken) ?? newBlockId();
			// The empty block that was made in front gets a fresh name in its place.
			if (before && next === before.attrs['dataId']) set(pos - before.nodeSize, newBlockId());
			seen.add(next);
			taken.add(next);
			set(pos, next);
		}
		block.descendants((inner, at) => {
			if (inner.attrs['dataId']) set(pos + 1 + at, null);
		});
	});
	return changed ? tr : null;
}

export const BlockIds = Extension.create({
	name: 'blockIds',
	addProseMirrorPlugins() {
		return [
			new Plugin({
				key,
				appendTransaction: (transactions, old, state) =>
					transactions.some((tr) => tr.docChanged) ? named(state.doc, old.doc, state.tr) : null
			})
		];
	}
});
