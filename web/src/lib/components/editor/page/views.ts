import type { NodeViewRenderer } from '@tiptap/core';
import { m } from '#lib/paraglide/messages.js';
import { embedOf } from './embed.ts';
import { inert } from './parse.ts';
import type { PageHost } from './host.ts';
import { drawMath, readMath } from './math.ts';

function made<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, text = ''): HTMLElementTagNameMap[K] {
	const e = document.createElement(tag);
	e.className = className;
	if (text) e.textContent = text;
	return e;
}

/** A picture, sound or film with what is missing about it, and its caption to write in. */
export const figureView =
	(host: PageHost): NodeViewRenderer =>
	({ node, getPos, view }) => {
		const dom = made('figure', 'figure');
		const frame = made('div', 'frame');
		frame.contentEditable = 'false';
		const describe = made('button', 'describe');
		describe.type = 'button';
		const contentDOM = made('figcaption', '');
		dom.append(frame, contentDOM);
		let shown: string | undefined;
		let now = node;
		describe.addEventListener('click', () => {
			const pos = getPos();
			if (pos !== undefined) host.describe(pos);
		});
		const words = () => {
			const alt = now.attrs['alt'] as string | null;
			describe.classList.toggle('missing', alt === null);
			describe.textContent = alt === null ? m.edit_alt_missing() : alt === '' ? m.edit_alt_decorative() : m.edit_alt_is({ text: alt });
			const picture = frame.querySelector('img');
			if (picture) picture.alt = alt ?? '';
		};
		const show = async () => {
			const asset = String(now.attrs['asset']);
			if (shown === asset) return;
			shown = asset;
			frame.replaceChildren(made('p', 'note', m.loading()));
			const file = await host.file(asset);
			if (shown !== asset || view.isDestroyed) return;
			if (!file) {
				frame.replaceChildren(made('p', 'note', m.edit_file_gone()));
				return;
			}
			if (file.kind === 'image') {
				const img = made('img', '');
				img.src = `${file.url}?rendition=w1280`;
				img.draggable = false;
				frame.replaceChildren(img, describe);
			} else if (file.kind === 'video' || file.kind === 'audio') {
				const player = made(file.kind, '');
				player.src = file.url;
				player.controls = true;
				player.preload = 'metadata';
				player.setAttribute('aria-label', file.name);
				frame.replaceChildren(player, describe);
			} else frame.replaceChildren(made('p', 'note', file.name));
			words();
		};
		words();
		void show();
		return {
			dom,
			contentDOM,
			update: (next) => {
				if (next.type !== now.type) return false;
				now = next;
				words();
				void show();
				return true;
			},
			ignoreMutation: (change) => !contentDOM.contains(change.target),
			stopEvent: (event) => event.target instanceof Node && frame.contains(event.target) && !/^drag|^drop/.test(event.type)
		};
	};

/** Content of another site as a card: nothing of it is asked for while somebody writes. */
export const embedView =
	(host: PageHost): NodeViewRenderer =>
	({ node, getPos }) => {
		const dom = made('figure', 'embed');
		const [title, site, change] = [made('p', 'embed-name'), made('p', 'embed-site'), made('button', 'describe', m.edit_embed_change())];
		change.type = 'button';
		dom.append(title, site, change);
		dom.contentEditable = 'false';
		let now = node;
		const show = () => {
			title.textContent = String(now.attrs['title']);
			site.textContent = m.edit_embed_of({ site: embedOf(String(now.attrs['src']))?.site ?? '' });
			change.setAttribute('aria-label', m.edit_embed_change_title({ title: String(now.attrs['title']) }));
		};
		show();
		const open = () => {
			const pos = getPos();
			if (pos !== undefined) host.embed(pos);
		};
		change.addEventListener('click', open);
		dom.addEventListener('dblclick', open);
		return {
			dom,
			update: (next) => {
				if (next.type !== now.type) return false;
				now = next;
				show();
				return true;
			},
			ignoreMutation: () => true,
			stopEvent: (event) => event.target === change
		};
	};

/** A formula, drawn by the browser; a press opens it. */
export const mathView =
	(host: PageHost): NodeViewRenderer =>
	({ node, getPos }) => {
		const dom = made('span', 'math');
		const draw = (mathml: string) => {
			const element = inert(mathml).querySelector('math');
			const read = element && readMath(element);
			dom.replaceChildren(read ? drawMath(read) : mathml);
		};
		draw(String(node.attrs['mathml']));
		dom.addEventListener('dblclick', () => host.formula(getPos()));
		return {
			dom,
			update: (next) => {
				if (next.type !== node.type) return false;
				draw(String(next.attrs['mathml']));
				return true;
			},
			ignoreMutation: () => true
		};
	};
