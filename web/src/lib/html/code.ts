// Code in a lesson: a button that copies, and colours where the language is known.
import { m } from '#lib/paraglide/messages.js';
import { announce } from '#lib/state/announce.svelte.ts';
import './code.css';

const languageOf = (code: Element | null) => [...(code?.classList ?? [])].find((c) => c.startsWith('language-'))?.slice(9);

/** Dresses every block of code below; `painted` is told when text nodes were exchanged. */
export function dressCode(root: HTMLElement, painted: () => void): () => void {
	let gone = false;
	const timers = new Set<ReturnType<typeof setTimeout>>();
	for (const pre of root.querySelectorAll('pre')) {
		const box = document.createElement('div');
		box.className = 'code-box';
		const copy = document.createElement('button');
		copy.type = 'button';
		copy.className = 'code-copy';
		copy.textContent = m.code_copy();
		copy.addEventListener('click', () => {
			navigator.clipboard.writeText((pre.textContent ?? '').replace(/\n$/, '')).then(
				() => {
					copy.textContent = m.code_copied();
					announce.say(m.code_copied());
					const timer = setTimeout(() => (copy.textContent = m.code_copy()), 2000);
					timers.add(timer);
				},
				() => announce.say(m.code_copy_failed())
			);
		});
		pre.replaceWith(box);
		box.append(pre, copy);
	}
	painted();
	const known = [...root.querySelectorAll('pre > code')].flatMap((code) => {
		const language = languageOf(code);
		return language ? [{ code, language }] : [];
	});
	if (known.length) {
		void import('./highlight.ts').then(async ({ coloured, learn }) => {
			const found = await Promise.all(known.map(({ language }) => learn(language).catch(() => false)));
			if (gone) return;
			known.forEach(({ code, language }, i) => {
				if (found[i]) code.replaceChildren(...coloured(language, code.textContent ?? ''));
			});
			painted();
		}, () => {});
	}
	return () => {
		gone = true;
		for (const timer of timers) clearTimeout(timer);
	};
}
