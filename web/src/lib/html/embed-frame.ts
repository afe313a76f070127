// Content of other sites: nothing of it is asked for before somebody presses the button.
import { m } from '#lib/paraglide/messages.js';
import './embed-frame.css';

const made = <K extends keyof HTMLElementTagNameMap>(tag: K, className: string, text = ''): HTMLElementTagNameMap[K] => {
	const e = document.createElement(tag);
	e.className = className;
	e.textContent = text;
	return e;
};

/** Frames may run their scripts at their own origin and open windows; they reach nothing of ours. */
const sandbox = 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-presentation';

function frame(src: string, title: string): HTMLIFrameElement {
	const iframe = made('iframe', 'embed-frame');
	iframe.title = title;
	iframe.setAttribute('sandbox', sandbox);
	iframe.loading = 'lazy';
	// Players refuse to play for nobody: they learn the site that asks, not the page.
	iframe.referrerPolicy = 'strict-origin';
	iframe.allow = 'fullscreen; picture-in-picture; encrypted-media';
	iframe.allowFullscreen = true;
	iframe.src = src;
	return iframe;
}

/** Gives every embed below its button; the link below it stays. Without a connection the link stands alone. */
export function dressEmbeds(root: HTMLElement): () => void {
	const undo: (() => void)[] = [];
	for (const figure of root.querySelectorAll<HTMLElement>('figure[data-kind="embed"][data-src]')) {
		const { src = '', title = '', site = '' } = figure.dataset;
		const link = figure.querySelector('a');
		if (link) {
			link.textContent = m.embed_open({ site });
			link.setAttribute('aria-label', m.embed_open_title({ site, title }));
			link.target = '_blank';
			link.rel = 'noopener noreferrer';
		}
		const box = made('div', 'embed-box');
		const show = made('button', 'embed-show', m.embed_show({ site }));
		show.type = 'button';
		show.setAttribute('aria-label', m.embed_show_title({ site, title }));
		box.append(made('p', 'embed-title', title), show, made('p', 'embed-note', m.embed_note({ site })));
		show.addEventListener('click', () => {
			const iframe = frame(src, title);
			const refused = (e: SecurityPolicyViolationEvent) => {
				if (!e.effectiveDirective.startsWith('frame-src') || !e.blockedURI.startsWith(new URL(src).origin)) return;
				// The site was allowed after this page was opened.
				const note = made('p', 'embed-note', m.embed_reload());
				note.role = 'status';
				iframe.replaceWith(note);
			};
			document.addEventListener('securitypolicyviolation', refused);
			undo.push(() => document.removeEventListener('securitypolicyviolation', refused));
			box.replaceChildren(iframe);
			box.classList.add('open');
			iframe.focus();
		});
		figure.prepend(box);
		const look = () => (box.hidden = !navigator.onLine && !box.classList.contains('open'));
		look();
		addEventListener('online', look);
		addEventListener('offline', look);
		undo.push(() => {
			removeEventListener('online', look);
			removeEventListener('offline', look);
		});
	}
	return () => undo.forEach((f) => f());
}
