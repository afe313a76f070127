/** Where a reader stands in a lesson: a block that keeps its name through edits, and how far into it. */
export interface Place {
	block_id: string;
	/** 0 at the block's top, 1 at its end. */
	block_offset: number;
}

export interface BlockBox {
	id: string;
	top: number;
	bottom: number;
}

/** The boxes of a lesson body's top-level blocks, relative to the window. */
export function blockBoxes(body: Element): BlockBox[] {
	return [...body.children].flatMap((el) => {
		const id = el.getAttribute('data-id') ?? el.querySelector(':scope > [data-id]')?.getAttribute('data-id');
		if (!id) return [];
		const { top, bottom } = el.getBoundingClientRect();
		return [{ id, top, bottom }];
	});
}

const round = (n: number) => Math.round(n * 1000) / 1000;

/** The block at the reading line; above the first block there is no place yet. */
export function placeAt(boxes: readonly BlockBox[], line: number): Place | undefined {
	let found: BlockBox | undefined;
	for (const box of boxes) {
		if (box.top > line) break;
		found = box;
	}
	if (!found) return undefined;
	const height = found.bottom - found.top;
	const into = height > 0 ? (line - found.top) / height : 0;
	return { block_id: found.id, block_offset: round(Math.min(1, Math.max(0, into))) };
}

/** How far to scroll so that the place lies on the reading line; undefined when the block is gone. */
export function scrollTo(boxes: readonly BlockBox[], place: Place, line: number): number | undefined {
	const box = boxes.find((b) => b.id === place.block_id);
	if (!box) return undefined;
	return box.top + (box.bottom - box.top) * Math.min(1, Math.max(0, place.block_offset)) - line;
}

/** The top-level block that holds a node. */
export function blockOf(node: Node | null, body: Element): Element | undefined {
	let el = node instanceof Element ? node : (node?.parentElement ?? null);
	while (el && el.parentElement !== body) el = el.parentElement;
	return el ?? undefined;
}

export function idOf(block: Element): string | undefined {
	return block.getAttribute('data-id') ?? block.querySelector(':scope > [data-id]')?.getAttribute('data-id') ?? undefined;
}

export function findBlock(body: Element, id: string): Element | undefined {
	const el = [...body.querySelectorAll('[data-id]')].find((e) => e.getAttribute('data-id') === id);
	return el && blockOf(el, body);
}

const longestQuote = 500;

/** The words of a selection as a note keeps them: one line, cut at a word when long. */
export function quoteFrom(text: string): string {
	const line = text.replace(/\s+/g, ' ').trim();
	if (line.length <= longestQuote) return line;
	const cut = line.slice(0, longestQuote - 1);
	const space = cut.lastIndexOf(' ');
	return `${cut.slice(0, space > longestQuote / 2 ? space : undefined).trimEnd()}…`;
}

/** Finds a quote in a block again, whatever its line breaks and marks were. */
export function findQuote(block: Element, quote: string): Range | undefined {
	const wanted = quote.replace(/…$/, '').replace(/\s+/g, ' ').trim();
	if (!wanted) return undefined;
	const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
	let text = '';
	const from: { node: Text; offset: number }[] = [];
	let space = true;
	for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
		for (let i = 0; i < node.data.length; i++) {
			const blank = /\s/.test(node.data[i]!);
			if (blank && space) continue;
			space = blank;
			text += blank ? ' ' : node.data[i]!;
			from.push({ node, offset: i });
		}
	}
	const at = text.indexOf(wanted);
	const first = from[at];
	const last = from[at + wanted.length - 1];
	if (at < 0 || !first || !last) return undefined;
	const range = document.createRange();
	range.setStart(first.node, first.offset);
	range.setEnd(last.node, last.offset + 1);
	return range;
}

/** What is selected inside the body: its block and its words. Selections that begin outside count from their end. */
export function selectedQuote(selection: Selection | null, body: Element): { block_id: string; quote: string; range: Range } | undefined {
	if (!selection || selection.isCollapsed || selection.rangeCount === 0) return undefined;
	const range = selection.getRangeAt(0);
	if (!body.contains(range.commonAncestorContainer)) return undefined;
	const block = blockOf(range.startContainer, body) ?? blockOf(range.endContainer, body);
	const id = block && idOf(block);
	const quote = quoteFrom(range.toString());
	return id && quote.length > 1 ? { block_id: id, quote, range } : undefined;
}
