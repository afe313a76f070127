import { escapeText, escapeValue } from './math.ts';

/** The editor's document as plain data. */
export interface Doc {
	type?: string;
	attrs?: Record<string, unknown>;
	content?: Doc[];
	marks?: { type: string; attrs?: Record<string, unknown> }[];
	text?: string;
}

type Mark = NonNullable<Doc['marks']>[number];

const markTags: Record<string, string> = {
	link: 'a',
	strong: 'strong',
	em: 'em',
	strike: 's',
	highlight: 'mark',
	subscript: 'sub',
	superscript: 'sup',
	code: 'code',
	kbd: 'kbd'
};
const ranks = Object.keys(markTags);
const verbatim = new Set(['code', 'kbd']);

function open(tag: string, attrs: Record<string, unknown> = {}): string {
	const written = Object.entries(attrs).filter(([, v]) => v !== null && v !== undefined && v !== false);
	return `<${tag}${written.map(([n, v]) => ` ${n}="${escapeValue(String(v))}"`).join('')}>`;
}

const same = (a: Mark, b: Mark) => a.type === b.type && JSON.stringify(a.attrs ?? {}) === JSON.stringify(b.attrs ?? {});

/** How many of the nodes from here on carry the mark. */
function reach(nodes: Doc[], from: number, mark: Mark): number {
	let n = from;
	while (n < nodes.length && nodes[n]?.marks?.some((m) => same(m, mark))) n++;
	return n - from;
}

/** A line: the mark that lasts longest is opened first, so that emphasis nests as it was written. */
export function line(nodes: Doc[] = []): string {
	let out = '';
	const stack: Mark[] = [];
	const close = (to: number) => {
		while (stack.length > to) out += `</${markTags[stack.pop()!.type]}>`;
	};
	nodes.forEach((node, i) => {
		const marks = (node.marks ?? []).filter((m) => markTags[m.type]);
		const keep = stack.findIndex((s) => !marks.some((m) => same(m, s)));
		close(keep < 0 ? stack.length : keep);
		const fresh = marks.filter((m) => !stack.some((s) => same(m, s)));
		// Code is text and nothing else: it stands innermost.
		fresh.sort(
			(a, b) =>
				Number(verbatim.has(a.type)) - Number(verbatim.has(b.type)) ||
				reach(nodes, i, b) - reach(nodes, i, a) ||
				ranks.indexOf(a.type) - ranks.indexOf(b.type)
		);
		for (const mark of fresh) {
			out += open(markTags[mark.type]!, mark.type === 'link' ? { href: mark.attrs?.['href'], title: mark.attrs?.['title'] } : {});
			stack.push(mark);
		}
		if (node.type === 'hardBreak') out += '<br>';
		else if (node.type === 'math') out += String(node.attrs?.['mathml'] ?? '');
		else out += escapeText(node.text ?? '');
	});
	close(0);
	return out;
}

/** Items and cells: a first paragraph stands bare in them unless it was written as a paragraph. */
function flow(node: Doc): string {
	const [first, ...rest] = node.content ?? [];
	if (!first) return '';
	if (node.attrs?.['tight'] !== false && first.type === 'paragraph') return line(first.content) + rest.map((n) => block(n, false)).join('');
	return (node.content ?? []).map((n) => block(n, false)).join('');
}

function cell(node: Doc): string {
	const tag = node.type === 'tableHeader' ? 'th' : 'td';
	const span = (n: string) => (Number(node.attrs?.[n] ?? 1) > 1 ? node.attrs?.[n] : null);
	const attrs = {
		colspan: span('colspan'),
		rowspan: span('rowspan'),
		'data-align': node.attrs?.['align'],
		scope: tag === 'th' ? node.attrs?.['scope'] : null
	};
	return `${open(tag, attrs)}${flow(node)}</${tag}>`;
}

function table(node: Doc, id: Record<string, unknown>): string {
	const rows = (node.content ?? []).filter((row) => row.content?.length);
	if (!rows.length) return '';
	const row = (r: Doc) => `<tr>${(r.content ?? []).map(cell).join('')}</tr>`;
	const head = rows.filter((r) => r.attrs?.['head']);
	const body = rows.filter((r) => !r.attrs?.['head']);
	const part = (tag: string, list: Doc[]) => (list.length ? `<${tag}>${list.map(row).join('')}</${tag}>` : '');
	return `${open('table', id)}${part('thead', head)}${part('tbody', body)}</table>`;
}

const boxed = (tag: string, attrs: Record<string, unknown>, inside: string) => (inside ? `${open(tag, attrs)}${inside}</${tag}>` : '');
const blocks = (nodes: Doc[] = []) => nodes.map((n) => block(n, false)).join('');

/** One block as the server writes it; empty when there is nothing in it. */
export function block(node: Doc, top: boolean): string {
	const id = top ? { 'data-id': node.attrs?.['dataId'] } : {};
	const { attrs = {}, content } = node;
	switch (node.type) {
		case 'paragraph':
			return boxed('p', id, line(content));
		case 'heading':
			return boxed(`h${String(attrs['level'])}`, id, line(content));
		case 'bulletList':
		case 'orderedList': {
			const items = (content ?? []).map((item) => boxed('li', {}, flow(item))).join('');
			if (node.type === 'bulletList') return boxed('ul', id, items);
			return boxed('ol', { ...id, start: attrs['start'] === 1 ? null : attrs['start'] }, items);
		}
		case 'table':
			return table(node, id);
		case 'blockquote':
			return boxed('blockquote', id, blocks(content));
		case 'callout':
			return boxed('aside', { ...id, 'data-kind': attrs['kind'] }, blocks(content));
		case 'details': {
			const [summary, ...rest] = content ?? [];
			const [title, inside] = [line(summary?.content), blocks(rest)];
			return title || inside ? `${open('details', id)}<summary>${title || 'Details'}</summary>${inside}</details>` : '';
		}
		case 'codeBlock': {
			const text = (content ?? []).map((n) => n.text ?? '').join('').replace(/^\n+/, '').trimEnd();
			const language = attrs['language'] ? { class: `language-${String(attrs['language'])}` } : {};
			return text ? `${open('pre', id)}${open('code', language)}${escapeText(text)}\n</code></pre>` : '';
		}
		case 'figure': {
			const alt = typeof attrs['alt'] === 'string' ? open('img', { alt: attrs['alt'] }) : '';
			const caption = boxed('figcaption', {}, line(content));
			return `${open('figure', { ...id, 'data-asset': attrs['asset'] })}${alt}${caption}</figure>`;
		}
		case 'embed':
			return `${open('figure', { ...id, 'data-kind': 'embed', 'data-src': attrs['src'], 'data-title': attrs['title'] })}</figure>`;
		case 'divider':
			return open('hr', id);
		default:
			return '';
	}
}

/** The whole body, one block a line. */
export function toHtml(doc: Doc): string {
	return (doc.content ?? []).map((n) => block(n, true)).filter(Boolean).join('\n');
}
