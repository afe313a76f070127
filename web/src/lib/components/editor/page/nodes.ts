// The schema: the server's vocabulary, node by node. What is not here cannot be written; a test
// holds both together (tests/fixtures/body).
import { Extension, Mark, Node, mergeAttributes, type NodeConfig } from '@tiptap/core';
import type { Schema } from '@tiptap/pm/model';
import { Fragment } from '@tiptap/pm/model';
import { dataId } from './data-id.ts';
import { Embed } from './embed-node.ts';
import { isGoodLink } from './links.ts';
import { readMath, writeMath } from './math.ts';

/** A part of a table: the commands of tables know it by its role. */
const tablePart = (tableRole: string, config: NodeConfig) => Node.create({ ...config, tableRole } as NodeConfig);

const plain = { default: null, rendered: false };
/** Whether the first paragraph of an item or cell stands bare in it. */
const tight = {
	tight: {
		default: true,
		rendered: false,
		parseHTML: (e: HTMLElement) => !(e.firstElementChild?.localName === 'p' && e.firstElementChild === firstThing(e))
	}
};

function firstThing(e: HTMLElement): ChildNode | undefined {
	return [...e.childNodes].find((n) => n.nodeType !== 3 || n.textContent?.trim());
}

const Document = Node.create({ name: 'doc', topNode: true, content: 'block+' });
const Text = Node.create({ name: 'text', group: 'inline' });

const Paragraph = Node.create({
	name: 'paragraph',
	priority: 1000,
	group: 'block',
	content: 'inline*',
	addAttributes: () => dataId,
	parseHTML: () => [{ tag: 'p' }],
	renderHTML: ({ HTMLAttributes }) => ['p', HTMLAttributes, 0]
});

const Heading = Node.create({
	name: 'heading',
	group: 'block',
	content: 'inline*',
	defining: true,
	addAttributes: () => ({ ...dataId, level: { default: 2, rendered: false } }),
	// A page has one first heading already: its title.
	parseHTML: () =>
		[
			{ tag: 'h1', level: 2 },
			{ tag: 'h2', level: 2 },
			{ tag: 'h3', level: 3 },
			{ tag: 'h4', level: 4 },
			{ tag: 'h5', level: 4 },
			{ tag: 'h6', level: 4 }
		].map(({ tag, level }) => ({ tag, attrs: { level } })),
	renderHTML: ({ node, HTMLAttributes }) => [`h${String(node.attrs['level'])}`, HTMLAttributes, 0]
});

const ListItem = Node.create({
	name: 'listItem',
	content: 'block+',
	defining: true,
	addAttributes: () => tight,
	parseHTML: () => [{ tag: 'li' }],
	renderHTML: ({ HTMLAttributes }) => ['li', HTMLAttributes, 0]
});

const BulletList = Node.create({
	name: 'bulletList',
	group: 'block list',
	content: 'listItem+',
	addAttributes: () => dataId,
	parseHTML: () => [{ tag: 'ul' }],
	renderHTML: ({ HTMLAttributes }) => ['ul', HTMLAttributes, 0]
});

const OrderedList = Node.create({
	name: 'orderedList',
	group: 'block list',
	content: 'listItem+',
	addAttributes: () => ({
		...dataId,
		start: { default: 1, parseHTML: (e: HTMLElement) => Number.parseInt(e.getAttribute('start') ?? '1', 10) || 1 }
	}),
	parseHTML: () => [{ tag: 'ol' }],
	renderHTML: ({ node, HTMLAttributes: { start: _, ...rest } }) => ['ol', node.attrs['start'] === 1 ? rest : { ...rest, start: node.attrs['start'] }, 0]
});

const Blockquote = Node.create({
	name: 'blockquote',
	group: 'block',
	content: 'block+',
	defining: true,
	addAttributes: () => dataId,
	parseHTML: () => [{ tag: 'blockquote' }],
	renderHTML: ({ HTMLAttributes }) => ['blockquote', HTMLAttributes, 0]
});

export const calloutKinds = ['tip', 'note', 'warning'] as const;

const Callout = Node.create({
	name: 'callout',
	group: 'block',
	content: 'block+',
	defining: true,
	addAttributes: () => ({
		...dataId,
		kind: {
			default: 'note',
			parseHTML: (e: HTMLElement) => calloutKinds.find((k) => k === e.getAttribute('data-kind')) ?? 'note',
			renderHTML: ({ kind }: Record<string, unknown>) => ({ 'data-kind': kind })
		}
	}),
	parseHTML: () => [{ tag: 'aside' }],
	renderHTML: ({ HTMLAttributes }) => ['aside', HTMLAttributes, 0]
});

const Summary = Node.create({
	name: 'summary',
	content: 'inline*',
	defining: true,
	selectable: false,
	parseHTML: () => [{ tag: 'summary' }],
	renderHTML: () => ['div', { class: 'summary' }, 0]
});

/** Shown open and as a box: a real one would swallow keys and clicks meant for its text. */
const Details = Node.create({
	name: 'details',
	group: 'block',
	content: 'summary block*',
	defining: true,
	isolating: true,
	addAttributes: () => dataId,
	parseHTML: () => [{ tag: 'details' }],
	renderHTML: ({ HTMLAttributes }) => ['div', mergeAttributes(HTMLAttributes, { class: 'details' }), 0]
});

const CodeBlock = Node.create({
	name: 'codeBlock',
	group: 'block',
	content: 'text*',
	marks: '',
	code: true,
	defining: true,
	addAttributes: () => ({
		...dataId,
		language: {
			default: null,
			parseHTML: (e: HTMLElement) => languageOf(e.querySelector('code')?.className ?? ''),
			renderHTML: ({ language }: Record<string, unknown>) => (language ? { 'data-language': language } : {})
		}
	}),
	parseHTML: () => [
		{
			tag: 'pre',
			preserveWhitespace: 'full',
			getContent: (dom: globalThis.Node, schema: Schema) => {
				const text = (dom.textContent ?? '').replace(/\r\n?/g, '\n').replace(/^\n+/, '').trimEnd();
				return text ? Fragment.from(schema.text(text)) : Fragment.empty;
			}
		}
	],
	renderHTML: ({ HTMLAttributes }) => ['pre', HTMLAttributes, ['code', 0]]
});

export function languageOf(classes: string): string | null {
	const name = classes.split(/\s+/).find((c) => c.startsWith('language-'))?.slice(9).toLowerCase();
	return name && /^[a-z0-9+#\-_.]{1,30}$/.test(name) ? name : null;
}

/** A stored picture, sound or film with its caption. `alt`: null is not said yet, '' is decoration. */
const Figure = Node.create({
	name: 'figure',
	group: 'block',
	content: 'inline*',
	isolating: true,
	draggable: true,
	addAttributes: () => ({
		...dataId,
		asset: {
			default: null,
			parseHTML: (e: HTMLElement) => e.getAttribute('data-asset'),
			renderHTML: ({ asset }: Record<string, unknown>) => ({ 'data-asset': asset })
		},
		alt: {
			default: null,
			rendered: false,
			parseHTML: (e: HTMLElement) => e.querySelector('img')?.getAttribute('alt')?.split(/\s+/).filter(Boolean).join(' ') ?? (e.querySelector('img') ? '' : null)
		}
	}),
	parseHTML: () => [
		{
			tag: 'figure[data-asset]',
			contentElement: (dom: globalThis.Node) => (dom as HTMLElement).querySelector('figcaption') ?? document.createElement('figcaption')
		}
	],
	renderHTML: ({ HTMLAttributes }) => ['figure', HTMLAttributes, ['figcaption', 0]]
});

const Divider = Node.create({
	name: 'divider',
	group: 'block',
	addAttributes: () => dataId,
	parseHTML: () => [{ tag: 'hr' }],
	renderHTML: ({ HTMLAttributes }) => ['hr', HTMLAttributes]
});

const HardBreak = Node.create({
	name: 'hardBreak',
	group: 'inline',
	inline: true,
	selectable: false,
	linebreakReplacement: true,
	parseHTML: () => [{ tag: 'br' }],
	renderHTML: () => ['br'],
	renderText: () => '\n'
});

const MathFormula = Node.create({
	name: 'math',
	group: 'inline',
	inline: true,
	atom: true,
	addAttributes: () => ({ mathml: { default: '', rendered: false } }),
	parseHTML: () => [
		{
			tag: 'math',
			getAttrs: (e: HTMLElement) => {
				const read = readMath(e);
				return read ? { mathml: writeMath(read) } : false;
			}
		}
	],
	renderHTML: () => ['span', { class: 'math' }]
});

const Table = tablePart('table', {
	name: 'table',
	group: 'block',
	content: 'tableRow+',
	isolating: true,
	addAttributes: () => dataId,
	parseHTML: () => [{ tag: 'table' }],
	renderHTML: ({ HTMLAttributes }) => ['table', HTMLAttributes, ['tbody', 0]]
});

const TableRow = tablePart('row', {
	name: 'tableRow',
	content: '(tableCell | tableHeader)*',
	addAttributes: () => ({ head: { default: false, rendered: false, parseHTML: (e: HTMLElement) => e.parentElement?.localName === 'thead' } }),
	parseHTML: () => [{ tag: 'tr' }],
	renderHTML: ({ HTMLAttributes }) => ['tr', HTMLAttributes, 0]
});

const span = (name: string) => ({
	default: 1,
	parseHTML: (e: HTMLElement) => {
		const n = Number(e.getAttribute(name) ?? 1);
		return n >= 2 && n <= 50 ? n : 1;
	}
});
const word = (attribute: string, words: string[], name: string) => ({
	default: null,
	parseHTML: (e: HTMLElement) => words.find((w) => w === e.getAttribute(attribute)) ?? null,
	renderHTML: (attrs: Record<string, unknown>) => (attrs[name] ? { [attribute]: attrs[name] } : {})
});
const cellAttributes = () => ({
	...tight,
	colspan: span('colspan'),
	rowspan: span('rowspan'),
	// The table commands ask for it; widths are the page's business.
	colwidth: plain,
	align: word('data-align', ['left', 'center', 'right'], 'align')
});

const TableCell = tablePart('cell', {
	name: 'tableCell',
	content: 'block+',
	isolating: true,
	addAttributes: cellAttributes,
	parseHTML: () => [{ tag: 'td' }],
	renderHTML: ({ HTMLAttributes }) => ['td', HTMLAttributes, 0]
});

const TableHeader = tablePart('header_cell', {
	name: 'tableHeader',
	content: 'block+',
	isolating: true,
	addAttributes: () => ({ ...cellAttributes(), scope: word('scope', ['row', 'col'], 'scope') }),
	parseHTML: () => [{ tag: 'th' }],
	renderHTML: ({ HTMLAttributes }) => ['th', HTMLAttributes, 0]
});

const TableRoles = Extension.create({
	name: 'tableRoles',
	extendNodeSchema: (extension) => ({ tableRole: (extension as { config: { tableRole?: string } }).config.tableRole })
});

const Link = Mark.create({
	name: 'link',
	priority: 1000,
	inclusive: false,
	addAttributes: () => ({
		href: { default: null },
		title: { default: null, parseHTML: (e: HTMLElement) => e.getAttribute('title')?.split(/\s+/).filter(Boolean).join(' ') || null }
	}),
	parseHTML: () => [
		{
			tag: 'a[href]',
			getAttrs: (e: HTMLElement) => {
				const href = e.getAttribute('href')?.trim() ?? '';
				return isGoodLink(href) ? { href } : false;
			}
		}
	],
	renderHTML: ({ HTMLAttributes }) => ['a', mergeAttributes(HTMLAttributes, { rel: 'noopener noreferrer' }), 0]
});

const simple = (name: string, tag: string, tags: string[], excludes?: string) =>
	Mark.create({
		name,
		...(excludes ? { excludes } : {}),
		parseHTML: () => tags.map((t) => ({ tag: t })),
		renderHTML: () => [tag, 0]
	});

const marks = [
	Link,
	simple('strong', 'strong', ['strong', 'b']),
	simple('em', 'em', ['em', 'i']),
	simple('strike', 's', ['s', 'del', 'strike']),
	simple('highlight', 'mark', ['mark']),
	simple('subscript', 'sub', ['sub'], 'subscript superscript'),
	simple('superscript', 'sup', ['sup'], 'subscript superscript'),
	simple('code', 'code', ['code'], 'code kbd'),
	simple('kbd', 'kbd', ['kbd'], 'code kbd')
];

/** Nodes and marks, without any behaviour. */
export const vocabulary = [
	Document,
	Text,
	Paragraph,
	Heading,
	ListItem,
	BulletList,
	OrderedList,
	Blockquote,
	Callout,
	Details,
	Summary,
	CodeBlock,
	Figure,
	Embed,
	Divider,
	HardBreak,
	MathFormula,
	Table,
	TableRow,
	TableCell,
	TableHeader,
	TableRoles,
	...marks
];
