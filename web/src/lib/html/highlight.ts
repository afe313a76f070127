// Which letters of a program mean what: fetched when a page shows code whose language is known.
import { createLowlight } from 'lowlight';
import { codeLanguage } from './code-languages.ts';
import './highlight.css';

const lowlight = createLowlight();
/** Beyond it a colour is not worth the wait. */
const longest = 50_000;

/** Fetches a grammar; whether there is one. */
export async function learn(name: string): Promise<boolean> {
	const language = codeLanguage(name);
	if (!language) return false;
	if (!lowlight.registered(language.name)) lowlight.register(language.name, (await language.load()).default);
	return true;
}

/** Some letters, from and to, and the class of their colour. */
export interface Coloured {
	from: number;
	to: number;
	className: string;
}

interface Leaf {
	type: string;
	value?: string;
	properties?: { className?: unknown };
	children?: Leaf[];
}

/** The coloured parts of a text, the outer before the inner; none while its grammar is not fetched. */
export function colours(name: string, text: string): Coloured[] {
	const language = codeLanguage(name);
	if (!language || text.length > longest || !lowlight.registered(language.name)) return [];
	const out: Coloured[] = [];
	let at = 0;
	const walk = (nodes: Leaf[]) => {
		for (const node of nodes) {
			if (node.type === 'text') at += node.value?.length ?? 0;
			else {
				const mine: Coloured = { from: at, to: at, className: ((node.properties?.className ?? []) as string[]).join(' ') };
				if (mine.className) out.push(mine);
				walk(node.children ?? []);
				mine.to = at;
			}
		}
	};
	walk(lowlight.highlight(language.name, text).children as Leaf[]);
	return out;
}

/** The text as nodes, coloured. */
export function coloured(name: string, text: string): Node[] {
	const root = document.createElement('code');
	const open: { element: Element; to: number }[] = [{ element: root, to: Infinity }];
	let at = 0;
	const write = (to: number) => {
		while (open.length > 1 && open.at(-1)!.to <= to) {
			const { element, to: end } = open.pop()!;
			if (end > at) element.append(text.slice(at, end));
			at = Math.max(at, end);
		}
		if (to > at) open.at(-1)!.element.append(text.slice(at, to));
		at = Math.max(at, to);
	};
	for (const part of colours(name, text)) {
		write(part.from);
		const span = document.createElement('span');
		span.className = part.className;
		open.at(-1)!.element.append(span);
		open.push({ element: span, to: part.to });
	}
	write(text.length);
	return [...root.childNodes];
}
