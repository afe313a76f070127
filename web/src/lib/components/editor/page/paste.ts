// What other programs put on the clipboard, brought near the vocabulary before the schema reads it.
import { inert } from './parse.ts';

/** Elements of Word's own namespaces stand for nothing; their text does. */
const foreign = /^(o|w|v|m|st\d+|x):/i;
const dropped = 'style,meta,title,link,script,xml,head,template,object,iframe,svg,noscript';

const css = (e: Element, name: string) => new RegExp(`(?:^|;)\\s*${name}\\s*:\\s*([^;]+)`, 'i').exec(e.getAttribute('data-style') ?? '')?.[1]?.trim().toLowerCase();

function unwrap(e: Element): void {
	e.replaceWith(...e.childNodes);
}

function rename(e: Element, tag: string): Element {
	const made = e.ownerDocument.createElement(tag);
	made.append(...e.childNodes);
	e.replaceWith(made);
	return made;
}

function wrapInside(e: Element, tag: string): void {
	const made = e.ownerDocument.createElement(tag);
	made.append(...e.childNodes);
	e.append(made);
}

function dropComments(root: DocumentFragment): void {
	const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
	const found: Node[] = [];
	while (walker.nextNode()) found.push(walker.currentNode);
	for (const node of found) (node as Comment).remove();
}

interface Listed {
	level: number;
	ordered: boolean;
	start: number;
}

const marker = /^[\s\u00a0]*(?:([·•◦▪■□○●§\uf0a7\uf0b7o–-])|(\d{1,3}|[a-z]|[ivxlc]{1,5})[.)])[\s\u00a0]+/i;

/** Whether a paragraph plays a list item, and which; its painted bullet is taken away. */
function listed(p: Element): Listed | undefined {
	const style = p.getAttribute('data-style') ?? '';
	const level = Number(/mso-list\s*:[^;]*level(\d+)/i.exec(style)?.[1] ?? 0);
	const named = /^MsoList/i.test(p.className);
	if ((!level && !named) || /mso-list\s*:\s*none/i.test(style)) return undefined;
	const painted = [...p.querySelectorAll('[data-style]')].filter((e) => /mso-list\s*:\s*ignore/i.test(e.getAttribute('data-style') ?? ''));
	let sign = painted.map((e) => e.textContent ?? '').join('');
	for (const e of painted) e.remove();
	if (!painted.length) {
		const found = marker.exec(p.textContent ?? '');
		if (!found && !level) return undefined;
		sign = found?.[0] ?? '';
		cut(p, sign.length);
	}
	const number = /^[\s\u00a0]*(\d{1,3}|[a-z]|[ivxlc]{1,5})[.)]/i.exec(sign)?.[1];
	return { level: level || 1, ordered: number !== undefined && !/^o$/.test(sign.trim()), start: Number(number) || 1 };
}

/** Takes so many letters from the front of an element's text. */
function cut(e: Element, count: number): void {
	const walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
	for (let left = count; left > 0 && walker.nextNode(); ) {
		const text = walker.currentNode as Text;
		const n = Math.min(left, text.data.length);
		text.data = text.data.slice(n);
		left -= n;
	}
}

/** Paragraphs that look like items become lists, one inside the other. */
function makeLists(root: DocumentFragment): void {
	for (const first of [...root.querySelectorAll('p')]) {
		if (!first.isConnected && !root.contains(first)) continue;
		const lists: { list: Element; level: number }[] = [];
		let p: Element | null = first;
		let behind: Element = first;
		while (p?.localName === 'p') {
			const how = listed(p);
			if (!how) break;
			const next: Element | null = p.nextElementSibling;
			const item = root.ownerDocument.createElement('li');
			item.append(...p.childNodes);
			while (lists.length && lists.at(-1)!.level > how.level) lists.pop();
			const tag = how.ordered ? 'ol' : 'ul';
			let open = lists.at(-1);
			if (!open || open.level < how.level || open.list.localName !== tag) {
				if (open && open.level === how.level) lists.pop();
				const parent = lists.at(-1);
				const list = root.ownerDocument.createElement(tag);
				if (how.ordered && how.start > 1) list.setAttribute('start', String(how.start));
				const host = parent?.list.lastElementChild;
				if (host) host.append(list);
				else {
					if (behind === first) p.before(list);
					else behind.after(list);
					behind = list;
				}
				open = { list, level: how.level };
				lists.push(open);
			}
			open.list.append(item);
			p.remove();
			p = next;
		}
	}
}

/** What is said by looks becomes what is meant. */
function meaning(root: DocumentFragment): void {
	for (const e of [...root.querySelectorAll('[data-style]')]) {
		const weight = css(e, 'font-weight');
		const normal = weight === 'normal' || weight === '400';
		if (e.localName === 'b' && (normal || e.id.startsWith('docs-internal-guid'))) {
			unwrap(e);
			continue;
		}
		// Whole blocks in bold are headings in disguise, or nothing.
		if (!/^(span|font|a|u)$/.test(e.localName) || !e.textContent?.trim()) continue;
		if (weight === 'bold' || Number(weight) >= 600) wrapInside(e, 'strong');
		if (css(e, 'font-style') === 'italic') wrapInside(e, 'em');
		if (css(e, 'text-decoration')?.includes('line-through')) wrapInside(e, 's');
		const raised = css(e, 'vertical-align');
		if (raised === 'super' || raised === 'sub') wrapInside(e, raised === 'super' ? 'sup' : 'sub');
	}
	for (const p of [...root.querySelectorAll('p.MsoTitle')]) rename(p, 'h2');
	for (const p of [...root.querySelectorAll('p.MsoSubtitle')]) rename(p, 'h3');
	for (const p of [...root.querySelectorAll('p.MsoQuote, p.MsoIntenseQuote')]) {
		const quote = root.ownerDocument.createElement('blockquote');
		p.before(quote);
		quote.append(p);
	}
}

/** Lists of Google Docs hang directly in lists; items hold one paragraph for looks only. */
function tidyLists(root: DocumentFragment): void {
	for (const list of [...root.querySelectorAll('ul > ul, ul > ol, ol > ul, ol > ol')]) {
		const before = list.previousElementSibling;
		if (before?.localName === 'li') before.append(list);
	}
	for (const box of [...root.querySelectorAll('li, td, th')]) {
		const paragraphs = [...box.children].filter((c) => c.localName === 'p');
		if (paragraphs.length === 1 && box.firstElementChild === paragraphs[0]) unwrap(paragraphs[0]!);
	}
}

/** A first row that is bold throughout is the head of its table. */
function tidyTables(root: DocumentFragment): void {
	for (const table of root.querySelectorAll('table')) {
		if (table.querySelector('thead, th')) continue;
		const row = table.querySelector('tr');
		const cells = [...(row?.children ?? [])];
		const bold = (c: Element) => {
			const text = c.textContent?.trim() ?? '';
			return text !== '' && [...c.querySelectorAll('b, strong')].map((b) => b.textContent).join('').trim() === text;
		};
		if (!row || !cells.length || !cells.every(bold) || table.querySelectorAll('tr').length < 2) continue;
		for (const cell of cells) {
			for (const b of cell.querySelectorAll('b, strong')) unwrap(b);
			rename(cell, 'th');
		}
		const head = root.ownerDocument.createElement('thead');
		table.prepend(head);
		head.append(row);
	}
}

function tidyLinks(root: DocumentFragment): void {
	for (const a of [...root.querySelectorAll('a')]) {
		const href = a.getAttribute('href') ?? '';
		const led = /^https:\/\/www\.google\.com\/url\?(?:.*&)?q=([^&]+)/.exec(href)?.[1];
		if (led) a.setAttribute('href', decodeURIComponent(led));
		// Marks of tables of contents lead nowhere.
		else if (!href || href.startsWith('#_') || href.startsWith('file:')) unwrap(a);
	}
}

/** Clipboard HTML of any program as plain, meaningful HTML. What was copied here comes back as it was. */
export function cleanPasted(html: string): string {
	if (html.includes('data-pm-slice')) return html;
	// Looks are only read here: as styles they would be refused, and told, by the page's policy.
	const bare = html.replace(/<style[\s\S]*?<\/style\s*>/gi, '').replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle\s*=/i, ' data-style='));
	const root = inert(bare.replace(/<!\[(?:if|endif)[^\]]*\]>/gi, ''));
	dropComments(root);
	for (const e of root.querySelectorAll(dropped)) e.remove();
	// Changes that Word still tracks: what was deleted is gone.
	for (const e of root.querySelectorAll('del[cite], del[datetime], .msoDel')) e.remove();
	for (const e of [...root.querySelectorAll('*')]) {
		const spaces = /mso-(spacerun|tab-count)/i.test(e.getAttribute('data-style') ?? '');
		if (spaces) e.replaceWith(' ');
		else if (/mso-special-character\s*:\s*(line-break|page-break)|page-break-before/i.test(e.getAttribute('data-style') ?? '') && e.localName === 'br') e.remove();
	}
	makeLists(root);
	for (const e of [...root.querySelectorAll('*')].reverse()) if (foreign.test(e.localName)) unwrap(e);
	meaning(root);
	tidyTables(root);
	tidyLists(root);
	tidyLinks(root);
	for (const p of [...root.querySelectorAll('p, h1, h2, h3, h4, h5, h6')]) {
		if (!p.textContent?.replace(/[\s\u00a0]/g, '') && !p.querySelector('img, br, math')) p.remove();
	}
	for (const e of root.querySelectorAll('[data-style]')) e.removeAttribute('data-style');
	// Pictures of elsewhere have no stored file; they are not even asked for.
	for (const e of root.querySelectorAll('img')) if (!e.closest('figure[data-asset]')) e.remove();
	const box = root.ownerDocument.createElement('div');
	box.append(root);
	return box.innerHTML;
}
