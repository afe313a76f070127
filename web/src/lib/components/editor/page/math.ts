/**
 * MathML as the vocabulary has it: these elements, text only in tokens, five harmless attributes.
 * Formulas travel as strings in this form and become nodes only through it.
 */
const tokens = new Set(['mi', 'mo', 'mn', 'ms', 'mtext', 'mspace']);
const boxes = new Set(['mrow', 'msup', 'msub', 'msubsup', 'mfrac', 'msqrt', 'mroot', 'mover', 'munder', 'munderover', 'mtable', 'mtr', 'mtd']);
/** Only drawn otherwise: their content stands for them. */
const wraps = new Set(['mstyle', 'mpadded', 'semantics', 'menclose']);
const ns = 'http://www.w3.org/1998/Math/MathML';

export const mathElements = [...boxes, ...tokens, 'math'];
export const mathAttributes: Readonly<Record<string, readonly string[]>> = {
	math: ['display', 'alttext'],
	mo: ['stretchy'],
	mi: ['mathvariant'],
	mspace: ['width']
};

function fits(name: string, value: string): boolean {
	if (name === 'display') return value === 'block' || value === 'inline';
	if (name === 'alttext') return value.length > 0 && value.length <= 2000;
	if (name === 'stretchy') return value === 'true' || value === 'false';
	if (name === 'mathvariant') return value === 'normal';
	return name === 'width' && /^[0-9a-z.]{1,6}em$/i.test(value);
}

export interface MathNode {
	name: string;
	attrs: [string, string][];
	/** Of tokens. */
	text?: string;
	children: MathNode[];
}

/** Reads an element; undefined when it holds something the vocabulary has no word for. */
export function readMath(element: Element): MathNode | undefined {
	const name = element.localName.toLowerCase();
	if (wraps.has(name)) {
		const children = [...element.children].filter((c) => !c.localName.startsWith('annotation')).map(readMath);
		if (children.some((c) => !c)) return undefined;
		return children.length === 1 ? children[0] : { name: 'mrow', attrs: [], children: children as MathNode[] };
	}
	if (name !== 'math' && !tokens.has(name) && !boxes.has(name)) return undefined;
	// By name, as the server writes them.
	const attrs = [...element.attributes]
		.map((a): [string, string] => [a.name, a.value])
		.filter(([n, v]) => mathAttributes[name]?.includes(n) && fits(n, v))
		.sort(([a], [b]) => (a < b ? -1 : 1));
	if (tokens.has(name)) return { name, attrs, text: (element.textContent ?? '').split(/\s+/).filter(Boolean).join(' '), children: [] };
	const children = [...element.children].map(readMath);
	if (children.some((c) => !c)) return undefined;
	return { name, attrs, children: children as MathNode[] };
}

export function escapeText(text: string): string {
	return text.replace(/&/g, '&amp;').replace(/\u00a0/g, '&nbsp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replaceAll('\0', '');
}

export const escapeValue = (text: string): string => escapeText(text).replace(/"/g, '&quot;');

export function writeMath(node: MathNode): string {
	const attrs = node.attrs.map(([n, v]) => ` ${n}="${escapeValue(v)}"`).join('');
	const inside = node.text !== undefined ? escapeText(node.text) : node.children.map(writeMath).join('');
	return `<${node.name}${attrs}>${inside}</${node.name}>`;
}

/** The formula as nodes of the page. */
export function drawMath(node: MathNode): Element {
	const made = document.createElementNS(ns, node.name);
	for (const [n, v] of node.attrs) made.setAttribute(n, v);
	if (node.text !== undefined) made.textContent = node.text;
	else made.append(...node.children.map(drawMath));
	return made;
}

const attr = (node: MathNode, name: string) => node.attrs.find(([n]) => n === name)?.[1];
export const texOf = (node: MathNode): string => attr(node, 'alttext') ?? '';
export const isBlock = (node: MathNode): boolean => attr(node, 'display') === 'block';
